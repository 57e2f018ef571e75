#!/bin/sh
# OpenVINO 2026.4.1, CPU, float32, compared with onnxruntime 1.31.1.
#
# A node LSTM of an ONNX model may have peepholes (its eighth input, P) and coupled gates
# (input_forget=1). OpenVINO reads such models without an error or a warning, and
# computes the LSTM without either; the outputs are those of the node that lacks the
# option. onnxruntime obeys both. clip and other activations are obeyed by both.
#
# Output seen, largest difference between the two (and of OpenVINO from its plain node):
#   plain           0.00
#   peepholes P     0.46 (0.00)
#   input_forget=1  0.52 (0.00)
#   clip=0.3        0.00 (0.50)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q openvino==2026.4.1 onnx==1.23.2 \
    onnxruntime==1.31.1 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper, numpy_helper

T, B, I, H = 6, 3, 4, 5
rng = np.random.default_rng(0)
draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
x, fixed = draw(T, B, I), {"W": draw(1, 4 * H, I), "R": draw(1, 4 * H, H)}
fixed |= {"B": draw(1, 8 * H), "P": draw(1, 3 * H)}


def outputs(inputs=(), **attributes):
    names = ["x", "W", "R", "B", *inputs]
    node = helper.make_node("LSTM", names, ["y"], hidden_size=H, **attributes)
    port = lambda name, shape: helper.make_tensor_value_info(  # noqa: E731
        name, TensorProto.FLOAT, shape
    )
    used = [numpy_helper.from_array(fixed[n], n) for n in names if n in fixed]
    graph = helper.make_graph(
        [node], "g", [port("x", [T, B, I])], [port("y", [T, 1, B, H])], used
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), "m.onnx")
    run = onnxruntime.InferenceSession("m.onnx").run(None, {"x": x})[0]
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.compile_model(openvino.Core().read_model("m.onnx"), "CPU", exact)
    return run, next(iter(model([x]).values()))


plain = outputs()[1]
cases = {
    "plain": {},
    "peepholes P": {"inputs": ("", "", "", "P")},
    "input_forget=1": {"input_forget": 1},
    "clip=0.3": {"clip": 0.3},
}
for name, said in cases.items():
    theirs, ours = outputs(**said)
    off, moved = abs(theirs - ours).max(), abs(ours - plain).max()
    more = f" ({moved:.2f})" if said else ""
    print(f"{name:15} {off:.2f}{more}")
    dropped = name in ("peepholes P", "input_forget=1")
    assert (off > 0.05) == dropped, "it has changed"
    assert (moved > 0.05) == (name == "clip=0.3"), "it has changed"
PY
echo "as described"
