"""The compiled loops equal the readable ones, for every cell, option and corner."""

import ctypes
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lstm_course import CELLS, cells
from lstm_course.engines.choose import compiled_engine, run_in_chunks
from lstm_course.engines.cpu import engine, machine, sequence
from lstm_course.engines.cpu.__main__ import loops, main
from lstm_course.engines.cpu.product import room_for
from lstm_course.engines.cpu.threads import openmp
from lstm_course.engines.loop import run
from lstm_course.gradcheck import random_case
from lstm_course.recurrent import Recurrent

# Both engines do the same arithmetic, in other orders and with other elementary
# functions (3 units in the last place): hundreds of roundings, on values of order 10.
CLOSE = {
    torch.float64: dict(rtol=1e-10, atol=1e-12),
    torch.float32: dict(rtol=1e-4, atol=2e-5),
}
LENGTHS = torch.tensor([5, 7, 2])


def made_of(cell):
    """A cell, or the layers of a stack."""
    return cell.layers


NAMED = [(name, layer) for name, cell in CELLS.items() for layer in made_of(cell)]


def compare(
    cell, dtype=torch.float64, lengths=None, T=7, B=3, x_grad=True, change=None
):
    """Outputs and all gradients of both engines on one random case."""
    p, x, state0, dh, dstate = random_case(cell, T=T, B=B, I=4 + 6 * bool(cell.extra))
    results = []
    for call in (run, engine.run_layer if cell.phases else run_in_chunks):
        P = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in p.items()}
        X = torch.tensor(x, dtype=dtype)
        X = (change(X) if change else X).requires_grad_(x_grad)
        S = tuple(torch.tensor(s, dtype=dtype, requires_grad=True) for s in state0)
        h, _, end = call(cell, P, X, S, lengths)
        pairs = zip((h, *end), (dh, *dstate), strict=True)
        sum((a * torch.tensor(d, dtype=dtype)).sum() for a, d in pairs).backward()
        leaves = X, *S, *P.values()
        grads = [torch.zeros_like(a) if a.grad is None else a.grad for a in leaves]
        results.append([h, *end, *grads])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(b.to(a.dtype), a, **CLOSE[dtype])


@pytest.fixture(autouse=True, params=[1, 2], ids=["1 thread", "2 threads"])
def threads(request, monkeypatch):
    monkeypatch.setattr(sequence, "SMALL", 0)  # split even the smallest batch
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.parametrize("cell", [c for _, c in NAMED], ids=[n for n, _ in NAMED])
@pytest.mark.parametrize("dtype", CLOSE, ids=str)
def test_every_cell_equals_its_readable_loop(cell, dtype):
    compare(cell, dtype)
    compare(cell, dtype, LENGTHS)


SHAPES = [
    CELLS["lstm"],
    CELLS["gru"],
    cells.gru.make(reset="before"),
    cells.mlstm.make(2),
]


@pytest.mark.parametrize("cell", SHAPES, ids=["lstm", "gru", "gru-before", "mlstm"])
class TestCorners:
    def test_one_step(self, cell):
        compare(cell, T=1)

    def test_one_row(self, cell):
        compare(cell, B=1)

    def test_many_steps_and_odd_rows(self, cell):
        compare(cell, T=80, B=13)

    def test_x_without_gradient(self, cell):
        compare(cell, x_grad=False)

    def test_x_that_is_not_contiguous(self, cell):
        compare(cell, change=lambda x: x.transpose(0, 2).contiguous().transpose(0, 2))

    def test_inference_keeps_nothing_and_gives_the_same(self, cell):
        layer = Recurrent(cell, 4, 6, seed=0)
        x = torch.randn(40, 3, 4)
        h, end = layer(x)
        with torch.no_grad():
            h2, end2 = layer(x)
        assert h2.grad_fn is None
        torch.testing.assert_close(h2, h)
        for a, b in zip(end2, end, strict=True):
            torch.testing.assert_close(a, b)

    @pytest.mark.parametrize(
        "how",
        [{"checkpoint": 5}, {"truncate": 5}, {"checkpoint": 5, "truncate": 3}],
        ids=str,
    )
    def test_checkpoint_and_truncation_equal_the_readable_loop(self, cell, how):
        cut = {k: v for k, v in how.items() if k == "truncate"}
        grads = []
        for more in ({**how}, {**cut, "compiled": False}):
            layer = Recurrent(cell, 4, 6, seed=0, dtype=torch.float64, **more)
            x = torch.linspace(-1, 1, 156, dtype=torch.float64).reshape(13, 3, 4)
            layer(x, lengths=[13, 4, 9])[0].square().sum().backward()
            grads.append([v.grad for v in layer.parameters()])
        for a, b in zip(*grads, strict=True):
            torch.testing.assert_close(a, b, **CLOSE[torch.float64])

    def test_a_layer_used_twice_before_backward(self, cell):
        grads = []
        for compiled in (True, False):
            layer = Recurrent(
                cell, 4, 4, seed=0, dtype=torch.float64, compiled=compiled
            )
            x = torch.linspace(-1, 1, 84, dtype=torch.float64).reshape(7, 3, 4)
            h, state = layer(x)
            layer(h, state)[0].square().sum().backward()
            grads.append([v.grad for v in layer.parameters()])
        for a, b in zip(*grads, strict=True):
            torch.testing.assert_close(a, b, **CLOSE[torch.float64])

    def test_backward_twice_over_one_graph_gives_the_same(self, cell):
        layer = Recurrent(cell, 4, 6, seed=0, dtype=torch.float64)
        loss = layer(torch.ones(7, 3, 4, dtype=torch.float64))[0].square().sum()
        weights = list(layer.parameters())
        first = torch.autograd.grad(loss, weights, retain_graph=True)
        second = torch.autograd.grad(loss, weights)
        for a, b in zip(first, second, strict=True):
            torch.testing.assert_close(a, b, **CLOSE[torch.float64])

    def test_an_output_changed_in_place_is_refused(self, cell):
        h, _ = Recurrent(cell, 4, 6, seed=0)(torch.ones(7, 3, 4))
        loss = h.square().sum()
        with torch.no_grad():
            h.mul_(2.0)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()


def test_results_do_not_depend_on_earlier_calls():
    layer = Recurrent("lstm", 4, 6, seed=0)
    x = torch.randn(30, 3, 4)
    first = layer(x)[0]
    layer(torch.full_like(x, 50.0))[0].sum().backward()
    assert torch.equal(layer(x)[0], first)


def kept_bytes(module, x):
    """Bytes that wait for the backward pass, parameters and x aside."""
    seen = {}
    known = {p.untyped_storage().data_ptr() for p in (x, *module.parameters())}

    def count(t):
        seen[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(count, lambda t: t):
        h, _ = module(x)
    return sum(n for at, n in seen.items() if at not in known), h


def test_less_than_half_of_nn_lstm_waits_for_backward():
    x = torch.randn(50, 16, 32)
    theirs, _ = kept_bytes(nn.LSTM(32, 64), x)
    _, h = kept_bytes(Recurrent("lstm", 32, 64, seed=0), x)
    kept = h.grad_fn.run
    ours = kept.slab.nbytes + sum(s.nbytes for s in kept.seqs.values())
    assert ours == pytest.approx(4 * 6 * 64 * 50 * 16, rel=0.03)  # 6 H floats a step
    assert ours <= 0.45 * theirs
    _, h = kept_bytes(Recurrent("lstm", 32, 64, seed=0, checkpoint=10), x)
    kept = h.grad_fn.run
    again = kept.slab.nbytes + sum(s.nbytes for s in kept.seqs.values())
    assert again == pytest.approx(4 * 64 * 16 * (2 * 50 + 4 * 10), rel=0.03)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["exp", "tanh", "log"])
def test_elementary_functions_are_right_to_four_units(dtype, name):
    from numba import njit

    functions = getattr(machine, dtype.__name__)
    function = functions[("exp", "tanh", "log").index(name)]
    x = np.random.default_rng(0).normal(size=20_000).astype(dtype) * 3
    x[:10_000] *= 0.01
    x = np.exp(x) if name == "log" else x
    x = x[np.abs(np.log(np.abs(x))) > 0.01] if name == "log" else x

    @njit
    def loop(x):
        y = np.empty_like(x)
        for k in range(x.size):
            y[k] = function(x[k])
        return y

    true = getattr(np, name)(x.astype(np.longdouble))
    units = np.abs(loop(x) - true) / np.spacing(np.abs(true.astype(dtype)))
    assert units.max() < 4


def called(name, dtype, *arguments):
    """One of the functions that all cells share, on the memory of arrays."""
    at = engine.shared(np.dtype(dtype).name)[1][engine.FUNCTIONS.index(name)]
    values = [a if isinstance(a, int) else a.ctypes.data for a in arguments]
    ctypes.CFUNCTYPE(None, *[ctypes.c_ssize_t] * len(values))(at)(*values)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("m, k, N", [(1, 1, 1), (5, 3, 7), (13, 40, 70), (16, 9, 33)])
class TestProducts:
    """Packed products against NumPy's, into memory that is full of something else."""

    def case(self, dtype, m, k, N):
        rng = np.random.default_rng(0)
        sizes = (m, k), (k, N), (m, N + 3)
        A, W, C = (rng.normal(size=s).astype(dtype) for s in sizes)
        panels = np.full(room_for(k, N, A.itemsize), np.nan, dtype)
        close = dict(rtol=1e-4, atol=1e-5) if dtype == np.float32 else dict(rtol=1e-12)
        return A, W, C, panels, close

    def test_a_product_replaces_or_adds_and_leaves_its_neighbours(self, dtype, m, k, N):
        A, W, C, panels, close = self.case(dtype, m, k, N)
        rest = C[:, N:].copy()
        called("pack", dtype, panels, W, k, N, N, 1)
        called("product", dtype, A, panels, C, m, k, N, k, 1, N + 3, 0)
        np.testing.assert_allclose(C[:, :N], A @ W, **close)
        turned = np.ascontiguousarray(A.T)
        called("product", dtype, turned, panels, C, m, k, N, 1, m, N + 3, 1)
        np.testing.assert_allclose(C[:, :N], 2 * (A @ W), **close)
        np.testing.assert_array_equal(C[:, N:], rest)

    def test_a_matrix_is_packed_as_its_transpose_as_well(self, dtype, m, k, N):
        A, W, C, panels, close = self.case(dtype, m, k, N)
        turned = np.ascontiguousarray(W.T)
        called("pack", dtype, panels, turned, k, N, 1, k)
        called("product", dtype, A, panels, C, m, k, N, k, 1, N + 3, 0)
        np.testing.assert_allclose(C[:, :N], A @ W, **close)

    def test_rows_are_added_to_a_sum(self, dtype, m, k, N):
        _, W, C, _, close = self.case(dtype, m, k, N)
        total = C[0, :N].copy()
        called("sum_rows", dtype, total, W, k, N, N)
        np.testing.assert_allclose(total, C[0, :N] + W.sum(axis=0), **close)


class TestCache:
    """Machine code is kept; what a newer version replaced goes when unused."""

    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.setattr(engine, "folder", lambda: tmp_path)
        yield tmp_path
        for name in [n for n in sys.modules if n.startswith("lstm_course_toy_")]:
            del sys.modules[name]

    def module(self, text):
        return engine._module.__wrapped__("toy", "float32", text)

    def test_a_module_that_nothing_used_for_a_month_goes(self, folder):
        old, kept, other = (Path(self.module(t).__file__) for t in ("a=1", "a=2", ""))
        (folder / "__pycache__").mkdir(exist_ok=True)
        code = [folder / "__pycache__" / f"{f.stem}.f-1.py.nbi" for f in (old, kept)]
        for file in (old, kept, *folder.glob("__pycache__/*"), *code):
            file.touch()
            os.utime(file, (0, time.time() - 2 * engine.MONTH))
        os.utime(code[1])  # used today
        new = Path(self.module("a=3").__file__)
        assert set(folder.glob("*.py")) == {kept, other, new}
        assert not code[0].exists() and code[1].exists()

    def test_reading_machine_code_marks_it_as_used(self, folder):
        module = self.module("a=1")
        stem = Path(module.__file__).stem
        code, empty = (
            folder / "__pycache__" / f"{stem}.{n}.nbi" for n in ("full", "empty")
        )
        code.parent.mkdir(exist_ok=True)
        code.write_bytes(b"code")
        empty.touch()
        os.utime(code, (0, 0))
        assert engine._machine_code(Path(module.__file__)) == [code]
        assert time.time() - code.stat().st_mtime < 3600
        assert not empty.exists()  # left by a power cut


FIRST_USE = """
import sys
from numba.core import event
from lstm_course.recurrent import Recurrent
import torch

class Compiled(event.Listener):
    def __init__(self): self.names = []
    def on_start(self, e): self.names.append(e.data["dispatcher"].py_func.__name__)
    def on_end(self, e): pass

heard = Compiled()
with event.install_listener("numba:compile", heard):
    for cell in ("lstm", "gru"):
        Recurrent(cell, 4, 6, seed=0)(torch.ones(3, 2, 4))[0].sum().backward()
        print(*sorted(set(heard.names)))
        heard.names.clear()
"""


@pytest.mark.slow
def test_a_further_cell_compiles_nothing_but_its_own_lines(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", FIRST_USE],
        env=os.environ | {"LSTM_COURSE_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = run.stdout.splitlines()
    assert "forward" in first.split()  # the loops
    assert not {"forward", "backward"} & set(second.split())
    ours = ("sigmoid", "tanh", "after", "keeps", "d_", "polynomial", "exp", "reset")
    assert [n for n in second.split() if not n.startswith(ours)] == []


class TestDoor:
    """python -m lstm_course.engines.cpu CELL prints what is compiled."""

    def test_it_prints_the_text_that_the_engine_compiles(self, capsys, monkeypatch):
        compiled = []
        monkeypatch.setattr(engine, "_module", lambda *a: compiled.append(a[2]))
        engine.compiled.__wrapped__(CELLS["gru"], ("h",), "float64")
        main(["gru", "float64"])
        assert capsys.readouterr().out.rstrip() == compiled[0].rstrip()

    def test_the_loops_of_the_lstm_stay_readable(self):
        text = loops("lstm")
        assert text.count("\n") < 110
        for line in ("c = f * c_prev + i * g", "h = o * tanh(c)", "tanh_c = tanh(c)"):
            assert f"    {line}\n" in text

    def test_a_cell_without_phases_says_where_it_is_written(self):
        with pytest.raises(SystemExit, match="engines/chunks.py"):
            main(["mlstm"])


def test_without_numba_the_readable_loop_runs_and_says_so_once(monkeypatch):
    compiled_engine.cache_clear()
    monkeypatch.setitem(sys.modules, "lstm_course.engines.cpu.engine", None)
    monkeypatch.delattr("lstm_course.engines.cpu.engine")
    layer, x = Recurrent("lstm", 4, 6, seed=0), torch.ones(7, 3, 4)
    with pytest.warns(UserWarning, match="pip install numba"):
        layer(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer(x)
    compiled_engine.cache_clear()


FORK = """
import sys, numpy as np, torch
import lstm_course.engines.cpu.threads as threads
from numba import njit

@njit(nogil=True)
def part(k, edges, out):
    if edges[k] < 0:
        raise MemoryError
    for j in range(edges[k], edges[k + 1]):
        out[j] += k + 1

@njit(nogil=True)
def whole(edges, out):
    return threads.fork(part, (edges, out), len(edges) - 1)

out = np.zeros(7)
assert whole(np.arange(8), out) == 0
assert out.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
assert whole(np.array([-1, 0, 2]), out) == 1
assert out[:2].tolist() == [3.0, 4.0]
"""


class TestThreads:
    """Compiled loops on the threads of torch."""

    @pytest.mark.slow
    def test_every_part_is_done_once_and_failures_are_counted(self):
        subprocess.run([sys.executable, "-c", FORK], check=True)

    @pytest.mark.slow
    def test_without_torch_s_runtime_python_s_own_threads_do_it(self):
        hidden = "import sys; sys.platform = 'elsewhere'\n" + FORK
        subprocess.run([sys.executable, "-c", hidden], check=True)

    def test_lack_of_memory_in_a_thread_is_no_silence(self):
        with pytest.raises(MemoryError, match="smaller batch"):
            sequence.check(1)

    def test_on_linux_the_runtime_of_torch_is_found(self):
        if not list(Path(torch.__file__).parent.glob("lib/libgomp.so*")):
            pytest.skip("torch came with another OpenMP runtime")
        assert openmp() is not None
