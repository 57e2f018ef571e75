"""A stack as a Keras 3 model file, .keras: a Sequential, written with h5py alone."""

import io
import json
import re
import zipfile

import numpy as np

from ..activations import Activation
from ..parts import Joined
from ..tools import ORDERS
from .named import PLAIN, check_numbers
from .rules import WRITTEN, folded, only, refuse, told

VERSION = "3.15.1"  # whose form it is
KINDS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
SIX = 1 / 6
WORDS = {
    Activation(name): name
    for name in ("tanh", "sigmoid", "relu", "linear", "softsign", "softplus")
} | {
    Activation("elu", 1.0): "elu",
    Activation("hard_sigmoid", SIX, 0.5): "hard_sigmoid",
}
OUT = "Keras 3 has no such function under a name. Convert to ONNX, which can?"
RULES = PLAIN | {
    "reset": WRITTEN,
    "activation": only(*WORDS, out=OUT),
    "shown": only(*WORDS, out=OUT),
    "gate": only(*WORDS, out=OUT),
    "merge": WRITTEN,
    "masked": WRITTEN,
    "turned": WRITTEN,
    "returns": WRITTEN,
    "layout": told("the model reads (B, T, I), batch first"),
    "lengths": told("pass a mask (B, T) when the model is called"),
}


def save(layers, path):
    """One stack of layers -> a .keras file."""
    layers = [_checked(layer) for layer in layers]
    entries = [_entry(layer, k == len(layers) - 1) for k, layer in enumerate(layers)]
    first = layers[0]
    shape, head = [None, None, first.input_size], []
    head.append(
        _config("InputLayer", batch_shape=shape, dtype=str(first.dtype), name="x")
    )
    if first.masked is not None:
        head.append(_config("Masking", name="masking", mask_value=first.masked))
    model = _config("Sequential", "keras", name="sequential", layers=[*head, *entries])
    model["build_config"] = {"input_shape": shape}
    weights = io.BytesIO()
    _write_weights(weights, layers)
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": VERSION}))
        z.writestr("config.json", json.dumps(model))
        z.writestr("model.weights.h5", weights.getbuffer())


def _checked(layer):
    """What no single field shows; weights in the form that Keras has."""
    check_numbers(layer, "keras", None)
    reversed_ = layer.way == "reverse"
    if layer.turned != reversed_:
        refuse(
            "Keras leaves the outputs of a layer that runs backwards, and of no other, "
            f"in the order in which it read. {layer.label} says way={layer.way!r}, "
            f"turned={layer.turned}. Expected turned={reversed_}. Say turned="
            f"{reversed_} and turn the outputs round yourself?"
        )
    if layer.kind == "lstm" and layer.shown != layer.activation:
        refuse(
            "Keras has one activation for candidate and cell state. Of "
            f"{layer.label}, activation={layer.activation} and shown={layer.shown}. "
            "Expected the same. Convert to ONNX, which can?"
        )
    if layer.level and layer.masked is not None:
        refuse(
            f"{layer.label} says masked={layer.masked}. Expected it of the lowest "
            "layer alone: those above pass over the same steps. Leave it out there?"
        )
    return folded(layer, coupled=False)


def _config(cls, module="keras.layers", **config):
    return {
        "module": module,
        "class_name": cls,
        "config": config,
        "registered_name": None,
    }


def _entry(layer, top):
    name = re.sub("[/.]", "_", layer.name) or "layer"  # on torch no name has a dot
    name += f"_{layer.level}" * bool(layer.level)
    sequence = not top or layer.returns != "last"
    said = {
        "units": layer.hidden_size,
        "activation": WORDS[layer.activation],
        "return_sequences": sequence,
        "dtype": str(layer.dtype),
    }
    if layer.kind != "rnn":
        said["recurrent_activation"] = WORDS[layer.gate]
    if layer.kind == "gru":
        said["reset_after"] = layer.reset == "after"
    cls = KINDS[layer.kind]
    if layer.way != "both":
        return _config(cls, name=name, go_backwards=layer.way == "reverse", **said)
    sides = [
        _config(cls, name=f"{side}_{name}", go_backwards=side == "backward", **said)
        for side in ("forward", "backward")
    ]
    return _config(
        "Bidirectional",
        name=name,
        merge_mode=layer.merge,
        layer=sides[0],
        backward_layer=sides[1],
        dtype=str(layer.dtype),
    )


def _write_weights(file, layers):
    import h5py

    seen = {}
    with h5py.File(file, "w") as h5:
        for layer in layers:
            two = layer.way == "both"
            word = "bidirectional" if two else snake(KINDS[layer.kind])
            seen[word] = seen.get(word, -1) + 1
            group = f"layers/{word}_{seen[word]}" if seen[word] else f"layers/{word}"
            sides = ("/forward_layer", "/backward_layer") if two else ("",)
            for side, w in zip(sides, layer.weights, strict=True):
                for k, a in enumerate(_arrays(layer, w)):
                    _write(h5, f"{group}{side}/cell/vars/{k}", a)


def snake(cls):
    return {"SimpleRNN": "simple_rnn"}.get(cls, cls.lower())


def _arrays(layer, w):
    blocks = getattr(ORDERS["keras"], layer.kind)
    bias = Joined([w.b[k] for k in blocks])
    if layer.kind == "gru" and layer.reset == "after":
        none = np.zeros(layer.hidden_size, layer.dtype)
        inner = none if w.inner is None else w.inner
        more = [inner if k == "n" else none for k in blocks]
        bias = np.stack([np.asarray(bias), np.concatenate(more)])
    return [*(Joined([v[k] for k in blocks], -1) for v in (w.x, w.h)), bias]


def _write(h5, name, a):
    data = h5.create_dataset(name, a.shape, a.dtype)
    if not isinstance(a, Joined):
        data[...] = a
        return
    at = 0
    for piece in a.pieces():
        if piece.ndim == 1:
            data[...] = piece
        else:
            data[at : at + len(piece)] = piece
            at += len(piece)
