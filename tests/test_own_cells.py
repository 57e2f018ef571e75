"""A cell of the reader's own file: run only where that was said, then taken by all."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from lstm_course import unroll
from lstm_course.__main__ import main
from lstm_course.commands.bench import measure as bench
from lstm_course.cost import MACHINES
from lstm_course.doors import as_cell
from lstm_course.engines.cpu.__main__ import main as loops
from lstm_course.gradcheck import gradcheck
from lstm_course.recurrent import Recurrent

OWN = '''"""Leaky: a running mean whose leak is a gate."""
from lstm_course.cells.cell import Cell, Phase
from lstm_course.ops import d_sigmoid, d_tanh, sigmoid, tanh


def forward(zf, zn, h_prev):
    f, n = sigmoid(zf), tanh(zn)
    return f * h_prev + (1.0 - f) * n, f, n


def backward(dh, h_prev, f, n):
    dzf = dh * (h_prev - n) * d_sigmoid(f)
    return dzf, dh * (1.0 - f) * d_tanh(n), dh * f


phase = Phase(forward, backward, gives="h", keeps="f n")
leaky = Cell("leaky", "f n = x W_x + h W_h + b", phase, doc=__doc__)
number = 3
'''


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "my_cell.py"
    file.write_text(OWN, encoding="utf-8")
    return file


def test_a_cell_of_a_file_is_checked_unrolled_and_compiled(own):
    cell = as_cell(f"{own}:leaky", run_files=True)
    assert max(gradcheck(cell, T=3).values()) < 1e-6
    layer, x = Recurrent(cell, 4, 6, seed=0), torch.randn(7, 3, 4)
    assert layer.engine(cell, x, layer.parameters_of()).name == "compiled loops"
    h, _, _ = unroll(cell, layer.numpy(), x.numpy().astype(float))
    np.testing.assert_allclose(layer(x)[0].detach().numpy(), h, atol=1e-6)


def test_a_cell_of_a_module_is_found_by_its_name():
    cell = as_cell("lstm_course.cells.mut:mut3", run_files=True)
    assert cell is as_cell("mut3")


def test_a_name_runs_no_file_unless_that_was_said(own):
    own.write_text("raise SystemExit('it ran')", encoding="utf-8")
    with pytest.raises(ValueError, match="runs no files.*run_files=True"):
        as_cell(f"{own}:leaky")
    with pytest.raises(ValueError, match="runs no files"):
        Recurrent(f"{own}:leaky", 4, 6)


@pytest.mark.parametrize(
    "text, message",
    [
        ("{}:leak", "gives no cell: AttributeError.*'leak'.*Does 'python"),
        ("{}:number", "A cell is a name in CELLS.*got int"),
        ("{}x.py:leaky", "gives no cell: FileNotFoundError"),
        ("no_such_module:leaky", "No module named.*'import no_such_module'"),
        ("{}:forward", "got function"),
    ],
)
def test_what_gives_no_cell_is_said_with_the_reason(own, text, message):
    with pytest.raises(ValueError, match=message):
        as_cell(text.format(own), run_files=True)


def test_an_error_in_the_file_is_told(own):
    own.write_text(OWN + "1 / 0\n", encoding="utf-8")
    with pytest.raises(ValueError, match="ZeroDivisionError: division by zero"):
        as_cell(f"{own}:leaky", run_files=True)


def test_the_bench_takes_it_beside_others(own, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench, "RESTLESS", float("inf"))
    monkeypatch.setattr(bench.here, "measure", lambda: MACHINES["T4"])
    monkeypatch.setitem(bench.SIZES, "IMDB", (5, 3, 4, 6))
    file = tmp_path / "r.json"
    command = ["bench", "--cell", f"{own}:leaky,rnn", "--sizes", "5x3x4x6"]
    assert main([*command, "--rounds", "2", "--json", str(file)]) == 0
    rows = json.loads(file.read_text())["rows"]
    assert [row["cell"] for row in rows[::2]] == ["leaky", "rnn"]
    assert "leaky keeps 12 H bytes" in capsys.readouterr().out


def test_its_made_loop_is_printed(own, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["loops", f"{own}:leaky"])
    loops()
    made = capsys.readouterr().out
    assert "def phase_0_backward(" in made and "sigmoid" in made


def test_it_is_found_from_another_folder(own):
    command = [sys.executable, "-m", "lstm_course.engines.cpu", f"{own.name}:leaky"]
    run = subprocess.run(command, cwd=own.parent, capture_output=True, text=True)
    assert run.returncode == 0 and "def phase_0_forward(" in run.stdout, run.stderr
