"""A recurrent layer of any tool, in words of no tool: what every reader makes.

A reader turns a file into layers, a writer turns layers into a file, and neither
knows the other.  Numbers lie in blocks by the names of their gates, so no order of
blocks is left to be wrong about.  All else that a layer says has a field of its own
here, and its default is what most tools do.  Blocks are views where a file allows it.
"""

from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

import numpy as np

from ..doors import as_cell
from .activations import SIGMOID, TANH, Activation, is_same

BLOCKS = {"rnn": "h", "lstm": "ifgo", "gru": "run"}
WAYS = {"forward": (False,), "reverse": (True,), "both": (False, True)}


class Weights(NamedTuple):
    """The numbers of one direction; I inputs, H units, P outputs.

    Attributes
    ----------
    x, h : dict of ndarray
        Block -> (I, H) and block -> (P, H): a row times these is a pre-activation.
    b : dict of ndarray
        Block -> (H,); where a tool keeps two biases, their sum.
    inner : ndarray (H,) or None
        The bias inside the reset gate's product, of a GRU with reset after.
    peepholes : dict of ndarray
        Some of i, f, o -> (H,).
    out : ndarray (H, P) or None
        The projection of h; without it P = H.
    own : tuple
        The tool and what it has there, as the file says it, for ``runners`` alone.
    """

    x: dict
    h: dict
    b: dict
    inner: np.ndarray | None = None
    peepholes: dict = {}
    out: np.ndarray | None = None
    own: tuple = ()


@dataclass(frozen=True)
class Layer:
    """One recurrent layer; ``fields`` are all that can be said about it.

    Attributes
    ----------
    name, level : str, int
        The stack it belongs to, as its file calls it, and its place there, from 0.
    kind : str
        "rnn", "lstm" or "gru".
    weights : tuple of Weights
        One for each direction.
    way : str
        "forward", "reverse" (from the last step of each sequence) or "both".
    reset, update : str
        Of a GRU: the reset gate "after" or "before" the product; the update gate
        "keeps_old" or "takes_new".
    coupled : bool
        f = 1 - i, and there are no blocks f.
    gate, activation, shown : Activation
        Of the gates; of the candidate (of a plain RNN: of h); of c where h is made.
    clip, cell_clip : float or None
        Bound on every pre-activation; on c.
    forget_bias : float
        Added to f when the layer is called, not in ``weights``.
    merge : str
        Of two directions: "concat", "sum", "mul" or "ave".
    turned : bool
        The outputs of a reversed layer are left in the order in which they were read.
    masked : float or None
        Steps whose inputs all have this value are passed over.
    lengths : tuple, "fed" or None
        Of the sequences: constants in the file, fed when it runs, or all of them T.
    start : tuple of ndarray (D, 1 or B, H), "fed" or None
        State before the first step: constant, fed, or zeros.
    stateful : bool
        A call starts where the last one ended.
    layout : str
        Axes of its input: "time_first", "batch_first" or "unsaid".
    returns : str
        "sequence", "last", or "unsaid".
    dropout : float
        While training; no number of an evaluation depends on it.
    source : str
        The tool, its version where the file says it.
    notes : tuple of str
        What was understood, and what a file of this kind cannot say.
    """

    name: str
    kind: str
    weights: tuple
    level: int = 0
    way: str = "forward"
    reset: str = "after"
    update: str = "keeps_old"
    coupled: bool = False
    gate: Activation = SIGMOID
    activation: Activation = TANH
    shown: Activation = TANH
    clip: float | None = None
    cell_clip: float | None = None
    forget_bias: float = 0.0
    merge: str = "concat"
    turned: bool = False
    masked: float | None = None
    lengths: object = None
    start: object = None
    stateful: bool = False
    layout: str = "unsaid"
    returns: str = "unsaid"
    dropout: float = 0.0
    source: str = ""
    notes: tuple = field(default=())

    @property
    def label(self):
        """Name and level, as messages call it."""
        return f"{self.name or 'the stack'}, layer {self.level}"

    @property
    def blocks(self):
        blocks = BLOCKS[self.kind]
        return blocks.replace("f", "") if self.coupled else blocks

    @property
    def input_size(self):
        return len(self.weights[0].x[self.blocks[0]])

    @property
    def hidden_size(self):
        return self.weights[0].x[self.blocks[0]].shape[1]

    @property
    def output_size(self):
        """Width of h of one direction: H, or P with a projection."""
        out = self.weights[0].out
        return self.hidden_size if out is None else out.shape[1]

    @property
    def width(self):
        """Of what the next layer reads."""
        two = self.way == "both" and self.merge == "concat"
        return self.output_size * (1 + two)

    @property
    def dtype(self):
        return self.weights[0].x[self.blocks[0]].dtype

    @property
    def states(self):
        return ("h", "c") if self.kind == "lstm" else ("h",)

    @property
    def cell(self):
        """The same cell in our spelling, as ``as_cell`` reads it.

        Raises
        ------
        ValueError
            Where none of our rooms computes it.
        """
        odd = {
            "activation": not is_same(self.activation, TANH),
            "shown": not is_same(self.shown, TANH),
            "clip": self.clip is not None,
            "cell_clip": self.cell_clip is not None,
            "out": self.weights[0].out is not None,
            "gate": self.kind != "rnn" and self.gate.ours is None,
        }
        if found := [k for k, v in odd.items() if v]:
            raise ValueError(
                f"No cell here computes {self.label}: it says {found[0]}="
                f"{getattr(self, found[0], 'a projection of h')}. Expected tanh, gates "
                "of lstm_course.ops, no clipping and no projection. Run it by "
                "convert.run(layers, x), which obeys all of these?"
            )
        return _spelled(self)

    @property
    def params(self):
        """Parameters as our cell has them, one dict per direction; forget_bias in b."""
        cell = as_cell(self.cell)
        return [_parameters(self, w, cell) for w in self.weights]


NUMBERS = ("x", "h", "b", "inner", "peepholes", "out")


def cast(layer, dtype, change=None):
    """A layer in other floats; ``change`` is applied to every array, if given."""

    def one(v):
        if isinstance(v, dict):
            return {k: one(a) for k, a in v.items()}
        if v is None:
            return None
        v = np.asarray(v, dtype)
        return v if change is None else change(v)

    weights = tuple(
        w._replace(**{k: one(getattr(w, k)) for k in NUMBERS}) for w in layer.weights
    )
    return replace(layer, weights=weights)


def neutral():
    """Field -> the value that says nothing, of those that have one.

    Examples
    --------
    >>> neutral()["way"], neutral()["clip"]
    ('forward', None)
    """
    return {
        f.name: f.default
        for f in fields(Layer)
        if f.name not in ("name", "kind", "weights")
    }


def _spelled(layer):
    gate = "" if layer.gate.ours == "sigmoid" else f"gate={layer.gate.ours}"
    peepholes = "".join(k for k in "ifo" if k in layer.weights[0].peepholes)
    if layer.kind == "rnn":
        return "rnn"
    if layer.kind == "gru":
        said = [f"reset={layer.reset!r}", f"update={layer.update!r}"]
        plain = {"reset='after'", "update='keeps_old'", ""}
        said = [s for s in [*said, gate] if s not in plain]
        return f"gru({', '.join(said)})" if said else "gru"
    if gate and (layer.coupled or peepholes):
        raise ValueError(
            f"No cell here computes {layer.label}: {layer.gate} gates together with "
            "peepholes or coupled gates. Expected sigmoid there. Run it by "
            "convert.run(layers, x)?"
        )
    if layer.coupled:
        return "cifg" if peepholes else "coupled(keeps='i')"
    if peepholes:
        return "peephole" if peepholes == "ifo" else f"peephole(gates={peepholes!r})"
    return f"lstm({gate})" if gate else "lstm"


def _parameters(layer, w, cell):
    ours = [b for b in cell.blocks if b != "m"]
    bias = dict(w.b)
    if layer.forget_bias:
        bias["f"] = bias["f"] + layer.forget_bias
    p = {
        name: np.concatenate([part[k] for k in ours], axis=-1)
        for name, part in (("W_x", w.x), ("W_h", w.h), ("b", bias))
    }
    if "m" in cell.blocks:
        inner = np.zeros_like(p["b"])
        if w.inner is not None:
            inner[-layer.hidden_size :] = w.inner
        p["b_h"] = inner
    none = np.zeros(layer.hidden_size, layer.dtype)
    return p | {k: w.peepholes.get(k[-1], none) for k in cell.vectors}
