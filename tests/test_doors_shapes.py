"""Any shape and dtype at the doors of NumPy: the right result, or four parts.

What hypothesis draws is mostly wrong; what is right by chance is computed, and nothing
is broadcast, cut or rounded without a word.
"""

import numpy as np
from door_table import assert_four_parts
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lstm_course import CELLS, convert, init, unroll, unroll_backward
from lstm_course.cells import gru

P = init("lstm", 4, 6, np.random.default_rng(0))
X = np.random.default_rng(1).normal(size=(7, 3, 4))
H, _, CACHES = unroll("lstm", P, X)

SIZES = st.sampled_from([0, 1, 2, 3, 4, 6, 24])
SHAPES = st.lists(SIZES, max_size=4).map(tuple)
DTYPES = st.sampled_from(
    ["float64", "float32", "float16", "int64", "bool", "complex64"]
)
MANY = settings(max_examples=150, deadline=None)


def answer(call):
    """The result, or None where the door refuses in four parts; all else fails."""
    try:
        return call()
    except ValueError as error:
        assert_four_parts(str(error))
        return None


@MANY
@example("rnn", (2, 3, 4), "float32", [((3, 6), "float64")])
@given(
    st.sampled_from(["rnn", "lstm", "clockwork", "slstm", "mlstm"]),
    SHAPES,
    DTYPES,
    st.lists(st.tuples(SHAPES, DTYPES), max_size=3),
)
def test_unroll_takes_the_right_shapes_and_no_others(cell, shape, dtype, state):
    p = init(cell, 4, 6, np.random.default_rng(0))
    x = np.ones(shape, dtype)
    state0 = tuple(np.ones(*s) for s in state) or None
    found = answer(lambda: unroll(cell, p, x, state0))
    good = len(shape) == 3 and 0 not in shape and shape[2] == 4 and "float" in dtype
    if state0 is None:
        assert (found is not None) == good
    if found is not None:
        assert good and found[0].shape == (*shape[:2], 6)
        for s, start in zip(found[1], CELLS[cell].initial(shape[1], 6), strict=True):
            assert s.shape == start.shape


@MANY
@given(st.sampled_from(sorted(P)), SHAPES, DTYPES)
@example("b", (24,), "float32")
def test_unroll_refuses_a_parameter_of_any_other_shape(name, shape, dtype):
    p = P | {name: np.ones(shape, dtype)}
    found = answer(lambda: unroll("lstm", p, X))
    assert (found is not None) == (shape == P[name].shape and "float" in dtype)


@MANY
@given(SHAPES, DTYPES, st.lists(SHAPES, max_size=3))
@example((7, 3, 6), "float32", [(3, 6), (3, 6)])
def test_unroll_backward_takes_the_right_shapes_and_no_others(dh, dtype, ends):
    dstate = tuple(np.ones(s) for s in ends) or None
    found = answer(
        lambda: unroll_backward("lstm", P, np.ones(dh, dtype), CACHES, dstate)
    )
    good = dh == H.shape and "float" in dtype and set(ends) <= {(3, 6)}
    assert (found is not None) == (good and len(ends) in (0, 2))


KERAS = st.lists(st.tuples(SHAPES, DTYPES), min_size=1, max_size=6)


def sizes_of(p):
    return p["W_x"].shape[0], p["W_h"].shape[0]


@MANY
@given(st.sampled_from(["rnn", "lstm", "gru"]), KERAS)
@example("lstm", [((4, 24), "float64"), ((6, 24), "float32"), ((48,), "float64")])
@example("gru", [((3, 3), "float64"), ((1, 3), "float64"), ((2, 3), "float64")])
def test_from_keras_makes_parameters_of_a_cell_or_refuses(cell, arrays):
    weights = [np.ones(*a) for a in arrays]
    p = answer(lambda: convert.from_keras(weights, cell))
    if p is not None:
        I, H = sizes_of(p)
        assert I and H
        assert arrays[0][0][0] == I and arrays[1][0][0] == H
        shapes = {k: v.shape for k, v in p.items()}
        forms = [CELLS[cell], gru.make(reset="before")]
        assert shapes in [c.shapes(I, H) for c in forms]


@MANY
@given(
    st.sampled_from(["lstm", "gru", "coupled", "peephole"]),
    st.dictionaries(st.sampled_from([*"WRBP", "initial_h"]), st.tuples(SHAPES, DTYPES)),
    st.sampled_from([-1, 0, 1, 2]),
)
@example(
    "peephole",
    {
        "W": ((1, 24, 4), "float64"),
        "R": ((1, 24, 6), "float64"),
        "P": ((1, 18), "float32"),
    },
    0,
)
def test_from_onnx_makes_parameters_of_a_cell_or_refuses(cell, arrays, direction):
    weights = {k: np.ones(*a) for k, a in arrays.items()}
    p = answer(lambda: convert.from_onnx(weights, cell, direction))
    if p is not None:
        shapes = {k: v.shape for k, v in p.items()}
        assert shapes == CELLS[cell].shapes(*sizes_of(p))
