"""Which cell defined an answer, and whether a later one changed what the answer uses.

``check`` right below an answer sees the names as they are there.  Where a later cell
gives another meaning to one of them, the grader asks in that earlier state as well.
"""

import builtins
import functools
import re
import types

from .anything import Anything, Based

DEEP = 500  # values that are followed from one function
WORD = re.compile(r"[^\W\d]\w*")


class Watch:
    """Looks at the answers ``asked`` in a namespace.

    ``checked`` maps an answer to the function that ``check`` was given for it; it
    stands for an answer that was never written under its own name.
    """

    def __init__(self, asked, names, checked=None):
        self.asked, self.names = asked, names
        self.checked = {} if checked is None else checked
        self.own, self.was, self.used = set(), {}, {}

    def answer(self, name):
        """What stands for an answer now: a function, or None."""
        value = self.names.get(name)
        if callable(value) and not isinstance(value, Anything | Based):
            self.own.add(name)
            return value
        return None if name in self.own else self.checked.get(name)

    def look(self):
        """(answers that are new since the last look, answers whose names changed)."""
        try:
            return self._look()
        except BaseException:  # an object of the notebook's that refuses to be seen
            return (), ()

    def _look(self):
        now = {name: self.answer(name) for name in self.asked}
        made = [n for n in now if now[n] is not None and now[n] is not self.was.get(n)]
        for name in made:
            self.was[name] = now[name]
            self.used[name] = self.uses(now[name])
        stale = [n for n, used in self.used.items() if self.changed(n, used)]
        return tuple(made), tuple(stale)

    def changed(self, name, used):
        """True where a name was overwritten, or what it uses changed or deleted.

        An answer that is deleted itself is withdrawn.
        """
        now = {n: self.names.get(n, vars(builtins).get(n)) for n in used}
        other = any(now[n] is not v for n, v in used.items())
        gone = name in self.own and name not in self.names
        return not gone and (other or self.answer(name) is not self.was[name])

    def uses(self, function):
        """Names a function can reach, with what they stand for now: dict.

        Those of Python are among them: a later cell may say ``sum = 3``.
        """
        found, seen, todo = {}, set(), [function]
        while todo and len(seen) < DEEP:
            value = todo.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            words, held = _parts(value)
            todo += held
            for name in words:
                scope = self.names if name in self.names else vars(builtins)
                if name in scope and name not in found:
                    found[name] = scope[name]
                    todo.append(scope[name])
        return found


def _parts(value):
    """(names in the code of a value, values that it holds and may call)."""
    if isinstance(value, types.FunctionType):
        held = [value.__dict__.get("__wrapped__"), *(value.__defaults__ or ())]
        cells = filter(_full, value.__closure__ or ())
        return _names(value.__code__), held + [c.cell_contents for c in cells]
    if isinstance(value, staticmethod | classmethod | types.MethodType):
        return (), [value.__func__]
    if isinstance(value, functools.partial):
        return (), [value.func, *value.args]
    if isinstance(value, type):
        return (), list(vars(value).values())
    if isinstance(vars(type(value)).get("__call__"), types.FunctionType):
        return (), [type(value), *_attributes(value)]
    return (), _attributes(value) if callable(value) else []


def _attributes(value):
    """What an object holds, without asking it."""
    try:
        return list(object.__getattribute__(value, "__dict__").values())
    except AttributeError:
        return []


def _full(cell):
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _names(code):
    """Names in code, in that inside it, and in the lines that it hands to magics."""
    found = set(code.co_names)
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            found |= _names(c)
        elif isinstance(c, str) and "run_line_magic" in code.co_names:
            found |= set(WORD.findall(c))
    return found
