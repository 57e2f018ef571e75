"""Activations as files name them, with the numbers some of them take."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import ops

PROBE = np.linspace(-5.0, 5.0, 41)


def _elu(z, a, b):
    return np.where(z > 0, z, a * np.expm1(np.minimum(z, 0)))


# Name -> the function, and defaults of alpha and beta as ONNX has them.
FUNCTIONS: dict[str, tuple[Callable, float | None, float | None]] = {
    "tanh": (lambda z, a, b: ops.tanh(z), None, None),
    "sigmoid": (lambda z, a, b: ops.sigmoid(z), None, None),
    "hard_sigmoid": (lambda z, a, b: np.clip(a * z + b, 0, 1), 0.2, 0.5),
    "relu": (lambda z, a, b: np.maximum(z, 0), None, None),
    "linear": (lambda z, a, b: z, None, None),
    "affine": (lambda z, a, b: a * z + b, 1.0, 0.0),
    "scaled_tanh": (lambda z, a, b: a * np.tanh(b * z), 1.0, 1.0),
    "leaky_relu": (lambda z, a, b: np.where(z > 0, z, a * z), 0.01, None),
    "thresholded_relu": (lambda z, a, b: np.where(z > a, z, 0), 1.0, None),
    "elu": (_elu, 1.0, None),
    "softsign": (lambda z, a, b: z / (1 + np.abs(z)), None, None),
    "softplus": (lambda z, a, b: np.logaddexp(0, z), None, None),
}


class Activation(NamedTuple):
    """A name of ``FUNCTIONS``, and its two numbers where it has them.

    Examples
    --------
    >>> print(Activation("hard_sigmoid", 0.2, 0.5))
    hard_sigmoid(0.2, 0.5)
    """

    name: str
    alpha: float | None = None
    beta: float | None = None

    def __call__(self, z):
        """Elementwise; same shape, same kind of floats."""
        function = FUNCTIONS[self.name][0]
        return function(z, self.alpha, self.beta).astype(z.dtype, copy=False)

    def __str__(self):
        said = ", ".join(f"{v:.4g}" for v in self[1:] if v is not None)
        return f"{self.name}({said})" if said else self.name

    @property
    def ours(self):
        """The name in ``ops.GATES``, or None."""
        found = (k for k, f in ops.GATES.items() if np.allclose(f(PROBE), self(PROBE)))
        return next(found, None)


TANH, SIGMOID = Activation("tanh"), Activation("sigmoid")


def is_same(one, other):
    """Do two activations agree on a range of numbers?"""
    return np.allclose(one(PROBE), other(PROBE), rtol=0, atol=1e-7)


def activation_of(name, alpha=None, beta=None, where="a layer"):
    """An activation, its numbers filled up.

    Raises
    ------
    ValueError
        For a name that no table here has.
    """
    if name not in FUNCTIONS:
        raise ValueError(
            f"{where} has the activation {name!r}, which is not known here. Expected "
            f"one of {', '.join(FUNCTIONS)}. Build and train it with one of these?"
        )
    _, a, b = FUNCTIONS[name]
    alpha, beta = (a if alpha is None else alpha), (b if beta is None else beta)
    return Activation(name, a if a is None else alpha, b if b is None else beta)
