"""The table of functions is complete, and every entry says the same of its function."""

import inspect

import numpy as np
import pytest

from lstm_course import ops
from lstm_course.engines.copied import MACHINE
from lstm_course.equations.plain import Plain
from lstm_course.equations.tex import Tex

Z = np.array([-3.3, -1.2, 0.3, 1.7, 4.1])
OF_OUTPUTS = {"softmax", "cross_entropy"}  # of models, not of a cell's lines
every_row = pytest.mark.parametrize("function", ops.TABLE, ids=lambda f: f.__name__)


def given(function):
    """Arguments inside the function's domain, one array for each."""
    n = len(inspect.signature(function).parameters)
    return [abs(Z) if function is ops.log else Z, Z[::-1]][:n]


def test_every_function_of_ops_has_a_row():
    public = {
        f
        for n, f in vars(ops).items()
        if n[0] != "_" and inspect.isfunction(f) and f.__module__ == ops.__name__
    }
    in_rows = {f for row in ops.TABLE.values() for f in (row.derivative, row.number)}
    rest = public - in_rows - ops.TABLE.keys()
    assert {f.__name__ for f in rest} == OF_OUTPUTS


@pytest.mark.parametrize("function", ops.DERIVATIVE, ids=lambda f: f.__name__)
def test_a_derivative_in_terms_of_the_output_matches_finite_differences(function):
    d = ops.DERIVATIVE[function]
    slope = (function(Z + 1e-6) - function(Z - 1e-6)) / 2e-6
    np.testing.assert_allclose(d(function(Z)), slope, atol=1e-8)


@every_row
def test_the_text_for_one_number_gives_what_the_one_for_arrays_gives(function):
    number = ops.TABLE[function].number
    if function.__name__ in MACHINE:
        assert number is None  # the loops have their own
        return
    values = [number(*pair) for pair in zip(*given(function), strict=True)]
    np.testing.assert_allclose(values, function(*given(function)), rtol=1e-14)


@every_row
def test_a_tensor_gives_what_an_array_gives(function):
    torch = pytest.importorskip("torch")
    theirs = function(*(torch.from_numpy(a.copy()) for a in given(function)))
    np.testing.assert_allclose(theirs, function(*given(function)), rtol=1e-14)


@pytest.mark.parametrize("hand", [Plain, Tex])
def test_no_two_functions_are_written_alike(hand):
    signs = [hand(None).function(row.word, row.below) for row in ops.TABLE.values()]
    assert len(set(signs)) == len(signs)


def test_gates_lead_from_0_to_1():
    for gate in ops.GATES.values():
        np.testing.assert_array_equal(gate(np.array([-1e3, 1e3])), [0.0, 1.0])
        assert gate(np.zeros(1)) == 0.5 and ops.DERIVATIVE[gate](0.5) > 0.0
