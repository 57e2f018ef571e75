"""Models of equal size: how many units fit."""

from ..convert import count
from ..doors import as_cell


def nearest(size, goal, least=4):
    """The n from ``least`` on whose size(n), which grows, is nearest to the goal."""
    n = least
    while size(n + 1) <= goal:
        n += 1
    return min((n, n + 1), key=lambda n: abs(size(n) - goal))


def weights(cell, I, units, K, layers=1):
    """Learned numbers of a Reader: layers of a cell, and the readout."""
    cells = layers_of(cell, layers)
    read = [I] + [units] * (layers - 1)
    return (
        sum(count(c, i, units) for c, i in zip(cells, read, strict=True))
        + (units + 1) * K
    )


def layers_of(cell, n):
    """The cells of n layers, tied to each other where they have to be."""
    cell = as_cell(cell)
    return cell.tied(n) or [cell] * n
