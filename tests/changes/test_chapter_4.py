"""What one sees when one thing of chapter 4 is changed."""

from itertools import permutations

import numpy as np
import pytest

STEP = ("setup", "weights", "ladder-run", "backward-code")
ROOMS = {}  # what has been trained: one training for all tests of a worker


@pytest.fixture
def trained(cells):
    """The chapter after its reader and the plain RNN are trained and looked into."""
    if "reader" not in ROOMS:
        before = "setup sentences last-noun ladder-run reader reader-fit train read"
        ROOMS["reader"] = cells("04", *before.split(), "find-run")
    return dict(ROOMS["reader"])


def percent(ok):
    return round(100 * ok.mean())


@pytest.mark.filterwarnings("ignore:Mean of empty", "ignore:invalid value")
def test_memory_after(cells):
    none = {"B=500": "B=500, attractors=0"}
    room = cells("04", "setup", "sentences", "last-noun", change=none)
    wrong = room["verb"] & ~room["rule"]
    assert (room["verb"].sum(), wrong.sum()) == (921, 95)
    said = [room["agreement"].show(room["words"][:, b]) for b in room["d"].b[wrong]]
    assert all("that" in text for text in said)
    assert any(text.startswith("the nuns that the king blames pr") for text in said)


@pytest.mark.parametrize("bias, boys, c", [(-2.0, 3, 0.03), (-4.0, 6, 0.01)])
def test_reads_on_after(cells, bias, boys, c):
    room = cells("04", "setup", "weights")
    p = {"W_x": room["W_x"], "W_h": room["W_h"], "b": np.r_[bias, room["b"][1:]]}
    step, state = (
        room["CELLS"]["lstm"].step,
        (room["h_prev"][None], room["c_prev"][None]),
    )
    state, _ = step(p, room["x"][None], state)  # queens
    at_boys = []
    for number in [0.0, 0.0, 1.0] * boys:
        state, _ = step(p, np.array([[0.0, number]]), state)
        at_boys += [state[1].item()] if number else []
    assert (np.array(at_boys) > 0).tolist() == [False] * (boys - 1) + [True]
    assert at_boys[-1] == pytest.approx(c, abs=0.005)


def test_ladder_after(cells):
    swap = {
        "x = rng.normal(size=(T, B, I))": "right = unroll('lstm', p, "
        "x := rng.normal(size=(T, B, I)))[0]\n"
        "i, f, g, o = np.split(p['W_x'], 4, axis=1)\n"
        "p['W_x'] = np.hstack([i, g, f, o])"
    }
    room = cells("04", "setup", "ladder-run", change=swap)
    assert abs(room["course"] - room["theirs"].numpy()).max() < 1e-15
    assert abs(room["course"] - room["right"]).max() == pytest.approx(0.78, abs=0.01)


@pytest.mark.slow
def test_learns_after(trained):
    def right(attractors):
        rng = np.random.default_rng(1)
        words, owner = trained["agreement"].sample(rng, B=500, attractors=attractors)
        d = trained["agreement"].decided(words, owner)
        verb, far = trained["IS_VERB"][d.word], d.misleading > 0
        alone = trained["GENDER"][d.word] != 0
        for name in ("reader", "plain"):
            ok = trained["right"](trained[name], words, d)
            yield percent(ok[verb & far]), percent(ok[alone & far])

    assert list(right(8)) == [(99, 100), (100, 96)]
    (lstm, _), (rnn, _) = right(12)
    assert (lstm, rnn) == (89, 100)


def test_walk_after(cells, trained):
    room = cells("04", "words-run", room=trained)
    q = room["read"](room["agreement"].encode(room["sentence"]))
    c, f = (q[k][:, 0, room["unit"]["gender"]] for k in "cf")
    assert c[5:8].round(2).tolist() == [1.61, 0.44, 0.00]  # praises himself and
    assert f[6:8].round(2).tolist() == [0.27, 0.00]


def test_kinds_after(trained):
    o = trained["read"](trained["words"])["o"][:, :, trained["unit"]["gender"]]

    def after(word):
        return o[trained["words"] == trained["INDEX"][word]].mean()

    found = [after(word) for word in ("praises", "that", "see")]
    assert found == pytest.approx([0.95, 0.92, 0.57], abs=0.01)
    assert max(map(after, ("the", "himself", "herself", "themselves"))) < 0.13


def test_freeze(cells, trained):
    trained["GateMicroscope"] = lambda *_, **__: None
    room = cells("04", "lie", room=trained)
    text, number, gender = room["text"], room["unit"]["number"], room["unit"]["gender"]
    held = [room["singular"](text, {number: c}) for c in (0.3, 0.5)]
    assert held == pytest.approx([0.69, 0.43], abs=0.005)
    c = room["read"](room["agreement"].encode("the king"))["c"][-1, 0, number]
    assert c == pytest.approx(-0.9, abs=0.01)
    assert min(room["singular"](text, {gender: c}) for c in (-1.5, 0, 1.5)) > 0.99


@pytest.mark.slow
def test_freeze_after(cells, trained):
    trained["reader"] = trained["train"]("lstm", lr=0.02, seed=5)
    room = cells("04", "read", "find-run", "freeze-run", room=trained)
    strongest = np.sort(abs(room["links"]["number"]))[:-3:-1]
    assert strongest.round(2).tolist() == [0.84, 0.82]
    assert np.round(room["frozen"]["number"][0][:3]).tolist() == [100, 100, 53]


def test_stream_after(cells, trained):
    only = {
        '"two clauses": reader,': '"RNN": plain}',
        '            "one clause": train("lstm", lr=0.02, clauses=1),\n': "",
        '            "1997, two clauses": train("lstm1997", lr=0.02)}\n': "",
    }
    room = cells("04", "stream", change=only, room=trained)
    share = room["share"]["RNN"]
    assert share[0] == 100 and np.mean(share[5:]) == pytest.approx(64, abs=1)


def test_survive(cells):
    drop = {"dc + dh * o * (1 - tanh_c**2)": "dc"}
    room = cells("04", *STEP, "backward-judges", change=drop)
    assert room["printed"].count("False  False  False  False") == 6
    args = [room[k] for k in ("q", "x", "h_prev", "c_prev", "dh", "dc")]
    good = cells("04", *STEP)["step_backward"](*args)[0]
    same = np.isclose(room["dz"], good).reshape(3, 4, 6).all(axis=(0, 2))
    assert same.tolist() == [False, False, False, True]  # blocks i f g o


def test_survive_after(cells):
    gain = {"bias=bias)": "bias=bias, gain=4)"}
    room = cells("04", "setup", "survive-code", change=gain)
    sizes = room["sizes"]
    after = [sizes("lstm", {"f": b})[:, -1] for b in (0, 1, 3)]
    assert [total for total, _ in after] == pytest.approx([49, 141, 2600], rel=0.03)
    assert max(direct for _, direct in after) < 1
    assert sizes("rnn")[0, -1] == pytest.approx(1e9, rel=0.1)


def test_rosetta_after(cells):
    ones = {"[[1.0, 2.0, 3.0, 4.0]]": "[[1.0, 1.0, 1.0, 1.0]]"}
    room = cells("04", "setup", "rosetta-run", change=ones)
    assert room["printed"].count("[1 1 1 1]") == 4

    def accepted(numbers):
        return sum(
            tuple(np.take(numbers, k)) == numbers for k in permutations(range(4))
        )

    assert (accepted((1, 1, 1, 1)), accepted((1, 2, 3, 4))) == (24, 1)


def test_reviews(cells, trained):
    room = cells("04", "pin", room=trained)
    p, words, d = room["reader"].layer.numpy(), room["words"], room["d"]
    kept = room["trace"]("lstm", p, np.eye(room["K"])[words])
    mean = {k: kept[k][words != room["PAD"]].mean(axis=0) for k in "ifo"}
    held = {k: np.log(m / (1 - m)) for k, m in mean.items()}

    def right(names):
        pinned = room["pin"](p, **{k: held[k] for k in names})
        h = room["unroll"]("lstm", pinned, np.eye(room["K"])[words])[0]
        ok = room["agreement"].right(h @ room["V"].T + room["v"], d)
        return 100 * ok[room["verb"] & (d.misleading > 0)].mean()

    assert [right(k) for k in ("f", "i", "ifo")] == pytest.approx([88, 76, 56], abs=1)


@pytest.mark.slow
def test_padding_after(cells):
    room = cells("04", "setup", "reader", "padding-code")
    same = [room["accuracy"]("pre", True, seed) for seed in (0, 1, 2)]
    assert np.round(same).tolist() == [77, 73, 83]
    assert same == [room["accuracy"]("post", True, seed) for seed in (0, 1, 2)]
