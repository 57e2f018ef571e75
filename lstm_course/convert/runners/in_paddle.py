"""paddle.nn's SimpleRNN, LSTM and GRU, with the arrays of a state dict."""

import warnings

import numpy as np
import paddle

from .apart import CannotRun, Runner

KINDS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
SUFFIXES = {"forward": ("",), "both": ("", "_reverse")}


def runner(layer, tool):
    if layer.way not in SUFFIXES:
        raise CannotRun("Paddle runs no layer backwards alone")
    return Runner(f"paddle {paddle.__version__}", ("float32", "float64"), run)


def run(layer, x, lengths):
    said = {"direction": "bidirect" if layer.way == "both" else "forward"}
    if layer.kind == "rnn":
        said["activation"] = layer.activation.name
    sizes = layer.input_size, layer.hidden_size
    before = paddle.get_default_dtype()
    paddle.set_default_dtype(x.dtype.name)
    try:
        module = getattr(paddle.nn, KINDS[layer.kind])(*sizes, time_major=True, **said)
    finally:
        paddle.set_default_dtype(before)
    state = {
        k: np.zeros(v.shape, x.dtype)
        for k, v in module.state_dict().items()
        if k.startswith(("weight", "bias"))
    }
    for suffix, w in zip(SUFFIXES[layer.way], layer.weights, strict=True):
        for name, a in w.own[1].items():
            state[f"{name}_l0{suffix}"] = np.array(a, x.dtype)
    with warnings.catch_warnings():  # it has a second name for every array
        warnings.simplefilter("ignore")
        odd = module.set_state_dict(state)[1]
    if odd:
        raise KeyError(f"Paddle's layer has no {', '.join(odd)}")
    with paddle.no_grad():
        y, _ = module(
            paddle.to_tensor(x), sequence_length=paddle.to_tensor(np.array(lengths))
        )
    return y.numpy()
