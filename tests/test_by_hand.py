"""The numbers that chapter 1 works out on paper, with nothing but math.tanh."""

import json
import re
from math import tanh

import numpy as np
import pytest

from lstm_course import CELLS, unroll

P = {
    "W_x": np.array([[0.5, -0.3], [0.1, 0.2]]),
    "W_h": np.array([[0.4, -0.6], [0.2, 0.7]]),
    "b": np.array([-0.2, 0.3]),
}
X = np.array([[[1.0, 2.0]], [[3.0, -1.0]]])  # (T, B, I)


def by_hand():
    """h_1 and h_2, every product written out."""
    a1 = tanh(1 * 0.5 + 2 * 0.1 - 0.2)
    b1 = tanh(1 * -0.3 + 2 * 0.2 + 0.3)
    a2 = tanh(3 * 0.5 - 1 * 0.1 + a1 * 0.4 + b1 * 0.2 - 0.2)
    b2 = tanh(3 * -0.3 - 1 * 0.2 + a1 * -0.6 + b1 * 0.7 + 0.3)
    return [[[a1, b1]], [[a2, b2]]]


def test_two_steps_of_the_rnn_are_those_computed_by_hand():
    h, (last,), _ = unroll("rnn", P, X)
    assert h == pytest.approx(np.array(by_hand()), abs=1e-15)  # one rounding
    assert last == pytest.approx(h[-1])


def test_one_step_of_the_rnn_is_that_computed_by_hand():
    h = np.zeros((1, 2))
    for x_t, wanted in zip(X, by_hand(), strict=True):
        (h,), _ = CELLS["rnn"].step(P, x_t, (h,))
        assert h == pytest.approx(np.array(wanted), abs=1e-15)


def test_the_chapter_prints_these_numbers(root):
    text = (root / "book/01_recurrent_networks.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    cell = next(c for c in cells if c["id"] == "paper-run")
    shown = "".join(cell["outputs"][0]["text"])
    printed = [float(n) for n in re.findall(r"-?\d+\.\d{4}", shown)]
    assert printed[:2] == pytest.approx(np.ravel(by_hand()[0]), abs=5e-5)
    assert printed[-2:] == pytest.approx(np.ravel(by_hand()[1]), abs=5e-5)


def test_the_figure_of_these_steps_says_their_numbers_to_who_cannot_see_it(root):
    text = (root / "book/01_recurrent_networks.ipynb").read_text(encoding="utf-8")
    cell = next(c for c in json.loads(text)["cells"] if c["id"] == "bptt-paper-figure")
    (h_1,), ((a2, b2),) = by_hand()
    dz = 1 - a2**2  # the loss is number 0 of h_2
    for pair in (h_1, (a2, b2), (dz * 0.4, dz * 0.2)):
        words = ", ".join(f"{n:.2g}".replace("-", "minus ") for n in pair)
        assert f"[{words}]" in cell["metadata"]["mystnb"]["image"]["alt"]


def test_the_table_of_chapter_4_has_the_weights_that_its_code_has(root):
    text = (root / "book/04_lstm_step_by_step.ipynb").read_text(encoding="utf-8")
    sources = {c["id"]: "".join(c["source"]) for c in json.loads(text)["cells"]}
    rows = re.findall(r"^\| \$[Wb].*? \|(.*)\|$", sources["layers-after"], re.M)
    table = [[float(n.replace("−", "-")) for n in row.split("|")] for row in rows]
    room = {"np": np}
    exec(sources["weights"], room)
    assert np.array_equal(table, np.vstack([room[k] for k in ("W_x", "W_h", "b")]))
