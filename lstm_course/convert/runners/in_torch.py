"""torch.nn's RNN, LSTM and GRU, with the arrays of a state dict."""

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .apart import CannotRun, Runner

SUFFIXES = {"forward": ("",), "both": ("", "_reverse")}


def runner(layer, tool):
    if layer.way not in SUFFIXES:
        raise CannotRun("torch runs no layer backwards alone")
    return Runner(f"torch {torch.__version__}", ("float32", "float64"), run)


def run(layer, x, lengths):
    x = torch.from_numpy(x)
    options = {"nonlinearity": layer.activation.name} if layer.kind == "rnn" else {}
    if layer.weights[0].out is not None:
        options["proj_size"] = layer.output_size
    two = layer.way == "both"
    sizes = layer.input_size, layer.hidden_size
    kind = getattr(torch.nn, layer.kind.upper())
    module = kind(*sizes, bidirectional=two, dtype=x.dtype, **options)
    state = {k: torch.zeros_like(v) for k, v in module.state_dict().items()}
    for suffix, w in zip(SUFFIXES[layer.way], layer.weights, strict=True):
        for name, a in w.own[1].items():
            state[f"{name}_l0{suffix}"] = torch.from_numpy(np.array(a, order="C"))
    module.load_state_dict(state)
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    with torch.no_grad():
        return pad_packed_sequence(module(packed)[0], total_length=len(x))[0].numpy()
