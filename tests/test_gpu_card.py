"""The kernels on a card: ``pytest -m gpu`` runs this file, nothing else does."""

import pytest
import torch
from test_cells import OPTIONS

from lstm_course import CELLS, cells
from lstm_course.gradcheck import random_case
from lstm_course.recurrent import Recurrent

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(
        "config.getoption('markexpr') != 'gpu'", reason="not run: pytest -m gpu does"
    ),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="not run: no CUDA device"),
]
CLOSE = {torch.float64: 1e-10, torch.float32: 1e-5, torch.bfloat16: 1e-2}
SIZES = [(7, 3, 5, 6), (50, 16, 32, 64), (20, 33, 17, 100), (12, 16, 64, 256),
         (6, 5, 40, 600)]  # fmt: skip


def called(option):
    """A test's name, the same in every process."""
    values = (str(getattr(v, "__name__", v)) for v in option[1].values())
    return f"{option[0]}({','.join(values)})"


LSTM, GRU = CELLS["lstm"], cells.gru.make(reset="before")


def results(layer, x, state, lengths, grads):
    for p in layer.parameters():
        p.grad = None
    x = x.detach().requires_grad_()
    h, end = layer(x, state, lengths)
    pairs = zip((h, *end), grads, strict=True)
    sum((a.double() * d.to(a.device)).sum() for a, d in pairs).backward()
    return [h, *end, x.grad, *(p.grad for p in layer.parameters())]


def compare(cell, size, dtype, lengths=False, **more):
    """A layer on the card against float64 on the CPU, outputs and all gradients."""
    T, B, I, H = size
    torch.manual_seed(0)
    theirs = Recurrent(cell, I, H, seed=0, **more).double()
    ours = Recurrent(cell, I, H, seed=0, **more).to("cuda", dtype)
    x, ways = torch.randn(T, B, I, dtype=torch.float64), 1 + theirs.bidirectional
    lengths = torch.randint(1, T + 1, (B,)) if lengths else None
    grads = [torch.randn(T, B, ways * H, dtype=torch.float64)]
    _, end = theirs(x)
    grads += [torch.randn(e.shape, dtype=torch.float64) for e in end]
    want = results(theirs, x, None, lengths, grads)
    got = results(ours, x.to("cuda", dtype), None, lengths, grads)
    for a, b in zip(got, want, strict=True):
        error = (a.cpu().double() - b).abs().max() / (1 + b.abs().max())
        assert error.item() < CLOSE[dtype]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("cell", [LSTM, GRU], ids=["lstm", "gru-before"])
def test_sizes_on_and_off_the_chip(cell, size):
    for _ in range(3):  # step by step, recorded, replayed
        compare(cell, size, torch.float32)


@pytest.mark.parametrize("dtype", CLOSE, ids=str)
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_equals_float64(name, dtype):
    compare(CELLS[name], SIZES[0], dtype)
    compare(CELLS[name], SIZES[1], dtype, lengths=True)


@pytest.mark.parametrize("name, options", OPTIONS, ids=map(called, OPTIONS))
def test_every_option_equals_float64(name, options):
    cell = getattr(cells, name).make(**options)
    for size in SIZES[:2]:
        compare(cell, size, torch.float32)


@pytest.mark.parametrize("name", ["lstm", "peephole"])
def test_two_layers_two_directions(name):
    compare(CELLS[name], SIZES[0], torch.float32, num_layers=2, bidirectional=True)


def test_a_gradient_of_a_gradient():
    layer = Recurrent(CELLS["peephole"], 4, 6, seed=0).cuda()
    p = random_case(CELLS["peephole"], T=5, B=3, I=4, H=6)
    x = torch.tensor(p[1], dtype=torch.float32, device="cuda").requires_grad_()
    (dx,) = torch.autograd.grad(layer(x)[0].square().sum(), x, create_graph=True)
    dx.square().sum().backward()
    assert x.grad.isfinite().all() and x.grad.abs().max() > 0


def test_the_plan_says_which_engine_runs(capsys):
    x = torch.zeros(7, 3, 4, device="cuda")
    for name, engine in (("lstm", "cudnn"), ("peephole", "persistent")):
        Recurrent(name, 4, 6, seed=0).cuda().plan(x)
        assert engine in capsys.readouterr().out
