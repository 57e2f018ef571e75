"""Recurrent equals torch.nn and the NumPy reference, on ragged input too."""

import numpy as np
import pytest
import torch
from torch import nn

from lstm_course import CELLS, unroll, unroll_backward
from lstm_course.gradcheck import random_case
from lstm_course.recurrent import Recurrent

TWIN = dict(rtol=1e-10, atol=1e-12)  # the same float64 arithmetic, other sum orders
MODULES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
T, B, I, H = 7, 3, 4, 6
LENGTHS = [5, 7, 2]


def from_torch(module, layer, reverse):
    """Weights of a torch.nn layer in our names; written out here, without convert."""
    end = f"_l{layer}" + "_reverse" * reverse
    W_x, W_h, b, b_h = (
        getattr(module, n + end).detach().numpy()
        for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    biases = {"b": b, "b_h": b_h} if isinstance(module, nn.GRU) else {"b": b + b_h}
    return {"W_x": W_x.T, "W_h": W_h.T, **biases}


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "ragged"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", MODULES)
def test_equals_torch_nn_through_copied_weights(name, layers, bidirectional, lengths):
    torch.manual_seed(1)
    theirs = MODULES[name](I, H, layers, bidirectional=bidirectional).double()
    ours = Recurrent(name, I, H, layers, bidirectional, dtype=torch.float64)
    for k in range(layers):
        for reverse in range(1 + bidirectional):
            ours.load(from_torch(theirs, k, reverse), k, bool(reverse))
    x = torch.randn(T, B, I, dtype=torch.float64)
    n = layers * (1 + bidirectional)
    state = tuple(torch.randn(n, B, H, dtype=torch.float64) for _ in CELLS[name].states)
    h, end = ours(x, state, lengths)
    given = (
        x
        if lengths is None
        else nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    )
    h_nn, end_nn = theirs(given, state if len(state) > 1 else state[0])
    if lengths is not None:
        h_nn, _ = nn.utils.rnn.pad_packed_sequence(h_nn, total_length=T)
    torch.testing.assert_close(h, h_nn, **TWIN)
    ends = end_nn if isinstance(end_nn, tuple) else (end_nn,)
    for a, b in zip(end, ends, strict=True):
        torch.testing.assert_close(a, b, **TWIN)


def layer_of(cell, p, dtype=torch.float64):
    """A one-layer module with the given parameters."""
    I, H = CELLS[cell].sizes(p)
    return Recurrent(cell, I, H, dtype=dtype).load(p)


def single(cells):
    """Cells that one layer of Recurrent holds as they are (not stacks of layers)."""
    return [c for c in cells if not CELLS[c].tied(1)]


@pytest.mark.parametrize("cell", single(CELLS))
def test_equals_the_numpy_reference_forward_and_backward(cell):
    p, x, state0, dh, dstate = random_case(cell)
    h, end, caches = unroll(cell, p, x, state0)
    dx, dstate0, grads = unroll_backward(cell, p, dh, caches, dstate)
    layer = layer_of(cell, p)
    tx = torch.tensor(x, requires_grad=True)
    ts = tuple(torch.tensor(s[None], requires_grad=True) for s in state0)
    th, tend = layer(tx, ts)
    torch.testing.assert_close(th.detach(), torch.tensor(h), **TWIN)
    loss = (th * torch.tensor(dh)).sum()
    loss = loss + sum(
        (e[0] * torch.tensor(d)).sum() for e, d in zip(tend, dstate, strict=True)
    )
    loss.backward()
    np.testing.assert_allclose(tx.grad, dx, **TWIN)
    for k, v in layer.parameters_of().items():
        np.testing.assert_allclose(v.grad, grads[k], **TWIN, err_msg=k)
    for s, d in zip(ts, dstate0, strict=True):
        if s.grad is not None:
            np.testing.assert_allclose(s.grad[0], d, **TWIN)


@pytest.mark.parametrize("cell", CELLS)
def test_padded_steps_leave_the_state_and_give_no_output(cell):
    layer = Recurrent(cell, I, H, num_layers=2, seed=0, dtype=torch.float64)
    x = torch.randn(T, B, I, dtype=torch.float64)
    h, end = layer(x, lengths=LENGTHS)
    for b, n in enumerate(LENGTHS):
        alone, end_alone = layer(x[:n, b : b + 1])
        torch.testing.assert_close(h[:n, b : b + 1], alone, **TWIN)
        assert not h[n:, b].any()
        for e, a in zip(end, end_alone, strict=True):
            torch.testing.assert_close(e[:, b], a[:, 0], **TWIN)


def test_batch_first_swaps_the_first_two_axes():
    layer = Recurrent("lstm", I, H, seed=0)
    swapped = Recurrent("lstm", I, H, batch_first=True, seed=0)
    x = torch.randn(T, B, I)
    torch.testing.assert_close(
        swapped(x.transpose(0, 1))[0].transpose(0, 1), layer(x)[0]
    )


def test_dropout_acts_between_layers_in_training_only():
    layer = Recurrent("gru", I, H, num_layers=2, dropout=0.5, seed=0)
    x = torch.randn(T, B, I)
    assert not torch.equal(layer(x)[0], layer(x)[0])
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])


def test_the_same_seed_gives_the_same_weights():
    a, b = (Recurrent("lstm", I, H, seed=3).parameters_of() for _ in range(2))
    assert all(torch.equal(a[k], b[k]) for k in a)
