"""A small language model of letters, inside the black boxes of 06.3 and 06.7."""

import numpy as np

from ...ops import sigmoid, tanh
from ..making import weights


def network(rng, K, H):
    """Weights of an LSTM that reads K letters and scores the next one: dict."""
    return {**weights(rng, K, H, scale=1.0), "V": 1.5 * rng.normal(size=(H, K))}


def read(p, x, h, c, coupled=False):
    """One letter x (B,), state h, c (B, H) -> h, c after it."""
    zi, zf, zg, zo = np.split(p["W_x"][x] + h @ p["W_h"] + p["b"], 4, axis=-1)
    i, g = sigmoid(zi), tanh(zg)
    f = 1 - i if coupled else sigmoid(zf)
    c = f * c + i * g
    return sigmoid(zo) * tanh(c), c


def log_softmax(scores):
    """Scores (..., K) -> logarithms of probabilities."""
    scores = scores - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
