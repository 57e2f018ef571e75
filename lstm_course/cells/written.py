"""A cell from its room and options written out, as a command line holds it.

Or from a file of somebody's own, ``"path/file.py:NAME"`` or ``"module:NAME"``; and a
function from its text.
"""

import ast
import linecache
import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path

from ..ops import GATES

OWN = re.compile(r"(.+?\.py|[\w.]+):(\w+)")  # a file or a module, and a name in it
NUMBER = count()  # of the functions made of a text


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


def own(text):
    """What ``"path/file.py:NAME"`` or ``"module:NAME"`` names; the file is run.

    Raises
    ------
    ValueError
    """
    path, name = OWN.fullmatch(text).groups()
    try:
        module = _run(path) if path.endswith(".py") else import_module(path)
        return getattr(module, name)
    except Exception as error:
        runs = f"python {path}" if path.endswith(".py") else f"import {path}"
        raise ValueError(
            f"{text!r} gives no cell: {type(error).__name__}: {error}. Expected a file "
            "of Python, or a module, in which a cell has that name. Does "
            f"{runs!r} run?"
        ) from error


def _run(path):
    """A file as a module of its own."""
    file = Path(path).resolve()
    spec = spec_from_file_location(f"own_{file.stem}", file)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def function(name, text, scope):
    """A function from its text, which can be read again: loops are made of it."""
    file, space = f"<written, text {next(NUMBER)}>", dict(scope)
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    exec(compile(text, file, "exec"), space)  # noqa: S102
    return space[name]
