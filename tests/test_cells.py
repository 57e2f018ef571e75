"""Every cell and every documented option passes the same proofs."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from proofs import (
    case,
    numeric,
    prove_finite_differences,
    prove_reference,
    prove_twin,
    run,
)
from reference_cells import REFERENCE

from lstm_course import cells, init, trace, unroll, unroll_backward
from lstm_course.cells import CELLS, Stack, gru, lstm, lstm1997, mingru, minlstm
from lstm_course.cells.scan import scan
from lstm_course.ops import hard_sigmoid, hard_sigmoid6, sigmoid

# The room and the options behind a name of CELLS, where they are not the name itself.
ROOM = {
    "nig": ("greff", {"without": "i"}),
    "nfg": ("greff", {"without": "f"}),
    "nog": ("greff", {"without": "o"}),
    "niaf": ("greff", {"without": "g"}),
    "noaf": ("greff", {"without": "h"}),
    "np": ("greff", {"without": "p"}),
    "fgr": ("greff", {"gates_read_gates": True}),
    "mut1": ("mut", {"number": 1}),
    "mut2": ("mut", {"number": 2}),
    "mut3": ("mut", {"number": 3}),
}

OPTIONS = [
    ("lstm", {"gate": sigmoid}),
    ("lstm", {"gate": hard_sigmoid}),
    ("lstm", {"gate": hard_sigmoid6}),
    ("lstm1997", {"squash": "tanh", "gates_read_gates": True}),
    ("lstm1997", {"squash": "1997", "gates_read_gates": False}),
    ("lstm1997", {"squash": "1997", "gates_read_gates": True}),
    *(("peephole", {"gates": g}) for g in ("", "i", "f", "o", "fi", "oi", "of", "oif")),
    ("coupled", {"keeps": "i"}),
    ("coupled", {"keeps": "f"}),
    *(
        ("gru", {"reset": r, "update": u})
        for r in ("after", "before")
        for u in ("keeps_old", "takes_new")
    ),
    ("gru", {"gate": hard_sigmoid6}),
    ("gru", {"reset": "before", "gate": hard_sigmoid}),
    ("clockwork", {"periods": (1, 2, 4, 8), "start": 1}),
    ("clockwork", {"periods": (1, 3), "start": 0}),
    ("clockwork", {"periods": (2, 2, 5), "start": 1}),
    ("greff", {}),
    ("greff", {"without": "ohp", "gates_read_gates": False}),
    ("greff", {"without": "ifoghp"}),
    ("greff", {"without": "gp", "gates_read_gates": True}),
    ("depth_gated", {"layers": 1}),
    ("depth_gated", {"layers": 3}),
    ("depth_gated", {"layers": 2, "first": "none"}),
    ("depth_gated", {"layers": 3, "first": "projected"}),
    *(("mut", {"number": n}) for n in (1, 2, 3)),
    ("mlstm", {"heads": 1}),
    ("mlstm", {"heads": 2}),
    ("mlstm", {"heads": 3}),
]
# Finite differences need a case in which no max(.,.) changes sides within a step.
SEED = {"mlstm(3)": 2}


def room_of(name):
    return importlib.import_module(f"lstm_course.cells.{name}")


def rooms():
    """Every module of cells that makes a cell."""
    names = [m.name for m in pkgutil.iter_modules(cells.__path__)]
    return [n for n in names if hasattr(room_of(n), "make")]


def all_cases():
    """(id, cell, room, options) for every name of CELLS and every documented option."""
    for name, cell in CELLS.items():
        yield name, cell, *ROOM.get(name, (name, {}))
    for room, options in OPTIONS:
        shown = ",".join(str(getattr(v, "__name__", v)) for v in options.values())
        yield f"{room}({shown})", room_of(room).make(**options), room, options


CASES = list(all_cases())
every_case = pytest.mark.parametrize("case_", CASES, ids=[c[0] for c in CASES])
every_cell = pytest.mark.parametrize("name", CELLS)


def test_options_cover_every_keyword_of_every_make_and_every_default():
    for room in rooms():
        used = [options for name, options in OPTIONS if name == room]
        keywords = inspect.signature(room_of(room).make).parameters
        for k, parameter in keywords.items():
            values = {repr(o.get(k, parameter.default)) for o in used}
            assert len(values) > 1, f"OPTIONS tries one value of {room}.make({k})"


def test_every_room_is_registered_and_ends_with_the_three_functions():
    named = {ROOM.get(name, (name, {}))[0] for name in CELLS}
    assert set(rooms()) == named
    for room in rooms():
        module = room_of(room)
        for function in ("step", "step_backward", "step_torch"):
            assert getattr(module, function) == getattr(module.cell, function)


@every_case
def test_backward_matches_finite_differences_on_every_coordinate(case_):
    prove_finite_differences(case_[1], T=3, seed=SEED.get(case_[0], 0))


@pytest.mark.parametrize("number", [1, 2])
def test_backward_matches_finite_differences_where_a_bare_x_needs_no_projection(number):
    cell = room_of("mut").make(number)
    assert "W_e" not in cell.shapes(5, 5) and "W_e" in cell.shapes(4, 6)
    prove_finite_differences(cell, T=3, I=5, H=5)
    prove_twin(cell, I=5, H=5)
    prove_reference(cell, "mut", {"number": number}, I=5, H=5)


@every_case
def test_step_equals_the_equations_of_the_paper(case_):
    _, cell, room, options = case_
    if room not in REFERENCE:
        pytest.skip(f"write {room}'s equations into tests/reference_cells.py")
    prove_reference(cell, room, options)


@every_case
def test_torch_twin_and_its_autograd_agree_with_both_passes(case_):
    prove_twin(case_[1])


@every_case
def test_unroll_equals_a_loop_of_steps_forward_and_back(case_):
    cell = case_[1]
    p, x, state, dh, dstate = case(cell, seed=SEED.get(case_[0], 0))
    h, end, _ = run(cell, p, x, state)
    ours, last, caches = unroll(cell, p, x, state)
    for a, b in zip([*ours, *last], [*h, *end], strict=True):
        np.testing.assert_allclose(a, b, 1e-12, 1e-12)
    dx, dstate0, grads = unroll_backward(cell, p, dh, caches, dstate)
    arrays = p | {"x": x} | dict(enumerate(state))
    one = grads | {"x": dx} | dict(enumerate(dstate0))
    for k in arrays:
        estimate = numeric(cell, arrays, k, dh, dstate)
        np.testing.assert_allclose(one[k], estimate, 1e-6, 1e-9, err_msg=str(k))


@every_case
def test_trace_names_every_gate_and_state(case_):
    cell = case_[1]
    p, x, state, _, _ = case(cell)
    q = trace(cell, p, x, state)
    wanted = {*cell.states}
    for layer in cell.layers:
        wanted |= {n for ph in layer.phases for n in ph.names}
    assert wanted <= set(q)
    assert all(v.shape[:2] == (7, 3) for v in q.values())
    h, _, _ = unroll(cell, p, x, state)
    np.testing.assert_array_equal(q["h"], h)


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_passes_keep_the_precision_they_are_given(case_, dtype):
    cell = case_[1]
    arrays = case(cell, T=2)
    p, x, state, dh, dstate = (
        {k: v.astype(dtype) for k, v in a.items()}
        if isinstance(a, dict)
        else tuple(s.astype(dtype) for s in a)
        if isinstance(a, tuple)
        else a.astype(dtype)
        for a in arrays
    )
    h, end, caches = unroll(cell, p, x, state)
    dx, dstate0, grads = unroll_backward(cell, p, dh, caches, dstate)
    for a in (h, *end, dx, *dstate0, *grads.values()):
        assert a.dtype == dtype


@every_cell
def test_start_values_run_from_the_default_state(name):
    rng = np.random.default_rng(3)
    p = init(name, 4, 6, rng)
    assert {k: v.shape for k, v in p.items()} == CELLS[name].shapes(4, 6)
    assert CELLS[name].sizes(p) == (4, 6)
    h, _, _ = unroll(name, p, rng.normal(size=(7, 3, 4)))
    assert np.isfinite(h).all() and np.abs(h).max() > 0


@every_cell
def test_extreme_inputs_give_finite_numbers_in_both_passes(name):
    cell = CELLS[name]
    p, x, state, dh, dstate = case(cell)
    h, end, caches = unroll(cell, p, 300.0 * x)
    dx, dstate0, grads = unroll_backward(cell, p, dh, caches, dstate)
    for a in (h, *end, dx, *dstate0, *grads.values()):
        assert np.isfinite(a).all()


@every_cell
def test_every_room_says_what_it_is_for_and_where_it_comes_from(name):
    for part in ("Shapes", "What it is for:", "Source"):
        assert part in CELLS[name].doc, f"the room of {name} has no {part!r}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: lstm.make(gate=np.tanh),
        lambda: lstm.make(gate="hard_sigmoid"),
        lambda: gru.make(reset="both"),
        lambda: gru.make(update="old"),
        lambda: lstm1997.make(squash="relu"),
        lambda: lstm1997.make(gates_read_gates="yes"),
        lambda: room_of("peephole").make("ifx"),
        lambda: room_of("peephole").make("ii"),
        lambda: room_of("peephole").make(3),
        lambda: room_of("coupled").make("o"),
        lambda: room_of("clockwork").make((4, 2)),
        lambda: room_of("clockwork").make(()),
        lambda: room_of("clockwork").make((0, 1)),
        lambda: room_of("clockwork").make([1.5]),
        lambda: room_of("clockwork").make(start=2),
        lambda: room_of("clockwork").make(8),
        lambda: room_of("greff").make("x"),
        lambda: room_of("greff").make("i", True),
        lambda: room_of("depth_gated").make(0),
        lambda: room_of("depth_gated").make(2, "x"),
        lambda: room_of("mut").make(4),
        lambda: room_of("mlstm").make(0),
        lambda: room_of("mlstm").make(4).initial(3, 6),
        lambda: room_of("clockwork").make((1, 2, 3)).prepare({"W_h": 0}, 2),
        lambda: Stack("empty", []),
        lambda: Stack("names", ["lstm"]),
        lambda: Stack("headless", [room_of("depth_gated").layer(first=False)]),
        lambda: Stack("no c", [gru.make(), room_of("depth_gated").layer(first=False)]),
    ],
)
def test_unknown_and_contradictory_options_get_an_error_that_says_what_to_do(make):
    with pytest.raises(ValueError, match=r"\?$") as error:
        make()
    assert len(str(error.value).split(". ")) >= 3  # what and got, expected, next step


@pytest.mark.parametrize(
    "layers",
    [[lstm.make(), gru.make("before")], [gru.make(), lstm1997.make(), lstm.make()]],
)
def test_a_stack_of_plain_cells_passes_the_proofs(layers):
    prove_finite_differences(Stack("mixed", layers), T=3)
    prove_twin(Stack("mixed", layers))


def test_counts_of_greffs_variants_are_those_of_the_paper():
    M, N = 32, 100
    vanilla = 4 * N * (M + N + 1) + 3 * N
    three = 3 * N * (M + N + 1) + 2 * N
    wanted = {
        "peephole": vanilla,
        "np": vanilla - 3 * N,
        "nig": three,
        "nfg": three,
        "nog": three,
        "cifg": three,
        "niaf": vanilla,
        "noaf": vanilla,
        "fgr": vanilla + 9 * N * N,
    }
    for name, count in wanted.items():
        assert sum(np.prod(s) for s in CELLS[name].shapes(M, N).values()) == count, name


def test_the_1997_count_of_264_weights_needs_gate_to_gate_weights():
    H, symbols = 4, 7  # embedded Reber grammar with 4 blocks of one cell
    shapes = lstm1997.make(gates_read_gates=True).shapes(symbols, H)
    count = sum(np.prod(s) for s in shapes.values()) - H  # the paper's g has no bias
    assert count + H * symbols == 264  # H * symbols of the output layer


@pytest.mark.parametrize("room", [mingru, minlstm])
@pytest.mark.parametrize("T", [1, 2, 7, 16, 33])
def test_the_parallel_scan_equals_the_loop(room, T):
    p, x, (h0,), _, _ = case(room.cell, T=T)
    h, _, _ = unroll(room.cell, p, x, (h0,))
    np.testing.assert_allclose(room.parallel(p, x, h0), h, 1e-12, 1e-12)
    h, _, _ = unroll(room.cell, p, x)
    np.testing.assert_allclose(room.parallel(p, x), h, 1e-12, 1e-12)


def test_scan_leaves_its_arguments_as_they_were():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 9, 3))
    before = a.copy(), b.copy()
    scan(a, b)
    np.testing.assert_array_equal((a, b), before)
