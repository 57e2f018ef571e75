"""The backward pass of a cell, derived from the text of its forward.

Reverse mode on the folded lines (``equations.fold``), the last one first: each name's
gradient is the sum of what the later lines say of it, and each line passes its own on,
times its partial derivatives.  What comes out is text like ours by hand:

    >>> from lstm_course.cells import lstm
    >>> print(backward(lstm.cell.phases[0]))
    def backward(dh, dc, c_prev, c, i, f, g, o):
        tanh_c = tanh(c)
        dc = dc + dh * o * d_tanh(tanh_c)
        dzi = dc * g * d_sigmoid(i)
        dzf = dc * c_prev * d_sigmoid(f)
        dzg = dc * i * d_tanh(g)
        dzo = dh * tanh_c * d_sigmoid(o)
        return dzi, dzf, dzg, dzo, dc * f

Source: Griewank & Walther, Evaluating Derivatives (2008), for the order of things.
"""

import ast

from .. import ops
from ..cells.cell import Cell, Phase
from ..cells.written import function
from ..equations.fold import fold
from .partial import flat, is_number, names_in, partial, plus, times, tree
from .shared import renamed, shared

SCOPE = {name: f for name, f in vars(ops).items() if callable(f) and name[0] != "_"}


def cell(given):
    """The same cell, every backward derived: nothing of its own is read but forward.

    Parameters
    ----------
    given : Cell
        Made of products; of a stack, one of its ``layers``.

    Raises
    ------
    ValueError
        Where a line cannot be read, or has a function without a derivative.

    Examples
    --------
    >>> from lstm_course.cells import gru
    >>> from lstm_course.gradcheck import gradcheck
    >>> max(gradcheck(cell(gru.cell)).values()) < 1e-6
    True
    """
    fixed = {*given.constants, *given.noise}
    phases = []
    for ph in given.phases:
        text = backward(ph, fixed, given.fixed)
        back = function("backward", text, SCOPE)
        phases.append(Phase(ph.forward, back, " ".join(ph.gives), " ".join(ph.keeps)))
    words = {k: " ".join(getattr(given, k)) for k in ("states", "vectors", "whole")}
    same = ("bias", "constants", "masks", "fixed", "start", "cell_path", "extra")
    same = {k: getattr(given, k) for k in (*same, "noise", "doc")} | words
    linear = given.form == "linear"
    return Cell(given.name, given.reads, phases, linear=linear, **same)


def backward(phase, unlearned=(), fixed=None):
    """The text of a backward for the forward of a Phase.

    Parameters
    ----------
    phase : Phase
        Its ``forward``, what it ``gives`` and ``keeps``.
    unlearned : collection of str
        Arguments by which no gradient is asked: constants and masks.
    fixed : dict, optional
        Arguments that are a number; they are put in, and their gradient is 0.0.

    Returns
    -------
    str
        ``def backward(...)``: one gradient for each argument of forward but those
        unlearned, in their order.
    """
    fixed = fixed or {}
    wanted = [a for a in phase.args if a not in unlearned]
    lines = flat(_lines(phase, fixed))
    back = _Back(lines, phase.gives, [a for a in wanted if a not in fixed])
    statements, found = back.run()
    results = [found.get(a) or _nothing(a, fixed) for a in wanted]
    statements, results = renamed(statements, results, wanted, phase.gives)
    statements, results = shared(statements, results)
    return _text(_again(statements, results, lines, phase), results, phase)


def _lines(phase, fixed):
    """The folded forward as pairs (name, expression)."""
    found = []
    for names, value in fold(phase, fixed):
        if len(names) != 1:
            raise ValueError(
                f"The line {ast.unparse(value)!r} gives {len(names)} names at once. A "
                "gradient is derived from lines of one name and one expression. "
                "Expected helpers of one return and plain assignments. Split it?"
            )
        found.append((names[0], value))
    return found


def _nothing(name, fixed):
    """No gradient, in the shape of what it is asked by."""
    return tree("0.0" if name in fixed or name[0] == "z" else f"0.0 * {name}")


class _Back:
    """Goes through the lines from the last to the first."""

    def __init__(self, lines, gives, wanted):
        self.lines, self.gives, self.wanted = lines, gives, wanted
        self.flows = {a: [] for a in wanted}
        for name, value in lines:
            if self._through(name, value):
                self.flows[name] = [ast.Name(f"d{name}")] * (name in gives)

    def _through(self, name, value):
        """Pairs (what a line reads, its partial derivative), where it is not 0."""
        reads = [n for n in names_in(value) if n in self.flows]
        pairs = [(n, partial(value, n, name)) for n in reads]
        return [(n, d) for n, d in pairs if not is_number(d, 0)]

    def run(self):
        """-> statements [(name, expression)], and the gradient by each argument."""
        statements = []
        for name, value in reversed(self.lines):
            if not self.flows.get(name):
                continue
            total, through = plus(*self.flows[name]), self._through(name, value)
            if _deserves_a_name(total, through):
                statements.append((f"d{name}", total))
                total = ast.Name(f"d{name}")
            for n, d in through:
                self.flows[n].append(times(total, d))
        return statements, {
            a: plus(*self.flows[a]) for a in self.wanted if self.flows[a]
        }


def _deserves_a_name(total, through):
    """A sum, or what is used more than once."""
    if isinstance(total, ast.Name):
        return False
    summed = isinstance(total, ast.BinOp) and isinstance(total.op, ast.Add | ast.Sub)
    return summed or len(through) > 1


def _again(statements, results, lines, phase):
    """The statements, before them the values that forward did not keep."""
    known, again = {*phase.args, *phase.names}, []
    needed = _reads(statements, results)
    for name, value in reversed(lines):
        if name in needed and name not in known:
            again.insert(0, (name, value))
            needed |= {*names_in(value)}
    return again + statements


def _reads(statements, results):
    values = [v for _, v in statements] + results
    return {n for value in values for n in names_in(value)}


def _text(statements, results, phase):
    """The function: gradients first, old states, what was kept, then weights."""
    reads = _reads(statements, results)
    old = [a for a in phase.args if a.endswith("_prev")]
    others = [a for a in phase.args if a not in old]
    inner = [a for a in others if a[0] == "z"]
    order = [*(f"d{g}" for g in phase.gives), *inner, *old, *phase.names]
    order += [a for a in others if a not in inner]
    args = ", ".join(a for a in dict.fromkeys(order) if a in reads)
    lines = [f"{name} = {ast.unparse(value)}" for name, value in statements]
    lines.append("return " + ", ".join(map(ast.unparse, results)))
    return "\n    ".join([f"def backward({args}):", *lines])
