"""An exercise in a page of the book: what a reader typed there is run and judged.

The page runs this very package in Pyodide, CPython in a worker of the browser.  It
calls this file, which stands alone there, so that plain Python starts at once.
``shipped`` names what else has to go there; NumPy comes with Pyodide.
"""

import ast
import builtins
import contextlib
import io
import linecache
import sys
import traceback
from pathlib import Path

TYPED = "<your answer>"
HOME = Path(__file__).resolve().parent
MOST = 20_000  # characters that a page shows, so that it goes on answering
CALLS = 12  # of the reader's own lines that led to an error
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
        What a notebook would show: what was printed, warnings, values, what ``check``
        says.  Of an error the reader's own lines.  Of very much, the two ends.
    """
    said, names = _Said(), {"__name__": "__main__"}
    exec(compile(given, "<given>", "exec"), names)
    with (
        _modules_kept(),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        try:
            value = _run(typed, names)
            if id is not None:
                _judge(id, names)
            elif value is not None:
                print(repr(value))
        except BaseException as error:  # also one that a reader made, or SystemExit
            begun = said.getvalue()[-1:] not in ("", "\n")
            said.write("\n" * begun + f"{_told(error)}\n")
    text = said.getvalue().rstrip("\n")
    if (more := len(text) - MOST) > 0:
        half = MOST // 2
        text = f"{text[:half]}\n[... {more:,} characters ...]\n{text[-half:]}"
    return text.encode("utf-8", "backslashreplace").decode()


class _Said(io.StringIO):
    """What was printed; closing it, as a reader's lines may, changes nothing."""

    def close(self):
        pass


@contextlib.contextmanager
def _modules_kept():
    """NumPy, Python's own names and the course stay what they are for the next run."""
    mine = ("builtins", "numpy", "lstm_course")
    kept = [
        (vars(module), dict(vars(module)))
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in mine
    ]
    builtins.input = _input
    try:
        yield
    finally:
        for names, before in kept:
            names.update(before)


def _input(prompt="", /):
    raise EOFError("input() has nobody to ask here. Write the value into your lines?")


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
    if (more := len(mine) - CALLS) > 0:
        mine[CALLS // 2 : -CALLS // 2] = [f"  [... {more:,} more calls ...]\n"]
    last = traceback.format_exception_only(error)[-1].strip()
    return "".join(mine) + last
