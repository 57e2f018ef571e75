"""What ONNX defines: the operators RNN, LSTM and GRU, their options and equations."""

from typing import NamedTuple

import numpy as np

from .. import ops
from ..ops import sigmoid, tanh

Z = np.linspace(-4.0, 4.0, 9)


def slope(gate):
    """Where it is 1/2: what ONNX calls alpha of a hard sigmoid."""
    return float(ops.DERIVATIVE[gate](0.5))


def _is_known(gate):
    return gate is sigmoid or np.allclose(gate(Z), np.clip(slope(gate) * Z + 0.5, 0, 1))


GATES = [gate for gate in ops.GATES.values() if _is_known(gate)]
PEEPHOLES = ("w_ci", "w_co", "w_cf")  # in the order of ONNX's P


class Operator(NamedTuple):
    """A standard operator: kind, its blocks in ONNX's order, options, and the blocks of
    ours whose gate is the complement of the operator's."""

    kind: str
    blocks: str
    gate: object = sigmoid
    coupled: bool = False
    after: bool = False
    negated: tuple = ()

    @property
    def slope(self):
        """Of a hard gate; None for the sigmoid."""
        return None if self.gate is sigmoid else slope(self.gate)


def _products(w, x, h):
    """x W' + Wb and h R' + Rb, each split into blocks."""
    n = w["W"].shape[1] // h.shape[-1]
    b_x, b_h = np.split(w["B"][0], 2)
    zx, zh = x @ w["W"][0].T + b_x, h @ w["R"][0].T + b_h
    return np.split(zx, n, -1), np.split(zh, n, -1)


def _rnn(op, w, x, h):
    (zx,), (zh,) = _products(w, x, h)
    return (tanh(zx + zh),)


def _lstm(op, w, x, h, c):
    zi, zo, zf, zg = (a + b for a, b in zip(*_products(w, x, h), strict=True))
    p_i, p_o, p_f = np.split(w["P"][0], 3) if "P" in w else (0.0, 0.0, 0.0)
    i = op.gate(zi + p_i * c)
    f = 1.0 - i if op.coupled else op.gate(zf + p_f * c)
    c = f * c + i * tanh(zg)
    return op.gate(zo + p_o * c) * tanh(c), c


def _gru(op, w, x, h):
    (xu, xr, xn), (hu, hr, hn) = _products(w, x, h)
    u, r = op.gate(xu + hu), op.gate(xr + hr)
    if not op.after:
        H = h.shape[-1]
        hn = (r * h) @ w["R"][0, 2 * H :].T + w["B"][0, 5 * H :]
    n = tanh(xn + r * hn) if op.after else tanh(xn + hn)
    return ((1.0 - u) * n + u * h,)


EQUATIONS = {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}
