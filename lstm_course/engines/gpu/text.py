"""From a cell to the text of a module of Triton kernels.

The cell's forward and backward are copied line by line, as for the loops on the CPU,
and work on tiles: so many rows of the batch and so many units.  Around them stand two
pairs of kernels that every cell shares:

    sequence   all steps in one launch; the recurrent weights of a tile's units stay on
               the chip, and a barrier lets the tiles of one row wait for each other
    step       the arithmetic of one phase of one step, between products by cuBLAS

The slab z (T, B, width H) holds x W_x + b before the first step, what backward reads
after forward, and gradients by pre-activations after backward; see ``cpu.plan``.
"""

import ast

from ..copied import Copier
from .kernels import Backward, Forward

HEAD = '''"""Kernels of the cell {0}, made from its own text."""
import triton
import triton.language as tl
from lstm_course.engines.gpu.machine import (
    barrier, dot, exp, load, load_shared, load_tile, log, power, square, tanh)
'''
TILES = {"abs": "tl.abs", "min": "tl.minimum", "max": "tl.maximum"}
POWERS = {"2.0": "square", "0.5": "tl.sqrt", "-0.5": "tl.rsqrt"}


class Triton(Copier):
    """The hand of the kernels: what is written for a number works on a tile."""

    decorator = "@triton.jit"

    def visit_IfExp(self, node):
        self.generic_visit(node)
        return _call("tl.where", node.test, node.body, node.orelse)

    def visit_Call(self, node):
        self.generic_visit(node)
        name = TILES.get(getattr(node.func, "id", ""))
        return _call(name, *node.args) if name else node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow):
            return node
        power = ast.unparse(node.right)
        if power in POWERS:
            return _call(POWERS[power], node.left)
        return _call("power", node.left, node.right)


def _call(name, *args):
    return ast.Call(ast.parse(name, mode="eval").body, list(args), [])


def module_text(plan):
    """The whole module as text."""
    hand = Triton()
    calls = [(hand.copy(ph.forward), hand.copy(ph.backward)) for ph in plan.cell.phases]
    kernels = Forward(plan, calls), Backward(plan, calls)
    parts = [HEAD.format(plan.cell.name), *hand.texts]
    parts += [text for kernel in kernels for text in kernel.texts()]
    return "\n\n".join(parts)
