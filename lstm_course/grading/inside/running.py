"""Runs the cells of a notebook, statement by statement.

As in IPython an exception ends its cell, with one difference: what fails only because
this machine is not the student's (a package, a file, a folder, a download, a stub that
computes nothing) costs that statement, and those that need a name it would have set.
Of a cell that has ended, imports and names of its own are made nevertheless, answers
are not.
"""

import __future__

import ast
import builtins
import linecache
import types
import warnings

from . import elsewhere, reading, stubs
from .alarms import TooLong, arm, disarm
from .anything import Phase, Unavailable, holds
from .channel import clean
from .history import History

EXTRA = 1.0  # seconds of a cell whose time is up, for the definitions it still has
ERROR_LIMIT = 400
COROUTINE = 128  # inspect.CO_COROUTINE, without its import
FLAGS = 0
for _name in __future__.all_feature_names:
    FLAGS |= getattr(__future__, _name).compiler_flag
QUICK = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom
DEFINES = (*QUICK, ast.Assign, ast.AnnAssign, ast.If)
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
BLOCKS = (ast.Try, ast.With)  # what their bodies would have defined, they do
SOLID = types.ModuleType | types.FunctionType | types.BuiltinFunctionType
RUN = (ast.AST, DEFINES, QUICK)  # what is run: in time, after it, long after it


class Notebook:
    """The names of a notebook and what its cells have left open.

    Parameters
    ----------
    names : dict
        The namespace of the cells.
    answers : collection of str
        What has to be defined before an exception ends a cell.
    """

    def __init__(self, names, answers=()):
        self.answers = set(answers)
        self.names, self.flags, self.loop = names, 0, None
        self.missing, self.any_missing = set(), False  # names no statement could set
        self.doubtful = set()  # names that stood beside a stub
        self.notes, self.file, self.late = [], "", 0
        self.history, self.shown = History(names), None

    def cell(self, source, file, seconds, late=0):
        """Run a cell: notes on what was left out, as (kind, text).

        A kind is "time", "absent" (not on this machine), "newer" (syntax) or "stub".
        An exception that ends the cell goes on to the caller.  ``late`` is an index of
        RUN: with 1 only its definitions are run, with 2 its functions and imports.
        """
        self.notes, self.file, self.late = [], file, late
        arm(EXTRA if late else seconds)
        self.history.begin(source)
        try:
            self.history.end(self.run(source))
        finally:
            disarm()
        return self.notes

    def run(self, source):
        """Run the statements of a text; the value of the last one, if it has one."""
        tree, text, notes = reading.read(source, self.flags)
        self.notes += [("newer", note) for note in notes]
        lines = text.splitlines(True)
        linecache.cache[self.file] = (len(text), None, lines, self.file)
        waits = "await" in text or "async" in text
        for k, node in enumerate(tree.body):
            try:
                self.statement(node, waits)
            except TooLong:
                raise
            except BaseException:
                self.rest(tree.body[k + 1 :], waits)
                raise
        return self.shown if tree.body and isinstance(tree.body[-1], ast.Expr) else None

    def rest(self, nodes, waits):
        """Of a cell that has ended: what it would have defined and nothing else does.

        Much stops a cell on one machine only, and below it stand the imports.
        """
        arm(EXTRA)
        self.late = max(self.late, 1)
        nodes = (node for node in nodes if self.answers.isdisjoint(stored(node)))
        self.define(nodes, waits, DEFINES + BLOCKS)

    def define(self, nodes, waits, kinds=QUICK):
        """Run what defines names that are not there yet, whatever becomes of it."""
        said = len(self.notes)
        for node in nodes:
            if isinstance(node, kinds) and self.names.keys().isdisjoint(stored(node)):
                try:
                    self.statement(node, waits)
                except TooLong:
                    return
                except BaseException:
                    continue
        del self.notes[said:]

    def statement(self, node, waits):
        """Run one statement, those of an ``if`` one by one."""
        todo = [node]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.If) and isinstance(node, RUN[self.late]):
                todo += reversed(self.attempt(node, waits))
            elif isinstance(node, RUN[self.late]):
                self.attempt(node, waits)
            if isinstance(node, BLOCKS):
                self.define(node.body, waits)

    def attempt(self, node, waits):
        """Execute a statement, of an ``if`` its test; the statements to go on with."""
        Phase.used = ""
        try:
            if isinstance(node, ast.If):
                chosen = node.body if self.value(node.test) else node.orelse
                for inner in chosen if self.unsure(node.test) else ():
                    inner.unsure = True  # another machine goes the other way
                return chosen
            self.execute(node, waits)
        except TooLong:
            self.over(node)
        except BaseException as error:
            self.absent(node, error)
        finally:
            if Phase.used or self.asks(node):
                self.doubtful |= self.mentioned(node)
        return []

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
        elsewhere_too = elsewhere.belongs(error) or getattr(node, "unsure", False)
        if isinstance(error, NameError) and (
            self.any_missing or error.name in self.missing
        ):
            pass  # what it needs was noted when it went missing
        elif elsewhere_too and isinstance(error, Exception | Unavailable | SystemExit):
            self.notes.append(("absent", describe(error)))
        elif not isinstance(error, Exception):
            raise error
        elif Phase.used.startswith("lstm_course"):
            self.notes.append(("stub", f"{Phase.used} computes nothing here."))
        elif Phase.used or self.unsure(node):
            self.notes.append(("absent", describe(error)))
        else:
            raise error
        self.lose(node)
        if isinstance(node, ast.FunctionDef):
            self.undecorated(node)

    def undecorated(self, node):
        """Define a function without the decorators and hints that are not here."""
        node.decorator_list = [d for d in node.decorator_list if self.here(d)]
        node.returns = None
        for inner in ast.walk(node.args):
            if isinstance(inner, ast.arg):
                inner.annotation = None
        try:
            self.execute(node, False)
        except Exception:
            return
        self.missing.discard(node.name)

    def here(self, node):
        """True where all names in an expression stand for something."""
        return named(node) <= self.names.keys() | vars(builtins).keys()

    def asks(self, node):
        return not isinstance(node, SCOPES) and elsewhere.asks(node)

    def mentioned(self, node):
        """Names of values that a statement uses or sets: set."""
        values = ((n, self.names.get(n)) for n in named(node))
        return {n for n, value in values if not isinstance(value, SOLID)}

    def unsure(self, node):
        """True for what asks about the machine, or uses what is not here."""
        beside = self.mentioned(node) & self.doubtful
        stub = any(holds(self.names.get(n)) for n in named(node))
        return bool(beside or stub or self.asks(node))

    def lose(self, node):
        """Remember the names that a statement did not set."""
        self.missing |= stored(node)
        self.any_missing |= any(
            isinstance(inner, ast.Constant) and inner.value == "run"
            for inner in ast.walk(node)
        )  # %run of a file that is not here
        self.any_missing |= "*" in self.missing

    def execute(self, node, waits):
        if isinstance(node, ast.Expr):
            code = self.compiled(ast.Expression(node.value), "eval")
        else:
            code = self.compiled(ast.Module([node], []), "exec")
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            self.any_missing |= stubs.starred(node.module or "")
        run = self.asynchronous if waits else eval
        self.shown = run(code, self.names)

    def value(self, node):
        return eval(self.compiled(ast.Expression(node), "eval"), self.names)

    def compiled(self, tree, mode):
        flags = self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a cell may have made errors of them
            code = compile(tree, self.file, mode, flags, dont_inherit=True)
        self.flags |= code.co_flags & FLAGS  # `from __future__` holds in later cells
        return code

    def asynchronous(self, code, names):
        """Run code inside the notebook's event loop, as Jupyter does."""
        import asyncio

        self.loop = self.loop or asyncio.new_event_loop()

        async def step():
            value = eval(code, names)
            return await value if code.co_flags & COROUTINE else value

        return self.loop.run_until_complete(step())


def named(node):
    """Names in a statement: set of str."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def stored(node):
    """Names that a statement would set in the notebook: set of str."""
    found, todo = set(), [node]
    while todo:
        node = todo.pop()
        if isinstance(node, SCOPES):
            found.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        todo += ast.iter_child_nodes(node)
    return found


def describe(error):
    """An error of a cell in one line."""
    try:
        return clean(f"{type(error).__name__}: {error}"[:ERROR_LIMIT])
    except BaseException:
        return "an error without a readable message"
