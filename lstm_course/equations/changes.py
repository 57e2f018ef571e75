r"""What a variant changes: in the equations, in the code, in the count.

    from lstm_course.equations.changes import show_changes
    show_changes("peephole")

Nothing is written by hand.  Equations and code are read from the ``forward`` that
runs, the count comes from the shapes.
"""

import ast

from ..convert import count
from ..doors import as_cell
from . import equations
from .room import arithmetic


def equation_changes(cell, base="lstm"):
    r"""Equations that only one of two cells has.

    Parameters
    ----------
    cell, base : str or cell

    Returns
    -------
    list of (str, str)
        ("-", TeX) for a line of base that is gone, ("+", TeX) for a new one.

    Examples
    --------
    >>> for sign, line in equation_changes("noaf", "peephole"):
    ...     print(sign, line)
    - h_t = o_t \odot \tanh(c_t)
    + h_t = o_t \odot c_t
    """
    return changed(equations(base), equations(cell))


def code_changes(cell, base="lstm"):
    """The same for lines of code: what is read, and the arithmetic of ``forward``.

    Examples
    --------
    >>> for sign, line in code_changes("coupled"):
    ...     print(sign, line)
    - i f g o = x W_x + h W_h + b
    + i g o = x W_x + h W_h + b
    - f = sigmoid(zf)
    + f = 1.0 - i
    """
    return changed(code(base), code(cell))


def code(cell):
    """A cell's products and arithmetic, one name to a line: list of str.

    Examples
    --------
    >>> code("rnn")
    ['h = x W_x + h W_h + b', 'h = tanh(zh)']
    """
    cell = as_cell(cell).layers[-1]
    lines = [line.strip() for line in cell.reads.splitlines()]
    for names, value in arithmetic(cell):
        left = f"{', '.join(names)} = " if names else ""
        lines.append(left + ast.unparse(value))
    return lines


def changed(old, new):
    """Lines of two lists that differ, marked - and +, a name's old line before its new.

    Examples
    --------
    >>> changed(["a = 1", "b = 2"], ["c = 0", "b = 3"])
    [('-', 'a = 1'), ('+', 'c = 0'), ('-', 'b = 2'), ('+', 'b = 3')]
    """
    gone, lines = [line for line in old if line not in new], []
    names = {_name(line) for line in new}
    for line in [k for k in gone if _name(k) not in names]:
        lines.append(("-", line))
    for line in [k for k in new if k not in old]:
        lines += [("-", k) for k in gone if _name(k) == _name(line)]
        lines.append(("+", line))
    return lines


def _name(line):
    return line.split(" = ")[0]


def show_changes(cell, base="lstm", I=32, H=100, what=("equations", "code")):
    """In a notebook: the equations, lines of code and counts that differ.

    Parameters
    ----------
    cell, base : str or cell
    I, H : int
        Inputs and units at which the learned numbers are counted.
    what : collection of str
        "equations" and "code", or one of them.
    """
    from IPython.display import Latex, display

    what = {what} if isinstance(what, str) else set(what or ())
    if not what or what - {"equations", "code"}:
        raise ValueError(
            f"what is {sorted(map(str, what))}. A variant is shown by its equations, "
            "its code or both. Expected 'equations', 'code'. Write what=('code',)?"
        )
    if "equations" in what:
        display(Latex(tex(equation_changes(cell, base))))
    if "code" in what:
        print("\n".join(f"{sign} {line}" for sign, line in code_changes(cell, base)))
    old, new = count(base, I, H), count(cell, I, H)
    print(f"{old:,} -> {new:,} learned numbers (I = {I}, H = {H})")


def tex(lines):
    """Marked equations as one block of TeX."""
    rows = [rf"{sign} \quad & {line}" for sign, line in lines]
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"
