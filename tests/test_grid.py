"""Grid LSTM: against torch's own cell, by hand, by differences, and its mutants."""

import numpy as np
import pytest
import torch
from door_table import refused
from latent_proofs import close, gates, leaves, rebuilt, shaken
from test_mutants import Mutation

from lstm_course.cells import CELLS
from lstm_course.gradcheck import gradcheck
from lstm_course.models import grid
from lstm_course.models.variational import tensors

T, B, I, H, D = 5, 3, 2, 4, 3
PAIR = (CELLS["lstm"],) * 2


def weights(cell="lstm", depth=D, tied=False):
    p = grid.init(I, H, np.random.default_rng(0), cell, depth, tied)
    return shaken(p)


def inputs():
    return np.random.default_rng(5).normal(size=(T, B, I))


def states(n=2):
    rng = np.random.default_rng(6)
    return tuple(tuple(rng.normal(size=(2, B, H))) for _ in range(n))


def reference(p, x):
    """The whole untied grid with torch.nn.LSTMCell alone: h (T, B, H), time's end."""
    p, x = tensors(p, grad=False), torch.tensor(x)
    (W_h, b_h), (W_m, b_m) = p["input"]
    time, tops = [(torch.zeros(B, H).double(),) * 2 for _ in range(D)], []
    for t in range(T):
        h, m = x[t] @ W_h + b_h, x[t] @ W_m + b_m
        for d, (along, up) in enumerate(p["blocks"]):
            below = h
            h, m = gates(up, time[d][0], (h, m))
            time[d] = gates(along, below, time[d])
        tops.append(h)
    return torch.stack(tops), time


def by_the_paper(W, b, joined, m):
    """LSTM(H, m, W) with W (2H, 4H) whole, blocks i f g o -> h', m'."""
    zi, zf, zg, zo = np.split(joined @ W + b, 4, axis=1)
    gate = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    m = gate(zf) * m + gate(zi) * np.tanh(zg)
    return gate(zo) * np.tanh(m), m


def prove(module):
    p, x = weights(), inputs()
    h, time = module.run(p, x)
    tops, end = reference(p, x)
    close(h, tops)
    for a, b in zip(leaves(time), leaves(end), strict=True):
        close(a, b)
    prove_options(module)
    mask = np.ones((T, B))
    mask[3:, 0] = 0.0
    padded, end = module.run(p, x, mask=mask)
    close(padded[:, 1:], h[:, 1:])
    for a, b in zip(leaves(end), leaves(module.run(p, x[:3])[1]), strict=True):
        close(a[0], b[0])


def prove_options(module):
    """Tied, in both orders, and with a priority, from the paper's whole matrix."""
    ((h1, m1), (h2, m2)), (q,) = states(), weights(tied=True)["blocks"][0]
    W, b = np.vstack([q["W_h"], q["W_x"]]), q["b"]
    forth, back = np.hstack([h1, h2]), np.hstack([h2, h1])
    first, second = by_the_paper(W, b, forth, m1), by_the_paper(W, b, back, m2)
    wanted = [
        ({}, first, second),
        ({"order": "fixed"}, first, by_the_paper(W, b, forth, m2)),
        ({"priority": 1}, first, by_the_paper(W, b, np.hstack([h2, first[0]]), m2)),
        ({"priority": 0}, by_the_paper(W, b, np.hstack([h1, second[0]]), m1), second),
    ]
    for options, *new in wanted:
        got = module.block([q], ((h1, m1), (h2, m2)), PAIR, **options)
        for a, b_ in zip(leaves(got), leaves(new), strict=True):
            close(a, b_)


def test_the_grid_is_that_of_torch_s_own_cells():
    prove(grid)


def test_three_dimensions_read_each_other_in_their_order():
    given, rng = states(3), np.random.default_rng(7)
    W = [rng.normal(size=(3 * H, 4 * H)) for _ in range(3)]  # over [h_1, h_2, h_3]
    b, joined = rng.normal(size=4 * H), np.hstack([h for h, _ in given])
    p = []
    for n in range(3):
        own = np.arange(n * H, n * H + H)
        p.append(dict(W_h=W[n][own], W_x=np.delete(W[n], own, axis=0), b=b))
    got = grid.block(p, given, (CELLS["lstm"],) * 3)
    for n, (_, m) in enumerate(given):
        for a, b_ in zip(got[n], by_the_paper(W[n], b, joined, m), strict=True):
            close(a, b_)


WAYS = [
    {},
    {"cell": grid.PRINTED},
    {"cell": "gru"},
    {"cell": ("lstm", "rnn")},
    {"priority": 0},
    {"order": "fixed"},
    {"mask": np.tri(T, B, 1)},
]


@pytest.mark.parametrize(
    "way,tied",
    [(way, False) for way in WAYS] + [({"order": "fixed"}, True), ({}, True)],
    ids=str,
)
def test_arrays_and_tensors_give_the_same(way, tied):
    p, x, options = weights(way.get("cell", "lstm"), tied=tied), inputs(), dict(way)
    h, time = grid.run(p, x, **options)
    if "mask" in options:
        options["mask"] = torch.tensor(options["mask"])
    theirs, end = grid.run(tensors(p), torch.tensor(x), **options)
    close(h, theirs)
    for a, b in zip(leaves(time), leaves(end), strict=True):
        close(a, b)


@pytest.mark.parametrize("way", [{}, {"cell": grid.PRINTED}, {"priority": 1}], ids=str)
def test_autograd_agrees_with_finite_differences(way):
    p, x = weights(way.get("cell", "lstm"), depth=2), inputs()[:2, :2]

    def run(x, *values):
        return grid.run(rebuilt(p, iter(values)), x, **way)[0]

    given = [torch.tensor(x, requires_grad=True), *leaves(tensors(p))]
    assert torch.autograd.gradcheck(run, given)


def test_the_printed_output_is_a_cell_with_a_right_backward_pass():
    assert max(gradcheck(grid.PRINTED, T=3).values()) < 1e-6
    q, (x, _), (h, m) = weights()["blocks"][0][0], *states()
    usual, printed = (c.step(q, x, (h, m)) for c in (CELLS["lstm"], grid.PRINTED))
    close(usual[0][1], printed[0][1])  # the same memory
    close(printed[0][0], np.tanh(usual[1]["o"] * usual[0][1]))


def test_one_block_tied_along_depth_is_the_same_block_d_times():
    p, x = weights(depth=1), inputs()
    h, time = grid.run(p, x, depth=D)
    again, end = grid.run(p | {"blocks": p["blocks"] * D}, x)
    close(h, again, 0)
    assert len(time) == D and (h != grid.run(p, x)[0]).any()


def test_the_fixed_order_gives_both_dimensions_the_same_gates():
    (h1, m), (h2, _) = states()
    (q,) = weights(tied=True)["blocks"][0]
    for order, same in dict(fixed=True, own=False).items():
        a, b = grid.block([q], ((h1, m), (h2, m)), PAIR, order)
        assert np.array_equal(a[0], b[0]) is same


def test_a_block_by_hand():
    """One unit, weights of 0 but for the candidate's: all gates are one half."""
    row, none = np.array([[0.0, 0.0, 1.0, 0.0]]), np.zeros(4)
    p = [dict(W_x=row, W_h=2 * row, b=none), dict(W_x=3 * row, W_h=0 * row, b=none)]
    given = [[np.array([[v]]) for v in pair] for pair in ((0.5, 1.0), (-0.25, 2.0))]
    (h1, m1), (h2, m2) = grid.block(p, given, PAIR)
    close(m1, [[0.5 + 0.5 * np.tanh(-0.25 + 2 * 0.5)]])
    close(m2, [[1.0 + 0.5 * np.tanh(3 * 0.5)]])
    close(h1, 0.5 * np.tanh(m1))
    close(h2, 0.5 * np.tanh(m2))


def test_a_pad_holds_a_memory_that_is_a_matrix():
    pair = ("mlstm", "lstm")
    p, x, mask = weights(pair), inputs(), np.ones((T, B))
    mask[3:, 0] = 0.0
    (_, end), (_, held) = grid.run(p, x, pair, mask=mask), grid.run(p, x[:3], pair)
    (_, full) = grid.run(p, x, pair)
    for a, b, c in zip(leaves(end), leaves(held), leaves(full), strict=True):
        close(a[0], b[0])
        close(a[1:], c[1:])


def test_bad_input_is_met_at_the_door():
    p, x = weights(), inputs()
    refused("weights for 3 blocks, and depth=2")(lambda: grid.run(p, x, depth=2))
    refused("no option order='mine'")(lambda: grid.run(p, x, order="mine"))
    refused("carries a matrix")(lambda: grid.run(p, x, "mlstm"))
    refused("features")(lambda: grid.run(p, x[..., :1]))


MUTANTS = [
    ("the memory of another dimension", "*states[n][1:]", "*states[0][1:]"),
    ("weights of the first for all", "cells[n], p[n]", "cells[n], p[0]"),
    ("updated one after the other", "*states[n][1:]))",
     "*states[n][1:]))\n        h[n] = new[n][0]"),
    ("own h read twice", "if k != first]", "if k == first]"),
    ("the priority comes first", "lambda n: n == priority", "lambda n: n != priority"),
    ("the priority reads the old h", "else new[k][0]", "else h[k]"),
    ("orders swapped", 'if order == "own"', 'if order != "own"'),
    ("time and depth swapped", "along, up = block", "up, along = block"),
    ("one block at every depth", "d if len(p", "0 if len(p"),
    ("pads move time", "hold(mask, along", "hold(None, along"),
]  # fmt: skip


@pytest.mark.parametrize("what,old,new", MUTANTS, ids=[m[0] for m in MUTANTS])
def test_every_mutant_is_killed(what, old, new):
    with Mutation("models/grid.py", old, new) as mutation:
        with pytest.raises(AssertionError):
            prove(mutation.load("models.grid"))
