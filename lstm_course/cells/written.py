"""A cell from its room and options written out, as a command line holds it."""

import ast
from importlib import import_module

from ..ops import GATES


def written(text):
    """The cell that a text like ``gru(reset='before', gate=hard_sigmoid)`` names.

    The text is read and never run: a room of this folder, and options that are
    numbers, texts, tuples or the name of a gate.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> written("gru(reset='before', gate=hard_sigmoid)").made_by.keywords["reset"]
    'before'
    """
    try:
        call = ast.parse(text, mode="eval").body
        options = {k.arg: _value(k.value) for k in call.keywords}
        room = import_module(f".{call.func.id}", __package__)
        return room.make(*map(_value, call.args), **options)
    except (SyntaxError, AttributeError, ImportError, KeyError, TypeError) as error:
        raise ValueError(
            f"{text!r} does not make a cell: {error}. Expected a name, or a room of "
            "lstm_course.cells and its options. Write \"gru(reset='before')\"?"
        ) from None


def _value(node):
    if isinstance(node, ast.Name):
        return GATES[node.id]
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise TypeError("an option is a number, a text or the name of a gate") from None
