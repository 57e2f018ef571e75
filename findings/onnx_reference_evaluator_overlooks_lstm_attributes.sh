#!/bin/sh
# onnx 1.23.2, onnx.reference.ReferenceEvaluator, compared with onnxruntime 1.31.1.
#
# For the operator LSTM the reference evaluator gives the same output whether or not
# the node says clip, input_forget, activations, or has the input sequence_lens: all
# four are overlooked without a word. onnxruntime obeys each of them. Peepholes and the
# initial state are obeyed by both. An exported layer that is checked against the
# reference evaluator can therefore look right and be wrong, or the other way round.
#
# Output seen, largest difference between the two (and by how much onnxruntime's own
# output moved when the option was set):
#   plain                  0.00 (moved 0.00)
#   clip=0.1               0.85 (moved 0.85)
#   input_forget=1         0.25 (moved 0.25)
#   activations=Relu       6.78 (moved 6.78)
#   sequence_lens=[3, 1]   0.90 (moved 0.90)
#   peepholes P            0.00 (moved 0.20)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

T, B, I, H = 5, 2, 3, 4
rng = np.random.default_rng(0)
draw = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
x, fixed = draw(T, B, I), {"W": draw(1, 4 * H, I), "R": draw(1, 4 * H, H)}
fixed |= {"B": draw(1, 8 * H), "P": draw(1, 3 * H)}
fixed["L"] = np.array([3, 1], np.int32)


def outputs(inputs, **attributes):
    node = helper.make_node(
        "LSTM", ["x", "W", "R", "B", *inputs], ["Y"], hidden_size=H, **attributes
    )
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [T, B, I])
    wanted = helper.make_tensor_value_info("Y", TensorProto.FLOAT, [T, 1, B, H])
    used = ["W", "R", "B", *filter(None, inputs)]
    weights = [numpy_helper.from_array(fixed[k], k) for k in used]
    graph = helper.make_graph([node], "g", [given], [wanted], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    run = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return ReferenceEvaluator(model).run(None, {"x": x})[0], run.run(None, {"x": x})[0]


plain = outputs([])[1]
cases = {
    "plain": ([], {}, False),
    "clip=0.1": ([], {"clip": 0.1}, True),
    "input_forget=1": ([], {"input_forget": 1}, True),
    "activations=Relu": ([], {"activations": ["Sigmoid", "Relu", "Relu"]}, True),
    "sequence_lens=[3, 1]": (["L"], {}, True),
    "peepholes P": (["", "", "", "P"], {}, False),
}
for name, (inputs, attributes, overlooked) in cases.items():
    theirs, runtime = outputs(inputs, **attributes)
    apart, moved = abs(theirs - runtime).max(), abs(runtime - plain).max()
    print(f"{name:22} {apart:.2f} (moved {moved:.2f})")
    assert (apart > 0.01) == overlooked, "the behaviour has changed"
PY
echo "as described"
