"""A backward that is derived equals the one written by hand."""

import ast
import inspect

import numpy as np
import pytest
import torch

from lstm_course import unroll, unroll_backward
from lstm_course.cells import CELLS, lstm, minlstm, peephole, slstm
from lstm_course.cells.cell import Cell, Phase
from lstm_course.gradcheck import gradcheck, random_case
from lstm_course.ops import TABLE, exp, log, maximum, minimum, positive, tanh
from lstm_course.recurrent import Recurrent
from lstm_course.search import derive
from lstm_course.search.partial import PARTIALS, partial, tree

LAYERS = [
    pytest.param(layer, id=f"{name}-{k}")
    for name, cell in CELLS.items()
    for k, layer in enumerate(cell.layers)
    if layer.phases
]


def largest(ours, theirs):
    return max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("cell", LAYERS)
def test_derived_gradients_are_those_written_by_hand(cell):
    I = 4 + 6 * bool(cell.extra)
    p, x, state0, dh, dstate = random_case(cell, I=I)
    made, found = derive.cell(cell), []
    for one in (made, cell):
        _, _, caches = unroll(one, p, x, state0)
        dx, dstate0, grads = unroll_backward(one, p, dh, caches, dstate)
        found.append([dx, *dstate0, *(grads[k] for k in p)])
    scale = max(1.0, *(np.abs(a).max() for a in found[1]))
    assert largest(*found) < 1e-12 * scale


@pytest.mark.parametrize("cell", LAYERS)
def test_derived_gradients_pass_finite_differences(cell):
    errors = gradcheck(derive.cell(cell), T=3, B=2, I=3 + 4 * bool(cell.extra), H=4)
    assert max(errors.values()) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("cell", [lstm.cell, minlstm.cell, slstm.cell, peephole.cell])
def test_a_derived_cell_gets_its_compiled_loop(cell):
    made, x = derive.cell(cell), torch.randn(7, 3, 4, dtype=torch.float64)
    found = []
    for how in (True, False):
        layer = Recurrent(made, 4, 6, seed=0, dtype=torch.float64, compiled=how)
        h, _ = layer(x)
        h.square().sum().backward()
        found.append(
            [h.detach().numpy()] + [p.grad.numpy() for p in layer.parameters()]
        )
    assert largest(*found) < 1e-12


def test_the_lstm_s_derived_lines_are_those_of_its_room():
    def lines(function):
        return [
            ast.unparse(n)
            for n in ast.parse(inspect.getsource(function).strip()).body[0].body
        ]

    hand = [
        line.replace("d_gate", "d_sigmoid")
        for line in lines(lstm.cell.phases[0].backward)
    ]
    assert derive.backward(lstm.cell.phases[0]).count("\n") == len(hand)
    made = derive.cell(lstm.cell).phases[0]
    assert lines(made.backward) == hand
    assert made.back_args == lstm.cell.phases[0].back_args


def test_every_function_of_a_cell_s_lines_has_a_derivative():
    assert {f.__name__ for f in TABLE} | {"abs"} == set(PARTIALS)


def everything(zi, zg, h_prev, w):
    a = maximum(zi, h_prev * 0.5) - minimum(zg, w)
    y = exp(-a * a) / (1.0 + abs(zg)) ** 0.5
    k = log(2.0 + y * y) + positive(zi - 0.1) * tanh(y - tanh(zg))
    h = k - a / (2.0 + h_prev * h_prev) + zg * y * (zi - zi * y)
    return h


def test_every_kind_of_line_is_differentiated():
    phase = Phase(everything, everything, gives="h")
    made = derive.cell(Cell("odd", "i g = x W_x + h W_h + b", phase, vectors="w"))
    errors = [
        max(gradcheck(made, T=2, B=2, I=3, H=4, seed=s).values()) for s in (0, 1, 2)
    ]
    assert min(errors) < 1e-7  # near a kink finite differences are wrong


def test_what_cannot_be_differentiated_is_said():
    with pytest.raises(ValueError, match=r"No derivative is known of 'x \*\* y'"):
        partial(tree("x ** y"), "y", "h")

    def forward(zh, h_prev):
        return np.sin(zh) + h_prev

    phase = Phase(forward, forward, gives="h")
    with pytest.raises(ValueError, match="'sin"):
        derive.cell(Cell("sine", "h = x W_x + h W_h + b", phase))
