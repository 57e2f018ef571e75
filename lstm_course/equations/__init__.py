r"""A cell's equations, made from the code that runs.

The arithmetic of ``forward`` is read once, as Python's own syntax tree, and written by
several hands.  What a cell holds fixed is put in and folded away (an open gate goes, an
absent peephole too), and a helper that is one ``return`` is written out.  So every
variant shows its own equations, and none can differ from what is computed.

In this folder:

    fold     the reader: from the text of a function to names and expressions
    room     what a cell's text says, line by line
    hand     walks an expression; a language says how it writes each kind of node
    tex, mathml, plain, inline    the languages: TeX, MathML, the words of a diagram,
                              and a line of HTML with places for numbers
    changes  what a variant changes: in the equations, in the code, in the count

Plain Python is what the tree is made of (``ast.unparse`` writes it), and the loops'
own hand, for Numba, lives where they are made.
"""

from ..doors import as_cell
from .room import lines
from .tex import Tex


def equations(cell):
    r"""The equations of one step of a cell, line by line.

    Parameters
    ----------
    cell : str or cell
        Of a stack, its top layer is shown.

    Returns
    -------
    list of str
        TeX without dollar signs.

    Examples
    --------
    >>> for line in equations("rnn"):
    ...     print(line)
    z_{h} = x_t W_x + h_{t-1} W_h + b
    h_t = \tanh(z_{h})
    """
    cell = as_cell(cell).layers[-1]
    return [Tex(cell).line(line) for line in lines(cell)]
