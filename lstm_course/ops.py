"""Elementary functions and their derivatives.

Every function works on a NumPy array and, through the tensor's own methods, on a
torch tensor; torch is never imported here.  A derivative is written in terms of
the function's *output* y, because that is what a backward pass has at hand.  Where
the text is about arrays, the same for one number, for compiled loops, stands below it.
``TABLE`` has a row for every function of a cell's own lines: all that its readers know
of it, so that a new one is written here and nowhere else.

Sources: the two hard sigmoids are those of Theano, Keras 1/2 and ONNX (slope 0.2)
and of torch and Keras 3 (slope 1/6).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


def _is_tensor(x):
    return hasattr(x, "requires_grad")


def exp(x):
    """e to the x, elementwise: array -> array of the same shape."""
    return x.exp() if _is_tensor(x) else np.exp(x)


def log(x):
    """Natural logarithm, elementwise: array -> array of the same shape (nats)."""
    return x.log() if _is_tensor(x) else np.log(x)


def maximum(x, y):
    """The larger of two arrays, elementwise; both (...) of the same shape."""
    return x.maximum(y) if _is_tensor(x) else np.maximum(x, y)


def minimum(x, y):
    """The smaller of two arrays, elementwise; both (...) of the same shape."""
    return x.minimum(y) if _is_tensor(x) else np.minimum(x, y)


def _maximum(x, y):
    return x if x > y else y


def _minimum(x, y):
    return x if x < y else y


def positive(x):
    """1 where x > 0, else 0: the derivative of ``maximum(x, 0)``; same shape."""
    return (x > 0).to(x.dtype) if _is_tensor(x) else np.greater(x, 0).astype(_kind(x))


def _positive(x):
    return 1.0 if x > 0.0 else 0.0


def _kind(x):
    return np.result_type(x)  # float32 stays float32, a Python float is float64


def tanh(x):
    """Hyperbolic tangent into (-1, 1); same shape."""
    return x.tanh() if _is_tensor(x) else np.tanh(x)


def d_tanh(y):
    """tanh'(x) at y = tanh(x); same shape."""
    return 1.0 - y * y


def sigmoid(x):
    """Logistic function into (0, 1), written so that no x overflows; same shape."""
    return x.sigmoid() if _is_tensor(x) else 0.5 * np.tanh(0.5 * x) + 0.5


def _sigmoid(x):
    return 1.0 / (1.0 + exp(-x))


def d_sigmoid(y):
    """sigmoid'(x) at y = sigmoid(x); same shape."""
    return y * (1.0 - y)


def log_sigmoid(x):
    """log(sigmoid(x)) into (-inf, 0), exact where sigmoid underflows; same shape."""
    return -(0 * x).logaddexp(-x) if _is_tensor(x) else -np.logaddexp(0.0, -x)


def _log_sigmoid(x):
    return min(x, 0.0) - log(1.0 + exp(-abs(x)))


def d_log_sigmoid(y):
    """1 - sigmoid(x) at y = log_sigmoid(x); same shape."""
    return 1.0 - exp(y)


def hard_sigmoid(x):
    """clip(0.2 x + 0.5, 0, 1): Theano, Keras 1 and 2, ONNX; same shape."""
    return (0.2 * x + 0.5).clip(0.0, 1.0)


def _hard_sigmoid(x):
    return min(max(0.2 * x + 0.5, 0.0), 1.0)


def d_hard_sigmoid(y):
    """0.2 where 0 < y < 1, else 0, at y = hard_sigmoid(x); same shape."""
    return 0.2 * positive(y) * positive(1.0 - y)


def hard_sigmoid6(x):
    """clip(x / 6 + 0.5, 0, 1): torch and Keras 3; same shape."""
    return (x / 6.0 + 0.5).clip(0.0, 1.0)


def _hard_sigmoid6(x):
    return min(max(x / 6.0 + 0.5, 0.0), 1.0)


def d_hard_sigmoid6(y):
    """1/6 where 0 < y < 1, else 0, at y = hard_sigmoid6(x); same shape."""
    return 1.0 / 6.0 * positive(y) * positive(1.0 - y)


class Row(NamedTuple):
    """What the readers of a cell's lines know of a function."""

    word: str  # how it is written ...
    below: str = ""  # ... and what hangs below the word
    derivative: Callable | None = None
    number: Callable | None = None  # the same on one number, where its text is not
    gate: bool = False  # whether lstm and gru take it as ``gate``


TABLE = {
    exp: Row("exp"),
    log: Row("log"),
    maximum: Row("max", number=_maximum),
    minimum: Row("min", number=_minimum),
    positive: Row("𝟙", ">0", number=_positive),
    tanh: Row("tanh", "", d_tanh),
    sigmoid: Row("σ", "", d_sigmoid, _sigmoid, gate=True),
    log_sigmoid: Row("log σ", "", d_log_sigmoid, _log_sigmoid),
    hard_sigmoid: Row("σ", "0.2", d_hard_sigmoid, _hard_sigmoid, gate=True),
    hard_sigmoid6: Row("σ", "1/6", d_hard_sigmoid6, _hard_sigmoid6, gate=True),
}
DERIVATIVE = {f: row.derivative for f, row in TABLE.items() if row.derivative}
GATES = {f.__name__: f for f, row in TABLE.items() if row.gate}


def softmax(x):
    """Softmax over the last axis: x (..., K) -> probabilities (..., K)."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(x, labels):
    """Mean cross entropy in nats: scores x (..., K), labels (...) -> float, dx."""
    q = softmax(x)
    n = labels.size
    picked = np.take_along_axis(q, labels[..., None], axis=-1)
    dx = q.copy()
    np.put_along_axis(dx, labels[..., None], picked - 1.0, axis=-1)
    return float(-np.log(picked + 1e-300).sum() / n), dx / n
