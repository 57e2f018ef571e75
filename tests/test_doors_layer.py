"""What happens at the door of ``Recurrent``: every odd input works or says why not."""

import io
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence

from lstm_course import CELLS, cells
from lstm_course.cells import clockwork, gru, lstm, mlstm, peephole
from lstm_course.models import LanguageModel
from lstm_course.recurrent import Recurrent

T, B, I, H = 5, 3, 4, 6
DOUBLE = torch.float64
# The same float64 arithmetic in another order; float32 through another engine.
TWIN = {DOUBLE: dict(rtol=1e-9, atol=1e-11), torch.float32: dict(rtol=1e-4, atol=2e-5)}


def batch(dtype=torch.float32, seed=0):
    return torch.randn(
        T, B, I, dtype=dtype, generator=torch.Generator().manual_seed(seed)
    )


def state(*dtypes):
    return tuple(torch.zeros(1, B, H, dtype=d) for d in dtypes)


def layer(cell="lstm", **options):
    return Recurrent(cell, I, H, seed=0, **options)


F32, F16, F64 = torch.float32, torch.float16, torch.float64
# door x odd input -> what the message must say (all four parts are checked below)
REFUSED = {
    "x: array": (lambda: layer()(batch().numpy()), "numpy.ndarray.*torch.as_tensor"),
    "x: list": (lambda: layer()([[[0.0] * I]]), "builtins.list.*torch.as_tensor"),
    "x: two axes": (lambda: layer()(batch()[0]), r"2 axes.*x\[:, None, :\]"),
    "x: empty": (lambda: layer()(batch()[:0]), "empty: axis T"),
    "x: features": (lambda: layer()(batch()[..., :2]), "2 features.*I = 4"),
    "x: double": (lambda: layer()(batch(F64)), r"float64.*x.to\('cpu', torch.float32"),
    "x: half": (lambda: layer()(batch(F16)), "float16.*expected torch.float32"),
    "x: whole numbers": (lambda: layer()(batch().long()), "int64.*double()"),
    "x: complex": (lambda: layer()(batch().to(torch.cfloat)), "complex64"),
    "x: sparse": (lambda: layer()(batch().to_sparse()), "torch.strided.*to_dense"),
    "heads that do not fit": (lambda: layer(mlstm.make(heads=4)), "cannot share out"),
    "seed below 0": (lambda: Recurrent("lstm", I, H, seed=-1), "seed is -1"),
    "dropout as text": (lambda: layer(dropout="a"), "dropout is 'a'"),
    "x: NaN": (lambda: layer()(batch() * torch.nan), "NaN or infinite"),
    "state: double": (lambda: layer()(batch(), state(F32, F64)), "c is torch.float64"),
    "state: half": (lambda: layer()(batch(), state(F16, F32)), "h is torch.float16"),
    "state: arrays": (
        lambda: layer()(batch(), tuple(s.numpy() for s in state(F32, F32))),
        "h is a numpy.ndarray",
    ),
    "state: one of two": (lambda: layer()(batch(), state(F32)), "but got 1 arrays"),
    "state: a tensor": (lambda: layer()(batch(), state(F32)[0]), "must be a tuple"),
    "state: shape": (lambda: layer()(batch()[:, :2], state(F32, F32)), "another batch"),
    "state: NaN": (lambda: layer()(batch(), (state(F32)[0] + torch.nan,) * 2), "NaN"),
    "lengths: yes and no": (
        lambda: layer()(batch(), lengths=[True, True, False]),
        "bool.*mask.sum",
    ),
    "lengths: fractions": (lambda: layer()(batch(), lengths=[1.0, 2, 3]), "float32"),
    "lengths: too many": (lambda: layer()(batch(), lengths=[1, 2]), r"shape \(2,\)"),
    "lengths: too long": (lambda: layer()(batch(), lengths=[1, 2, 6]), "T = 5 steps"),
    "lengths: none": (lambda: layer()(batch(), lengths=[0, 2, 5]), "empty sequences"),
    "lengths: packed as well": (
        lambda: layer()(pack_padded_sequence(batch(), [5, 3, 2]), lengths=[5, 3, 2]),
        "PackedSequence.*Leave out",
    ),
    "packed: features": (
        lambda: layer()(pack_sequence([torch.zeros(5, 2)])),
        "2 features",
    ),
    "load: a name too many": (
        lambda: layer().load(dict(layer().numpy(), w_ci=np.zeros(H))),
        r"\['W_h', 'W_x', 'b', 'w_ci'\]",
    ),
    "load: a shape": (
        lambda: layer().load(Recurrent("lstm", I, 5, seed=0).numpy()),
        "shape.*Check input_size",
    ),
    "load: NaN": (
        lambda: layer().load(dict(layer().numpy(), b=np.full(4 * H, np.nan))),
        "b holds 24 value",
    ),
    "checkpoint=0": (lambda: layer(checkpoint=0), "checkpoint is 0"),
    "truncate=0": (lambda: layer(truncate=0), "truncate is 0"),
    "dropout=2": (lambda: layer(dropout=2.0), "dropout is 2"),
    "dtype=int": (lambda: layer(dtype=torch.int64), "dtype is torch.int64"),
    "cell: no such": (lambda: layer("lsmt"), "Did you mean 'lstm'"),
}


@pytest.mark.parametrize("door", REFUSED)
def test_what_cannot_be_meant_is_refused_in_four_parts(door):
    call, words = REFUSED[door]
    with pytest.raises(ValueError, match=re.compile(words, re.S)) as error:
        call()
    sentences = re.split(r"(?<=[.?;:]) |: ", str(error.value))
    assert len(sentences) >= 3, str(error.value)
    assert str(error.value).endswith("?")


# input -> the same input as the layer is used to it
MEANT = {
    "state: list": (
        lambda m: m(batch(), list(state(F32, F32))),
        lambda m: m(batch(), state(F32, F32)),
    ),
    "lengths: bytes": (
        lambda m: m(batch(), lengths=torch.tensor([5, 1, 2], dtype=torch.uint8)),
        lambda m: m(batch(), lengths=[5, 1, 2]),
    ),
    "lengths: array": (
        lambda m: m(batch(), lengths=np.array([5, 1, 2])),
        lambda m: m(batch(), lengths=[5, 1, 2]),
    ),
    "x: not contiguous": (
        lambda m: m(batch().permute(2, 0, 1).contiguous().permute(1, 2, 0)),
        lambda m: m(batch()),
    ),
}


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("door", MEANT)
def test_what_can_be_meant_is_understood(door, bidirectional):
    if bidirectional and door == "state: list":
        return
    odd, plain = MEANT[door]
    module = layer(bidirectional=bidirectional)
    torch.testing.assert_close(odd(module), plain(module))


def test_the_state_of_a_cell_with_one_is_taken_bare_as_nn_gru_takes_it():
    bare, tupled = (layer("gru")(batch(), s)[0] for s in (state(F32)[0], state(F32)))
    torch.testing.assert_close(bare, tupled)


@pytest.mark.parametrize("cell", ["lstm", "mingru", "mlstm"])
def test_a_layer_runs_on_the_device_without_numbers(cell):
    assert layer(cell).to("meta")(batch().to("meta"))[0].shape == (T, B, H)


@pytest.mark.parametrize("cell", ["lstm", "mingru", "mlstm"])
def test_torch_checkpointing_gives_the_same_gradient(cell):
    module, grads = layer(cell), []
    for run in (
        module,
        lambda v: torch.utils.checkpoint.checkpoint(module, v, use_reentrant=False),
    ):
        x = batch().requires_grad_()
        run(x)[0].square().sum().backward()
        grads.append(x.grad)
    torch.testing.assert_close(*grads)


class TestPacked:
    """A PackedSequence goes in and comes out as through torch.nn.LSTM."""

    @pytest.mark.parametrize("batch_first", [False, True])
    @pytest.mark.parametrize("bidirectional", [False, True])
    @pytest.mark.parametrize("order", [[5, 3, 2], [2, 5, 3], [4, 4, 4]], ids=str)
    def test_equals_nn_lstm(self, order, bidirectional, batch_first):
        theirs = nn.LSTM(I, H, bidirectional=bidirectional, batch_first=batch_first)
        ours = layer(bidirectional=bidirectional, batch_first=batch_first)
        for reverse in range(1 + bidirectional):
            ours.load(from_torch(theirs, "_reverse" * reverse), 0, bool(reverse))
        x = pack_padded_sequence(batch(), order, enforce_sorted=False)
        start = tuple(torch.randn(1 + bidirectional, B, H) for _ in "hc")
        (h, end), (h_nn, end_nn) = ours(x, start), theirs(x, start)
        assert torch.equal(h.batch_sizes, h_nn.batch_sizes)
        torch.testing.assert_close(h.unsorted_indices, h_nn.unsorted_indices)
        torch.testing.assert_close(h.data, h_nn.data, **TWIN[F32])
        torch.testing.assert_close(end, end_nn, **TWIN[F32])

    def test_a_sorted_one_comes_back_without_an_order(self):
        h, _ = layer()(pack_padded_sequence(batch(), [5, 3, 2]))
        assert h.sorted_indices is None and h.unsorted_indices is None

    def test_gradients_reach_the_packed_input(self):
        x = batch().requires_grad_()
        h, _ = layer()(pack_padded_sequence(x, [5, 3, 2]))
        h.data.square().sum().backward()
        assert x.grad[:2].all() and not x.grad[3:, 1].any()


def from_torch(module, end):
    W_x, W_h, b, b_h = (
        getattr(module, f"{n}_l0{end}").detach()
        for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    return {"W_x": W_x.T, "W_h": W_h.T, "b": b + b_h}


class TestAutocast:
    """As nn.LSTM: what comes out is short; what is computed is float32."""

    @pytest.mark.parametrize("dtype", [F32, torch.bfloat16, F16], ids=str)
    @pytest.mark.parametrize("compiled", [True, False])
    def test_short_outputs_of_the_full_computation(self, dtype, compiled):
        module, x = layer(compiled=compiled), batch().to(dtype)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            h, end = module(x)
            theirs, _ = nn.LSTM(I, H)(batch())
        exact, ends = module(x.float())
        assert {a.dtype for a in (h, *end)} == {theirs.dtype} == {torch.bfloat16}
        assert torch.equal(h, exact.bfloat16())
        assert torch.equal(end[1], ends[1].bfloat16())

    def test_a_short_state_is_taken_back(self):
        module = layer()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            _, end = module(batch())
            h, _ = module(batch(), end)
        exact, _ = module(batch(), tuple(s.float() for s in end))
        assert torch.equal(h, exact.bfloat16())

    def test_gradients_are_those_of_the_weights_precision(self):
        grads = []
        for on in (True, False):
            module = layer()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=on):
                h, _ = module(batch())
            h.float().sum().backward()
            grads.append(module.parameters_of()["W_h"].grad)
        assert grads[0].dtype == F32
        torch.testing.assert_close(*grads)

    def test_double_stays_double(self):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            h, _ = layer(dtype=F64)(batch(F64))
            with pytest.raises(ValueError, match="float64"):
                layer()(batch(F64))
        assert h.dtype == F64


PARTS = {name: cell for name, cell in CELLS.items()} | {
    "gru before": gru.make(reset="before"),
    "mlstm of two": mlstm.make(2),
    "peephole io": peephole.make(gates="io"),
}


def with_weights(module, weights, x, states, lengths):
    """Run a layer with other weights than its own, in the order of its parameters."""
    names = [name for name, _ in module.named_parameters()]
    given = dict(zip(names, weights, strict=True))
    return torch.func.functional_call(module, given, (x, states, lengths))


def outputs(module, lengths, names):
    """x, weights, states -> all outputs that have a gradient."""

    def function(x, *rest):
        weights, states = rest[: len(names)], rest[len(names) :]
        h, end = with_weights(module, weights, x, states, lengths)
        return h, *(s for s in end if s.requires_grad)

    return function


class TestGradientOfAGradient:
    """Hessians and gradient penalties are right in every engine."""

    @pytest.mark.slow
    @pytest.mark.parametrize("lengths", [None, [3, 2]], ids=["whole", "ragged"])
    @pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "readable"])
    @pytest.mark.parametrize("name", PARTS)
    def test_gradgradcheck(self, name, compiled, lengths):
        layers = 2 if name == "depth_gated" else 1
        module = Recurrent(
            PARTS[name], 3, 4, layers, seed=0, dtype=DOUBLE, compiled=compiled
        )
        torch.manual_seed(0)
        x = torch.randn(3, 2, 3, dtype=DOUBLE, requires_grad=True)
        start = [s.detach().requires_grad_() for s in module(x)[1]]
        weights = list(module.parameters())
        function = outputs(module, lengths, weights)
        inputs = x, *weights, *start
        assert torch.autograd.gradgradcheck(function, inputs, atol=1e-5, fast_mode=True)

    @pytest.mark.parametrize("how", [{}, {"truncate": 2}, {"checkpoint": 2}], ids=str)
    @pytest.mark.parametrize("cell", ["lstm", "gru", "mingru", "mlstm"])
    def test_a_penalty_linear_in_h_equals_the_readable_one(self, cell, how):
        grads = []
        for compiled in (True, False):
            module = layer(cell, dtype=DOUBLE, compiled=compiled, **how)
            x = batch(DOUBLE).requires_grad_()
            slope = torch.autograd.grad(module(x)[0].sum(), x, create_graph=True)[0]
            slope.square().sum().backward()
            grads.append([v.grad for v in module.parameters()])
        assert any(g.any() for g in grads[0] if g is not None)
        for a, b in zip(*grads, strict=True):
            if a is not None or b is not None:
                zero = torch.zeros_like(b if a is None else a)
                pair = (zero if a is None else a), (zero if b is None else b)
                torch.testing.assert_close(*pair, **TWIN[DOUBLE])


class TestUnderTransforms:
    """Whoever traces, transforms or sends a layer gets one that works."""

    @pytest.fixture(params=["lstm", "gru", "mingru", "mlstm", "clockwork"])
    def module(self, request):
        return layer(request.param).eval()

    def test_traced_by_jit(self, module):
        x, more = batch(), batch(seed=1)
        traced = torch.jit.trace(module, (x,))
        torch.testing.assert_close(traced(more)[0], module(more)[0], **TWIN[F32])

    @pytest.mark.slow
    def test_compiled_as_one_graph(self, module):
        torch.compiler.reset()
        fast = torch.compile(module, backend="eager", fullgraph=True)
        torch.testing.assert_close(fast(batch())[0], module(batch())[0], **TWIN[F32])

    @pytest.mark.slow
    def test_exported_with_lengths_for_any_batch(self, module):
        B, lengths = torch.export.Dim("B"), torch.tensor([5, 1, 3])
        free = {"x": {1: B}, "state": None, "lengths": {0: B}}
        program = torch.export.export(
            module, (batch(), None, lengths), dynamic_shapes=free
        )
        x, lengths = batch(seed=1)[:, :2], torch.tensor([2, 5])
        h, _ = program.module()(x, None, lengths)
        torch.testing.assert_close(h, module(x, None, lengths)[0], **TWIN[F32])
        with pytest.raises(AssertionError, match=r"size\(\)\[0\] =="):
            program.module()(x[:-1], None, lengths)  # T is that of the example

    def test_gradients_by_functorch(self, module):
        x = batch().requires_grad_()
        ours = torch.func.grad(lambda v: module(v)[0].square().sum())(batch())
        module(x)[0].square().sum().backward()
        torch.testing.assert_close(ours, x.grad, **TWIN[F32])

    def test_mapped_over_a_further_axis(self, module):
        many = torch.stack([batch(seed=k) for k in range(2)])
        alone = torch.stack([module(x)[0] for x in many])
        mapped = torch.vmap(lambda x: module(x)[0])(many)
        torch.testing.assert_close(mapped, alone, **TWIN[F32])

    def test_forward_mode_equals_reverse_mode(self, module):
        x, v = batch(), batch(seed=1)
        _, forward = torch.func.jvp(lambda a: module(a)[0].sum(), (x,), (v,))
        backward = torch.func.grad(lambda a: module(a)[0].sum())(x)
        torch.testing.assert_close(forward, (backward * v).sum(), rtol=1e-3, atol=1e-4)

    def test_pickled_saved_and_copied(self, module):
        import copy

        saved = io.BytesIO()
        torch.save(module, saved)
        saved.seek(0)
        twins = (
            pickle.loads(pickle.dumps(module)),
            torch.load(saved, weights_only=False),
            copy.deepcopy(module),
        )
        for twin in twins:
            torch.testing.assert_close(twin(batch())[0], module(batch())[0])


@pytest.mark.parametrize("name", PARTS)
def test_every_cell_is_pickled_as_its_room_and_options(name):
    cell = pickle.loads(pickle.dumps(PARTS[name]))
    assert cell.name == PARTS[name].name and repr(cell) == repr(PARTS[name])
    assert cell.doc == PARTS[name].doc
    assert cell.made_by.keywords == PARTS[name].made_by.keywords


def test_options_that_are_functions_survive_pickling():
    from lstm_course.ops import hard_sigmoid

    cell = pickle.loads(pickle.dumps(lstm.make(gate=hard_sigmoid)))
    x = batch(DOUBLE)
    same = [Recurrent(c, I, H, seed=0, dtype=DOUBLE) for c in (cell, lstm.make())]
    one, other = (m(x)[0] for m in same)
    mine = Recurrent(lstm.make(gate=hard_sigmoid), I, H, seed=0, dtype=DOUBLE)
    assert torch.equal(one, mine(x)[0]) and not torch.equal(one, other)


def test_a_copy_that_is_changed_is_not_pickled_as_the_original():
    import copy

    changed = copy.copy(CELLS["peephole"])
    changed.name = "mine"
    assert pickle.loads(pickle.dumps(changed)).name == "mine"
    changed = copy.copy(CELLS["lstm"])  # its functions know the options of make
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(changed)


SPAWN = """
import torch, torch.multiprocessing as mp
from lstm_course.cells import gru
from lstm_course.recurrent import Recurrent

def work(layer, queue):
    queue.put(float(layer(torch.ones(5, 3, 4))[0].sum().detach()))

if __name__ == "__main__":
    layer = Recurrent(gru.make(reset="before"), 4, 6, seed=0)
    context = mp.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=work, args=(layer, queue))
    process.start()
    theirs = queue.get()
    process.join(60)
    assert abs(theirs - float(layer(torch.ones(5, 3, 4))[0].sum())) < 1e-4
"""


@pytest.mark.slow
def test_a_layer_is_sent_to_a_spawned_process(tmp_path):
    file = tmp_path / "spawning.py"
    file.write_text(SPAWN)
    run = subprocess.run([sys.executable, file], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_whole_language_model_is_saved():
    model = LanguageModel("lstm", 8, 8, 9, seed=0)
    saved = io.BytesIO()
    torch.save(model, saved)
    saved.seek(0)
    twin = torch.load(saved, weights_only=False)
    assert all(
        torch.equal(a, b)
        for a, b in zip(twin.parameters(), model.parameters(), strict=True)
    )


PLANS = {
    "lstm": ({}, "compiled loops"),
    "mlstm": ({}, "chunks"),
    "mingru": ({}, "compiled loops"),
    "mlstm cut": ({"cell": "mlstm", "truncate": 3}, "loop, because the step is"),
    "readable": ({"cell": "mingru", "compiled": False}, "loop, because compiled=False"),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_layer_says_which_engine_runs_it_and_why(name, capsys):
    options, words = PLANS[name]
    layer(**{"cell": name, **options}).plan(batch())
    assert f": {words}" in capsys.readouterr().out


def test_numbers_that_no_compiled_loop_takes_go_to_the_loop_or_a_scan(capsys):
    for name, engine in (("lstm", "loop"), ("mingru", "scan")):
        layer(name).to(torch.bfloat16).plan(batch(torch.bfloat16))
        assert f", {name}: {engine}, because" in capsys.readouterr().out


class TestClock:
    """The clockwork counts whole numbers also where numbers are short."""

    @pytest.mark.parametrize("dtype", [torch.bfloat16, F16], ids=str)
    def test_ticks_late_in_a_sequence_of_short_numbers(self, dtype):
        cell = clockwork.make(periods=(1, 3, 300))
        T = 2200  # float16 counts to 2048, bfloat16 to 256
        module = Recurrent(cell, 1, 3, seed=0).to(dtype)
        x = torch.randn(T, 1, 1).to(dtype)
        with torch.no_grad():
            h, (_, t) = module(x)
        assert t.dtype == F32 and int(t[0, 0, 0]) == T
        changed = (h[1:, 0, 1:] != h[:-1, 0, 1:]).float()  # units of periods 3, 300
        steps = torch.arange(1, T)
        assert not changed[steps % 3 != 0, 0].any() and changed[:, 0].any()
        assert not changed[steps % 300 != 0, 1].any()
        assert changed[steps % 300 == 0, 1].sum() >= 6

    def test_the_state_goes_on_counting(self):
        module = layer("clockwork").to(torch.bfloat16)
        x = batch(torch.bfloat16)
        h, state = module(x)
        again, (_, t) = module(x, state)
        assert int(t[0, 0, 0]) == 2 * T and again.dtype == torch.bfloat16


class TestCacheFolder:
    """Compiled loops need a folder; without a good one they work all the same."""

    RUN = (
        "import torch; from lstm_course.recurrent import Recurrent;"
        "print(float(Recurrent('rnn', 4, 6, seed=0)(torch.ones(5, 3, 4))[0].sum()))"
    )

    def result(self, folder, **environment):
        import os

        env = {**os.environ, "LSTM_COURSE_CACHE": str(folder), **environment}
        command = [sys.executable, "-c", self.RUN]
        return subprocess.run(command, env=env, capture_output=True, text=True)

    @pytest.mark.slow
    def test_a_folder_that_cannot_be_written_is_said_and_replaced(self, tmp_path):
        file = tmp_path / "no_folder"
        file.write_text("a file where a folder is wanted")
        run = self.result(file / "cache")
        assert run.returncode == 0, run.stderr
        assert "LSTM_COURSE_CACHE" in run.stderr and float(run.stdout)

    @pytest.mark.slow
    def test_broken_files_in_the_cache_are_made_anew(self, tmp_path):
        first = self.result(tmp_path)
        for file in [*tmp_path.glob("*.py"), *tmp_path.glob("__pycache__/*.nb[ic]")]:
            file.write_bytes(b"")
        again = self.result(tmp_path)
        assert again.returncode == 0, again.stderr
        assert again.stdout == first.stdout and float(again.stdout)


class TestPhases:
    """A cell whose gradient would be lost is refused when it is written."""

    @pytest.mark.parametrize(
        "reads, second",
        [
            ("r n = x W_x + h W_h", lambda zn, q: zn * q),  # q without a product
            ("r n = x W_x + (h q) W_h", lambda zr, zn: zn * zr),  # zr read twice
        ],
        ids=["value of the first phase", "pre-activation of the first phase"],
    )
    def test_a_second_way_into_the_first_phase(self, reads, second):
        first = cells.Phase(lambda zr, h_prev: zr * h_prev, lambda dq: dq, gives="q")
        other = cells.Phase(second, lambda dh: dh, gives="h")
        with pytest.raises(ValueError, match="no gradient would come back"):
            cells.Cell("mine", reads, [first, other])

    def test_a_pre_activation_that_is_not_complete(self):
        first = cells.Phase(lambda zn, h_prev: zn * h_prev, lambda dq: dq, gives="q")
        other = cells.Phase(lambda zr: zr, lambda dh: dh, gives="h")
        with pytest.raises(ValueError, match="not complete yet"):
            cells.Cell("mine", "r n = x W_x + (h q) W_h", [first, other])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["lstm", "gru", "clockwork", "mlstm"]),
    st.sampled_from([F32, F64, F16, torch.bfloat16, torch.int32]),
    st.sampled_from([F32, F64, F16, torch.bfloat16]),
    st.lists(st.integers(0, 6), min_size=1, max_size=4),
)
def test_any_dtype_and_shape_gives_finite_numbers_or_a_value_error(
    name, of_x, of_state, shape
):
    module = layer(name)
    x = torch.ones(shape, dtype=of_x)
    try:
        start = [s.to(of_state) for s in module(batch())[1]]
        h, end = module(x, tuple(start))
    except ValueError as error:
        assert str(error).count(".") >= 2
        return
    assert (of_x, of_state, x.shape[1:]) == (F32, F32, (B, I))
    assert h.isfinite().all() and h.shape == (len(x), B, H)
