"""Layer normalisation: of every cell, as its paper says, and told where it runs."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from lstm_course import CELLS
from lstm_course.cells.normed import Normed
from lstm_course.recurrent import Recurrent

T, B, I, H = 5, 3, 4, 6
DOUBLE = torch.float64
TWIN = dict(rtol=1e-9, atol=1e-11)
NORMED = [name for name in CELLS if name != "mlstm"]
KINDS = ["lstm", "gru(reset='before')", "peephole", "mut1", "slstm", "clockwork"]


def layer_of(cell, layers=1, **options):
    layer = Recurrent(cell, I, H, layers, seed=0, dtype=DOUBLE, layer_norm=True,
                      **options)  # fmt: skip
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in layer.parameters():
            p.add_(torch.randn(p.shape, dtype=DOUBLE, generator=generator), alpha=0.3)
    return layer


def sequence(n=T):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(n, B, I, dtype=DOUBLE, generator=generator)


def test_an_lstm_does_what_the_paper_says():
    layer, x = layer_of("lstm"), sequence()
    p, h, c, want = layer.parameters_of(), *torch.zeros(2, B, H, dtype=DOUBLE), []
    gains, biases = p["gain"].chunk(4), p["b"].chunk(4)
    for x_t in x:
        blocks = (x_t @ p["W_x"] + h @ p["W_h"]).chunk(4, 1)
        i, f, g, o = (
            nn.functional.layer_norm(a, (H,), gain, b)
            for a, gain, b in zip(blocks, gains, biases, strict=True)
        )
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        want.append(h)
    torch.testing.assert_close(layer(x)[0], torch.stack(want), **TWIN)


@pytest.mark.parametrize("cell", NORMED)
def test_no_cell_sees_the_scale_of_its_products(cell):
    """Where they are so large that EPS, 1e-5, is nothing beside their variance."""
    layer, x, h = layer_of(cell, compiled=False), sequence(), []
    for _ in range(2):
        with torch.no_grad():
            for W in layer.parameters():
                W.mul_(1e4 if W.dim() == 2 else 1.0)
        h.append(layer(x)[0])
    torch.testing.assert_close(*h, rtol=1e-6, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lstm", "gru", "gru(reset='before')", "mut1", "rnn"])
def test_gradients_hold_against_finite_differences(cell):
    layer, x = layer_of(cell), sequence(3).requires_grad_()
    weights = tuple(layer.parameters())
    assert torch.autograd.gradcheck(lambda x, *w: layer(x)[0], (x, *weights))


@pytest.mark.parametrize("cell", NORMED)
def test_gains_start_at_1_and_are_counted(cell):
    layer = Recurrent(cell, I, H, 2, seed=0, layer_norm=True)
    plain = Recurrent(cell, I, H, 2, seed=0)
    sizes = [sum(p.numel() for p in m.parameters()) for m in (layer, plain)]
    blocks = sum(len(c.blocks) for c in layer.layer_cells)
    assert sizes[0] - sizes[1] == blocks * H
    assert all(bool((p["gain"] == 1).all()) for p in layer.weights)
    assert np.allclose(layer.numpy()["W_x"], plain.numpy()["W_x"])


def test_it_goes_with_noise_lengths_and_single_steps():
    layer, x = layer_of("lstm", 2, zoneout=0.3, recurrent_dropout=0.3,
                        variational=0.3), sequence()  # fmt: skip
    assert not torch.allclose(layer(x)[0], layer(x)[0])
    h, end = layer.eval()(x)
    step = layer.stepper(B)
    torch.testing.assert_close(
        torch.stack([step(x_t) for x_t in x]), h.detach(), **TWIN
    )
    short, _ = layer(x, lengths=[2, 5, 3])
    torch.testing.assert_close(short[:2], h[:2], **TWIN)
    assert torch.equal(pickle.loads(pickle.dumps(layer))(x)[0], h)  # noqa: S301


@pytest.mark.parametrize("name", KINDS)
def test_compiled_and_readable_loops_agree(name, capsys):
    """Outputs, end states and every gradient, whole and ragged, kept or made again."""
    one, other = layer_of(name), layer_of(name, compiled=False)
    again = layer_of(name, checkpoint=2)
    assert "compiled loops" in str(one.engine(one.layer_cells[0], sequence(), {}))
    for lengths in (None, [2, 5, 3]):
        found = [gradients(m, lengths) for m in (other, one, again)]
        for got in found[1:]:
            torch.testing.assert_close(got, found[0], **TWIN)


def gradients(layer, lengths):
    """What the layer gives, and the gradients by x and all parameters."""
    x = sequence().requires_grad_()
    h, ends = layer(x, lengths=lengths)
    generator = torch.Generator().manual_seed(2)
    by = [torch.randn(a.shape, dtype=DOUBLE, generator=generator) for a in (h, *ends)]
    outs = [h, *(e for e in ends if e.requires_grad)]  # not a clock
    inputs = [x, *layer.parameters()]
    return [h, *ends, *torch.autograd.grad(outs, inputs, by[: len(outs)])]


@pytest.mark.slow
def test_a_gradient_of_a_gradient_is_that_of_the_readable_loop():
    layer, x = layer_of("gru"), sequence(3).requires_grad_()
    weights = tuple(layer.parameters())
    assert torch.autograd.gradgradcheck(lambda x, *w: layer(x)[0].sum(0), (x, *weights))


def test_what_has_no_blocks_is_refused():
    with pytest.raises(
        ValueError, match="mlstm has no blocks.*layer_norm=True.*another"
    ):
        layer_of("mlstm")


def test_numpy_knows_no_way_back():
    cell = Normed(CELLS["lstm"])
    p = cell.init(I, H, np.random.default_rng(0))
    state, cache = cell.step(p, np.ones((B, I)), cell.initial(B, H))
    with pytest.raises(ValueError, match="torch's own.*layer_norm=True"):
        cell.step_backward(p, state, cache)
