"""Weights small enough for a page: 16 bits each, and what is left after the rounding.

A number w becomes the whole number nearest to w / scale, where scale = max |w| / 32767
of its array, so that it moves by at most half a scale: for weights up to 4, 0.00006.
"""

import base64

import numpy as np

LARGEST = 32767  # of a whole number of 16 bits


def pack(p):
    """Arrays by name -> the same as text: dict name -> {shape, scale, data}.

    Examples
    --------
    >>> packed = pack({"b": np.array([0.5, -1.0])})
    >>> packed["b"]["shape"], unpack(packed)["b"].round(4).tolist()
    ([2], [0.5, -1.0])
    """
    return {name: _pack(np.asarray(a, float)) for name, a in p.items()}


def _pack(a):
    if not np.isfinite(a).all():
        raise ValueError(
            f"A weight of shape {a.shape} holds NaN or infinity, which no page can "
            "compute with. Expected finite numbers. Did its training overshoot?"
        )
    scale = float(np.abs(a).max(initial=0.0)) / LARGEST or 1.0
    whole = np.rint(a / scale).astype("<i2")
    data = base64.b64encode(whole.tobytes()).decode("ascii")
    return {"shape": list(a.shape), "scale": scale, "data": data}


def unpack(packed):
    """What the page computes with: dict name -> ndarray of float64."""
    return {
        name: a["scale"]
        * np.frombuffer(base64.b64decode(a["data"]), "<i2").reshape(a["shape"])
        for name, a in packed.items()
    }
