"""A written file read back and run beside its source, in NumPy: what that can prove."""

from dataclasses import replace

import numpy as np

from .running import run

CASES = {"ragged": (9, 1.0), "long": (200, 1.0), "saturated": (9, 30.0)}  # steps, scale


def prove(layers, back, seed=0):
    """Largest difference of two stacks on random input, beside what rounding explains.

    What rounding explains is measured: the source in float64 and in its own floats.

    Returns
    -------
    list of (case, difference, explained)
    """
    rng, found = np.random.default_rng(seed), []
    for case, (T, scale) in CASES.items():
        x = scale * rng.normal(size=(T, 3, layers[0].input_size))
        lengths = [T, T // 2, 1] if case == "ragged" else None
        one, other = (run(v, x.astype(v[0].dtype), lengths)[0] for v in (layers, back))
        exact = run([_wide(v) for v in layers], x.astype(one.dtype), lengths)[0]
        least = np.finfo(one.dtype).eps * max(1.0, abs(exact).max())
        explained = 4 * max(abs(one - exact).max(), 8 * least)
        found.append((case, float(abs(one - other).max()), float(explained)))
    return found


def _wide(layer):
    def wide(v):
        if isinstance(v, dict):
            return {k: wide(a) for k, a in v.items()}
        return None if v is None else v.astype(float)

    weights = tuple(type(w)(*map(wide, w)) for w in layer.weights)
    return replace(layer, weights=weights)
