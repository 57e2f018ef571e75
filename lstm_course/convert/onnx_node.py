"""What an ONNX node says beside its weights: each word is obeyed or refused.

``onnx_node`` takes weights and attributes out of a model; ``from_onnx`` compares the
attributes with the cell, in the operator's own terms and with its defaults.  ``layout``
only orders the axes of x and h, which here are (T, B, I) always, and ``hidden_size`` is
compared with R.  What is fed when the model runs (X, sequence_lens, initial_h,
initial_c as computed tensors) is input, not weight: pass ``lengths`` and the state.
"""

import numpy as np

INPUTS = {
    "RNN": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "GRU": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "LSTM": ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"),
}
DEFAULT = {
    "RNN": ["tanh"],
    "GRU": ["sigmoid", "tanh"],
    "LSTM": ["sigmoid", "tanh", "tanh"],
}
PASSED_OVER = {"hidden_size", "layout", "output_sequence"}
ALPHA, BETA = 0.2, 0.5  # of HardSigmoid, in the operator's specification


def onnx_node(model, name=None):
    """Weights and attributes of a recurrent node, as ``from_onnx`` takes them.

    Parameters
    ----------
    model : onnx.ModelProto, str or path
    name : str, optional
        Name or first output of the node, where a model has several.

    Returns
    -------
    weights : dict
        W, R and what else of B, P and start values is constant in the model.
    attributes : dict
        ``op_type`` and the node's attributes.

    Raises
    ------
    ValueError
        For a model without such a node or with several, and for weights that are
        computed when it runs.
    """
    import onnx

    model = model if hasattr(model, "graph") else onnx.load(str(model))
    node = _find(model.graph, name)
    said = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    constants = {c.name: onnx.numpy_helper.to_array(c) for c in model.graph.initializer}
    for other in model.graph.node:
        if other.op_type == "Constant" and other.attribute[0].name == "value":
            value = onnx.helper.get_attribute_value(other.attribute[0])
            constants[other.output[0]] = onnx.numpy_helper.to_array(value)
    inputs = dict(zip(INPUTS[node.op_type], node.input, strict=False))
    weights = {k: constants[v] for k, v in inputs.items() if v in constants}
    for k in "WRBP":
        if inputs.get(k) and k not in weights:
            raise ValueError(
                f"{k} of this {node.op_type} is {inputs[k]!r}, which the model "
                "computes when it runs. Expected a constant, an initializer of the "
                "graph. Fold constants first, as onnxruntime's optimisation does?"
            )
    return weights, {"op_type": node.op_type, **said}


def _find(graph, name):
    """The only recurrent node, or the one of this name."""
    nodes = [n for n in graph.node if n.op_type in INPUTS]
    called = [n.name or n.output[0] for n in nodes]
    found = [n for n in nodes if name is None or name in (n.name, n.output[0])]
    if len(found) != 1:
        others = f"none, only {sorted({n.op_type for n in graph.node})}"
        hint = "Pass name=, one of these" if called else "Is it quantised or unrolled"
        raise ValueError(
            f"The model has {len(found)} nodes RNN, LSTM or GRU"
            f"{'' if name is None else f' called {name!r}'}. Expected one; those it "
            f"has are {called or others}. {hint}?"
        )
    return found[0]


def check_attributes(said, op, cell, H, D, direction):
    """Attributes of a node against the operator that the cell is."""
    said = {k: _plain(v) for k, v in said.items()}
    kind = said.pop("op_type", op.kind)
    if kind != op.kind:
        raise ValueError(
            f"The node is a {kind}, but {cell.name} is ONNX's {op.kind}. Expected the "
            "same operator. Is cell= the right one?"
        )
    _check_direction(said.pop("direction", "forward"), D, direction)
    _check_same(
        said,
        "input_forget",
        int(op.coupled),
        cell,
        "'coupled' for 1, or 'cifg' with peepholes; 'lstm' for 0, or 'peephole'",
    )
    _check_same(
        said,
        "linear_before_reset",
        int(op.after),
        cell,
        "gru.make(reset='after') for 1, gru.make(reset='before') for 0",
    )
    if said.get("hidden_size", H) != H:
        raise ValueError(
            f"The node has hidden_size={said['hidden_size']}, but R is for H = {H}. "
            "Expected the same. Are weights and attributes of one node?"
        )
    _check_activations(said, op, cell, D, direction)
    if left := [f"{k}={said[k]!r}" for k in said if k not in PASSED_OVER]:
        raise ValueError(
            f"The node has {left[0]}, which no cell here computes. Expected a node "
            f"without it, as onnx_attributes({cell.name!r}) gives. Train without it?"
        )


def _plain(value):
    """bytes, as onnx gives them -> str; lists likewise."""
    if isinstance(value, bytes):
        return value.decode()
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _check_direction(way, D, direction):
    fits = {"forward": (1, 0), "reverse": (1, 1), "bidirectional": (2, direction)}
    if fits.get(way) != (D, direction):
        raise ValueError(
            f"The node has direction={way!r} and weights for {D} direction(s); you "
            f"asked for direction={direction}. Expected 0 for 'forward', 1 for "
            "'reverse' (which reads x from its end), either for 'bidirectional'. "
            "Pass the other one?"
        )


def _check_same(said, name, ours, cell, which):
    theirs = said.pop(name, 0)
    if theirs != ours:
        raise ValueError(
            f"The node has {name}={theirs}, but {cell.name} is the operator with "
            f"{name}={ours}. Expected the same. Pass cell={which}?"
        )


def _check_activations(said, op, cell, D, direction):
    """Names, and the slopes of hard gates, in the order in which they are used up."""
    n, slope = len(DEFAULT[op.kind]), op.slope
    names = [a.lower() for a in said.pop("activations", None) or DEFAULT[op.kind] * D]
    hard = [k for k, a in enumerate(names) if a == "hardsigmoid"]
    alpha = said.pop("activation_alpha", None) or [ALPHA] * len(hard)
    beta = said.pop("activation_beta", None) or [BETA] * len(hard)
    wanted = list(DEFAULT[op.kind])
    if slope:
        wanted[0] = "hardsigmoid"
    right = len(names) == n * D and len(alpha) == len(beta) == len(hard)
    mine = range(n * direction, n * direction + n) if D == 2 else range(n)
    right = right and [names[k] for k in mine] == wanted
    if right and slope:
        at = hard.index(mine[0])
        right = np.allclose([alpha[at], beta[at]], [slope, BETA], rtol=1e-6)
    if not right:
        raise ValueError(
            f"The node has activations={names}, alpha={alpha}, beta={beta}. "
            f"{cell.name} computes {wanted}{f' of slope {slope:.4g}' if slope else ''} "
            f"in each of {D} direction(s). Is there a cell with such gates, as "
            "lstm.make(gate=ops.hard_sigmoid)?"
        )
