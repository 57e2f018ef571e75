"""What a writer does with every field of a layer; a field it does not name is refused.

A target's rules map field -> rule.  A new field of ``Layer`` has no rule anywhere, so
every writer refuses a layer that uses it, until somebody decides (tested).
"""

from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from ..activations import Activation, is_same
from ..layer import Layer, neutral


class Rule(NamedTuple):
    """How one field is handled.

    Attributes
    ----------
    way : str
        "written": it is in the file.  "folded": it is in the weights.  "told": the
        file cannot hold it, whoever calls the layer is told.  "idle": no number of an
        evaluation depends on it.  "only": its value must be one of ``values``.
    """

    way: str
    values: tuple = ()
    out: str = ""
    remark: str = ""


WRITTEN, FOLDED, IDLE = Rule("written"), Rule("folded"), Rule("idle")


def only(*values, out):
    """Other values are refused; ``out`` is the next step, a question."""
    return Rule("only", values, out)


def told(remark):
    """Written as if it said nothing; ``remark`` says what the caller must do."""
    return Rule("told", remark=remark)


def refuse(message):
    """Raise ValueError: what, got, expected and the next step are in the message."""
    raise ValueError(message)


def neutral_only(name, out):
    return only(neutral()[name], out=out)


def check(layer, tool, rules, leave_out=()):
    """A layer that the target can say, and remarks on what its file does not.

    Parameters
    ----------
    layer : Layer
    tool : str
    rules : dict
        Field -> ``Rule``.
    leave_out : collection of str
        Fields to write as if they said nothing, whatever the rule.

    Returns
    -------
    layer : Layer
        With the fields of ``leave_out`` at their defaults.
    remarks : list of str

    Raises
    ------
    ValueError
        For a field that is refused, that has no rule, or that there is not.
    """
    defaults, remarks = neutral(), []
    for name in leave_out:
        if name not in defaults:
            raise ValueError(
                f"A layer has no field {name!r} to be left out. Got {name!r}, expected "
                f"one of {', '.join(defaults)}. A typing slip?"
            )
    for f in fields(Layer):
        value = getattr(layer, f.name)
        silent = f.name in defaults and _equal(value, defaults[f.name])
        if f.name in leave_out and not silent:
            layer = replace(layer, **{f.name: defaults[f.name]})
            remarks.append(f"{layer.label}: {f.name}={_short(value)} was left out")
            continue
        rule = rules.get(f.name)
        if rule is None and not silent:
            raise ValueError(
                f"The writer for {tool} does not say what it does with {f.name}. Got "
                f"{f.name}={_short(value)}, expected a rule in its table. Name it "
                f"there, or pass leave_out=({f.name!r},)?"
            )
        if rule is None:
            continue
        if rule.way == "told" and not silent:
            remarks.append(f"{layer.label}: {f.name}={_short(value)}: {rule.remark}")
        if rule.way == "only" and not any(_equal(value, v) for v in rule.values):
            _refuse(layer, tool, f.name, value, rule)
    return layer, remarks


def _refuse(layer, tool, name, value, rule):
    wanted = " or ".join(_short(v) for v in rule.values)
    raise ValueError(
        f"{tool} cannot say {name}={_short(value)}, and {layer.label} does. "
        f"Expected {name}={wanted}. {rule.out} Or write it without, knowing that it "
        f"computes something else: leave_out=({name!r},), --leave-out {name}?"
    )


def _short(value):
    if isinstance(value, tuple) and not isinstance(value, Activation):
        return f"{len(value)} arrays"
    return str(value) if isinstance(value, Activation) else repr(value)


def _equal(a, b):
    if isinstance(a, Activation) and isinstance(b, Activation):
        return is_same(a, b)
    if isinstance(a, tuple) or isinstance(b, tuple):
        return (
            type(a) is type(b)
            and len(a) == len(b)
            and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
        )
    return a == b


def folded(layer, update="keeps_old", forget_bias=0.0, coupled=None):
    """The same function with another update gate, forget bias, or its own forget gate.

    sigmoid(-z) = 1 - sigmoid(z), and the same of every hard sigmoid around 1/2: a gate
    whose weights are negated is its complement.
    """
    if layer.kind == "gru" and layer.update != update:
        weights = tuple(negated(w, "u") for w in layer.weights)
        layer = replace(layer, update=update, weights=weights)
    if layer.kind == "lstm" and layer.coupled and coupled is False:
        weights = tuple(_uncoupled(w) for w in layer.weights)
        layer = replace(layer, coupled=False, weights=weights)
    if layer.kind == "lstm" and layer.forget_bias != forget_bias:
        more = layer.forget_bias - forget_bias
        weights = tuple(
            w._replace(b=w.b | {"f": w.b["f"] + w.b["f"].dtype.type(more)})
            for w in layer.weights
        )
        layer = replace(layer, forget_bias=forget_bias, weights=weights)
    return layer


def negated(w, block):
    """Weights whose gate ``block`` is the complement."""
    parts = {k: getattr(w, k) | {block: -getattr(w, k)[block]} for k in "xhb"}
    return w._replace(**parts)


def _uncoupled(w):
    """f = 1 - i as a gate of its own: the weights of i, negated."""
    parts = {k: getattr(w, k) | {"f": -getattr(w, k)["i"]} for k in "xhb"}
    peepholes = dict(w.peepholes)
    if "i" in peepholes:
        peepholes["f"] = -peepholes["i"]
    return w._replace(**parts, peepholes=peepholes)
