"""Start values of a cell's parameters.

Input weights are uniform after Glorot & Bengio (2010), recurrent weights orthogonal
per block (Saxe et al. 2014), elementwise weights small and uniform, biases zero but
for the start values a cell asks for, above all the LSTM's forget bias of 1
(Jozefowicz et al. 2015).
"""

import numpy as np


def orthogonal(n, rng):
    """A random orthogonal matrix (n, n), uniform over all of them."""
    q, r = np.linalg.qr(rng.normal(size=(n, n)))
    return q * np.sign(np.diag(r))


def draw(cell, I, H, rng, gain=1.0, bias=None):
    """Every parameter of a ``Cell``, float64; the arguments are those of ``init``."""
    p = {}
    for name, shape in cell.shapes(I, H).items():
        terms = [t for t in cell.all_terms if t.param == name]
        if not terms:  # elementwise weights, as in peepholes
            p[name] = rng.uniform(-1.0, 1.0, shape) / np.sqrt(H)
        elif terms[0].source is None:
            p[name] = np.zeros(shape)
        elif terms[0].source == "x":
            p[name] = rng.uniform(-1.0, 1.0, shape) * np.sqrt(6.0 / (shape[0] + H))
        else:
            blocks = shape[1] // H
            p[name] = gain * np.hstack([orthogonal(H, rng) for _ in range(blocks)])
    _set_bias(cell, p, cell.bias | (bias or {}), H)
    for name, mask in cell.masks.items():
        p[name] = p[name] * mask(H)
    return p


def _set_bias(cell, p, start, H):
    """Write start values into the columns of their blocks, once per block."""
    done = set()
    for t in cell.all_terms:
        if t.source is None:
            for k, b in enumerate(t.blocks):
                if b in start and b not in done:
                    at = (t.first + k) * H
                    p[t.param][at : at + H] = start[b]
                    done.add(b)
