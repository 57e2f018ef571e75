"""Rows of a table are read as if they were looked up, and gradients are their sums."""

import re

import pytest
import torch
from torch.nn.functional import cross_entropy, linear
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_course import CELLS
from lstm_course.engines.cpu import sequence
from lstm_course.models.loss import ReadoutLoss, readout_loss
from lstm_course.recurrent import Recurrent

T, B, H, K = 7, 3, 6, 5
LENGTHS = [5, 7, 2]
# The same arithmetic, products before or after the sum over steps.
TWIN = {
    torch.float64: dict(rtol=1e-10, atol=1e-11),
    torch.float32: dict(rtol=1e-4, atol=2e-5),
}


@pytest.fixture(autouse=True, params=[1, 2], ids=["1 thread", "2 threads"])
def threads(request, monkeypatch):
    monkeypatch.setattr(sequence, "SMALL", 0)  # split even the smallest batch
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


def drawn(seed=0, **kind):
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randint(K - 1, (T, B), generator=generator)  # one row is never read
    table = torch.randn(K, H, generator=generator, dtype=torch.float64).to(**kind)
    return codes, table.requires_grad_()


def everything(layer, table, h, end):
    """Outputs and gradients."""
    h = h.data if hasattr(h, "data") else h
    cost = (h**2).sum() + sum((s * k).sum() for k, s in enumerate(end, 1))
    leaves = [table, *layer.parameters()]
    return [h, *end, *torch.autograd.grad(cost, leaves, materialize_grads=True)]


def compare(layer, dtype=torch.float64, **options):
    codes, table = drawn(dtype=dtype)
    ours = everything(layer, table, *layer(codes, table=table, **options))
    looked_up = torch.nn.functional.embedding(codes, table)
    want = everything(layer, table, *layer(looked_up, **options))
    for a, b in zip(ours, want, strict=True):
        torch.testing.assert_close(a, b, **TWIN[dtype])


@pytest.mark.parametrize("dtype", TWIN, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_reads_rows_as_what_they_hold(cell, dtype):
    compare(Recurrent(cell, H, H, 2, seed=0, dtype=dtype), dtype)


@pytest.mark.parametrize(
    "options",
    [{"checkpoint": 4}, {"truncate": 3}, {"bidirectional": True}, {"compiled": False}],
    ids=str,
)
@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("cell", ["lstm", "gru", "clockwork", "mut1"])
def test_rows_go_with_every_option(cell, lengths, options):
    layer = Recurrent(cell, H, H, seed=0, dtype=torch.float64, **options)
    compare(layer, lengths=lengths)


def test_rows_come_in_the_forms_of_an_input():
    layer = Recurrent("lstm", H, H, seed=0, batch_first=True, dtype=torch.float64)
    codes, table = drawn()
    want, _ = layer(table[codes].transpose(0, 1))
    torch.testing.assert_close(layer(codes.T, table=table)[0], want)
    torch.testing.assert_close(layer(codes.T.int(), table=table)[0], want)
    packed = pack_padded_sequence(codes, LENGTHS, enforce_sorted=False)
    want = pack_padded_sequence(table[codes], LENGTHS, enforce_sorted=False)
    ours, want = (layer(packed, table=table)[0], layer(want)[0])
    torch.testing.assert_close(ours.data, want.data)


def test_gradients_of_gradients_by_a_table_are_right():
    layer, (codes, table) = Recurrent("gru", H, 2, seed=0).double(), drawn()

    def run(table):
        return layer(codes[:3], table=table)[0]

    assert layer._takes_rows(codes[:3], table)
    torch.autograd.gradgradcheck(run, table)


def test_a_long_table_is_looked_up():
    layer, (codes, table) = Recurrent("lstm", H, H, seed=0).double(), drawn()
    assert layer._takes_rows(codes, table)
    assert not layer._takes_rows(codes[:1], table)  # 3 products are fewer than 5


def read(codes=None, table=None, **options):
    known = drawn(dtype=torch.float32)
    layer = Recurrent("lstm", H, H, seed=0, **options)
    return layer(
        known[0] if codes is None else codes, table=known[1] if table is None else table
    )


REFUSED = {
    "fractions": (lambda: read(torch.zeros(T, B)), "float32.*whole number"),
    "features": (lambda: read(torch.zeros(T, B, H).long()), r"\(7, 3, 6\)"),
    "a list": (lambda: read([[1]]), "builtins.list"),
    "an unknown code": (lambda: read(torch.full((T, B), K)), "from 5 to 5.*0 to 4"),
    "a narrow table": (lambda: read(table=torch.zeros(K, 2)), r"\(5, 2\).*\(K, 6\)"),
    "a double table": (lambda: read(table=drawn()[1]), "float64.*float32 on cpu"),
    "a table as a list": (lambda: read(table=[[0.0] * H]), "list.*embedding.weight"),
}


@pytest.mark.parametrize("door", REFUSED)
def test_what_names_no_row_is_refused_in_four_parts(door):
    call, words = REFUSED[door]
    with pytest.raises(ValueError, match=re.compile(words, re.S)) as error:
        call()
    assert len(re.split(r"(?<=[.?;:]) |: ", str(error.value))) >= 3
    assert str(error.value).endswith("?")


def scored(dtype=torch.float64):
    torch.manual_seed(0)
    readout = torch.nn.Linear(H, K).to(dtype)
    h = torch.randn(T, B, H, dtype=dtype, requires_grad=True)
    return h, readout, torch.randint(K, (T, B))


@pytest.mark.parametrize("dtype", TWIN, ids=str)
def test_the_loss_is_cross_entropy(dtype):
    h, readout, y = scored(dtype)
    leaves = h, readout.weight, readout.bias
    want = cross_entropy(readout(h).flatten(0, 1), y.flatten())
    ours = readout_loss(h, readout, y)
    pairs = [(ours, want)]
    grads = (torch.autograd.grad(3 * loss, leaves) for loss in (ours, want))
    for a, b in [*pairs, *zip(*grads, strict=True)]:
        torch.testing.assert_close(a, b, **TWIN[dtype])


@pytest.mark.slow
def test_the_loss_holds_against_finite_differences_twice():
    h, readout, y = scored()
    inputs = h.flatten(0, 1), readout.weight, readout.bias, y.flatten()
    assert torch.autograd.gradcheck(ReadoutLoss.apply, inputs)
    assert torch.autograd.gradgradcheck(ReadoutLoss.apply, inputs)


def test_the_loss_can_be_gone_back_through_twice():
    h, readout, y = scored()
    loss = readout_loss(h, readout, y)
    first = torch.autograd.grad(loss, h, retain_graph=True)
    torch.testing.assert_close(torch.autograd.grad(loss, h), first)


def test_large_scores_overflow_nowhere():
    h, readout, y = scored(torch.float32)
    loss = readout_loss(h * 1e4, readout, y)
    want = cross_entropy(linear(h * 1e4, *readout.parameters()).flatten(0, 1),
                         y.flatten())  # fmt: skip
    torch.testing.assert_close(loss, want)
    assert torch.autograd.grad(loss, h)[0].isfinite().all()


def test_the_loss_refuses_what_is_no_symbol():
    h, readout, y = scored()
    with pytest.raises(IndexError, match="out of bounds"):
        readout_loss(h, readout, y + K)
