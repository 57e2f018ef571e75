"""A node of an ONNX graph in onnxruntime: its attributes, its weights folded."""

import numpy as np
import onnx
import onnxruntime

from ..onnx_node import INPUTS
from .apart import CannotRun, Runner

STARTS = {"h": "initial_h", "c": "initial_c"}


def runner(layer, tool):
    if layer.layout == "batch_first":
        raise CannotRun("onnxruntime refuses layout=1")
    if layer.dtype != np.float32:
        raise CannotRun("onnxruntime refuses such nodes of float64")
    name = f"onnxruntime {onnxruntime.__version__}"
    return Runner(name, ("float32",), run)


def run(layer, x, lengths):
    _, node, arrays, opsets = layer.weights[0].own
    feeds = {"X": x, "sequence_lens": np.array(lengths, np.int32)}
    arrays = {k: np.asarray(a, x.dtype) for k, a in arrays.items()}
    if isinstance(layer.start, tuple):
        for s, value in zip(layer.states, layer.start, strict=True):
            shape = (len(layer.weights), x.shape[1], value.shape[-1])
            arrays[STARTS[s]] = np.array(np.broadcast_to(value, shape), x.dtype)
    alone = onnx.NodeProto()
    alone.CopyFrom(node)
    here = {*feeds, *arrays}
    del alone.input[:], alone.output[:]
    alone.input.extend(k if k in here else "" for k in INPUTS[node.op_type])
    alone.output.append("Y")
    session = onnxruntime.InferenceSession(
        _model(alone, feeds, arrays, opsets).SerializeToString(),
        providers=["CPUExecutionProvider"],
    )
    y = session.run(None, feeds)[0]  # (T, D, B, H)
    T, D, B, H = y.shape
    if D == 2 and layer.merge != "concat":
        merged = {"sum": np.sum, "ave": np.mean, "mul": np.prod}[layer.merge]
        return merged(y, axis=1)
    return y.transpose(0, 2, 1, 3).reshape(T, B, D * H)


def _model(node, feeds, arrays, opsets):
    info, kinds = (
        onnx.helper.make_tensor_value_info,
        onnx.helper.np_dtype_to_tensor_dtype,
    )
    graph = onnx.helper.make_graph(
        [node],
        "one_layer",
        [info(k, kinds(a.dtype), a.shape) for k, a in feeds.items()],
        [info("Y", kinds(feeds["X"].dtype), None)],
        [onnx.numpy_helper.from_array(a, k) for k, a in arrays.items()],
    )
    sets = [onnx.helper.make_opsetid(k, v) for k, v in (opsets or {"": 17}).items()]
    return onnx.helper.make_model(graph, opset_imports=sets, ir_version=9)
