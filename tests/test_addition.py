"""Addition by stacked layers and by grids: the data, the nets, what came out."""

import numpy as np
import pytest
import torch

from lstm_course.experiments import addition, record
from lstm_course.experiments.held import Held


def test_held_weights_are_parameters_of_the_same_form():
    held = Held({"a": [(np.ones((3, 2)), np.zeros(2))], "b": {"c": np.ones(4)}})
    assert held.p["a"][0][0] is next(held.parameters())
    assert sum(p.numel() for p in held.parameters()) == 12
    assert all(p.dtype == torch.float32 for p in held.parameters())


def test_columns_hold_two_numbers_and_the_answer_their_sum_from_the_right():
    columns, answer = addition.sums(np.random.default_rng(0), 200, 4)
    tens = 10 ** np.arange(4)
    a, b = (columns[::-1, :, k].T @ tens for k in (0, 1))
    assert (answer.T @ 10 ** np.arange(5) == a + b).all()
    assert min(a.min(), b.min()) >= 1000


def test_no_digit_of_the_answer_is_read_before_it_is_asked_for():
    columns, answer = addition.sums(np.random.default_rng(0), 2, 3)
    columns, answer = torch.as_tensor(columns), torch.as_tensor(answer)
    other = answer.clone()
    other[2] = (other[2] + 1) % 10
    one, two = addition.read(columns, answer), addition.read(columns, other)
    changed = (one != two).any(-1).any(-1)
    assert changed.tolist() == [False] * 6 + [True]  # read where digit 3 is asked


@pytest.mark.parametrize("net", addition.NETS)
def test_all_nets_have_nearly_as_many_weights(net):
    model = addition.Adder(net, addition.units(net))
    n = sum(p.numel() for p in model.parameters())
    assert abs(n / addition.WEIGHTS - 1) < 0.03
    columns, answer = map(
        torch.as_tensor, addition.sums(np.random.default_rng(0), 2, 3)
    )
    assert model(columns, answer).shape == (4, 2, 10)


def sums_right(net, lr):
    rows = record.load("addition")["rows"]
    return record.pick(rows, "sums", net=net, lr=lr)[:, -1]


def test_at_the_small_rate_one_block_for_all_depths_is_ahead_of_stacked_layers():
    stacked, tied = (sums_right(net, 0.005) for net in ("stacked", "tied grid"))
    assert (tied > 0.95).all() and (tied > stacked + 0.1).all()


def test_at_the_large_rate_the_stacked_layers_have_caught_up():
    """What looks like a gap of architectures was one of rates."""
    stacked, tied = (sums_right(net, 0.01) for net in ("stacked", "tied grid"))
    assert stacked.min() > 0.95 and abs(stacked.mean() - tied.mean()) < 0.03
