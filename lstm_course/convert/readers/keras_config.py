"""What a Keras model's configuration says of its recurrent layers, in any version.

Keras 1 spoke of output_dim, inner_activation and consume_less, Keras 2 and 3 of units
and recurrent_activation.  Its hard sigmoid has the slope 0.2 up to Keras 2 and 1/6 from
Keras 3 on, under one name, so the version of the file decides.
"""

import json
import re
from typing import NamedTuple

from ..activations import Activation, activation_of

KINDS = {"SimpleRNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
KINDS |= {"CuDNNLSTM": "lstm", "CuDNNGRU": "gru"}
MASKS_PASS = {"Dropout", "SpatialDropout1D", "GaussianNoise", "Activation", "Dense",
              "BatchNormalization", "LayerNormalization", "TimeDistributed",
              "Bidirectional", "RNN", *KINDS}  # fmt: skip
# What changes no number of an evaluation, or is said by the arrays themselves.
HARMLESS = {*"""name trainable dtype units output_dim use_bias input_shape input_dim
    input_length batch_input_shape batch_size kernel_initializer recurrent_initializer
    bias_initializer unit_forget_bias implementation kernel_regularizer bias_regularizer
    recurrent_regularizer activity_regularizer kernel_constraint recurrent_constraint
    bias_constraint unroll init inner_init forget_bias_init W_regularizer U_regularizer
    b_regularizer consume_less return_state zero_output_for_mask registered_name seed
    num_constants input_dtype sparse quantization_config cell""".split()}  # fmt: skip
READ = {*"""activation recurrent_activation inner_activation go_backwards stateful
    return_sequences time_major reset_after dropout recurrent_dropout dropout_W
    dropout_U""".split()}  # fmt: skip


class Found(NamedTuple):
    """A layer of a model, in the order of the model: what it is, and what feeds it."""

    path: tuple
    cls: str
    config: dict
    feeds: tuple
    states_fed: bool = False


def text(value):
    """An attribute of HDF5 as str."""
    return value.decode() if isinstance(value, bytes) else str(value)


def layers_in(model, path=(), level=0):
    """Every layer of a model's configuration, models in models included.

    ``path`` counts classes as Keras does where it saves weights: lstm, lstm_1, ...
    """
    if level > 20:
        raise ValueError(
            "The model's configuration nests more than 20 models. Expected fewer. Is "
            "the file broken?"
        )
    config = model.get("config", model)
    entries = config if isinstance(config, list) else config.get("layers", [])
    seen, above, found = {}, None, []
    for entry in entries:
        cls, config = entry["class_name"], entry.get("config", {})
        word = snake(cls)
        seen[word] = seen.get(word, -1) + 1
        here = (*path, f"{word}_{seen[word]}" if seen[word] else word)
        feeds, fed = _inbound(entry.get("inbound_nodes"))
        name = entry.get("name") or config.get("name") or "_".join(here)
        nested = isinstance(config, dict) and "layers" in config
        if nested or isinstance(config, list):
            found += layers_in(entry, here, level + 1)
        else:
            config = dict(config, name=name) | {"registered_name": _custom(entry)}
            feeds = feeds or ((above,) if above else ())
            found.append(Found(here, cls, config, feeds, fed))
        above = name
    return found


def snake(name):
    """LSTMCell -> lstm_cell, as Keras names its groups."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _custom(entry):
    """The registered name of somebody's own class, else nothing."""
    name = entry.get("registered_name")
    return name if name and ">" in str(name) else None


def _inbound(nodes):
    """Names of the layers that feed this one; whether its states are fed too."""
    if not nodes:
        return (), False
    text = json.dumps(nodes[0])
    if isinstance(nodes[0], dict):
        names = re.findall(r'"keras_history": \["([^"]+)"', text)
        first = json.dumps(nodes[0].get("args", [])[:1])
        fed = len(nodes[0].get("args", [])) > 1 or bool(
            (nodes[0].get("kwargs") or {}).get("initial_state")
        )
        own = re.findall(r'"keras_history": \["([^"]+)"', first)
        return tuple(own or names), fed
    names = [n[0] for n in nodes[0] if isinstance(n, list) and n]
    return tuple(map(str, names[:1])), len(names) > 1


def mask_of(found, all_found):
    """The value that a Masking layer right below passes over; "fed" for other masks."""
    by_name = {f.config["name"]: f for f in all_found}
    first, at, steps = True, found, 0
    while at.feeds and steps < 1000:
        at = by_name.get(at.feeds[0])
        steps += 1
        if at is None:
            return None
        if at.cls == "Masking":
            return float(at.config.get("mask_value", 0.0)) if first else "fed"
        if at.cls == "Embedding" and at.config.get("mask_zero"):
            return "fed"
        if at.cls not in MASKS_PASS:
            return None
        first = first and at.cls not in ("Dense", "RNN", "Bidirectional", *KINDS)
    return None


def said_by(config, version, where):
    """Configuration of a layer or cell -> fields of ``Layer``, and what is unknown."""
    major = int(re.match(r"\d+", version or "2")[0])
    inner = config.get(
        "recurrent_activation", config.get("inner_activation", "sigmoid")
    )
    if "inner_activation" not in config and "recurrent_activation" not in config:
        inner = "hard_sigmoid" if major == 1 else "sigmoid"
    return {
        "activation": activation(config.get("activation", "tanh"), major, where),
        "gate": activation(inner, major, where),
        "turned": bool(config.get("go_backwards", False)),
        "way": "reverse" if config.get("go_backwards") else "forward",
        "stateful": bool(config.get("stateful", False)),
        "returns": "sequence" if config.get("return_sequences") else "last",
        "layout": "time_first" if config.get("time_major") else "batch_first",
        "dropout": float(
            max(
                config.get(k) or 0
                for k in ("dropout", "recurrent_dropout", "dropout_W", "dropout_U")
            )
        ),
    }


def unknown(config):
    """Words of a configuration of which nothing is known here."""
    return sorted(set(config) - HARMLESS - READ)


def activation(said, major, where):
    """An activation of a configuration, in the slope of its version."""
    if said is None:
        return Activation("linear")
    if isinstance(said, dict):
        config = said.get("config")
        said = config if isinstance(config, str) else said.get("class_name", "unnamed")
    if said == "hard_sigmoid":
        return Activation("hard_sigmoid", 1 / 6 if major >= 3 else 0.2, 0.5)
    if said in ("leaky_relu", "LeakyReLU"):
        return Activation("leaky_relu", 0.2, None)  # its default in Keras 3
    return activation_of(said, where=where)
