"""A new variant is one new file and one line in CELLS; everything else follows.

The package is copied, a toy cell is added to the copy exactly so, and a fresh Python
puts it through gradient check, unroll, trace, Jacobian, start values, torch layer,
count and table.
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
    g = tanh(zg)
    f = sigmoid(w_f)                    a number per unit, not a gate
    c = f * c_prev + i * g
    h = tanh(c)                         where [zi zg] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 2H), W_h (H, 2H), b (2H,), w_f (H,).

What it is for: a test.

Source: this test.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase


def forward(zi, zg, c_prev, w_f):
    i, g, f = sigmoid(zi), tanh(zg), sigmoid(w_f)
    c = f * c_prev + i * g
    return tanh(c), c, i, g


def backward(dh, dc, h, c_prev, i, g, w_f):
    f = sigmoid(w_f)
    dc = dc + dh * d_tanh(h)
    dw_f = dc * c_prev * d_sigmoid(f)
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
f = 1 / (1 + np.exp(-p["w_f"]))
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
assert "<svg" in diagrams.cell_diagram("toy")
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


@pytest.fixture(scope="module")
def toy_course(tmp_path_factory):
    """A copy of the package with one file and one line more."""
    folder = tmp_path_factory.mktemp("toy")
    skip = shutil.ignore_patterns("__pycache__", "data", "results")
    shutil.copytree(Path(lstm_course.__file__).parent, folder / "lstm_course",
                    ignore=skip)
    cells = folder / "lstm_course" / "cells"
    (cells / "toy.py").write_text(TOY, encoding="utf-8")
    text = (cells / "__init__.py").read_text(encoding="utf-8")
    end = text.index("}\n", text.index("CELLS = {"))
    text = text[:end] + LINE + text[end:]
    text = text.replace(IMPORT, "from . import toy\n" + IMPORT, 1)
    (cells / "__init__.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("what", CHECKS)
def test_a_new_file_and_a_line_in_cells_reach(toy_course, what):
    paths = os.pathsep.join([str(toy_course), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", "import lstm_course\n"
         "assert 'toy' in lstm_course.__file__\n" + CHECKS[what]],
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}, cwd=toy_course,
        capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
