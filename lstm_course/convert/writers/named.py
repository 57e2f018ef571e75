"""Tools whose files are named arrays: their rules, their names, how they load them."""

from ..activations import SIGMOID, TANH, Activation
from ..parts import arrays_of
from ..tools import FORMS
from .rules import FOLDED, IDLE, WRITTEN, folded, neutral_only, only, told

ONNX = "Convert to ONNX, which can?"
CALLED = told("the file holds weights alone; say it where the layer is built or called")
RELU = Activation("relu")

# What all of them have in common.
PLAIN = {
    "name": WRITTEN,
    "kind": WRITTEN,
    "weights": WRITTEN,
    "level": WRITTEN,
    "way": WRITTEN,
    "coupled": FOLDED,
    "forget_bias": FOLDED,
    "update": FOLDED,
    "source": IDLE,
    "notes": IDLE,
    "dropout": IDLE,
    "layout": CALLED,
    "returns": CALLED,
    "stateful": told("carry the state yourself: hand the end state on as the start"),
    "lengths": told("lengths are an input of the layer, or run each sequence alone"),
    "masked": neutral_only("masked", "Cut the padding off, and convert without?"),
    "start": only(
        None,
        "fed",
        out="Pass the start state when you call the layer.",
    ),
    "turned": told("turn the outputs round yourself: outputs[::-1] along time"),
    "merge": neutral_only(
        "merge", "Two directions are concatenated there: merge them yourself?"
    ),
    "clip": neutral_only("clip", ONNX),
    "cell_clip": neutral_only("cell_clip", "Train without a bound on c?"),
    "gate": only(SIGMOID, out=ONNX),
    "activation": only(TANH, out=ONNX),
    "shown": only(TANH, out=ONNX),
    "reset": only("after", out="Convert to Keras or ONNX, which can?"),
}
TORCH = PLAIN | {
    "way": only(
        "forward",
        "both",
        out="torch runs forward or both ways. Turn x round yourself?",
    ),
}
HAIKU_GRU = {"reset": only("before", out="Convert to Flax, Equinox or torch?")}


def form_of(layer, tool, split=False):
    """The form that a tool has for a kind of layer.

    Raises
    ------
    ValueError
        Where it has none.
    """
    forms = [f for f in FORMS if (f.tool, f.kind) == (tool, layer.kind)]
    if not forms:
        raise ValueError(
            f"{tool} has no layer of the kind {layer.kind!r}, and {layer.label} is "
            f"one. Expected {', '.join(f.kind for f in FORMS if f.tool == tool)}. "
            "Convert to torch, Keras or ONNX?"
        )
    return forms[-1]


def rules_of(tool, kind):
    """Rules of a tool for a kind of layer."""
    base = "torch" if tool == "paddle" else tool
    rules = dict(TORCH if base == "torch" else PLAIN)
    if kind == "rnn" and base in ("torch", "mlx", "nnx", "linen"):
        rules["activation"] = _either()
    if base == "equinox":
        rules["way"] = told("an .eqx file holds cells alone, forward before backward")
    if base == "haiku" and kind == "rnn":
        rules["activation"] = only(
            RELU, out="Haiku's VanillaRNN has relu alone. " + ONNX
        )
    if base == "haiku" and kind == "gru":
        rules |= HAIKU_GRU
    return rules


def _either():
    return only(TANH, RELU, out="An RNN there has tanh, or relu if you say so. " + ONNX)


def check_numbers(layer, tool, form):
    """Peepholes, projections and inner biases are weights without a field."""
    whats = {p.what for p in form.parts} if form else {"inner"}
    for w in layer.weights:
        if w.peepholes:
            _refuse(layer, tool, "peepholes", "Convert to ONNX, which has them?")
        if w.out is not None and "outT" not in whats:
            _refuse(layer, tool, "a projection of h", "Convert to torch (proj_size)?")
        inner = w.inner is not None and w.inner.any()
        if inner and layer.reset == "after" and not {"inner", "b2"} & whats:
            _refuse(
                layer,
                tool,
                f"a bias inside the reset product (up to {abs(w.inner).max():.3g})",
                "Convert to Flax linen, Equinox or torch, which have one?",
            )


def check_alike(layers, tool):
    """nn.LSTM and its like have one size for all levels; each must fit the one below.

    Raises
    ------
    ValueError
        For a stack that such a module cannot load.
    """
    by_name = {}
    for layer in layers:
        by_name.setdefault(layer.name, []).append(layer)
    for stack in by_name.values():
        first, below = stack[0], None
        for k, layer in enumerate(stack):
            odd = [n for n in ALIKE if getattr(layer, n) != getattr(first, n)]
            width = below.width if below else layer.input_size
            if odd or layer.level != k or layer.input_size != width:
                said = f"{odd[0]}={getattr(layer, odd[0])}" if odd else (
                    f"level {layer.level} with I = {layer.input_size}"
                )  # fmt: skip
                wanted = f"{odd[0]}={getattr(first, odd[0])}, as below it" if odd else (
                    f"level {k} with I = {width}, what the layer below gives"
                )  # fmt: skip
                raise ValueError(
                    f"{tool} has one module for a stack, and {layer.label} does not "
                    f"fit into it: it has {said}. Expected {wanted}. Convert to Keras, "
                    f"ONNX or Flax, or write each layer alone, --layer {layer.label!r}?"
                )
            below = layer


ALIKE = ("kind", "hidden_size", "output_size", "way", "activation", "dtype")


def _refuse(layer, tool, what, out):
    raise ValueError(
        f"{tool} cannot hold {what}, and {layer.label} has it. Expected a layer "
        f"without. {out}"
    )


def named_arrays(layers, tool, dtype=None):
    """Layers of any stacks -> name -> ``Joined``, as the tool calls them."""
    made = {}
    base = "torch" if tool == "paddle" else tool
    if base == "torch":
        check_alike(layers, tool)
    for layer in layers:
        form = form_of(layer, base)
        check_numbers(layer, tool, form)
        plain = {k: form.says[k] for k in ("update", "forget_bias") if k in form.says}
        layer = folded(layer, coupled=False, **plain)
        for w, back in zip(layer.weights, _sides(layer), strict=True):
            for part, a in arrays_of(form, w, dtype).items():
                made[_name(layer, base, part, back)] = a
    return made


def _sides(layer):
    return {"forward": (False,), "reverse": (True,), "both": (False, True)}[layer.way]


def _name(layer, tool, part, back):
    stem = f"{layer.name}." if layer.name else ""
    if tool == "torch":
        return f"{stem}{part}_l{layer.level}{'_reverse' if back else ''}"
    side = "backward." if back else "forward." if layer.way == "both" else ""
    if tool == "haiku":
        word = {"lstm": "lstm", "gru": "gru", "rnn": "vanilla_rnn"}[layer.kind]
        path = f"{stem}{layer.level}.{side}{word}.{part}"
        return "/".join(path.split("."))
    cell = "cell." if tool in ("nnx", "linen") else ""
    return f"{stem}{layer.level}.{side}{cell}{part}"
