"""The proofs every cell must pass, as functions that raise AssertionError.

They take any cell, so the tests run them over the package and the mutation test over
deliberately broken copies.  Sizes are all different; inputs, weights, states and
upstream gradients are random and asymmetric.
"""

import numpy as np
from reference_cells import REFERENCE

STEP = 3e-4  # five-point rule: truncation ~ STEP^4 / 30 and rounding ~ 1e-16 / STEP
RTOL = 1e-6
ATOL = 1e-10  # rounding of a loss of order 10, divided by STEP, is 1e-12 to 1e-11


def close(ours, theirs, rtol, atol, what=""):
    """Equal within tolerances, and finite: two NaN are no agreement."""
    assert np.isfinite(ours).all(), f"{what} is not finite"
    np.testing.assert_allclose(ours, theirs, rtol, atol, err_msg=what)


def case(cell, T=7, B=3, I=4, H=6, seed=0):
    """p, x, state0, dh, dstate; the state is one the cell can really be in."""
    rng = np.random.default_rng(seed)
    p = {k: rng.normal(size=s) * 0.6 for k, s in cell.shapes(I, H).items()}
    state = cell.initial(B, H)
    for x in rng.normal(size=(2, B, I)):
        state, _ = cell.step(p, x, state)
    dstate = tuple(rng.normal(size=s.shape) for s in state)
    return p, rng.normal(size=(T, B, I)), state, rng.normal(size=(T, B, H)), dstate


def run(cell, p, x, state):
    """A plain loop of steps, the definition of everything else."""
    h, caches = [], []
    for x_t in x:
        state, cache = cell.step(p, x_t, state)
        h.append(state[0])
        caches.append(cache)
    return h, state, caches


def run_backward(cell, p, dh, dstate, caches):
    dx, grads = [], {k: np.zeros_like(v) for k, v in p.items()}
    for d, cache in zip(dh[::-1], caches[::-1], strict=True):
        dstate = (dstate[0] + d, *dstate[1:])
        d, dstate, g = cell.step_backward(p, dstate, cache)
        assert set(g) == set(p), "gradients carry the same keys as the parameters"
        grads = {k: grads[k] + g[k] for k in p}
        dx.append(d)
    return np.stack(dx[::-1]), dstate, grads


def losses(cell, p, x, state, dh, dstate):
    """The loss of many copies at once: every array may have a leading axis N."""
    h, state, _ = run(cell, p, x, state)
    total = sum((d * a).sum((-2, -1)) for d, a in zip(dh, h, strict=True))
    for d, a in zip(dstate, state, strict=True):
        total = total + (d * a).reshape(*a.shape[: a.ndim - d.ndim], -1).sum(-1)
    return total


def numeric(cell, arrays, k, dh, dstate):
    """Gradient by every coordinate of arrays[k], all of them in one batched run.

    arrays holds parameters by name, then "x" and the states by position.
    """
    n = arrays[k].size
    g = 0.0
    for offset, weight in ((-2, 1), (-1, -8), (1, 8), (2, -1)):
        moved = dict(arrays)
        a = arrays[k] + offset * STEP * np.eye(n).reshape(n, *arrays[k].shape)
        moved[k] = a[:, None, :] if arrays[k].ndim == 1 else a  # biases meet a batch
        p = {m: v for m, v in moved.items() if isinstance(m, str) and m != "x"}
        x = np.moveaxis(moved["x"], -3, 0)
        state = tuple(v for m, v in moved.items() if isinstance(m, int))
        state = tuple(
            np.broadcast_to(s, (n, *arrays[m].shape)).copy()
            for m, s in enumerate(state)
        )
        g = g + weight * losses(cell, p, x, state, dh, dstate)
    return (g / (12 * STEP)).reshape(arrays[k].shape)


def prove_finite_differences(cell, T=7, B=3, I=4, H=6, seed=0):
    """Every coordinate of every parameter, of x and of the initial state."""
    p, x, state, dh, dstate = case(cell, T, B, I, H, seed)
    h, end, caches = run(cell, p, x, state)
    dx, dstate0, grads = run_backward(cell, p, dh, dstate, caches)
    arrays = p | {"x": x} | dict(enumerate(state))
    exact = grads | {"x": dx} | dict(enumerate(dstate0))
    for k in arrays:
        assert exact[k].shape == arrays[k].shape, k
        estimate = numeric(cell, arrays, k, dh, dstate)
        close(exact[k], estimate, RTOL, ATOL, str(k))


def prove_reference(cell, reference, options, I=4, H=6, T=3, B=2, seed=1):
    """Every state of every step equals the paper's equations, one vector at a time."""
    p, x, state, _, _ = case(cell, T, B, I, H, seed)
    start = REFERENCE[reference]
    for b in range(B):
        ours = tuple(s[b : b + 1] for s in state)
        step = start(p, I, H, **options)
        theirs = tuple(s[b] for s in state)
        for x_t in x[:, b]:
            ours, _ = cell.step(p, x_t[None], ours)
            theirs = step(x_t, *theirs)
            for name, a, r in zip(cell.states, ours, theirs, strict=True):
                close(a[0], r, 1e-12, 1e-13, name)


def prove_twin(cell, T=7, B=3, I=4, H=6, seed=2):
    """step_torch gives the same numbers, and autograd the same gradients."""
    import torch

    p, x, state, dh, dstate = case(cell, T, B, I, H, seed)
    leaf = lambda a: torch.tensor(a, requires_grad=True)  # noqa: E731
    tp, tx = {k: leaf(v) for k, v in p.items()}, leaf(x)
    ts = start = tuple(leaf(s) for s in state)
    h, end, caches = run(cell, p, x, state)
    total = 0.0
    for t in range(T):
        ts = cell.step_torch(tp, tx[t], ts)
        close(ts[0].detach().numpy(), h[t], 1e-12, 1e-12, "h")
        total = total + (torch.tensor(dh[t]) * ts[0]).sum()
    for a, b, d in zip(ts, end, dstate, strict=True):
        close(a.detach().numpy(), b, 1e-12, 1e-12, "final state")
        total = total + (torch.tensor(d) * a).sum()
    wanted = [*tp.values(), tx, *start]
    auto = torch.autograd.grad(total, wanted, allow_unused=True)
    dx, dstate0, grads = run_backward(cell, p, dh, dstate, caches)
    for a, g in zip(auto, [*(grads[k] for k in p), dx, *dstate0], strict=True):
        a = np.zeros_like(g) if a is None else a.numpy()
        scale = max(1.0, np.abs(g).max())  # sums of up to T * B products
        close(a, g, 1e-12, 1e-12 * scale, "autograd")
