"""The kernels for graphics cards, run by Triton's interpreter, equal a float64 loop.

No card is needed: what is not run here is printed as not run (``pytest -m gpu``).
"""

from types import SimpleNamespace

import pytest
import torch

pytest.importorskip("triton", reason="Triton is for Linux only")

from lstm_course import CELLS, cells  # noqa: E402
from lstm_course.engines import choose as choose_engine  # noqa: E402
from lstm_course.engines import loop  # noqa: E402
from lstm_course.engines.gpu import capture, cudnn, engine  # noqa: E402
from lstm_course.engines.gpu.__main__ import main  # noqa: E402
from lstm_course.engines.gpu.launch import Launch, choose, full, precision  # noqa: E402
from lstm_course.gradcheck import random_case  # noqa: E402
from lstm_course.ops import hard_sigmoid  # noqa: E402
from lstm_course.recurrent import Recurrent  # noqa: E402

# Sums of float32 in another order; half precision keeps 11 or 8 bits.
CLOSE = {torch.float32: 1e-5, torch.float16: 5e-3, torch.bfloat16: 4e-2}
WHOLE = Launch(True, 16, 16)
STEPS = Launch(False, 4, 4)
LENGTHS = torch.tensor([5, 2, 4])
LAYERS = [(n, c) for n, cell in CELLS.items() for c in cell.layers if c.phases]
EVERY = [c for _, c in LAYERS], [n for n, _ in LAYERS]


def case(cell, dtype, T=5, B=3, H=6, seed=0):
    """Inputs, gradients by outputs: tensors of one random case."""
    I = 4 + H * bool(cell.extra)
    p, x, state, dh, dstate = random_case(cell, T=T, B=B, I=I, H=H, seed=seed)
    make = lambda a: torch.tensor(a, dtype=dtype)  # noqa: E731
    p = {k: make(v).requires_grad_() for k, v in p.items()}
    state = tuple(make(s).requires_grad_() for s in state)
    return p, make(x).requires_grad_(), state, [make(d) for d in (dh, *dstate)]


def results(cell, dtype, call, **sizes):
    """Outputs and all gradients."""
    p, x, state, grads = case(cell, dtype, **sizes)
    h, _, end = call(p, x, state)
    pairs = zip((h, *end), grads, strict=True)
    sum((a * d).sum() for a, d in pairs).backward()
    leaves = x, *state, *p.values()
    found = [torch.zeros_like(a) if a.grad is None else a.grad for a in leaves]
    return [h, *end, *found]


def readable(cell, lengths=None):
    return lambda *given: loop.run(cell, *given, lengths)


def on_tiles(cell, how, lengths=None):
    return lambda *given: engine.run_layer(cell, *given, lengths, how=how)


def compare(cell, how, lengths=LENGTHS, dtype=torch.float32, **sizes):
    """Both engines; the interpreter runs tile after tile, so none may wait."""
    cols = full(sizes.get("H", 6))
    how = how._replace(cols=cols) if how.whole else how
    want = results(cell, torch.float64, readable(cell, lengths), **sizes)
    got = results(cell, dtype, on_tiles(cell, how, lengths), **sizes)
    for a, b in zip(got, want, strict=True):
        error = (a.double() - b).abs().max() / (1 + b.abs().max())
        assert error.item() < CLOSE[dtype]


@pytest.mark.slow
@pytest.mark.parametrize("how", [WHOLE, STEPS], ids=["persistent", "fused"])
@pytest.mark.parametrize("cell", EVERY[0], ids=EVERY[1])
def test_every_cell_equals_float64(cell, how):
    compare(cell, how)


KINDS = [CELLS["lstm"], cells.gru.make(reset="before"), CELLS["peephole"]]


@pytest.mark.slow
@pytest.mark.parametrize("cell", KINDS, ids=["lstm", "gru-before", "peephole"])
class TestKinds:
    @pytest.mark.parametrize("how", [WHOLE, STEPS], ids=["persistent", "fused"])
    def test_sizes_that_are_no_multiple_of_a_tile(self, cell, how):
        compare(cell, how, None, T=3, B=17, H=19, seed=1)
        compare(cell, how, None, T=1, B=1, H=1, seed=2)

    def test_tiles_that_read_through_memory_what_others_write(self, cell):
        compare(cell, WHOLE._replace(shared=True))

    def test_half_precision_with_a_state_of_float32(self, cell):
        compare(cell, STEPS, dtype=torch.bfloat16)
        compare(cell, WHOLE, dtype=torch.float16)  # its dot knows no bfloat16

    @pytest.mark.parametrize("how", [WHOLE, STEPS], ids=["persistent", "fused"])
    def test_buffers_full_of_nan_change_nothing(self, cell, how, monkeypatch):
        new_empty = torch.Tensor.new_empty

        def poisoned(*args, **how):
            made = new_empty(*args, **how)
            return made.fill_(torch.nan) if made.is_floating_point() else made

        monkeypatch.setattr(torch.Tensor, "new_empty", poisoned)
        compare(cell, how)

    def test_a_recorded_pass_is_used_again_and_gives_the_same(self, cell, monkeypatch):
        monkeypatch.setattr(capture, "can", lambda x: True)
        monkeypatch.setattr(capture, "record", Played)
        monkeypatch.setattr(capture, "WAITING", type(capture.WAITING)())
        for seed in range(4):
            compare(cell, STEPS, seed=seed)
        ((_, waiting),) = capture.WAITING.items()
        assert len(waiting) == 1  # the first call was not recorded, three shared one

    def test_a_gradient_of_a_gradient(self, cell):
        def penalty(dtype, call):
            p, x, state, _ = case(cell, dtype)
            h = call(p, x, state)[0]
            (dx,) = torch.autograd.grad((h**2).sum(), x, create_graph=True)
            return torch.autograd.grad((dx**2).sum(), [x, *p.values()])

        want = penalty(torch.float64, readable(cell))
        got = penalty(torch.float32, on_tiles(cell, WHOLE))
        for a, b in zip(got, want, strict=True):
            torch.testing.assert_close(a.double(), b, rtol=1e-3, atol=1e-4)


class Played:
    """What stands for a CUDA graph: the same work, done again."""

    def __init__(self, work):
        self.replay = work
        work()
        work()


@pytest.mark.slow
@pytest.mark.parametrize("how", [WHOLE, STEPS], ids=["persistent", "fused"])
def test_every_option_equals_float64(how):
    from test_cells import OPTIONS

    for name, options in OPTIONS:
        for cell in getattr(cells, name).make(**options).layers:
            if cell.phases:
                compare(cell, how, T=3, B=2, H=5, lengths=None)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal", "lengths"])
@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_torch_s_own_layer_equals_the_cell(name, lengths):
    cell = CELLS[name]

    def library(p, x, state):
        return engine.run_library(cell, p, x, state, lengths)

    calls = library, readable(cell, lengths)
    pairs = (results(cell, torch.float64, call) for call in calls)
    for a, b in zip(*pairs, strict=True):
        torch.testing.assert_close(a, b)


def test_torch_computes_a_cell_by_its_numbers_not_by_its_name():
    known = {n for n, c in LAYERS if cudnn.function_of(c)}
    assert known == {"rnn", "lstm", "gru", "np"}  # np: Greff's cell without peepholes
    assert cudnn.function_of(cells.gru.make(reset="before")) is None
    assert cudnn.function_of(cells.lstm.make(gate=hard_sigmoid)) is None


def test_products_are_as_exact_as_torch_was_told():
    told = torch.backends.cuda.matmul
    before = told.fp32_precision
    try:
        for said, meant in (("tf32", "tf32"), ("ieee", "tf32x3")):
            told.fp32_precision = said
            assert precision() == meant
    finally:
        told.fp32_precision = before


class TestLaunch:
    """Cuts for a card of 132 processors, as the H100 has."""

    def how(self, H, B=16, cell="lstm", dtype=torch.float32):
        plan = engine.compiled(CELLS[cell], ("h",))[0]
        return choose(plan, B, H, dtype, 132)

    def test_small_layers_stay_on_one_processor(self):
        for H in (1, 32, 64):
            assert self.how(H).whole and self.how(H).grid(16, H)[1] == 1

    def test_larger_ones_are_split_and_the_largest_launched_step_by_step(self):
        assert self.how(128).grid(16, 128)[1] > 1
        assert not self.how(1024).whole
        assert self.how(512, dtype=torch.bfloat16).whole

    def test_all_tiles_that_wait_for_each_other_are_on_the_card_at_once(self):
        for H in (32, 64, 100, 128, 256, 512):
            for B in (1, 16, 64, 256, 1000):
                how = self.how(H, B)
                rows, cols = how.grid(B, H)
                assert not how.whole or cols == 1 or rows * cols <= 132

    def test_a_card_of_few_processors_takes_more_rows_to_a_tile(self):
        plan = engine.compiled(CELLS["lstm"], ("h",))[0]
        assert choose(plan, 64, 128, torch.float32, 8).rows > 16


@pytest.fixture
def card(monkeypatch):
    """Layers are run as on a card of 132 processors; each chosen engine is noted."""
    about = SimpleNamespace(multi_processor_count=132)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: about)
    chosen = []

    def on_card(cell, x, p, compiled=True, truncate=None, lengths=None):
        chosen.append(choose_engine._on_card(cell, x, p, engine))
        return chosen[-1]

    monkeypatch.setattr(choose_engine, "engine", on_card)
    return chosen


class TestOnACard:
    """What Recurrent does there, with the interpreter in the card's place."""

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("name", "engine_name"),
        [("lstm", "cudnn"), ("peephole", "persistent"), ("depth_gated", "persistent")],
    )
    def test_layers_directions_and_lengths(self, card, name, engine_name):
        more = dict(num_layers=2, bidirectional=name != "depth_gated", seed=0)
        ours, theirs = (
            Recurrent(name, 4, 6, **more, compiled=c) for c in (True, False)
        )
        x = torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(0))
        h, end = ours(x, lengths=LENGTHS)
        assert {c.name for c in card} == {engine_name}
        want, want_end = loops(theirs, x)
        for a, b in zip((h, *end), (want, *want_end), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)

    def test_a_matrix_too_large_for_the_chip_is_launched_step_by_step(self, card):
        Recurrent("peephole", 4, 1024, seed=0).plan(torch.zeros(3, 2, 4))
        assert [c.name for c in card] == ["fused"]

    def test_float64_is_for_the_loop(self, card):
        layer = Recurrent("peephole", 4, 6, seed=0).double()
        x = torch.zeros(3, 2, 4, dtype=torch.float64)
        p = layer.parameters_of()
        assert choose_engine._on_card(layer.cell, x, p, engine) is None


def loops(layer, x):
    """The readable loop, whatever engine a test has put in the place of the choice."""
    choice = choose_engine.engine
    choose_engine.engine = lambda *given: SimpleNamespace(name="loop", run=loop.run)
    try:
        h, end = layer(x, lengths=LENGTHS)
    finally:
        choose_engine.engine = choice
    return h, end


class TestDoor:
    """python -m lstm_course.engines.gpu CELL prints the kernels."""

    def test_it_prints_the_text_that_runs(self, capsys):
        main(["lstm"])
        assert "c = f * c_prev + i * g" in capsys.readouterr().out

    def test_a_cell_without_phases_says_where_it_is_written(self):
        with pytest.raises(SystemExit, match="engines/chunks.py"):
            main(["mlstm"])

    @pytest.mark.parametrize("cell", EVERY[0], ids=EVERY[1])
    def test_no_name_of_a_cell_is_one_of_the_kernels_own(self, cell):
        own = "rows cols inside slab length step back alive units unit whole own gates"
        own = {*own.split(), "target", "T", "B", "H"}
        names = {n for ph in cell.phases for n in (*ph.args, *ph.names, *ph.back_args)}
        assert not names & own


def test_a_batch_of_nothing_but_padding_after_its_first_step():
    compare(CELLS["lstm"], WHOLE, torch.tensor([1, 1, 1]))


def test_inference_gives_the_same():
    p, x, state, _ = case(CELLS["lstm"], torch.float32)
    call = on_tiles(CELLS["lstm"], WHOLE)
    want = call(p, x, state)[0]
    with torch.no_grad():
        got = call(p, x, state)[0]
    assert got.grad_fn is None and torch.equal(got, want.detach())
