"""The mLSTM in chunks equals its readable step wherever a chunk begins or ends."""

import gc

import pytest
import torch

from lstm_course.cells import mlstm
from lstm_course.engines import chunks, memory
from lstm_course.engines.loop import run
from lstm_course.gradcheck import random_case
from lstm_course.recurrent import Recurrent

CLOSE = {
    torch.float64: dict(rtol=1e-9, atol=1e-11),
    torch.float32: dict(rtol=1e-3, atol=1e-4),
}


def results(call, cell, T, B, lengths=None, dtype=torch.float64, ends=True, H=6):
    """Outputs and gradients by x, the state and the parameters, of one random case."""
    p, x, state0, dh, dstate = random_case(cell, T=T, B=B, I=4, H=H)
    P = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in p.items()}
    leaves = [torch.tensor(a, dtype=dtype, requires_grad=True) for a in (x, *state0)]
    h, *_, end = call(cell, P, leaves[0], tuple(leaves[1:]), lengths)
    loss = (h * torch.tensor(dh, dtype=dtype)).sum()
    if ends:
        loss = loss + sum(
            (a * torch.tensor(d, dtype=dtype)).sum()
            for a, d in zip(end, dstate, strict=True)
        )
    loss.backward()
    leaves += P.values()
    return [
        h,
        *end,
        *(torch.zeros_like(a) if a.grad is None else a.grad for a in leaves),
    ]


def agree(cell, T, B=2, **how):
    pairs = zip(
        *(results(f, cell, T, B, **how) for f in (run, chunks.run)), strict=True
    )
    for a, b in pairs:
        torch.testing.assert_close(b, a, **CLOSE[a.dtype])


@pytest.mark.parametrize("T", [1, 2, 99, 100, 101, 127, 192, 200])
def test_every_length_around_a_chunk_equals_the_readable_step(T):
    agree(mlstm.make(), T)


@pytest.mark.parametrize("dtype", CLOSE, ids=str)
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_heads_and_ragged_lengths_equal_the_readable_step(heads, dtype):
    lengths = torch.tensor([150, 1, 60, 149])
    agree(mlstm.make(heads), 150, 4, lengths=lengths, dtype=dtype)


@pytest.mark.parametrize("T", [60, 150])
def test_a_loss_on_outputs_alone_equals_the_readable_step(T):
    agree(mlstm.make(2), T, ends=False)


@pytest.mark.parametrize("T", [5, 130])
def test_finite_differences_agree_with_the_gradients(T):
    cell = mlstm.make(2)
    p, x, state, *_ = random_case(cell, T=T, B=1, I=2, H=4)
    keys = list(p)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *state[1:], *p.values())]

    def f(x, C, n, m, *weights):
        h, end = chunks.run(
            cell, dict(zip(keys, weights, strict=True)), x, (0, C, n, m)
        )
        return h, *end

    assert torch.autograd.gradcheck(f, leaves, fast_mode=True)


@pytest.mark.parametrize("T", [7, 130])
def test_no_state_is_the_state_zero(T):
    layer = Recurrent(mlstm.make(2), 3, 4, seed=0, dtype=torch.float64)
    x = torch.linspace(-1, 1, T * 6, dtype=torch.float64).reshape(T, 2, 3)
    zeros = tuple(torch.as_tensor(s)[None] for s in layer.cell.initial(2, 4))
    grads = []
    for state in (None, zeros):
        h, end = layer(x, state)
        loss = sum(a.square().sum() for a in (h, *end))
        grads.append([h, *end, *torch.autograd.grad(loss, list(layer.parameters()))])
    for a, b in zip(*grads, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)


def test_two_halves_with_the_state_between_equal_the_whole():
    layer = Recurrent("mlstm", 3, 4, seed=0, dtype=torch.float64)
    x = torch.linspace(-1, 1, 1560, dtype=torch.float64).reshape(260, 2, 3)
    whole, end = layer(x)
    first, state = layer(x[:97])
    second, end2 = layer(x[97:], state)
    torch.testing.assert_close(
        torch.cat([first, second]), whole, rtol=1e-10, atol=1e-12
    )
    torch.testing.assert_close(end2[1], end[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("zf", [-20.0, 20.0])
def test_forgetting_everything_or_nothing_stays_finite_and_right(zf):
    p, x, state, *_ = random_case("mlstm", T=150, B=2, I=4, H=6)
    p["b_g"][1] = zf
    P = {k: torch.tensor(v, dtype=torch.float32) for k, v in p.items()}
    X, S = torch.tensor(x).float(), tuple(torch.tensor(s).float() for s in state)
    h, _ = chunks.run(mlstm.cell, P, X, S)
    P = {k: torch.tensor(v) for k, v in p.items()}
    true, _, _ = run(mlstm.cell, P, torch.tensor(x), tuple(map(torch.tensor, state)))
    torch.testing.assert_close(h.double(), true, rtol=1e-3, atol=1e-3)


class TestMemory:
    """The free list of large buffers."""

    def test_a_tensor_that_nobody_holds_gives_its_memory_to_the_next(self):
        like = torch.zeros(1)
        first = memory.empty(like, 12_347)
        at = first.data_ptr()
        view = first[3:]
        del first
        assert memory.empty(like, 12_347).data_ptr() != at  # the view holds it
        del view
        gc.collect()
        assert at in {memory.empty(like, 12_347).data_ptr() for _ in range(2)}

    def test_the_list_never_holds_more_than_its_limit(self, monkeypatch):
        monkeypatch.setattr(memory, "LIMIT", 10_000)
        monkeypatch.setattr(memory, "FREE", {})
        tensors = [memory.empty(torch.zeros(1), n) for n in (500, 600, 700, 800, 2000)]
        tensors.clear()
        held = sum(n * len(b) for n, b in memory.FREE.items())
        assert 0 < held <= 10_000

    def test_outputs_of_two_calls_do_not_share_memory(self):
        layer, x = Recurrent("mlstm", 3, 4, seed=0), torch.ones(9, 2, 3)
        with torch.no_grad():
            first = layer(x)[0]
            copy = first.clone()
            layer(5.0 * x)
        assert torch.equal(first, copy)

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
    def test_dtype_and_shape_are_those_asked_for(self, dtype):
        a = memory.empty(torch.zeros(1, dtype=dtype), 3, 0, 5)
        assert a.dtype == dtype and a.shape == (3, 0, 5)


def test_what_waits_for_backward_grows_with_steps_not_with_states():
    def kept(T):
        seen = {}

        def count(t):
            seen[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
            return t

        layer = Recurrent("mlstm", 8, 64, seed=0)
        with torch.autograd.graph.saved_tensors_hooks(count, lambda t: t):
            layer(torch.randn(T, 4, 8))
        return sum(seen.values())

    per_step = (kept(640) - kept(320)) / (320 * 4 * 4)  # floats per step and row
    L, D = 64, 64
    assert 5 * D < per_step < 5 * D + 2 * L + D * D / 48 + 60
