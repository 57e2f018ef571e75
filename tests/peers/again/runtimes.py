"""Where a file's LSTM is right: every runtime on a node with one option."""

import numpy as np
from traps import X, apart, node_of

from lstm_course import convert

OPTIONS = ("plain", "other T", "reverse", "start", "lengths", "peepholes", "coupled",
           "clip", "activations")  # fmt: skip
RIGHT = 1e-4  # float32, six steps; OpenVINO is asked for float32 as well


def onnxruntime(file):
    import onnxruntime

    run = onnxruntime.InferenceSession(file)
    return lambda x: run.run(None, {"x": x})[0]


def onnx(file):
    from onnx.reference import ReferenceEvaluator

    run = ReferenceEvaluator(file)
    return lambda x: run.run(None, {"x": x})[0]


def openvino(file):
    import openvino as ov

    model = ov.Core().read_model(file)
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    run = ov.compile_model(model, "CPU", exact)
    return lambda x: next(iter(run([x]).values()))


def openvino_fixed(file):
    """Its axes fixed to those of the input that comes."""
    import openvino as ov

    def run(x):
        model = ov.Core().read_model(file)
        model.reshape(list(x.shape))
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        return next(iter(ov.compile_model(model, "CPU", exact)([x]).values()))

    return run


def judge(load, nodes):
    """Option -> how far a runtime is from the definition; "refused" if it does not run.

    ``nodes``: folder of the files of ``write``, which need onnx, as this does not.
    """
    found = {}
    for option in OPTIONS:
        x = X if option != "other T" else np.concatenate([X, X[::-1]])
        try:
            got = load(str(nodes / f"{option}.onnx"))(x)
        except Exception:  # of any runtime
            found[option] = "refused"
            continue
        off = apart(got, np.load(nodes / f"{option}.npy"))
        found[option] = "right" if off < RIGHT else f"off by {off:.2f}"
    return found


def write(folder):
    """A file for every option, and beside it what it should give."""
    import onnx

    for option in OPTIONS:
        file = folder / f"{option}.onnx"
        onnx.save(node_of(option), str(file))
        x = X if option != "other T" else np.concatenate([X, X[::-1]])
        (layer,) = convert.read(file)
        np.save(folder / f"{option}.npy", convert.run([layer], x)[0][:, None])
    return folder
