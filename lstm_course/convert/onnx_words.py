"""ONNX's words for activations, and how a node spells those of its layer."""

from .activations import FUNCTIONS, Activation, activation_of, is_same

WORDS = {
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Affine": "affine",
    "LeakyRelu": "leaky_relu",
    "ThresholdedRelu": "thresholded_relu",
    "ScaledTanh": "scaled_tanh",
    "HardSigmoid": "hard_sigmoid",
    "Elu": "elu",
    "Softsign": "softsign",
    "Softplus": "softplus",
}
OURS = {theirs.lower(): ours for theirs, ours in WORDS.items()}
THEIRS = {ours: theirs for theirs, ours in WORDS.items()}
DEFAULT = {
    "rnn": ("Tanh",),
    "gru": ("Sigmoid", "Tanh"),
    "lstm": ("Sigmoid", "Tanh", "Tanh"),
}
FIELDS = {
    "rnn": ("activation",),
    "gru": ("gate", "activation"),
    "lstm": ("gate", "activation", "shown"),
}


def activations_of(kind, said, directions, where):
    """Attributes of a node -> one tuple of activations per direction.

    Numbers in activation_alpha and activation_beta go, in order, to the functions that
    take one; where they end, the defaults of the specification begin.
    """
    n = len(DEFAULT[kind])
    names = said.get("activations") or list(DEFAULT[kind]) * directions
    alpha = list(said.get("activation_alpha") or ())
    beta = list(said.get("activation_beta") or ())
    made = []
    for name in names:
        ours = OURS.get(name.lower(), name)
        _, a, b = FUNCTIONS.get(ours, (None, None, None))
        a = alpha.pop(0) if a is not None and alpha else None
        b = beta.pop(0) if b is not None and beta else None
        made.append(activation_of(ours, a, b, where))
    if len(made) != n * directions or alpha or beta:
        raise ValueError(
            f"{where} names the activations {names} and {len(alpha) + len(beta)} "
            f"number(s) that no function takes. Expected {n} for each of {directions} "
            "direction(s), and a number for each that takes one. Is the model valid?"
        )
    return [tuple(made[k * n : (k + 1) * n]) for k in range(directions)]


def attributes_of(layer, directions):
    """Activations of a layer as a node's attributes; none where all are usual."""
    each = [getattr(layer, name) for name in FIELDS[layer.kind]]
    plain = [Activation(OURS[w.lower()]) for w in DEFAULT[layer.kind]]
    if all(is_same(a, b) for a, b in zip(each, plain, strict=True)):
        return {}
    each = [Activation("affine", 1.0, 0.0) if a.name == "linear" else a for a in each]
    found = {"activations": [THEIRS[a.name] for a in each] * directions}
    for name, k in (("activation_alpha", 1), ("activation_beta", 2)):
        numbers = [a[k] for a in each if a[k] is not None] * directions
        if numbers:
            found[name] = numbers
    return found
