"""Runs the cells of a notebook, statement by statement.

As in IPython an exception ends its cell, with one difference: what fails only because
this machine is not the student's (a package, a file, a folder, a download, a stub that
computes nothing) costs that statement, and those that need a name it would have set.
"""

import __future__

import ast
import linecache
import types

from . import reading, stubs
from .alarms import TooLong, arm, disarm
from .channel import clean

EXTRA = 1.0  # seconds of a cell whose time is up, for the definitions it still has
ERROR_LIMIT = 400
COROUTINE = 128  # inspect.CO_COROUTINE, without its import
FLAGS = 0
for _name in __future__.all_feature_names:
    FLAGS |= getattr(__future__, _name).compiler_flag
QUICK = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom
DEFINES = (*QUICK, ast.Assign, ast.AnnAssign)
RUN = (ast.AST, DEFINES, QUICK)  # what is run: in time, after it, long after it
ELSEWHERE = (ImportError, OSError, EOFError, MemoryError, stubs.Unavailable)


class Notebook:
    """The names of a notebook and what its cells have left open.

    Parameters
    ----------
    names : dict
        The namespace of the cells.
    """

    def __init__(self, names):
        self.names, self.flags, self.loop = names, 0, None
        self.missing, self.any_missing = set(), False  # names no statement could set
        self.notes, self.file, self.late = [], "", 0

    def cell(self, source, file, seconds, late=False):
        """Run a cell: notes on what was left out, as (kind, text).

        A kind is "time", "absent" (not on this machine), "newer" (syntax) or "stub".
        An exception that ends the cell goes on to the caller.  With ``late`` only its
        definitions are run.
        """
        self.notes, self.file, self.late = [], file, int(late)
        arm(EXTRA if late else seconds)
        try:
            self.run(source)
        finally:
            disarm()
        return self.notes

    def run(self, source):
        """Run the statements of a text, one after the other."""
        tree, text, notes = reading.read(source, self.flags)
        self.notes += [("newer", note) for note in notes]
        lines = text.splitlines(True)
        linecache.cache[self.file] = (len(text), None, lines, self.file)
        waits = "await" in text or "async" in text
        for node in tree.body:
            self.statement(node, waits)

    def statement(self, node, waits):
        """Run one statement, those of an ``if`` one by one."""
        if not isinstance(node, RUN[self.late]):
            return
        stubs.Phase.used = ""
        try:
            if not isinstance(node, ast.If):
                self.execute(node, waits)
                return
            chosen = node.body if self.value(node.test) else node.orelse
        except TooLong:
            self.over(node)
        except BaseException as error:
            self.absent(node, error)
        else:
            for inner in chosen:
                self.statement(inner, waits)

    def over(self, node):
        """The time is up: from here on definitions only, and not for ever."""
        self.late += 1
        if self.late == len(RUN):
            raise TooLong
        arm(EXTRA)
        self.notes.append(("time", "It took too long and was stopped."))
        self.lose(node)

    def absent(self, node, error):
        """Note what is not there, or let the error end the cell."""
        used, named = stubs.Phase.used, isinstance(error, NameError)
        if named and (self.any_missing or error.name in self.missing):
            pass  # what it needs was noted when it went missing
        elif not isinstance(error, Exception | stubs.Unavailable):
            raise error
        elif used.startswith("lstm_course"):
            self.notes.append(("stub", f"{used} computes nothing here."))
        elif isinstance(error, ELSEWHERE) or used or _of_a_module(error):
            self.notes.append(("absent", describe(error)))
        else:
            raise error
        self.lose(node)

    def lose(self, node):
        """Remember the names that a statement did not set."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                self.missing.add(inner.id)
            elif isinstance(inner, ast.FunctionDef | ast.ClassDef):
                self.missing.add(inner.name)
            elif isinstance(inner, ast.alias):
                self.missing.add((inner.asname or inner.name).partition(".")[0])
                self.any_missing |= inner.name == "*"
            elif isinstance(inner, ast.Constant) and inner.value == "run":
                self.any_missing = True  # %run of a file that is not here

    def execute(self, node, waits):
        code = self.compiled(ast.Module([node], []), "exec")
        if waits:
            self.asynchronous(code)
        else:
            exec(code, self.names)

    def value(self, node):
        return eval(self.compiled(ast.Expression(node), "eval"), self.names)

    def compiled(self, tree, mode):
        flags = self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(tree, self.file, mode, flags, dont_inherit=True)
        self.flags |= code.co_flags & FLAGS  # `from __future__` holds in later cells
        return code

    def asynchronous(self, code):
        """Run code inside the notebook's event loop, as Jupyter does."""
        import asyncio

        self.loop = self.loop or asyncio.new_event_loop()

        async def step():
            if code.co_flags & COROUTINE:
                await eval(code, self.names)
            else:
                exec(code, self.names)

        self.loop.run_until_complete(step())


def _of_a_module(error):
    """True for a name that another version of a package has."""
    return isinstance(error, AttributeError) and isinstance(error.obj, types.ModuleType)


def describe(error):
    """An error of a cell in one line."""
    try:
        return clean(f"{type(error).__name__}: {error}"[:ERROR_LIMIT])
    except BaseException:
        return "an error without a readable message"
