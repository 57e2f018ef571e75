"""What one sees when one thing of chapter 5 is changed."""

import numpy as np
import pytest


def test_after_parts(cells):
    room = cells("05", "setup", "clock-run")

    def h(*clock, T=100):
        p = room["clock"](*clock)
        cell = room["peephole"].make("fo")
        return room["unroll"](cell, p, np.zeros((T, 1, 1)))[0].ravel()

    assert (np.flatnonzero(h(25) > 0.5) + 1).tolist() == [25, 50, 75, 100]
    soft = h(10, 2.0)
    assert soft.max() < 0.2 and soft[30:] == pytest.approx(0.08, abs=0.01)


def test_after_coupled(cells):
    small = {"for i in (0.5, 0.1, 0.02)": "for i in (0.02, 0.001)"}
    balance = cells("05", "setup", "counter", change=small)["balance"]
    peak, end = balance["i = 0.001"][[49, 99]]
    assert (peak, end) == pytest.approx((0.024, -0.0012), abs=5e-4)
    assert -end / peak == pytest.approx(1 / 20, abs=0.002)
    peak, end = balance["i = 0.02"][[49, 99]]
    assert -end / peak == pytest.approx(2 / 3, abs=0.04)


@pytest.mark.slow
def test_after_votes(cells):
    from_1 = {
        '("lstm", {"f": 5.0}), ("gru", {"u": 5.0}),': '("lstm", {"f": 5.0}),',
        '("coupled", {"i": -5.0})': '("one", {"f": 1.0})',
        "learned(name, bias, seed)": 'learned("lstm", bias, seed)',
    }
    names = ("votes-code", "votes-learn", "votes-run")
    room = cells("05", "setup", *names, change=from_1)
    mean = {name: runs.mean(axis=0) for name, runs in room["right"].items()}
    assert room["right"]["one"][:, 0].min() == 100
    assert mean["one"][[2, 4]] == pytest.approx([91, 74], abs=1)
    assert mean["lstm"][4] == pytest.approx(89, abs=1)


def test_after_theano(cells):
    mixing = "h, theirs = np.zeros(H), []"
    diagonal = {mixing: f"W_h[:, 2 * H :] *= np.eye(H)\n{mixing}"}
    names = ("setup", "theano-run", "theano-which")
    exact = [
        {tuple(x.split()[:3]) for x in r["printed"].splitlines() if x.endswith(" 0.00")}
        for r in (cells("05", *names), cells("05", *names, change=diagonal))
    ]
    one = ("before", "keeps_old", "hard_sigmoid")
    assert exact == [{one}, {one, ("after", "keeps_old", "hard_sigmoid")}]


def test_after_lift(cells):
    every_second = {"if add else up": "if add and k % 2 else up"}
    room = cells("05", "setup", "lift-run", change=every_second)
    assert room["left"][True][-1] == pytest.approx(1e-5, rel=0.5)


def test_after_clockwork(cells):
    names = ("setup", "clockwork-code")
    slow, fast = (
        cells("05", *names, change={"(1, 4, 16, 64)": periods})
        for periods in ("(1, 4, 16, 64)", "(1, 2, 4, 8)")
    )
    kept = [room["trail"](room["ticking"], 0)[60] for room in (slow, fast)]
    assert 0.06 < kept[0].min() and kept[0].max() < 0.2
    assert kept[1] == pytest.approx([1e-3] * 4, rel=0.3)
    assert kept[1].mean() > 30 * slow["trail"]("rnn", 0)[60].mean()


def test_after_mlstm(cells):
    fourth = {"zip(keys[:3], values[:3])": "zip([*keys[:3], keys[1]], values)"}
    room = cells("05", "setup", "mlstm-run", change=fourth)
    both = room["values"][[1, 3]].mean(axis=0)
    assert room["look_up"](room["keys"][1]) == pytest.approx(both)


def test_study_luck(cells):
    gru = {'base = "lstm"': 'base = "gru"'}
    room = cells("05", "setup", "study-run", "study-pairs", change=gru)
    digits, votes = room["printed"].split("points more or less than gru")[1:]
    ahead = [
        [line.split()[0] for line in part.splitlines() if "  +" in line]
        for part in (digits, votes.split("stream,")[0])
    ]
    assert ahead[0] == ["mut1", "mut2", "rnn"]
    assert sorted(ahead[1]) == ["lstm", "mut3", "nig", "nog", "peephole"]
    assert [room["learned"][task]["gru"] for task in ("stream", "beat")] == [8, 8]


def test_after_depth(cells):
    room = cells("05", "setup", "depth-run")
    shut = {f"d_{k}": -3.0 for k in range(1, 17)}
    deep = room["depth_gated"].make(16)
    assert room["reaches"](deep, shut)[0] == pytest.approx(1e-10, rel=0.3)
    one = cells("05", "setup", "depth-run", change={"size=(5, 1, 8)": "size=(1, 1, 8)"})
    arrives, c = one["reaches"](deep, {k: 3.0 for k in shut})
    assert (arrives, c) == pytest.approx((0.19, 0.3), abs=0.015)


def test_after_mut(cells):
    third = {'("gru", "mut1")': '("mut3",)'}
    u = cells("05", "setup", "mut-run", change=third)["u"][:, 0, 0]
    assert u[[0, 1, -1]].round(2).tolist() == [0.21, 0.13, 0.15]


def test_search_after(cells):
    plain = {'genome.STARTS["hoard"]': 'genome.STARTS["plain"]'}
    assert cells("05", "setup", "search-child", change=plain)["gated"] == []
    assert len(cells("05", "setup", "search-child")["gated"]) > 0


@pytest.mark.slow
def test_odyssey_reading(cells):
    room = cells("05", "setup", "odyssey-run")
    mean = room["report"].against(room["rows"], "gru")[1]
    [lstm] = [r for r in mean if r["way"] == "searched" and r["cell"] == "lstm"]
    assert lstm["verdict"] == "worse" and round(100 * lstm["gain"]) == -3
