"""The Jacobian between two states, total and direct, against finite differences."""

import numpy as np
import pytest
from proofs import case, run

from lstm_course import CELLS, trace
from lstm_course.cells import clockwork, gru, lstm, peephole
from lstm_course.jacobian import jacobian

CELL_LIKE = {
    **CELLS,
    "gru before, takes new": gru.make("before", "takes_new"),
    "peephole io": peephole.make("io"),
    "clock at 1": clockwork.make(start=1),
}
every_cell = pytest.mark.parametrize("name", CELL_LIKE)
STEP = 1e-4  # five-point rule, as in proofs.py


def five_points(f, n):
    """d f / d e for n unit directions e: (n, ...)."""
    e = np.eye(n) * STEP
    points = [np.array([f(k * row) for row in e]) for k in (-2, -1, 1, 2)]
    return (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / (12 * STEP)


def flat(state):
    return np.hstack([a.reshape(len(a), -1) for a in state])


def pack(v, like):
    """Numbers (N,) of one example as a state with a batch of one."""
    parts = np.split(v, np.cumsum([a[0].size for a in like])[:-1])
    return tuple(w.reshape(1, *a.shape[1:]) for w, a in zip(parts, like, strict=True))


@every_cell
def test_total_jacobian_matches_finite_differences(name):
    cell = CELL_LIKE[name]
    p, x, state0, _, _ = case(cell, T=6, B=2, seed=1)
    s, t = 2, 5
    ours = jacobian(cell, p, x, s, t, state0=state0)
    _, mid, _ = run(cell, p, x[:s], state0)
    for b in range(2):
        v = flat(mid)[b]

        def later(e, b=b, v=v):
            return flat(run(cell, p, x[s:t, b : b + 1], pack(v + e, mid))[1])[0]

        # relative to the largest entry: rounding of a state is 1e-16 / STEP = 1e-12
        estimate = five_points(later, v.size).T
        np.testing.assert_allclose(ours[b], estimate, 1e-6, 1e-9)


# One step along the cell state with everything else held: (traced values, c) -> c.
FROZEN = {
    "rnn": lambda q, c: q["h"],
    "lstm1997": lambda q, c: c + q["i"] * q["g"],
    "mingru": lambda q, c: (1 - q["u"]) * c + q["u"] * q["n"],
    "minlstm": lambda q, c: q["f"] * c + q["i"] * q["g"],
    "gru": lambda q, c: q["u"] * c + (1 - q["u"]) * q["n"],
    "gru before, takes new": lambda q, c: (1 - q["u"]) * c + q["u"] * q["n"],
    "clockwork": lambda q, c: np.where(q["on"] > 0, q["n"], c),
    "clock at 1": lambda q, c: np.where(q["on"] > 0, q["n"], c),
    "depth_gated": lambda q, c: q["f"] * c + q["i"] * q["g"] + q["d"] * q["c_1"],
    "mlstm": lambda q, c: (
        q["f"][..., None] * c
        + q["i"][..., None] * q["k"][..., :, None] * q["v"][..., None, :]
    ),
    **{f"mut{n}": lambda q, c: (1 - q["u"]) * c + q["u"] * q["n"] for n in (1, 2, 3)},
}


@every_cell
def test_direct_jacobian_matches_finite_differences_with_every_gate_held(name):
    cell = CELL_LIKE[name]
    p, x, state0, _, _ = case(cell, T=6, B=2, seed=1)
    q = trace(cell, p, x, state0)
    s, t, path = 2, 5, cell.cell_path
    if name not in FROZEN and not {"f", "i", "g"} <= set(q):
        pytest.skip(f"nobody wrote the frozen step of {name} into FROZEN yet")
    frozen = FROZEN.get(name, lambda q, c: q["f"] * c + q["i"] * q["g"])

    def later(c):
        for k in range(s, t):
            c = frozen({n: v[k] for n, v in q.items()}, c)
        return c

    c = q[path][s - 1]
    np.testing.assert_allclose(later(c), q[path][t - 1], 1e-12)  # nothing was left out
    points = [later(c + k * STEP) for k in (-2, -1, 1, 2)]  # entries do not mix
    estimate = (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / (12 * STEP)
    direct = jacobian(cell, p, x, s, t, direct=True, state0=state0)
    assert direct.shape == c.shape
    np.testing.assert_allclose(direct, estimate, 1e-6, 1e-9)


def test_one_step_of_the_rnn_is_diag_phi_prime_times_w():
    p, x, state0, _, _ = case(CELLS["rnn"])
    h = trace("rnn", p, x, state0)["h"]
    ours = jacobian("rnn", p, x, 3, 4, state0=state0)
    theirs = (1 - h[3] ** 2)[:, :, None] * p["W_h"].T  # column form
    np.testing.assert_allclose(ours, theirs, 1e-12)


def test_jacobians_of_neighbouring_spans_multiply():
    p, x, state0, _, _ = case(CELLS["peephole"])
    a, b, whole = (
        jacobian("peephole", p, x, s, t, state0=state0)
        for s, t in ((0, 3), (3, 7), (0, 7))
    )
    np.testing.assert_allclose(b @ a, whole, 1e-10, 1e-12)


def test_the_product_of_forget_gates_is_not_the_total_jacobian():
    p, x, state0, _, _ = case(lstm.cell)
    total = jacobian("lstm", p, x, 0, 7, state0=state0)[:, 6:, 6:]
    direct = jacobian("lstm", p, x, 0, 7, direct=True, state0=state0)
    diagonal = np.diagonal(total, axis1=1, axis2=2)
    assert np.abs(diagonal - direct).max() > 0.1 * np.abs(direct).max()


@pytest.mark.parametrize("s,t", [(3, 2), (-1, 2), (0, 8), (0.0, 2), ("0", 2)])
def test_steps_outside_the_sequence_are_refused_with_advice(s, t):
    p, x, _, _, _ = case(lstm.cell)
    with pytest.raises(ValueError, match="0 <= s <= t <= 7"):
        jacobian("lstm", p, x, s, t)


def test_no_step_is_the_identity():
    p, x, _, _, _ = case(lstm.cell)
    np.testing.assert_array_equal(jacobian("lstm", p, x, 4, 4), [np.eye(12)] * 3)
    assert (jacobian("lstm", p, x, 4, 4, direct=True) == 1).all()
