"""Where an exported model is right: ``export_onnx`` in every runtime, and in 8 bits.

    python whole.py write FOLDER          where torch and onnx are
    python whole.py run FOLDER RESULT     in every environment that has a runtime

RESULT, lstm_course/convert/runtimes.json, keeps what other environments added.
"""

import json
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

WITHIN = 2e-5  # float32, 31 steps, two layers, scores of order 1
T, B, K = 31, 2, 40


# ------------------------------------------------------------------ files to be judged


def write(folder):
    """Models, what they are fed, and what torch computes: NAME.onnx, NAME.npz."""
    import torch

    from lstm_course.models import Classifier, LanguageModel
    from lstm_course.recurrent import Recurrent

    rng = np.random.default_rng(0)
    codes = rng.integers(1, K, size=(T, B))
    x = rng.normal(size=(T, B, 4)).astype("f4")
    model = drawn(LanguageModel("lstm", 8, 12, K, num_layers=2, seed=0))
    start = [torch.randn(2, B, 12) for _ in "hc"]
    named = {f"{k}0": s.numpy() for k, s in zip("hc", start, strict=True)}
    put(folder, "language model", model, [codes], {"x": codes})
    put(folder, "start states", model, [codes, tuple(start)], {"x": codes} | named)
    put(folder, "language model, only_x", model, [codes], {"x": codes}, True)
    padded = np.where(np.arange(T)[:, None] < [T, 9], codes, 0)
    classifier = drawn(Classifier("gru", 8, 12, 3, 1, words=K, read="mean", seed=0))
    put(folder, "classifier of padded texts", classifier, [padded], {"x": padded})
    lengths = np.array([T, 9])
    both = drawn(Recurrent("gru", 4, 6, num_layers=2, bidirectional=True, seed=0))
    layer = {"x": x, "lengths": lengths}
    put(folder, "both ways", both, [x], {"x": x})
    put(folder, "both ways, only_x", both, [x], {"x": x}, True)
    put(folder, "lengths", both, [x, None, lengths], layer)
    for cell, name in {"peephole": "peepholes", "cifg": "coupled gates"}.items():
        one = drawn(Recurrent(cell, 4, 6, seed=0))
        put(folder, name, one, [x], {"x": x})
        put(folder, f"{name}, only_x", one, [x], {"x": x}, True)
    trained_model(folder)
    keras_files(folder)


def keras_files(folder):
    """Stacks as Keras files, which TensorFlow takes on to TensorFlow Lite."""
    import torch

    from lstm_course import convert

    for kind in ("LSTM", "GRU"):
        torch.manual_seed(0)
        file = folder / f"{kind}.pt"
        torch.save(getattr(torch.nn, kind)(4, 6, 2).state_dict(), file)
        layers = convert.read(file)
        convert.write(layers, file.with_suffix(".keras"))
        x = np.random.default_rng(0).normal(size=(T, B, 4)).astype("f4")
        np.save(file.with_suffix(".x.npy"), x)
        np.save(file.with_suffix(".y.npy"), convert.run(layers, x)[0])


def drawn(model):
    """Weights that let every part count."""
    import torch

    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            p.add_(0.3 * torch.randn(p.shape, generator=torch.manual_seed(k)))
    return model.eval()


def put(folder, name, model, args, feeds, only_x=False):
    import torch

    from lstm_course import convert

    file = folder / f"{name.replace(' ', '_')}.onnx"
    convert.export_onnx(model, file, only_x)
    args = [torch.as_tensor(a) if isinstance(a, np.ndarray) else a for a in args]
    with torch.no_grad():
        y = model(*args)
    y = (y[0] if isinstance(y, tuple) else y).numpy()
    np.savez(file.with_suffix(".npz"), wanted=y, name=name, **feeds)


def trained_model(folder):
    """The course's network of Shakespeare's letters, and a text it reads."""
    import torch

    from lstm_course import data, trained
    from lstm_course.models import LanguageModel

    net = trained.load("shakespeare")
    n, H = len(net.alphabet), net.p["W_h"].shape[0]
    model = LanguageModel("lstm", n, H, n, seed=0)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.eye(n))
        model.readout.weight.copy_(torch.as_tensor(net.V))
        model.readout.bias.copy_(torch.as_tensor(net.v))
    model.layers[0].load(net.p)
    text = (Path(data.__file__).parent / "scenes.txt").read_text("utf-8")
    codes = net.encode("".join(c for c in text if c in net.alphabet))[:8000]
    rows = codes[: len(codes) // 8 * 8].reshape(8, -1).T
    put(folder, "trained", model.eval(), [rows], {"x": rows})


# ---------------------------------------------------------------------------- runtimes


def onnxruntime(file):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    run = onnxruntime.InferenceSession(str(file), options)
    return lambda feeds: first(
        run.run(None, feeds), [o.name for o in run.get_outputs()]
    )


def first(outputs, names):
    """Scores of a model, h of a layer."""
    return outputs[names.index("scores" if "scores" in names else "h")]


def onnx(file):
    from onnx.reference import ReferenceEvaluator

    run = ReferenceEvaluator(str(file))
    return lambda feeds: first(run.run(None, feeds), run.output_names)


def openvino(file, fixed=False):
    import openvino as ov

    def run(feeds):
        model = ov.Core().read_model(str(file))
        named = {i.any_name: i for i in model.inputs}
        kept = {k: v for k, v in feeds.items() if k in named}
        if fixed:
            model.reshape({k: list(v.shape) for k, v in kept.items()})
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        got = ov.compile_model(model, "CPU", exact)(kept)
        names = [next(iter({"scores", "h"} & o.names), "") for o in got]
        return first([*got.values()], names)

    return run


def openvino_fixed(file):
    return openvino(file, fixed=True)


RUNTIMES = {
    "onnxruntime": ("onnxruntime", onnxruntime),
    "onnx, reference evaluator": ("onnx", onnx),
    "OpenVINO, axes free": ("openvino", openvino),
    "OpenVINO, axes fixed": ("openvino", openvino_fixed),
    "TensorFlow Lite, by .keras": ("tensorflow", None),
}


def judge(load, folder):
    """Case -> "right", how far off, or what the runtime says."""
    found = {}
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as f:
            feeds = dict(f)
        wanted, name = feeds.pop("wanted"), str(feeds.pop("name"))
        try:
            got = load(file.with_suffix(".onnx"))(feeds)
        except Exception as error:  # of any runtime
            found[name] = f"refused: {type(error).__name__}"
            continue
        if got.shape != wanted.shape:
            found[name] = f"shape {got.shape} for {wanted.shape}"
            continue
        off = float(abs(got - wanted).max())
        within = WITHIN * max(1.0, float(abs(wanted).max()))
        found[name] = "right" if off < within else f"off by {off:.2g}"
    return found


def tflite(folder):
    """By Keras on TensorFlow, its variables frozen, T free: as ``judge``."""
    import keras
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    found = {}
    for file in sorted(folder.glob("*.keras")):
        model = keras.saving.load_model(file)
        x, y = (np.load(file.with_suffix(f".{k}.npy")).swapaxes(0, 1) for k in "xy")
        spec = tf.TensorSpec((1, None, x.shape[-1]), tf.float32)
        frozen = convert_variables_to_constants_v2(
            tf.function(lambda v, model=model: model(v)).get_concrete_function(spec)
        )
        made = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
        sizes = {"one sequence": (1, 7), "of another length": (1, T)}
        for what, (b, t) in (sizes | {"two sequences": (2, T)}).items():
            found[f"{file.stem}, {what}"] = _lite(tf, made, x[:b, :t], y[:b, :t])
    return found


def _lite(tf, made, x, y):
    try:
        run = tf.lite.Interpreter(model_content=made)
        at, to = run.get_input_details()[0], run.get_output_details()[0]
        run.resize_tensor_input(at["index"], x.shape)
        run.allocate_tensors()
        for _ in range(2):  # the second time tells whether a state was kept
            run.set_tensor(at["index"], np.ascontiguousarray(x))
            run.invoke()
        off = float(abs(run.get_tensor(to["index"]) - y).max())
    except (RuntimeError, ValueError) as error:
        return f"refused: {type(error).__name__}"
    return "right" if off < WITHIN else f"off by {off:.2g}"


def int8(folder):
    """Weights in 8 bits, by onnxruntime: size, scores, perplexity of a real text."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    file, small = folder / "trained.onnx", folder / "trained_int8.onnx"
    quantize_dynamic(file, small, weight_type=QuantType.QInt8)
    with np.load(folder / "trained.npz") as f:
        x, wanted = f["x"], f["wanted"]
    got = onnxruntime(small)({"x": x})
    sizes = [f.stat().st_size for f in (file, small)]
    return {
        "model": "trained.load('shakespeare'), an LSTM that reads letters",
        "letters": int(x.size),
        "bytes": sizes,
        "largest difference of a score": round(float(abs(got - wanted).max()), 4),
        "largest score": round(float(abs(wanted).max()), 2),
        "perplexity": [round(perplexity(s, x), 4) for s in (wanted, got)],
    }


def perplexity(scores, x):
    """Per letter, each from those before it."""
    s = scores[:-1].astype(float)
    s = s - s.max(-1, keepdims=True)
    logs = s - np.log(np.exp(s).sum(-1, keepdims=True))
    return float(np.exp(-np.take_along_axis(logs, x[1:, :, None], -1).mean()))


def run(folder, result):
    """Every runtime of this environment, into the file of results."""
    kept = json.loads(result.read_text("utf-8")) if result.is_file() else {}
    day = time.strftime("%Y-%m-%d")
    for name, (package, load) in RUNTIMES.items():
        if find_spec(package) is None:
            continue
        seen = tflite(folder) if load is None else judge(load, folder)
        kept[name] = {
            "version": version(package),
            "date": day,
            "right": [k for k, v in seen.items() if v == "right"],
            "not": {k: v for k, v in seen.items() if v != "right"},
        }
        if package == "onnxruntime":
            kept["int8"] = {"version": version(package), "date": day} | int8(folder)
    result.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        run(Path(sys.argv[2]), Path(sys.argv[3]))
