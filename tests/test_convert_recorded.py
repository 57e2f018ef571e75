"""Files that the tools themselves wrote, against what they computed with them."""

from pathlib import Path

import numpy as np
import pytest

from lstm_course import convert

FOLDER = Path(__file__).parent / "recorded/convert"
# A .bin holds the numbers of an .xml, a .data those of an .index.
BESIDE = (".py", ".pyc", ".bin", ".data-00000-of-00001")
WITHIN = 2e-6  # float32, two layers, outputs of order 1 (of a relu, 10)
with np.load(FOLDER / "expected.npz") as recorded:
    EXPECTED = dict(recorded)
X = EXPECTED.pop("x")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_tool_s_own_file_is_read_as_the_tool_computes_it(name):
    if name.endswith(".index"):
        pytest.importorskip("tensorflow", reason="run this where TensorFlow is")
    if name.endswith((".h5", ".keras")):
        pytest.importorskip("h5py", reason="pip install .[peers] brings it")
    y, _ = convert.run(convert.read(FOLDER / name), X)
    wanted = EXPECTED[name]
    scale = max(1, abs(wanted).max())
    np.testing.assert_allclose(y, wanted, rtol=0, atol=WITHIN * scale)


def test_no_recorded_file_is_without_its_numbers():
    files = {f.name for f in FOLDER.iterdir() if f.suffix not in BESIDE}
    assert files - {"__pycache__"} == {*EXPECTED, "expected.npz"}
