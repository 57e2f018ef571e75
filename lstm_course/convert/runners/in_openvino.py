"""A sequence operation of an IR in OpenVINO, all its sizes fixed, in float32."""

import numpy as np
import openvino
from openvino import opset8 as op

from .apart import Runner

NAMES = {"RNNSequence": "rnn", "GRUSequence": "gru", "LSTMSequence": "lstm"}
PLAINLY = {"INFERENCE_PRECISION_HINT": "f32"}  # else bfloat16, where the CPU has it


def runner(layer, tool):
    said = f"openvino {openvino.__version__.split('-')[0]}"
    return Runner(said, ("float32",), run, "its CPU device computes in float32 alone")


def run(layer, x, lengths):
    _, word, said, arrays = layer.weights[0].own
    D, H = len(layer.weights), layer.hidden_size
    batch_first = np.ascontiguousarray(x.transpose(1, 0, 2))
    x_in = op.parameter(batch_first.shape, np.float32)
    starts = [np.zeros((len(lengths), D, H), np.float32) for _ in layer.states]
    if isinstance(layer.start, tuple):
        starts = [np.broadcast_to(s.transpose(1, 0, 2), z.shape).astype("f4")
                  for s, z in zip(layer.start, starts, strict=True)]  # fmt: skip
    fed = [*starts, np.array(lengths, np.int64),
           *(np.asarray(arrays[k], np.float32) for k in "WRB")]  # fmt: skip
    made = getattr(op, f"{NAMES[word]}_sequence")(
        x_in, *map(op.constant, fed), **_typed(said)
    )
    model = openvino.Model([op.result(made.output(0))], [x_in], "one_layer")
    y = openvino.compile_model(model, "CPU", PLAINLY)([batch_first])[0]  # (B, D, T, H)
    if D == 2 and layer.merge != "concat":
        merged = {"sum": np.sum, "ave": np.mean, "mul": np.prod}[layer.merge]
        return merged(y, axis=1).transpose(1, 0, 2)
    return y.transpose(2, 0, 1, 3).reshape(len(x), len(lengths), D * H)


def _typed(said):
    """Attributes of the XML, which are text."""
    made = {"hidden_size": int(said["hidden_size"])}
    made["direction"] = said.get("direction", "forward")
    made["clip"] = float(said.get("clip", 0))
    for k in ("activations", "activations_alpha", "activations_beta"):
        if words := [v.strip() for v in said.get(k, "").split(",") if v.strip()]:
            made[k] = words if k == "activations" else list(map(float, words))
    if "linear_before_reset" in said:
        made["linear_before_reset"] = said["linear_before_reset"].lower() in (
            "true",
            "1",
        )
    return made
