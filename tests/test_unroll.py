"""Claims about unroll, unroll_backward and trace, over every cell."""

import numpy as np
import pytest

from lstm_course import CELLS, init, trace, unroll, unroll_backward
from lstm_course.gradcheck import gradcheck, random_case

TOLERANCE = 1e-6  # what five-point differences can promise, see gradcheck
SAME = dict(rtol=1e-10, atol=1e-12)  # two orders of the same float64 sums


@pytest.mark.parametrize("cell", CELLS)
def test_backward_matches_finite_differences_through_time(cell):
    errors = gradcheck(cell, T=4, B=2, I=3, H=6)
    assert max(errors.values()) < TOLERANCE, errors


@pytest.mark.parametrize("cell", CELLS)
def test_unroll_equals_a_loop_over_step(cell):
    p, x, state, dh, dstate = random_case(cell)
    h, end, _ = unroll(cell, p, x, state)
    for t in range(len(x)):
        state, _ = CELLS[cell].step(p, x[t], state)
        np.testing.assert_allclose(h[t], state[0], **SAME)
    for a, b in zip(end, state, strict=True):
        np.testing.assert_allclose(a, b, **SAME)


@pytest.mark.parametrize("cell", CELLS)
def test_unroll_backward_equals_a_loop_over_step_backward(cell):
    p, x, state, dh, dstate = random_case(cell)
    _, _, caches = unroll(cell, p, x, state)
    dx, dstate0, grads = unroll_backward(cell, p, dh, caches, dstate)
    sums = {k: np.zeros_like(v) for k, v in p.items()}
    for t in reversed(range(len(x))):
        dstate = (dstate[0] + dh[t], *dstate[1:])
        dx_t, dstate, step = CELLS[cell].step_backward(p, dstate, caches[t])
        np.testing.assert_allclose(dx[t], dx_t, **SAME)
        for k, v in step.items():
            sums[k] += v
    for k in p:
        np.testing.assert_allclose(grads[k], sums[k], **SAME, err_msg=k)
    for a, b in zip(dstate0, dstate, strict=True):
        np.testing.assert_allclose(a, b, **SAME)


@pytest.mark.parametrize("cell", CELLS)
def test_a_carried_state_continues_the_sequence(cell):
    p, x, state, _, _ = random_case(cell)
    whole, _, _ = unroll(cell, p, x, state)
    first, middle, _ = unroll(cell, p, x[:3], state)
    second, _, _ = unroll(cell, p, x[3:], middle)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, **SAME)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cut_stops_the_gradient_and_nothing_else(cell):
    p, x, state, dh, _ = random_case(cell)
    _, _, caches = unroll(cell, p, x, state)
    dx, dstate0, _ = unroll_backward(cell, p, dh, caches, cut=3)
    _, middle, first = unroll(cell, p, x[:3], state)
    dx3, dstate3, _ = unroll_backward(cell, p, dh[:3], first)
    np.testing.assert_allclose(dx[:3], dx3, **SAME)
    np.testing.assert_allclose(dstate0[0], dstate3[0], **SAME)


@pytest.mark.parametrize("cell", CELLS)
def test_trace_names_every_state_and_agrees_with_unroll(cell):
    p, x, state, _, _ = random_case(cell)
    h, end, _ = unroll(cell, p, x, state)
    q = trace(cell, p, x, state)
    np.testing.assert_array_equal(q["h"], h)
    for name, last in zip(CELLS[cell].states, end, strict=True):
        np.testing.assert_array_equal(q[name][-1], last)


@pytest.mark.parametrize("cell", CELLS)
def test_arguments_are_left_as_they_were(cell):
    p, x, state, dh, dstate = random_case(cell)
    before = [a.copy() for a in (x, dh, *state, *dstate, *p.values())]
    _, _, caches = unroll(cell, p, x, state)
    unroll_backward(cell, p, dh, caches, dstate)
    for a, b in zip(before, (x, dh, *state, *dstate, *p.values()), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("cell", CELLS)
def test_init_gives_the_shapes_the_cell_asks_for(cell):
    p = init(cell, 4, 6, np.random.default_rng(0))
    assert {k: v.shape for k, v in p.items()} == CELLS[cell].shapes(4, 6)
    assert all(v.dtype == np.float64 for v in p.values())


def test_the_forget_bias_starts_at_one():
    b = init("lstm", 4, 6, np.random.default_rng(0))["b"].reshape(4, 6)
    assert (b == [[0.0], [1.0], [0.0], [0.0]]).all()
