"""What one sees when one thing of chapter 2 is changed."""

import re

import numpy as np
import pytest

ECHO = ("setup", "echo-code", "listen-code", "echo-run")


def test_windows_after(cells):
    more = {"range(4000)": "range(40_000)"}
    shown = cells("02", "setup", "windows-code", change=more)["printed"]
    three, ten = (re.findall(r"([\d.]+)%", line) for line in shown.splitlines())
    assert three[1:] == ["100.0", "100.0"]
    assert [float(s) for s in (three[0], *ten)] == pytest.approx([12.5] * 4, abs=3)


@pytest.mark.slow
def test_gap_after(cells):
    train = cells("02", "setup", "reader")["train"]
    assert train(40, "rnn", None, seed=1)["solved"]
    assert train(40, "rnn", None, seed=0, steps=2000)["solved"] == 2000


def test_words_after(cells):
    country = cells("02", *ECHO)["curves"]
    last = cells("02", *ECHO[:2], change={"COUNTRY = 4": "COUNTRY = -4"})["echo"]
    for cell, bias, times in (("rnn", None, 21), ("lstm", 1.0, 5.4)):
        echo = np.median([last(cell, bias, seed) for seed in range(5)], axis=0)
        assert len(echo) == 4
        assert echo[-1] / country["echo", cell][-1] == pytest.approx(times, rel=0.05)


def test_radius_after(cells):
    typical = cells("02", "setup", "norms-code", "radius-run")["typical"]
    assert typical(4, loud=10)[-1] == pytest.approx(4e-8, rel=0.2)


def test_clip_after(cells):
    def peak(steps, left, right):
        change = {"(20, 1, 1)": f"({steps}, 1, 1)", "-0.5, 0.1,": f"{left}, {right},"}
        db = abs(cells("02", "setup", "cliff-run", change=change)["db"])
        return db.max(), (db > db.max() / 2).sum() * (right - left) / 600

    height, width = peak(20, -0.15, -0.13)
    later_height, later_width = peak(40, -0.1406, -0.1404)
    assert later_height == pytest.approx(2.5e6, rel=0.05)
    assert later_height / height == pytest.approx(500, rel=0.1)
    assert width / later_width == pytest.approx(500, rel=0.2)
    assert later_width == pytest.approx(1e-6, rel=0.4)
    assert peak(40, -0.5, 0.1)[0] < 1


def test_learned_after(cells):
    loud = {"B=500)\n": "B=500)\nbits = x[0].copy()\nx = 5 * x\nx[0] = bits\n"}
    room = cells("02", "setup", "latch-run", "latch-weights", change=loud)
    kept, left = np.array(room["kept"]), np.array(room["left"])
    holds = room["weights"] > 2.28
    assert kept[room["weights"] < 2.02].max() < 60 and kept[holds].min() > 99
    assert (left[holds] < [1e-8, 1e-92]).all()


def test_relu_after(cells):
    starts = cells("02", "setup")["starts"]
    clipped, free = (
        starts.run(20, "identity, relu", clip, lr=0.003, seed=0) for clip in (1.0, None)
    )
    assert (clipped["solved"], free["solved"]) == (200, 300)
    assert min(clipped["largest"], free["largest"]) > 300


def test_one_number(cells):
    lab = cells("02", "setup")["GradientLab"]
    ends = [
        [y[0] for y in lab(gain=4, bias=bias, length=50).measure([50]).values()]
        for bias in (8.0, 0.0)
    ]
    (total, direct, rnn), (total_0, direct_0, rnn_0) = ends
    assert direct > 0.99 and direct_0 == pytest.approx(1e-11, rel=0.3)
    assert total == pytest.approx(1000, rel=0.3) and total_0 == pytest.approx(
        20, rel=0.2
    )
    assert rnn == rnn_0 == pytest.approx(1e9, rel=0.3)


def test_lesson_after(cells):
    f = 0.5 ** (1 / 20)
    bias = float(np.log(f / (1 - f)))
    assert (f, bias) == pytest.approx((0.966, 3.3), abs=0.05)
    train = cells("02", "setup", "reader")["train"]
    run = train(20, "lstm", bias, seed=0)
    assert run["accuracy"] == 1 and run["solved"] == 200


def test_delicate_read(cells):
    more = {"rng.normal(size=(5000, 2000))": "np.ones((5000, 1))"}
    shown = cells("02", "setup", "delicate-run", change=more)["printed"]
    found = re.findall(r"by +([\d.]+) sizes per unit of keep, ([\d.]+)", shown)
    by_keep, by_b = np.array(found, float).T
    assert by_keep == pytest.approx([10.0, 100.0, 966.1], abs=0.1)
    assert by_b == pytest.approx([0.90, 0.99, 0.97], abs=0.005)


def test_a_tenth_of_forgetting_makes_ten_times_the_sensitivity(cells):
    shown = cells("02", "setup", "delicate-run")["printed"]
    found = re.findall(r"by +([\d.]+) sizes per unit of keep, ([\d.]+)", shown)
    by_keep, by_b = np.array(found, float).T
    keep = np.array([0.9, 0.99, 0.999])
    theory = np.sqrt(1 + keep**2) / (1 - keep**2)
    assert by_keep == pytest.approx(theory, rel=0.05)
    assert by_b == pytest.approx(theory * keep * (1 - keep), rel=0.05)
