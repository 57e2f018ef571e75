"""torchrecurrent 0.2.5 as an oracle: peepholes, the 1997 cell and MUT1-3.

Sequences are compared, and gradients by input and start state with torch's autograd
through the peer.  Everything is float64, so agreement is to the last bits.  Where it
departs from the papers the test says so and compares what both can compute.
"""

import numpy as np
import pytest
import torch

from lstm_course import unroll, unroll_backward
from lstm_course.cells import lstm1997, mut, peephole

peer = pytest.importorskip(
    "torchrecurrent", reason="pip install .[peers] brings torchrecurrent"
)

T, B, I, H = 7, 3, 4, 6
TWIN = dict(rtol=1e-11, atol=1e-12)  # the same float64 arithmetic, other sum orders


def random_peer(make, seed, I=I):
    """A peer's cell with random asymmetric weights and both biases."""
    cell = make(I, H, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for v in cell.parameters():
            v.copy_(torch.randn(v.shape, generator=generator, dtype=v.dtype) * 0.7)
    return cell


def sequence(cell, x, state):
    """The peer's own step along time: -> h (T, B, H), end state."""
    hs = []
    for x_t in x:
        out = cell(x_t, state if len(state) > 1 else state[0])
        state = out if isinstance(out, tuple) else (out,)
        hs.append(state[0])
    return torch.stack(hs), state


def arrays(cell):
    return {k: v.detach().numpy() for k, v in cell.named_parameters()}


def assert_same_sequence(ours, p, theirs, I=I, seed=0):
    rng = np.random.default_rng(seed)
    x, dh = rng.normal(size=(T, B, I)), rng.normal(size=(T, B, H))
    state = tuple(rng.normal(size=(B, H)) for _ in ours.states)
    h, end, caches = unroll(ours, p, x, state)
    dx, dstate, _ = unroll_backward(ours, p, dh, caches)
    inputs = [torch.tensor(a, requires_grad=True) for a in (x, *state)]
    h_peer, end_peer = sequence(theirs, inputs[0], tuple(inputs[1:]))
    d_peer = torch.autograd.grad((h_peer * torch.tensor(dh)).sum(), inputs)
    for a, b in zip((h, *end, dx, *dstate), (h_peer, *end_peer, *d_peer), strict=True):
        np.testing.assert_allclose(a, b.detach().numpy(), **TWIN)


def test_peepholes_agree_and_the_output_gate_sees_the_new_cell_state():
    theirs = random_peer(peer.PeepholeLSTMCell, 1)
    q = arrays(theirs)
    p = {
        "W_x": q["weight_ih"].T,
        "W_h": q["weight_hh"].T,
        "b": q["bias_ih"] + q["bias_hh"],
    }
    p |= dict(zip(("w_ci", "w_cf", "w_co"), np.split(q["weight_ph"], 3), strict=True))
    assert_same_sequence(peephole.cell, p, theirs)


@pytest.mark.parametrize("gates", ["i", "f", "o", "if", "io", "fo"])
def test_fewer_peepholes_are_the_peers_cell_with_the_others_at_zero(gates):
    theirs = random_peer(peer.PeepholeLSTMCell, 2)
    with torch.no_grad():
        for k, gate in enumerate("ifo"):
            theirs.weight_ph[k * H : (k + 1) * H] *= float(gate in gates)
    q = arrays(theirs)
    p = {
        "W_x": q["weight_ih"].T,
        "W_h": q["weight_hh"].T,
        "b": q["bias_ih"] + q["bias_hh"],
    }
    peeps = dict(zip("ifo", np.split(q["weight_ph"], 3), strict=True))
    p |= {f"w_c{k}": peeps[k] for k in gates}
    assert_same_sequence(peephole.make(gates), p, theirs)


def test_the_1997_cell_agrees():
    """The peer squashes with tanh and has no gate-to-gate weights: our default form;
    the paper's 4 sigmoid - 2 and its gate recurrence have no counterpart there."""
    theirs = random_peer(peer.OriginalLSTMCell, 3)
    q = arrays(theirs)
    p = {
        "W_x": q["weight_ih"].T,
        "W_h": q["weight_hh"].T,
        "b": q["bias_ih"] + q["bias_hh"],
    }
    assert_same_sequence(lstm1997.cell, p, theirs)


def blocks(a):
    """The peer's rows (3H, n), update, reset and candidate, as our columns (n, H)."""
    return dict(zip("urn", np.split(a.T, 3, axis=-1), strict=True))


def both_biases(q, names="urn"):
    b = {k: v.copy() for k, v in blocks(q["bias_ih"]).items()}
    for k, v in zip(names, np.split(q["bias_hh"], len(names)), strict=True):
        b[k] = b[k] + v
    return np.concatenate([b[k] for k in "run"])


def mut1_of(theirs):
    """MUT1's parameters from the peer's, which always projects x in the candidate and
    adds a bias inside tanh(W x + b); the paper has a bare x, so that bias is 0 here."""
    with torch.no_grad():
        theirs.bias_ih[2 * H :] = 0.0
    q = arrays(theirs)
    x, (h_r, h_n) = blocks(q["weight_ih"]), np.split(q["weight_hh"].T, 2, axis=-1)
    return {
        "W_x": np.hstack([x["r"], x["u"]]),
        "W_h": np.hstack([h_r, h_n]),
        "b": both_biases(q, "rn"),
        "W_e": x["n"],
    }


def mut2_of(theirs):
    """MUT2's: the peer always projects x in the reset gate, where the paper adds it."""
    q = arrays(theirs)
    x, h = blocks(q["weight_ih"]), blocks(q["weight_hh"])
    return {
        "W_x": np.hstack([x["u"], x["n"]]),
        "b": both_biases(q),
        "W_e": x["r"],
        "W_h": np.hstack([h[k] for k in "run"]),
    }


def mut3_of(theirs):
    q = arrays(theirs)
    x, h = blocks(q["weight_ih"]), blocks(q["weight_hh"])
    return {
        "W_x": np.hstack([x[k] for k in "run"]),
        "b": both_biases(q),
        "W_h": np.hstack([h[k] for k in "run"]),
    }


MUTS = {
    "mut1": (mut.mut1, lambda *a, **k: peer.MUT1Cell(*a, **k), mut1_of),
    "mut2": (mut.mut2, lambda *a, **k: peer.MUT2Cell(*a, **k), mut2_of),
    "mut3": (mut.mut3, lambda *a, **k: peer.MUT3Cell(*a, **k), mut3_of),
}


@pytest.mark.parametrize("name", MUTS)
def test_the_muts_agree(name):
    ours, make, parameters_of = MUTS[name]
    theirs = random_peer(make, 4)
    assert_same_sequence(ours, parameters_of(theirs), theirs)


@pytest.mark.parametrize(
    "name, rows", [("mut1", slice(2 * H, None)), ("mut2", slice(H, 2 * H))]
)
def test_a_bare_x_is_the_peers_projection_set_to_the_identity(name, rows):
    ours, make, parameters_of = MUTS[name]
    theirs = random_peer(make, 5, I=H)
    with torch.no_grad():
        theirs.weight_ih[rows] = torch.eye(H, dtype=torch.float64)
    p = parameters_of(theirs)
    del p["W_e"]
    assert_same_sequence(ours, p, theirs, I=H)
