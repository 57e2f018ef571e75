"""What a Keras layer says beside its weights: each word is obeyed or refused.

Weights are numbers for an equation, and the layer says which: its activations, where
the reset gate sits, which way it runs, whether a call starts where the last one ended.
What changes no number in evaluation is passed over: dropout, return_sequences,
return_state, unroll, implementation, start values, masks (pass ``lengths``), and the
order of the axes, which here is (T, B, I) always.  Weights without their layer, as
``layer.get_weights()``, say nothing of all this.
"""

import numpy as np

from ..cells import gru
from ..doors import as_cell
from ..ops import tanh
from .operators import GATES
from .recognise import operator_of

KINDS = {
    "SimpleRNN": "RNN",
    "SimpleRNNCell": "RNN",
    "LSTM": "LSTM",
    "LSTMCell": "LSTM",
    "CuDNNLSTM": "LSTM",
    "GRU": "GRU",
    "GRUCell": "GRU",
    "CuDNNGRU": "GRU",
}
CELLS = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
PROBE = np.linspace(-5.0, 5.0, 41, dtype=np.float32)
FLOAT32 = 1e-5  # functions are compared in the layer's own float32


def weights_of(layer, cell, reverse):
    """A layer's arrays and the cell that it computes; refuses what is no such cell."""
    layer = one_direction(layer, reverse)
    said = said_by(layer)
    op, name = operator_of(cell), type(layer).__name__
    if said["kind"] != op.kind:
        raise ValueError(
            f"This {name} is no {as_cell(cell).name}. Its weights are those "
            f"of Keras' {said['kind']}, expected {op.kind}. "
            f"Pass cell={CELLS[said['kind']]!r}?"
        )
    if cell == "gru" and said["after"] is not None:
        cell = gru.make(reset="after" if said["after"] else "before")
    check_reset(name, operator_of(cell), said["after"])
    check_activations(name, op, said)
    check_memory(name, said["stateful"])
    weights = layer.get_weights()
    if not weights:
        raise ValueError(
            f"This {name} has no weights yet. Keras makes them when the layer is first "
            "called; expected a built layer. Call layer.build((None, None, I)) and "
            "load or train it?"
        )
    return weights, cell


def said_by(layer):
    """What a layer, or a bare cell like LSTMCell, says: dict."""
    inner = getattr(layer, "cell", layer)
    names = [c.__name__ for part in (layer, inner) for c in type(part).__mro__]
    kind = next((KINDS[n] for n in names if n in KINDS), None)
    if kind is None:
        stack = (
            "Pass layer.cell.cells[k] of each"
            if hasattr(inner, "cells")
            else ("Pass the recurrent layer itself, as model.layers[k]")
        )
        raise ValueError(
            f"{type(layer).__name__} holds no single recurrent cell that is known "
            f"here. Expected SimpleRNN, LSTM, GRU, their Cell classes, an RNN of one, "
            f"a Bidirectional, CuDNNLSTM or CuDNNGRU. {stack}?"
        )
    cudnn = any(n in ("CuDNNLSTM", "CuDNNGRU") for n in names)
    after = True if cudnn else getattr(inner, "reset_after", None)
    return {
        "kind": kind,
        "after": after if kind == "GRU" else None,
        "stateful": getattr(layer, "stateful", False),
        "activation": getattr(inner, "activation", None),
        "recurrent_activation": getattr(inner, "recurrent_activation", None),
    }


def one_direction(layer, reverse):
    """The layer of the direction asked for; it must run that way."""
    name = type(layer).__name__
    if hasattr(layer, "forward_layer"):
        check_merge(layer)
        if reverse is None:
            raise ValueError(
                f"A {name} layer has two directions with weights of their own. Got no "
                "reverse, expected reverse=False or reverse=True. Call from_keras once "
                "with each?"
            )
        layer = layer.backward_layer if reverse else layer.forward_layer
        name = f"{name}'s {type(layer).__name__}"
    if bool(getattr(layer, "go_backwards", False)) != bool(reverse):
        runs, other = ("forwards", False) if reverse else ("backwards in time", True)
        raise ValueError(
            f"This {name} runs {runs}. Got reverse={reverse}, expected "
            f"reverse={other}; a backward direction wants x turned round, as "
            f"Recurrent's load(p, reverse=True) does. Pass reverse={other}?"
        )
    return layer


def check_merge(layer):
    if getattr(layer, "merge_mode", "concat") not in ("concat", None):
        raise ValueError(
            f"This Bidirectional layer has merge_mode={layer.merge_mode!r}. Two "
            "directions are concatenated here; expected 'concat' or None. Pass its "
            "forward_layer, its backward_layer with reverse=True, and merge h yourself?"
        )


def check_reset(name, op, after):
    if op.kind == "GRU" and after is not None and bool(after) != op.after:
        raise ValueError(
            f"This {name} has reset_after={bool(after)}, but the cell given resets "
            f"{'after' if op.after else 'before'} the product. Expected the same form. "
            f"Pass cell=gru.make(reset={'after' if after else 'before'!r})?"
        )


def check_activations(name, op, said):
    """The layer's functions must be the cell's, by their values."""
    theirs = said["activation"]
    if theirs is not None and not same(theirs, tanh):
        raise ValueError(
            f"This {name} has activation={name_of(theirs)}. Every cell that Keras and "
            "this package share takes tanh there. Build and train it with "
            "activation='tanh', or write the cell as a room of its own?"
        )
    theirs = said["recurrent_activation"]
    if theirs is not None and not same(theirs, op.gate):
        known = [g.__name__ for g in GATES if same(theirs, g)]
        room = CELLS[op.kind]
        form = f"{'after' if op.after else 'before'!r}, " if room == "gru" else ""
        hint = (
            f"Pass cell={room}.make({form}gate=ops.{known[0]})"
            if known
            else "Build and train it with recurrent_activation='sigmoid'"
        )
        raise ValueError(
            f"This {name} has recurrent_activation={name_of(theirs)}, but the gates of "
            f"the cell given are {op.gate.__name__}. Expected the same function. "
            f"{hint}?"
        )


def check_memory(name, stateful):
    if stateful:
        raise ValueError(
            f"This {name} is stateful: each call starts where the last one ended. "
            "Parameters do not say so; expected stateful=False. Pass "
            "layer.get_weights() and hand each end state on as state0?"
        )


def same(theirs, ours):
    """Do two functions agree on a range of numbers?"""
    try:
        values = theirs(PROBE)
    except Exception:  # of any backend; what cannot be compared is not the same
        return False
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.allclose(np.asarray(values), ours(PROBE), rtol=0, atol=FLOAT32)


def name_of(function):
    return repr(getattr(function, "__name__", type(function).__name__))
