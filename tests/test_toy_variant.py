"""A new variant is one new file and one line in CELLS; everything else follows.

The package is copied, a toy cell is added to the copy exactly so, and a fresh Python
puts it through gradient check, unroll, trace, Jacobian, start values, torch layer,
compiled loop, count, table, equations, diagram and ONNX.  A new gate function is a row
of ops likewise.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lstm_course

TOY = '''"""Leaky LSTM: a toy that forgets at a learned rate per unit, whatever it sees.

    i = sigmoid(zi)
    g = squash(zg)                      a helper: tanh by another name
    f = (1 + |w_f|) ** -0.5             a number per unit, not a gate
    c = f * c_prev + i * g
    h = tanh(c), twice as much where w_f > 0, and [zi zg] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 2H), W_h (H, 2H), b (2H,), w_f (H,).

What it is for: a test.

Source: this test.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase

TWO = 2.0


def squash(z):
    return TWO * sigmoid(TWO * z) - 1.0


def forward(zi, zg, c_prev, w_f):
    i, g, f = sigmoid(zi), squash(zg), (1.0 + abs(w_f)) ** -0.5
    c = f * c_prev + i * g
    y = tanh(c)
    return y + (w_f > 0.0) * y, c, i, g


def backward(dh, dc, c, c_prev, i, g, w_f):
    f = (1.0 + abs(w_f)) ** -0.5
    dh = dh + (w_f > 0.0) * dh
    dc = dc + dh * d_tanh(tanh(c))
    df = dc * c_prev * -0.5 * f**3.0
    dw_f = (w_f > 0.0) * df - (w_f <= 0.0) * df
    return dc * g * d_sigmoid(i), dc * i * d_tanh(g), dc * f, dw_f


def make():
    phase = Phase(forward, backward, gives="h c", keeps="i g")
    return Cell("toy", "i g = x W_x + h W_h + b", phase, states="h c", vectors="w_f",
                bias={"i": -0.5}, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
'''
LINE = '    "toy": toy.cell,\n'
IMPORT = "from .cell import Cell, Phase\n"

CHECKS = {
    "the list": """
from lstm_course import CELLS
assert list(CELLS)[-1] == "toy"
""",
    "gradient check": """
from lstm_course.gradcheck import gradcheck
errors = gradcheck("toy", T=3)
assert set(errors) == {"W_x", "W_h", "b", "w_f", "x", "h", "c"}
assert max(errors.values()) < 1e-6, errors
""",
    "the proofs of every cell": """
from lstm_course import CELLS
from proofs import prove_finite_differences, prove_twin
prove_finite_differences(CELLS["toy"], T=3)
prove_twin(CELLS["toy"])
""",
    "start values, unroll and trace": """
import numpy as np
from lstm_course import init, trace, unroll
p = init("toy", 4, 6, np.random.default_rng(0))
assert {k: v.shape for k, v in p.items()} == {
    "W_x": (4, 12), "W_h": (6, 12), "b": (12,), "w_f": (6,)}
assert (p["b"][:6] == -0.5).all() and (p["b"][6:] == 0).all()
x = np.random.default_rng(1).normal(size=(7, 3, 4))
h, (h_end, c_end), _ = unroll("toy", p, x)
q = trace("toy", p, x)
assert {"i", "g", "c", "h"} <= set(q) and np.array_equal(q["h"], h)
""",
    "Jacobian": """
import numpy as np
from lstm_course import init
from lstm_course.jacobian import jacobian
p = init("toy", 4, 6, np.random.default_rng(0))
x = np.random.default_rng(1).normal(size=(7, 3, 4))
f = (1 + abs(p["w_f"])) ** -0.5
assert np.allclose(jacobian("toy", p, x, 2, 5, direct=True), f**3)
""",
    "torch layer": """
import numpy as np, torch
from lstm_course import unroll
from lstm_course.recurrent import Recurrent
layer = Recurrent("toy", 4, 6, num_layers=2, bidirectional=True, seed=0,
                  dtype=torch.float64)
x = torch.randn(7, 3, 4, dtype=torch.float64, requires_grad=True)
h, state = layer(x, lengths=[7, 5, 2])
assert h.shape == (7, 3, 12) and len(state) == 2 and state[1].shape == (4, 3, 6)
h.square().sum().backward()
assert all(p.grad.abs().sum() > 0 for p in layer.parameters())
one = Recurrent("toy", 4, 6, seed=0, dtype=torch.float64)
ours, _, _ = unroll("toy", one.numpy(), x.detach().numpy())
assert np.allclose(one(x)[0].detach().numpy(), ours, rtol=1e-12, atol=1e-12)
""",
    "parameter count": """
from lstm_course import convert
assert int(convert.count("toy", 32, 100)) == 2 * ((32 + 100) * 100 + 100) + 100
""",
    "table": """
from lstm_course import CELLS
from lstm_course.table import at_a_glance
table = at_a_glance(cells={"toy": CELLS["toy"]})
assert "**toy**" in table and "A test." in table and "26,700" in table
""",
    "the tests of every cell": """
import proofs, pytest
from pathlib import Path
class Seen:
    passed = set()
    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid.split("::")[1].split("[")[0])
seen, tests = Seen(), Path(proofs.__file__).parent
files = [str(tests / f"test_{n}.py") for n in ("cells", "jacobian")]
code = pytest.main(["-q", "-p", "no:cacheprovider", "-k", "toy", *files], [seen])
wanted = {"test_backward_matches_finite_differences_on_every_coordinate",
          "test_torch_twin_and_its_autograd_agree_with_both_passes",
          "test_unroll_equals_a_loop_of_steps_forward_and_back",
          "test_total_jacobian_matches_finite_differences"}
assert code == 0 and wanted <= seen.passed, (code, seen.passed)
""",
    "diagram": """
from lstm_course import diagrams
lines = [n.text for n in diagrams.sketch("toy").nodes.values() if n.kind == "math"]
assert lines == [
    "g_t = 2 · σ(2 · z_{g}) − 1", "f_t = (1 + |w_{f}|)⁻⁰·⁵",
    "c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t", "y_t = tanh(c_t)",
    "h_t = y_t + [w_{f} > 0] ⊙ y_t"], lines
assert "<svg" in diagrams.cell_diagram("toy")
""",
    "equations in every hand": r"""
from lstm_course import CELLS
from lstm_course.equations import equations
from lstm_course.equations.changes import code
from lstm_course.widgets.variant_diff import record
assert equations("toy")[1:] == [
    r"i_t = \sigma(z_{i})", r"g_t = 2\,\sigma(2\,z_{g}) - 1",
    r"f_t = (1 + \lvert w_f\rvert)^{-0.5}", r"c_t = f_t \odot c_{t-1} + i_t \odot g_t",
    r"y_t = \tanh(c_t)", r"h_t = y_t + {[w_f > 0]} \odot y_t"], equations("toy")
assert code("toy")[1:] == [
    "i = sigmoid(zi)", "g = 2.0 * sigmoid(2.0 * zg) - 1.0",
    "f = (1.0 + abs(w_f)) ** -0.5", "c = f * c_prev + i * g",
    "y = tanh(c)", "h = y + (w_f > 0.0) * y"]
lines = record(CELLS["toy"], 4, 6)["lines"]
assert [tex for tex, _ in lines] == equations("toy")
assert "<msup>" in lines[3][1] and "&gt;" in lines[6][1]
""",
    "no operator of ONNX": """
from lstm_course import convert, init
import numpy as np
try:
    convert.to_onnx(init("toy", 4, 6, np.random.default_rng(0)), "toy")
except ValueError as error:
    assert "No operator of ONNX computes the cell 'toy'" in str(error)
else:
    raise AssertionError("another cell was exported")
""",
    "compiled loop": """
import contextlib, io, torch
from lstm_course.recurrent import Recurrent
x = torch.randn(7, 3, 4, dtype=torch.float64, requires_grad=True)
found = []
for compiled in (True, False):
    layer = Recurrent("toy", 4, 6, seed=0, dtype=torch.float64, compiled=compiled)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        layer.plan(x)
    assert ("compiled loops" in said.getvalue()) == compiled
    h, _ = layer(x)
    found.append((h, *torch.autograd.grad(h.square().sum(), [x, *layer.parameters()])))
for a, b in zip(*found, strict=True):
    torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)
""",
    "an unknown name suggests it": """
from lstm_course import unroll
try:
    unroll("toi", {}, None)
except ValueError as error:
    assert "'toy'" in str(error)
else:
    raise AssertionError("an unknown cell was accepted")
""",
}


GATE = '''def root_gate(x):
    """x / sqrt(1 + x x) from (-1, 1) into (0, 1); same shape."""
    return 0.5 * x * (1.0 + x * x) ** -0.5 + 0.5


def d_root_gate(y):
    """root_gate'(x) at y = root_gate(x); same shape."""
    return 0.5 * (4.0 * y * (1.0 - y)) ** 1.5


'''
ROW = "TABLE = {\n    root_gate: Row('ρ', '', d_root_gate, root_gate, gate=True),\n"
GATE_CHECKS = {
    "the gradient of every cell that has gates": """
from lstm_course import ops
from lstm_course.cells import gru, lstm
from lstm_course.gradcheck import gradcheck
for cell in (lstm.make(gate=ops.root_gate), gru.make("before", gate=ops.root_gate)):
    assert max(gradcheck(cell, T=3).values()) < 1e-6
""",
    "a cell written out, its equations and its picture": r"""
from lstm_course import diagrams
from lstm_course.cells.written import written
from lstm_course.equations import equations
from lstm_course.equations.changes import code
cell = written("lstm(gate=root_gate)")
assert r"f_t = \mathrm{ρ}(z_{f})" in equations(cell), equations(cell)
assert "f = root_gate(zf)" in code(cell)
s = diagrams.sketch(cell)
assert s.nodes["f"].text == "ρ" and "keep" in s.nodes  # the plan of the LSTM
assert "root gate layer" in diagrams.cell_diagram(cell)
""",
    "the refusal of ONNX": """
import numpy as np
from lstm_course import convert, init
from lstm_course.cells.written import written
cell = written("lstm(gate=root_gate)")
try:
    convert.to_onnx(init(cell, 4, 6, np.random.default_rng(0)), cell)
except ValueError as error:
    assert "No operator of ONNX" in str(error)
else:
    raise AssertionError("a gate that ONNX lacks was exported")
""",
    "the compiled loop": """
import torch
from lstm_course.cells.written import written
from lstm_course.recurrent import Recurrent
x = torch.randn(5, 3, 4, dtype=torch.float64)
ours, theirs = (Recurrent(written("gru(gate=root_gate)"), 4, 6, seed=0, compiled=c,
                          dtype=torch.float64)(x)[0] for c in (True, False))
torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
""",
}


def copy_of_the_package(folder):
    skip = shutil.ignore_patterns("__pycache__", "data", "results")
    shutil.copytree(
        Path(lstm_course.__file__).parent, folder / "lstm_course", ignore=skip
    )
    return folder / "lstm_course"


@pytest.fixture(scope="module")
def toy_course(tmp_path_factory):
    """A copy of the package with one file and one line more."""
    folder = tmp_path_factory.mktemp("toy")
    cells = copy_of_the_package(folder) / "cells"
    (cells / "toy.py").write_text(TOY, encoding="utf-8")
    text = (cells / "__init__.py").read_text(encoding="utf-8")
    end = text.index("}\n", text.index("CELLS = {"))
    text = text[:end] + LINE + text[end:]
    text = text.replace(IMPORT, "from . import toy\n" + IMPORT, 1)
    (cells / "__init__.py").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def gate_course(tmp_path_factory):
    """A copy of the package whose ops has one function and its row more."""
    folder = tmp_path_factory.mktemp("gate")
    ops = copy_of_the_package(folder) / "ops.py"
    text = ops.read_text(encoding="utf-8").replace("class Row", GATE + "class Row", 1)
    ops.write_text(text.replace("TABLE = {\n", ROW, 1), encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("what", CHECKS)
def test_a_new_file_and_a_line_in_cells_reach(toy_course, what):
    run("assert 'toy' in lstm_course.__file__\n" + CHECKS[what], toy_course)


@pytest.mark.slow
@pytest.mark.parametrize("what", GATE_CHECKS)
def test_a_new_gate_is_a_row_of_ops_and_reaches(gate_course, what):
    run(GATE_CHECKS[what], gate_course)


def run(code, folder):
    paths = os.pathsep.join([str(folder), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", "import lstm_course\n" + code],
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
