"""How many numbers a cell learns, and where they are."""

import numpy as np

from ..doors import as_cell, check_size


class Count(int):
    """A whole number that explains itself: ``parts`` maps lines of text to numbers."""

    def __new__(cls, parts):
        self = super().__new__(cls, sum(parts.values()))
        self.parts = dict(parts)
        return self

    def __repr__(self):
        return f"{int(self)}"

    def __str__(self):
        rows = [*self.parts.items(), ("total", int(self))]
        wide = max(len(k) for k, _ in rows)
        return "\n".join(f"{k:<{wide}}  {v:>12,}" for k, v in rows)

    def __format__(self, spec):
        return format(int(self), spec)


def count(cell, I, H, second_bias=False):
    """Trained numbers of one layer of a cell, with the breakdown.

    Parameters
    ----------
    cell : str or cell
    I, H : int
        Inputs and hidden units.
    second_bias : bool
        Count as torch does, which keeps two biases and adds them: 53,600 instead of
        53,200 for the LSTM at I = 32, H = 100.  It learns nothing more.

    Returns
    -------
    Count
        An int; ``print`` shows every parameter with its shape.

    Examples
    --------
    >>> count("lstm", 32, 100) == 53200
    True
    >>> print(count("lstm", 32, 100))
    W_x  32 x 4 x 100         12,800
    W_h  100 x 4 x 100        40,000
    b    4 x 100                 400
    total                     53,200
    """
    cell = as_cell(cell)
    I, H = check_size("I", I), check_size("H", H)
    parts, masks = {}, cell.masks
    shapes = cell.shapes(I + H * bool(cell.extra), H)
    wide = max(map(len, shapes))
    for name, shape in shapes.items():
        text, n = _size(shape, H), int(np.prod(shape))
        mask = masks.get(name)
        if mask is not None:
            used = int(np.asarray(mask(H)).sum())
            text, n = f"{text}, {n - used:,} of them 0 for good", used
        parts[f"{name:<{wide}}  {text}"] = n
        if name == "b" and second_bias and "b_h" not in shapes:
            parts[f"{name:<{wide}}  {text}, a second time"] = n
    return Count(parts)


def _size(shape, H):
    """A shape as text, blocks of H apart: (32, 400) -> 32 x 4 x 100."""
    *rows, width = shape
    blocks = [width // H] if width > H and width % H == 0 else []
    return " x ".join(map(str, [*rows, *blocks, H if blocks else width]))
