"""From a cell's lines to its work, and from work and a machine to seconds.

``js/roofline.js`` computes the same; a test compares them.
"""

import ast
import math
import re
from types import FunctionType
from typing import NamedTuple

from ..doors import as_cell
from ..equations.fold import meaning, source
from ..ops import TABLE, exp, log, log_sigmoid, sigmoid, tanh

FLOAT = 4  # bytes of a number
EXPONENTIALS = {exp: 1, log: 1, tanh: 1, sigmoid: 1, log_sigmoid: 2}
WAYS = ("made", "plain")  # the made loop of a layer; a plain torch loop in Python
BACK = 4  # operations of autograd for each of a plain loop: gradients are made, cut
# into slices, added up; with 4 the plain rows of the book's table of layers come out
# at 0.5 to 1.1 of what was measured
AGAIN = 6  # a plain loop's passes over the weights in a training step: the product, the
# one going back, and a gradient that is written, read, and added to a sum


class Counts(NamedTuple):
    """What a cell does for one row in one step; sizes multiply it.

    ``by_x`` and ``by_h`` are columns of the matrices that x and anything else is
    multiplied with, in H; ``forth`` and ``back`` exponentials per unit in a step
    and on the way back; ``kept`` numbers per unit that wait for that; ``operations`` of
    a plain loop, elementwise ones and products.
    """

    by_x: float
    by_h: float
    forth: int
    back: int
    kept: int
    operations: int


class Work(NamedTuple):
    """What a pass over a sequence has to do.

    ``products`` and ``functions`` are operations, ``cache`` bytes that are read again
    and again, ``memory`` bytes that stream by; ``calls``, ``layers`` and ``steps`` are
    numbers: of small operations, of made loops that are begun, there and back, and of
    steps that wait for the one before.
    """

    products: float
    functions: float
    cache: float
    memory: float
    calls: float
    layers: float
    steps: float

    @property
    def intensity(self):
        """Operations per byte."""
        return self.products / (self.cache + self.memory)


def counts(cell, I=32, H=100):
    """What a cell does, from its shapes and its lines: Counts.

    I and H decide only whether a projection of x is there, which some cells need
    where they differ.
    """
    cell = as_cell(cell)
    reads_x = re.findall(r"\bx (\w+)", cell.layers[0].reads)
    if cell.layers[0] is not cell:
        reads_x = [f"{name}_1" for name in reads_x]
    by = {True: 0.0, False: 0.0}
    for name, shape in cell.shapes(I, H).items():
        if len(shape) == 2:
            by[name in reads_x] += math.prod(shape) / (I if name in reads_x else H) / H
    layers = [_lines(layer) for layer in cell.layers]
    totals = [sum(layer[k] for layer in layers) for k in range(3)]
    kept = sum(len(layer.states) + _columns(layer) for layer in cell.layers)
    return Counts(by[True], by[False], totals[0], totals[1], kept, totals[2])


def _columns(layer):
    """Numbers per unit of a step that are kept beside the states."""
    if not layer.phases:
        return len(layer.blocks)
    from ..engines.cpu.plan import Plan

    return Plan(layer).width


def _lines(layer):
    """(exponentials forward, back, operations of a plain loop) of one layer's lines."""
    phases, products = layer.arithmetic, len(layer.all_terms) + len(layer.blocks)
    forth = [_count(ph.forward) for ph in phases]
    back = [_count(ph.backward) for ph in phases if ph.backward]
    return sum(f for f, _ in forth), sum(f for f, _ in back), products + sum(
        n for _, n in forth
    )  # fmt: skip


def _count(function):
    """(exponentials, operations) in a function's lines and in those it calls."""
    tree, scope = source(function)
    found = operations = 0
    for node in ast.walk(tree) if tree else ():
        called = meaning(node.func, scope) if isinstance(node, ast.Call) else None
        if called in TABLE:
            found, operations = found + EXPONENTIALS.get(called, 0), operations + 1
        elif isinstance(called, FunctionType):
            inside = _count(called)
            found, operations = found + inside[0], operations + inside[1]
        elif isinstance(node, ast.Call | ast.BinOp | ast.Compare):
            operations += 1
    return found, operations


def work(cell, T, B, I, H, grad=True, way="made"):
    """What one layer has to do for a batch of sequences.

    Going back, every matrix is used for its own gradient, and for the gradient by what
    it reads, unless that is x: nobody asks for it here.

    Parameters
    ----------
    cell : str, cell or Counts
    T, B, I, H : int
        Steps, rows, inputs, units.
    grad : bool
        A training step, forward and backward; else forward alone.
    way : "made" or "plain"
        The made loop: one call, products with x for all steps at once.  Or a plain
        torch loop: every operation of a step is a call of its own.

    Returns
    -------
    Work

    Examples
    --------
    >>> work("lstm", T=100, B=32, I=64, H=128, grad=False).products
    629145600.0
    """
    if way not in WAYS:
        raise ValueError(
            f"There is no way {way!r} to run a layer. Expected one of "
            f"{', '.join(WAYS)}: the made loop, or a plain one. Write way='made'?"
        )
    n = cell if isinstance(cell, Counts) else counts(cell, I, H)
    x, h = n.by_x * I * H, n.by_h * H * H
    return _of(n, x, h, T, B, I, H, grad, way == "plain")


def _of(n, x, h, T, B, I, H, grad, plain):
    """The same from sizes: x and h are weights, read by x and by all else."""
    passes, unit = (2 if grad else 1), T * B * H
    asked = n.operations * (1 + BACK * grad) if plain else 0  # of torch, in a step
    cache = T * h * passes
    if plain:
        cache = T * (x + h) * (AGAIN if grad else 1) + 3 * unit * asked
    stream = (T * B * I + (n.kept if grad else 1) * unit) * passes + unit * grad
    return Work(
        products=2.0 * T * B * (x * passes + h * (2 * passes - 1)),
        functions=float(unit * (n.forth + n.back * grad)),
        cache=float(FLOAT * cache),
        memory=float(FLOAT * stream),
        calls=float(T * asked),
        layers=0.0 if plain else passes / 2,
        steps=float(T * passes),
    )


def seconds(work, machine):
    """What each of four bounds takes on a machine: {name: seconds}."""
    return {
        "arithmetic": work.products / machine.products
        + work.functions / machine.functions,
        "traffic": work.cache / machine.cache + work.memory / machine.memory,
        "calls": work.calls * machine.call + work.layers * machine.layer,
        "waiting": work.steps * machine.step,
    }


def predict(work, machine):
    """(seconds, the name of the largest share), as if nothing overlapped."""
    parts = seconds(work, machine)
    return sum(parts.values()), max(parts, key=parts.get)
