"""The lines that ``convert.write`` tells, run by the tools themselves.

A stack of two layers, both ways, which one forward layer alone cannot imitate.  The
lines are run in a process of their own, as a reader would paste them.
"""

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from test_convert_layers import B, T, layer, x_of

from lstm_course import convert
from lstm_course.convert.activations import activation_of
from lstm_course.convert.writers import TOOLS

pytestmark = pytest.mark.slow

KINDS = {
    "lstm": dict(kind="lstm"),
    "gru": dict(kind="gru", inner=False),
    "gru, before": dict(kind="gru", reset="before", update="takes_new", inner=False),
    "rnn of relu": dict(kind="rnn", activation=activation_of("relu")),
}
NONE = {"keras": (), "onnx": (), "openvino": ()}
NONE |= {"equinox": {"rnn of relu", "gru, before"}, "haiku": {"gru"}}
OTHERS = {"gru, before"}  # of the rest
ELSEWHERE = ("torch", "keras", "onnx")  # more kinds: tests/peers/test_convert_*_files
NEEDS = {"nnx": ["flax"], "linen": ["flax"], "mlx": ["mlx"], "onnx": ["onnxruntime"]}
CASES = [
    (tool, suffix, kind)
    for tool, suffixes in TOOLS.items()
    for suffix in suffixes
    for kind in KINDS
    if kind == "lstm" or (suffix == suffixes[0] and tool not in ELSEWHERE)
    if suffix != ".pth" and kind not in NONE.get(tool, OTHERS)
]
SWAP = ".transpose(1, 0, 2)"
RUN = {  # what a reader does with ``net`` and an array x (T, B, I), time first
    "torch": "y = net(torch.from_numpy(x))[0].detach()",
    "paddle": f"y = net(paddle.to_tensor(x{SWAP}.copy()))[0].numpy(){SWAP}",
    "nnx": f"y = numpy.asarray(net(x{SWAP})){SWAP}",
    "linen": f"y = numpy.asarray(y){SWAP}",
    "mlx": f"y = numpy.asarray(net(mlx.core.array(x{SWAP}))){SWAP}",
    "haiku": "",
    "keras": f"y = keras.ops.convert_to_numpy(net(x{SWAP})){SWAP}",
    "onnx": "y = h",
    "openvino": f"y = h{SWAP}",
    "equinox": """
def along(cell, x):
    zero = jax.numpy.zeros((x.shape[1], cell.hidden_size))
    lstm = type(cell).__name__ == 'LSTMCell'
    def step(s, now):
        s = jax.vmap(cell)(now, s)
        return s, s[0] if lstm else s
    return jax.lax.scan(step, (zero, zero) if lstm else zero, x)[1]
y = x
for one, back in zip(net[::2], net[1::2]):
    y = jax.numpy.concatenate([along(one, y), along(back, y[::-1])[::-1]], -1)
""",
}


def small(w):
    """In float32."""
    cast = {k: {b: a.astype("f4") for b, a in getattr(w, k).items()} for k in "xhb"}
    return w._replace(**cast, inner=None if w.inner is None else w.inner.astype("f4"))


def stack(kind, tool):
    made, inputs = [], 4
    for level in range(2):
        one = layer(**KINDS[kind], way="both", inputs=inputs, seed=level)
        weights = tuple(map(small, one.weights))
        one = replace(one, level=level, name="net.body", weights=weights)
        made.append(replace(one, turned=False))
        inputs = made[-1].width
    return made


@pytest.mark.parametrize("tool, suffix, kind", CASES)
def test_a_tool_loads_its_file_by_the_lines_and_computes_the_same(
    tool, suffix, kind, tmp_path
):
    package = NEEDS.get(tool, [tool])[0]
    needed = [package] + ["safetensors"] * (suffix == ".safetensors" and tool != "mlx")
    for name in needed:
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed: run this where it is")
    layers = stack(kind, tool)
    done = convert.write(layers, tmp_path / f"a{suffix}", tool)
    x = x_of().astype("f4")
    np.save(tmp_path / "x.npy", x)
    first = tool in ("linen", "openvino")
    batch_first = f"x = x{SWAP}.copy()\n" if first else ""
    text = f"import numpy\nx = numpy.load('x.npy')\nlengths = numpy.array([{T}] * {B}, "
    text += f"'i8')\n{batch_first}{done.line}\n{RUN[tool]}\n"
    text += "numpy.save('y.npy', numpy.asarray(y))"
    (tmp_path / "load_it.py").write_text(text)
    ran = subprocess.run([sys.executable, "load_it.py"], cwd=tmp_path,
                         capture_output=True, text=True)  # fmt: skip
    assert ran.returncode == 0, f"{text}\n{ran.stderr[-3000:]}"
    ours = convert.run(layers, x)[0]
    scale = max(1, abs(ours).max())
    theirs = np.load(tmp_path / "y.npy")
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=2e-6 * scale)
