"""What one sees when one thing of chapter 3 is changed."""

import numpy as np
import pytest

UNIT = ("setup", "unit-run")
FILLED = ("setup", "filled-code")


def test_belt_after(cells):
    for f, rests in ((1, 100.0), (0.9, 5.0)):
        steps = f'steps = [("", {f}, 1, 0.5)] * 200\nc = 0.0\n'
        room = cells("03", "setup", "belt-run", change={"c = 0.0\n": steps})
        assert room["c"] == pytest.approx(rests, abs=1e-6)


def test_unit_after(cells):
    def left(bias):
        b = {"[-10.0, 10.0, 0.0, 10.0]": f"[-10.0, {bias}, 0.0, 10.0]"}
        room = cells("03", *UNIT, change=b)
        return room["c_end"][room["plus"]].min(), room["c_end"][~room["plus"]].max()

    assert left(8.0) == pytest.approx((0.80, 0.13), abs=0.006)
    assert left(5.0) == pytest.approx((0.015, 0.026), abs=6e-4)
    assert 0.5 == pytest.approx((1 + np.exp(-7.27)) ** -999.0, abs=2e-3)


def test_squash(cells):
    shown = cells("03", "setup")["UnitExplorer"]

    def second(W_hi):  # what the second pulse of "first only" adds
        c = shown("first only", W_h=[W_hi, 0, 0, 0]).trace()["c"]
        return c[8] - c[7]

    assert [second(w) for w in (-30, -16, -13, -10)] == pytest.approx(
        [0.0, 0.1, 0.5, 0.9], abs=0.04
    )

    def kept(W_xf):  # of "latch" when the -1 comes
        c = shown("latch", W_x=[20, W_xf, 3, 0]).trace()["c"]
        return c[9] / c[8]

    assert [kept(w) for w in (20, 10, 0)] == pytest.approx([0, 0.5, 1], abs=0.01)


def test_tanh_after(cells):
    count = {"c = steps * tanh(1.0)": "c = 7.616 * (1 - 0.9**steps)"}
    room = cells("03", "setup", "count-run", change=count)
    step = 0.9 * room["c"] + np.tanh(1.0)
    assert room["c"] == pytest.approx(step, abs=1e-3)  # where the count rests
    assert "c =   7.62, tanh(c) = 1.0000" in room["printed"]


def test_halflife_after(cells):
    start, zeros = "    start = np.zeros", "np.zeros((T, 1, 1)), start)"
    weight = '    p["W_x"][0, 1] = 1.0\n'
    noise = {start: weight + start, zeros: "rng.normal(size=(T, 1, 1)), start)"}
    room = cells("03", "setup", "halflife-run", "halflife-code", change=noise)
    lasts = [(room["left_over"](3.0) > 0.5).sum() + 1 for _ in range(100)]
    f = room["sigmoid"](3.0 + np.random.default_rng(0).normal(size=100_000))
    assert np.mean(lasts) == pytest.approx(10, abs=1)
    assert room["half_life"](f.mean()) == pytest.approx(9.7, abs=0.1)
    assert room["half_life"](f).mean() > 20


def test_write_less_after(cells):
    room = cells("03", *FILLED)
    order = room["tasks"].make("temporal_order", T=100)
    seen = [room["legible"](order, {"f": f, "i": -3.0}) for f in (7.0, 3.0, 1.0)]
    legible = [int(text.split(",")[1].split("%")[0]) for text in seen]
    assert legible == pytest.approx([91, 72, 25], abs=1)


@pytest.mark.slow
def test_write_less_after_training(cells):
    room = cells("03", *FILLED)
    order = room["tasks"].make("temporal_order", T=100)
    for f, learns in ((7.0, True), (3.0, True), (1.0, False)):
        net = room["Reader"](
            "lstm", order.I, 32, order.K, bias={"f": f, "i": -3.0}, seed=0
        )
        run = room["learn"](net, order, lr=0.003, steps=1200, seed=0)
        assert (run["accuracy"] > 0.9) == learns


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed, low, high", [(0, 0.0, 0.3), (1, 0.85, 0.91), (5, 0.99, 1)]
)
def test_chrono_after(cells, seed, low, high):
    room = cells("03", "setup")
    forty = room["tasks"].make("gap_language", gap=40)
    net = room["Reader"]("lstm", forty.I, 32, forty.K, T_max=45, seed=seed)
    run = room["learn"](net, forty, lr=0.003, steps=1000, seed=seed)
    assert low <= run["accuracy"] <= high
    rows = room["record"].load("gap")["rows"]
    five = {"gap": 40, "cell": "lstm", "forget_bias": 5.0, "lr": 0.003}
    assert room["record"].pick(rows, "accuracy", **five).min() > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])  # 3 remembers least of the six
def test_lesson_after(cells, monkeypatch, seed):
    continual = cells("03", "setup")["continual"]
    monkeypatch.setattr(continual, "H", 16)
    run = continual.run("lstm1997", "streams", seed=seed)
    assert run["remembered"][-1] > 0.99 and run["c"][-1] > 800
