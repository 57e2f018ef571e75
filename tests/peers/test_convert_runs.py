"""Files of every tool run by that tool: what ``convert --prove`` does where it is."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from lstm_course import convert
from lstm_course.convert.proof import check, prove
from lstm_course.convert.runners import CannotRun, tool_of
from lstm_course.convert.runners.apart import PLACES
from lstm_course.convert.writers import TOOLS

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[1] / "recorded/convert"
BESIDE = (".py", ".pyc", ".bin", ".data-00000-of-00001", ".index", "")
FILES = {f.name for f in FOLDER.iterdir() if f.suffix not in BESIDE}
CARD = {"cudnn_lstm.h5", "cudnn_gru.h5"}  # layers that run on a card alone
WRITTEN = sorted(FILES - {"expected.npz"} - CARD)
LSTMS = [(t, s) for t, suffixes in TOOLS.items() for s in suffixes]


def ran_by(layers, tool=None):
    """The package that is to run them; skips where it is not installed."""
    try:
        return PLACES[tool_of(layers[0], tool)][1]
    except CannotRun as why:
        pytest.skip(f"{why}: run this where it is")


def check_ran(package, names):
    assert {name.split()[0] for name in names} == {package}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_tool_s_own_file_is_read_as_the_tool_runs_it(name):
    layers = convert.read(FOLDER / name)
    package = ran_by(layers)
    rows, unproved = prove(layers)
    if unproved and "installed" in unproved[0]:
        pytest.skip(unproved[0])
    check_ran(package, {r.source for r in rows if r.floats == "float32"})
    assert all("float64" in why for why in unproved)
    check(rows, name)


@pytest.mark.parametrize("tool, suffix", LSTMS)
def test_a_written_file_is_run_by_its_tool(tool, suffix, tmp_path):
    layers = convert.read(FOLDER / "paddle_lstm.pdparams")
    for package in {PLACES[tool][1], "onnx" if tool == "onnx" else "numpy"}:
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed: run this where it is")
    done = convert.write(layers, tmp_path / f"a{suffix}", tool)
    back = convert.read(done.path)
    package = ran_by(back, tool)
    rows, _ = prove(layers, back, (None, tool))
    check_ran(package, {r.target for r in rows if r.floats == "float32"})
    assert {r.side for r in rows} == {"forward", "reverse"}
    check(rows, done.path)
    assert np.isfinite([r.off for r in rows]).all()
