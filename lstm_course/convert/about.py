"""What there is to know of each tool beside its layout: letters, starts, traps.

Everything here was seen on the version named, on the day named; ``make peers`` sees it
again and says what has changed.
"""

from typing import NamedTuple

SEEN = "2026-11-30"


class Tool(NamedTuple):
    """A tool as the page calls it.

    Attributes
    ----------
    name, package, version : str
        The package is that of PyPI.
    forms : dict
        Kind -> tools of ``tools.FORMS`` and ``MORE``, the usual form first.
    letters : dict
        Our block -> the tool's own letter, where it has another.
    start : str
        The forget gate's bias in a new layer: "1", "0", "uniform", or "" where the
        tool makes no layers.
    how : str
        How its arrays are come by.
    """

    name: str
    package: str
    version: str
    forms: dict
    letters: dict
    start: str
    how: str = ""


def _both(*gru, lstm=None):
    return {"lstm": (lstm or gru[0],), "gru": gru}


Z = {"u": "z"}
TOOLS = {
    "torch": Tool("PyTorch", "torch", "2.13.0", _both("torch"), Z, "uniform"),
    "keras": Tool("Keras", "keras", "3.15.1", _both("keras", "keras before"),
                  Z | {"g": "c", "n": "h"}, "1"),
    "keras 1": Tool("Keras 1", "tf_keras", "2.21.0", _both("keras 1"),
                    Z | {"g": "c", "n": "h"}, "", "its files"),
    "cudnn": Tool("Keras 2, CuDNN", "tf_keras", "2.21.0", _both("cudnn"),
                  Z | {"g": "c", "n": "h"}, "", "its files"),
    "onnx": Tool("ONNX", "onnx", "1.23.2", _both("onnx", "onnx before"),
                 Z | {"g": "c", "n": "h"}, ""),
    "openvino": Tool("OpenVINO", "openvino", "2026.4.1",
                     _both("openvino", "openvino before"),
                     Z | {"g": "c", "n": "h"}, ""),
    "nnx": Tool("Flax nnx", "flax", "0.12.8", _both("nnx"), Z, "0",
                "OptimizedLSTMCell, GRUCell"),
    "linen": Tool("Flax linen", "flax", "0.12.8", _both("linen"), Z, "0",
                  "OptimizedLSTMCell, GRUCell"),
    "equinox": Tool("Equinox", "equinox", "0.13.8", _both("equinox"), Z, "uniform"),
    "haiku": Tool("Haiku", "dm-haiku", "0.0.17", _both("haiku"),
                  Z | {"n": "a"}, "0"),
    "paddle": Tool("Paddle", "paddlepaddle", "3.3.1", _both("paddle"),
                   Z | {"n": "c"}, "uniform"),
    "mlx": Tool("MLX", "mlx", "0.32.4", _both("mlx"), Z, "uniform"),
    "tensorflow": Tool("TensorFlow ops", "tensorflow", "2.21.0",
                       _both("tensorflow"), {"g": "c", "n": "c"}, "",
                       "BlockLSTM, GRUBlockCell"),
}  # fmt: skip


class Trap(NamedTuple):
    """Numbers that change without a word.

    Attributes
    ----------
    tool : str
        Of ``TOOLS``, or a name.
    what : str
        What happens, in words; {} is what was seen.
    package, version, seen : str
        On what, and when.
    found : float or str
        What ``tests/peers/again/traps`` gives.
    """

    tool: str
    what: str
    package: str
    version: str
    found: object
    seen: str = SEEN


TRAPS = {
    "torch_export_time_first": Trap(
        "PyTorch → ONNX",
        "`nn.LSTM`, exported with `dynamo=True` and both axes free, then run at the "
        "length of the export, at a shorter one and at a longer one: {}.",
        "torch", "2.13.0", "right, wrong, wrong"),
    "torch_export_batch_first": Trap(
        "PyTorch → ONNX",
        "The same with `batch_first=True`, so the way round it: {}.",
        "torch", "2.13.0", "right, right, right"),
    "torch_export_twice": Trap(
        "PyTorch → ONNX",
        "A second LSTM, exported with a free length by the same process, is {}: the "
        "length is taken for fixed. Start a new process for each.",
        "torch", "2.13.0", "refused"),
    "keras_hard_sigmoid": Trap(
        "Keras 2 → 3",
        "`hard_sigmoid` is the name of two functions: slope 1/5 in Keras 2, 1/6 in "
        "Keras 3. The same LSTM with the same weights is off by {:.2f} after six "
        "steps.",
        "keras", "3.15.1", 0.117),
    "keras_predict_float64": Trap(
        "Keras",
        "`predict` hands a model of float64 its input in {}; calling the model does "
        "not.",
        "keras", "3.15.1", "float32"),
    "keras_masked_row": Trap(
        "Keras",
        "A row that is masked from end to end gives {:.0f}, not the start state it was "
        "called with.",
        "keras", "3.15.1", 0.0),
    "haiku_forget": Trap(
        "Haiku",
        "1 is added to the forget gate when the LSTM is called; the stored bias does "
        "not hold it. With all weights at 0 a gate should keep half of its cell "
        "state: it keeps {:.3f}.",
        "dm-haiku", "0.0.17", 0.731),
    "haiku_takes_new": Trap(
        "Haiku",
        "The GRU's update gate takes the new; everywhere else it keeps the old. With "
        "the gate wide open, {:.0f} of the old state is left.",
        "dm-haiku", "0.0.17", 0.0),
    "haiku_relu": Trap(
        "Haiku",
        "`VanillaRNN` computes {}; in Keras, Flax, MLX and PyTorch a plain RNN has "
        "tanh.",
        "dm-haiku", "0.0.17", "relu"),
    "nnx_inner": Trap(
        "Flax nnx",
        "Biases of a `GRUCell`: {} the reset product. Linen's cell of the same name "
        "has one.",
        "flax", "0.12.8", "none inside"),
    "linen_bidirectional": Trap(
        "Flax linen",
        "In a compact module the two cells of a `Bidirectional` lie side by side, as "
        "{}: nothing says which one runs backwards.",
        "flax", "0.12.8", "OptimizedLSTMCell_0, OptimizedLSTMCell_1"),
    "mlx_outputs": Trap(
        "MLX",
        "`nn.LSTM` returns {}, where others return the outputs and the last state.",
        "mlx", "0.32.4", "h and c of every step"),
    "paddle_twice": Trap(
        "Paddle",
        "The `state_dict()` of an LSTM of one layer holds every array under two "
        "names: {}.",
        "paddlepaddle", "3.3.1", "8 names, 4 arrays"),
    "openvino_bfloat16": Trap(
        "OpenVINO",
        "On a CPU that has bfloat16 it is the default: six steps of an LSTM of 5 units "
        "are off by {:.4f}. Ask for `INFERENCE_PRECISION_HINT: f32`.",
        "openvino", "2026.4.1", 0.003),
    "tensorflow_clip": Trap(
        "TensorFlow",
        "`BlockLSTM` bounds c unless told otherwise: a cell that should count to 6 "
        "stops at {:.0f}.",
        "tensorflow", "2.21.0", 3.0),
    "onnxruntime_empty": Trap(
        "onnxruntime",
        "A sequence of length 0 ends in {:.0f}, not in the state it started from.",
        "onnxruntime", "1.31.1", 0.0),
}  # fmt: skip

# A file's LSTM with one option, against the definition: tests/peers/again/runtimes.
RUNTIMES = {
    "onnxruntime": ("onnxruntime", "1.31.1"),
    "onnx": ("onnx, reference evaluator", "1.23.2"),
    "openvino": ("OpenVINO, axes free", "2026.4.1"),
    "openvino_fixed": ("OpenVINO, axes fixed", "2026.4.1"),
}
OPTIONS = {
    "plain": "no option",
    "other T": "more steps than at first",
    "reverse": "backward in time",
    "start": "start states",
    "lengths": "lengths",
    "peepholes": "peepholes",
    "coupled": "coupled gates",
    "clip": "clipped pre-activations",
    "activations": "other activations",
}
WRONG = {  # runtime -> option -> what was seen; what is not named is right
    "onnx": {"lengths": "off by 0.84", "coupled": "off by 0.30",
             "clip": "off by 0.63", "activations": "off by 2.42"},
    "openvino": {"start": "refused", "lengths": "off by 0.84",
                 "peepholes": "off by 0.28", "coupled": "off by 0.30"},
    "openvino_fixed": {"peepholes": "off by 0.28", "coupled": "off by 0.30"},
}  # fmt: skip
