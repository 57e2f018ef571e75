"""What one sees when one thing of chapter 1 is changed."""

import re

import numpy as np
import pytest

PAPER = ("setup", "paper-run", "step")
NUDGED = ("setup", "plain", "loop-run", *PAPER[1:], "ladder-run")
BLAME = (*NUDGED, "blame-loss", "blame-run")
LADDER = (*NUDGED, "ladder-twin", "ladder-torch")
CHECK = (*PAPER, "bptt-code", "check-code")
WRITER = ("setup", "digits-model", "text-marks", "text-train", "text-run")


@pytest.fixture(scope="module")
def trained(cells):
    """What the cells of 1.10 leave: the network that reads the book, and its score."""
    return cells("01", *WRITER)


def bits(room):
    return float(re.search(r"text: (\S+) bits", room["printed"])[1])


def lines(room):
    return room["printed"].splitlines()


def test_forgets_after(cells):
    for draw in ("", "rng.normal(); "):
        change = {
            "W_x, b": f"{draw}W_x, b",
            "normal(size=(3, 4))": "normal(0, 100, (3, 4))",
        }
        room = cells("01", "setup", "plain", change=change)
        assert "differ: 0" in lines(room)[-1]
        assert (abs(room["last"]["not good"]) > 0.9).mean() > 0.5


def test_unrolled_after(cells):
    plain = lines(cells("01", "setup", "plain"))[:2]
    silent = {"last = rng.normal(size=(4, 4))": "last = np.zeros((4, 4))"}
    room = cells("01", "setup", "plain", "loop-run", change=silent)
    assert lines(room)[3:] == [*plain, "numbers that differ: 0"]
    last = silent | {'("not good", "very good")': '("good not", "good very")'}
    room = cells("01", "setup", "plain", "loop-run", change=last)
    assert lines(room)[-1] == "numbers that differ: 4"


def test_paper_after(cells):
    room = cells("01", *PAPER)

    def states(start):
        return room["sequence"](*room["paper"], np.array([start]))[:, 0]

    h = states([1.0, -1.0])
    assert h == pytest.approx(
        np.array([[0.6044, -0.7163], [0.8613, -0.9308]]), abs=5.1e-5
    )
    apart = np.linalg.norm(h - states([0.0, 0.0]), axis=1)
    assert apart == pytest.approx([1.11, 0.26], abs=5e-3)


def test_ladder_after(cells):
    room = cells("01", *LADDER, change={'(P["W_h"].T)': '(P["W_h"])'})
    assert (room["twin"] - room["theirs"]).abs().max() > 0.5
    with pytest.raises(RuntimeError, match=r"size of tensor a \(4\)"):
        cells("01", *LADDER, change={'(P["W_x"].T)': '(P["W_x"])'})


def test_blame_after(cells):
    random = cells("01", *BLAME, change={"np.zeros((1, H))": "rng.normal(size=(1, H))"})
    first, *others = np.abs(random["shares"])
    assert 0 < first < 0.1 * max(others)
    early = {
        "for t in range(5):\n        h = step": "for t in range(3):\n        h = step"
    }
    shares = cells("01", *BLAME, change=early)["shares"]
    assert shares[3:] == [0, 0] and abs(shares[2]) > 0.1


def test_digits_fit(cells):
    def learned(rate):
        change = {"500, 32, 0.5": f"500, 32, {rate}"}
        room = cells(
            "01", *PAPER, "bptt-code", "descent-data", "descent-numpy", change=change
        )
        shown = re.search(r"after: +(\S+) %, loss (\S+)", room["printed"])
        return float(shown[1]), float(shown[2])

    slow, right, fast = map(learned, (0.05, 0.5, 5.0))
    assert slow == pytest.approx((88, 0.5), rel=0.07)
    assert right == pytest.approx((92, 0.02), rel=0.2)
    assert 5 < fast[0] < 20 and 10 < fast[1] < 100


def test_bptt_after(cells):
    two = {
        "    message = np.zeros_like(h0)": "    dx = np.zeros_like(x)\n"
        "    message = np.zeros_like(h0)",
        '        grads["W_x"]': '        dx[t] = dz @ p["W_x"].T\n        grads["W_x"]',
        "    return grads\n": '    return grads | {"dx": dx}\n',
    }
    change = {k.rstrip("\n"): v.rstrip("\n") for k, v in two.items()}
    room = cells("01", *BLAME, "bptt-code", "bptt-run", change=change)
    dx = room["grads"]["dx"]
    theirs = room["unroll_backward"]("rnn", room["p"], room["dh_out"], room["caches"])
    assert dx == pytest.approx(theirs[0], abs=1e-15)
    assert np.linalg.norm(dx, axis=(1, 2)).argmax() == 4


def test_slips_after(cells):
    room = cells("01", *CHECK)
    text = room["inspect"].getsource(room["backward"])
    slips = {
        "dh_out[t] + message": "dh_out[t]",
        "1 - h[t] ** 2": "1 - h_prev ** 2",
        'p["W_h"].T': 'p["W_h"]',
        "dh * (1 - h[t] ** 2)": "dh",
    }
    for right, wrong in slips.items():
        slip = {"np": np}
        exec(text.replace(right, wrong), slip)
        error = [
            room["worst_error"](slip["backward"], T=T, size=size)
            for T, size in ((2, 0.001), (7, 0.001), (2, 0.7))
        ]
        assert 1e-6 < error[0] < 0.01 and error[1] < 0.01 and error[2] > 0.5
    assert error[0] == pytest.approx(1e-5, rel=0.3)  # without the slope


def test_truncated_after(cells):
    last = {"    caches, norm": "    dh_out[:-1] = 0\n    caches, norm"}
    room = cells("01", "setup", "truncated-run", change=last)
    mean = np.mean([room["errors"](1.0, seed) for seed in range(10)], axis=0)
    off = dict(zip(room["pieces"], mean, strict=True))
    assert off[5] == pytest.approx(19, abs=1) and off[20] == pytest.approx(0.1, abs=0.1)


@pytest.mark.slow
def test_pixels_after(cells):
    room = cells("01", "setup", "digits-model", "digits-train")

    def read(cell, form):
        return room["train"](cell, form, 0, steps=400)[1].valid[-1]["percent"]

    assert read("rnn", "permuted") == pytest.approx(read("rnn", "pixels"), abs=8)
    assert read("lstm", "permuted") > 50


@pytest.mark.slow
def test_sample_after(cells, trained):
    lstm = cells("01", *WRITER, change={'Reader("rnn", I=K': 'Reader("lstm", I=K'})
    assert -0.05 < bits(lstm) - bits(trained) < 0.25


@pytest.mark.slow
def test_watch_after(trained):
    room = trained
    codes = room["unseen"].codes[:5000]
    space = codes[1:] == room["book"].alphabet.index(" ")
    letters = room["one_hot"](room["torch"].tensor(codes[:-1])[:, None])
    h = room["writer"].read(letters)[0][:, 0].detach()
    says = room["writer"].answer(h).softmax(dim=1).detach().numpy()
    says = says[:, room["book"].alphabet.index(" ")]
    units = [abs(np.corrcoef(h[:, k], space)[0, 1]) for k in range(h.shape[1])]
    assert max(units) < 0.6
    assert np.corrcoef(says, space)[0, 1] > max(units) + 0.1
