"""Claims about convert.count: what is learned, counted once, and explained."""

import numpy as np
import pytest
from torch import nn

from lstm_course import CELLS, convert, init
from lstm_course.cells import Stack, clockwork, depth_gated, greff, gru, lstm

I, H = 4, 6
MODULES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
COUNTS = [
    ("rnn", {}, 13_300),
    ("rnn", dict(second_bias=True), 13_400),
    ("lstm", {}, 53_200),
    ("lstm", dict(second_bias=True), 53_600),
    ("gru", {}, 40_200),
    (gru.make(reset="before"), {}, 39_900),
    ("peephole", {}, 53_500),
    ("coupled", {}, 39_900),
    ("np", {}, 53_200),
    *((greff.make(without=f"{gate}p"), {}, 39_900) for gate in "ifo"),
    *((gate, {}, 39_900 + 200) for gate in ("nig", "nfg", "nog", "cifg")),
    *((part, {}, 53_500) for part in ("niaf", "noaf", greff.cell)),
    ("fgr", {}, 53_500 + 9 * 100**2),
    (clockwork.make((1, 2, 4, 8)), {}, 3_200 + 100 + (100**2 + 100 * 25) // 2),
]


@pytest.mark.parametrize("cell, how, number", COUNTS)
def test_counts_are_those_of_the_literature(cell, how, number):
    assert convert.count(cell, 32, 100, **how) == number


@pytest.mark.parametrize("name", MODULES)
def test_counts_are_those_of_torch(name):
    numbers = sum(v.numel() for v in MODULES[name](32, 100).parameters())
    assert convert.count(name, 32, 100, second_bias=True) == numbers


def test_the_imdb_model_has_213301_parameters():
    embedding, dense = 5000 * 32, 100 + 1
    assert embedding + convert.count("lstm", 32, 100) + dense == 213_301


@pytest.mark.parametrize("name", CELLS)
def test_the_count_is_the_number_of_numbers_that_training_can_move(name):
    cell, extra = CELLS[name], H * bool(getattr(CELLS[name], "extra", None))
    p = init(cell, I + extra, H, np.random.default_rng(0))
    masks = cell.masks
    free = sum(int(masks[k](H).sum()) if k in masks else v.size for k, v in p.items())
    assert convert.count(name, I, H) == free


def test_the_count_of_a_stack_is_the_sum_of_its_layers():
    stack = Stack("two", [clockwork.make((1, 2)), lstm.make()])
    layers = convert.count(clockwork.make((1, 2)), I, H) + convert.count("lstm", H, H)
    assert convert.count(stack, I, H) == layers
    one, two = (convert.count(depth_gated.make(n), I, H) for n in (1, 2))
    upper = H * 5 * H + H * 4 * H + 5 * H + 5 * H  # W_x, W_h, b and five peepholes
    assert two - one == upper


def test_a_count_explains_itself():
    text = str(convert.count("lstm", 32, 100, second_bias=True))
    assert [line.split("  ")[-1].strip() for line in text.splitlines()] == [
        "12,800",
        "40,000",
        "400",
        "400",
        "53,600",
    ]
    assert "32 x 4 x 100" in text and "a second time" in text
    assert f"{convert.count('lstm', 32, 100):,}" == "53,200"
