"""A large file is converted in about the time and the memory of its bytes."""

import time
import tracemalloc

import numpy as np
import pytest
from test_convert_layers import layer

from lstm_course import convert
from lstm_course.convert.layer import cast
from lstm_course.convert.writers import TOOLS

H = 1024
MEMORY = 1.5  # times the file; 1.1 measured, of .keras
# Times the processor's time for reading and writing the same bytes: 2 was measured at
# most, of .keras; onnx' own writer takes 6.
SECONDS = 4.0


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """An LSTM of 32 MB, in a mapped file."""
    rng = np.random.default_rng(0)
    one = cast(layer("lstm"), "f4")
    w = one.weights[0]._replace(
        x={k: rng.normal(size=(H, H)).astype("f4") for k in "ifgo"},
        h={k: rng.normal(size=(H, H)).astype("f4") for k in "ifgo"},
        b={k: rng.normal(size=H).astype("f4") for k in "ifgo"},
    )
    one = convert.Layer("net", "lstm", (w,))
    folder = tmp_path_factory.mktemp("large")
    convert.write([one], folder / "a.safetensors")
    return folder / "a.safetensors"


def seconds_of_bytes(source, file):
    start = time.process_time()
    file.write_bytes(source.read_bytes())
    return time.process_time() - start


@pytest.mark.parametrize("tool, suffix", [(t, s[0]) for t, s in TOOLS.items()])
def test_a_large_file_takes_the_time_and_memory_of_its_bytes(
    tool, suffix, source, tmp_path
):
    if suffix == ".pt":
        import torch  # noqa: F401
    pytest.importorskip({".keras": "h5py", ".onnx": "onnx"}.get(suffix, "numpy"))
    there, again = tmp_path / f"b{suffix}", tmp_path / "c.safetensors"
    convert.write(convert.read(source), there, tool)  # and what is imported for it
    ratios, size = [], source.stat().st_size
    for _ in range(3):
        bytes_alone = seconds_of_bytes(source, again)
        start = time.process_time()
        convert.write(convert.read(source), there, tool)
        convert.write(convert.read(there), again)
        ratios.append((time.process_time() - start) / bytes_alone / 2)
    tracemalloc.start()
    convert.write(convert.read(there), again)
    back = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    convert.write(convert.read(source), there, tool)
    out = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert min(ratios) < SECONDS, ratios
    assert max(out, back) < MEMORY * size, (out / size, back / size)
