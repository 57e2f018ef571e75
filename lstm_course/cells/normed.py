"""Layer normalisation: every block of pre-activations gets mean 0 and variance 1.

    a = x W_x + h W_h
    z = gain * (a - mean(a)) / sqrt(var(a) + EPS) + b

Mean and variance are those of a row, over the H units of a block; gain (nH,)
starts at 1, and all else is as in the cell.  A row's units depend on each other here;
``engines/cpu/norm.py`` says how the compiled loops go through that, there and back.

Source: Ba, Kiros & Hinton, arXiv 1607.06450 (2016), equation 4.
"""

from functools import partial

import numpy as np

from .cell import Cell
from .products import add_products, columns

EPS = 1e-5  # as torch.nn.LayerNorm has it


class Normed(Cell):
    """A cell with normalised blocks; for torch, which knows the way back."""

    whole_rows = True

    def __init__(self, cell):
        self.__dict__.update(cell.__dict__, plain=cell, form="products")
        self.made_by = partial(Normed, cell)
        self.bias_terms = [t for t in cell.all_terms if t.source is None]
        self.input_terms = [t for t in cell.input_terms if t.source == "x"]

    def shapes(self, I, H):
        """Those of the cell, and ``gain`` (nH,)."""
        return super().shapes(I, H) | {"gain": (len(self.blocks) * H,)}

    def init(self, I, H, rng, gain=1.0, bias=None):
        """Start values of the cell; every gain is 1."""
        p = super().init(I, H, rng, gain, bias)
        return p | {"gain": np.ones_like(p["gain"])}

    def step_backward(self, p, dstate, cache):
        raise ValueError(
            f"The backward pass of {self.name} with layer normalisation is torch's own "
            "and is not written in NumPy. Expected tensors in a Recurrent. Use "
            "Recurrent(..., layer_norm=True)?"
        )

    def complete(self, p, values, terms, phase, H):
        """The products so far, and the blocks that the phase reads, normalised."""
        z = add_products(p, values, terms, self, H)
        a, gain, b = self.views(z, H), self.views(p["gain"], H), self._biases(p, H)
        ready = [k for k in phase.args if k in a]
        return {"z": z} | {k: gain[k] * normal(a[k]) + b.get(k, 0.0) for k in ready}

    def _biases(self, p, H):
        """The sum of the biases of each block that has one, by name."""
        found = {}
        for t in self.bias_terms:
            for k, block in enumerate(t.blocks):
                part = columns(p, t, H)[k * H : (k + 1) * H]
                found[f"z{block}"] = found.get(f"z{block}", 0.0) + part
        return found


def normed(cell):
    """The cell with layer normalisation; refused where a step is written by hand."""
    if not cell.phases:
        raise ValueError(
            f"{cell.name} has no blocks of pre-activations that could be normalised: "
            "its step is written by hand. Got layer_norm=True, expected False. Choose "
            "another cell?"
        )
    return Normed(cell)


def normal(a):
    """a (..., H) with mean 0 and variance 1 in every row."""
    a = a - a.mean(-1, keepdims=True)
    return a / ((a * a).mean(-1, keepdims=True) + EPS) ** 0.5
