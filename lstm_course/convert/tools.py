"""What each tool calls a layer's arrays and how they lie there: one table for all.

Readers, writers and the book's page take it from here, so that none of it is typed
twice.  A ``Part`` is one array of a layer.  Its ``what`` says which numbers:

    x, h       block columns (I, nH), (H, nH)      xT, hT   block rows (nH, I), (nH, H)
    xh         x above h, (I + H, nH)              outT     the projection, (P, H)
    b          the bias, (nH,)                     b2       one more, to be added
    inner      the bias inside the reset product, (H,)

and ``blocks`` in which order, in the letters of this package: a tool's own letters
(c for g, z for u, a for n, j for g) are a matter of its documentation.
"""

from typing import NamedTuple

from .activations import Activation

RNN, LSTM, GRU = "rnn", "lstm", "gru"


class Part(NamedTuple):
    """One array: its name below the layer's own, and what it holds."""

    name: str
    what: str
    blocks: str
    needed: bool = True


class Form(NamedTuple):
    """A layer of one kind in one tool: its arrays, and what it says by being there.

    Attributes
    ----------
    says : dict
        Fields of ``Layer`` with the values that every such layer has.
    below : str
        What the layer's path must name, where the arrays' names could be anything's.
    """

    tool: str
    kind: str
    parts: tuple
    says: dict = {}
    below: str = ""


def _rows(tool, kind, blocks, names, biases, last=None):
    """A form of block rows, as torch has it."""
    parts = [Part(names[0], "xT", blocks), Part(names[1], "hT", blocks)]
    for name, what in biases.items():
        parts.append(Part(name, what, "n" if what == "inner" else blocks, False))
    return Form(tool, kind, (*parts, last) if last else tuple(parts))


def _split(tool, kind, x, h, biases):
    """A form of one array per block, as Flax has it."""
    parts = [Part(f"{name}.kernel", "x", b) for b, name in x.items()]
    parts += [Part(f"{name}.kernel", "h", b) for b, name in h.items()]
    for name, (what, b) in biases.items():
        parts.append(Part(f"{name}.bias", what, b, False))
    return Form(tool, kind, tuple(parts), FLAX_SAYS)


TWO = {"bias_ih": "b", "bias_hh": "b2"}
TORCH = ("weight_ih", "weight_hh")
I4 = {b: f"i{b}" for b in "ifgo"}
H4 = {b: f"h{b}" for b in "ifgo"}
B4 = {f"h{b}": ("b", b) for b in "ifgo"}
FLAX_SAYS = {"layout": "batch_first"}
TAKES = {"reset": "before", "update": "takes_new", "layout": "time_first"}


def _fused(tool, kind, blocks, bias):
    return Form(
        tool,
        kind,
        (
            Part("dense_i.kernel", "x", blocks),
            Part("dense_h.kernel", "h", blocks),
            Part(f"{bias}.bias", "b", blocks, False),
        ),
        FLAX_SAYS,
    )


FORMS = (
    _rows("torch", LSTM, "ifgo", TORCH, TWO, last=Part("weight_hr", "outT", "", False)),
    _rows("torch", GRU, "run", TORCH, TWO),
    _rows("torch", RNN, "h", TORCH, TWO),
    _rows("equinox", LSTM, "ifgo", TORCH, {"bias": "b"}),
    _rows("equinox", GRU, "run", TORCH, {"bias": "b", "bias_n": "inner"}),
    _rows("mlx", LSTM, "ifgo", ("Wx", "Wh"), {"bias": "b"}),
    _rows("mlx", GRU, "run", ("Wx", "Wh"), {"b": "b", "bhn": "inner"}),
    _rows("mlx", RNN, "h", ("Wxh", "Whh"), {"bias": "b"}),
    _split("nnx", LSTM, I4 | {"f": "if_"}, H4, B4),
    _fused("nnx", LSTM, "ifgo", "dense_h"),
    _fused("nnx", GRU, "run", "dense_i"),
    _fused("nnx", RNN, "h", "dense_i"),
    _split("linen", LSTM, I4, H4, B4),
    _split(
        "linen",
        GRU,
        {"r": "ir", "u": "iz", "n": "in"},
        {"r": "hr", "u": "hz", "n": "hn"},
        {"ir": ("b", "r"), "iz": ("b", "u"), "in": ("b", "n"), "hn": ("inner", "n")},
    ),
    _split("linen", RNN, {"h": "i"}, {"h": "h"}, {"i": ("b", "h")}),
    Form(
        "haiku",
        LSTM,
        (Part("linear.w", "xh", "igfo"), Part("linear.b", "b", "igfo", False)),
        {"forget_bias": 1.0, "layout": "time_first"},
        "lstm",
    ),
    Form(
        "haiku",
        GRU,
        (
            Part("w_i", "x", "urn"),
            Part("w_h", "h", "urn"),
            Part("b", "b", "urn", False),
        ),
        TAKES,
    ),
    Form(
        "haiku",
        RNN,
        (
            Part("linear.w", "x", "h"),
            Part("linear_1.w", "h", "h"),
            Part("linear.b", "b", "h", False),
            Part("linear_1.b", "b2", "h", False),
        ),
        {"activation": Activation("relu"), "layout": "time_first"},
        "rnn",
    ),
)


class Order(NamedTuple):
    """Orders of blocks in a tool whose arrays are found by its own reader."""

    lstm: str
    gru: str
    rnn: str = "h"
    peepholes: str = ""


ORDERS = {
    "keras": Order("ifgo", "urn"),
    "keras 1": Order("igfo", "urn"),
    "onnx": Order("iofg", "urn", peepholes="iof"),
    "openvino": Order("figo", "urn"),
    "tensorflow": Order("igfo", "run", peepholes="ifo"),
}
