"""An exercise in a page of the book: what a reader typed there is run and judged.

The page runs this very package in Pyodide, CPython in a worker of the browser.  It
calls this file, which stands alone there, so that plain Python starts at once.
``shipped`` names what else has to go there; NumPy comes with Pyodide.
"""

import ast
import contextlib
import io
import linecache
import traceback
from pathlib import Path

TYPED = "<your answer>"
HOME = Path(__file__).resolve().parent
NEEDED = ("*.py", "cells/*.py", "exercises/**/*.py", "exercises/*.json")


def shipped():
    """Files of the package that judging an answer needs, sorted: list of Path."""
    return sorted(file for part in NEEDED for file in HOME.glob(part))


def answer(given, typed, id=None):
    """Run what was typed in a namespace of its own, and judge it if an id is given.

    Parameters
    ----------
    given, typed : str
        The imports that the notebook gives; the reader's lines.
    id : str or None
        "04.1": the function of that exercise is judged by ``check``.  Without one the
        value of a last expression is shown, as in a notebook.

    Returns
    -------
    str
        What a notebook would show: what was printed, values, what ``check`` says.  Of
        an error the reader's own lines.
    """
    said, names = io.StringIO(), {"__name__": "__main__"}
    exec(compile(given, "<given>", "exec"), names)
    with contextlib.redirect_stdout(said):
        try:
            value = _run(typed, names)
            if id is not None:
                _judge(id, names)
            elif value is not None:
                print(repr(value))
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            print(_told(error))
    return said.getvalue().rstrip("\n")


def _run(typed, names):
    """Run lines; the value of the last if it is an expression."""
    linecache.cache[TYPED] = len(typed), None, typed.splitlines(True), TYPED
    body = ast.parse(typed, TYPED).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), TYPED, "exec"), names)
    if last is not None:
        return eval(compile(ast.Expression(last.value), TYPED, "eval"), names)


def _judge(id, names):
    from lstm_course.check import check, find  # this file stands alone in a page

    function = find(id).function
    if function not in names:
        print(f"There is no {function} here. Its name has to stay: start over?")
    else:
        check(id, names[function])


def _told(error):
    """An error with the lines of the reader's own that led to it."""
    if isinstance(error, SyntaxError) and error.filename == TYPED:
        text = f"  line {error.lineno}: {(error.text or '').strip()}\n"
        return f"{text}{type(error).__name__}: {error.msg}"
    rows = traceback.extract_tb(error.__traceback__)
    mine = [f"  line {r.lineno}: {r.line}\n" for r in rows if r.filename == TYPED]
    return "".join(mine) + f"{type(error).__name__}: {error}"
