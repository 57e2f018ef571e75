"""Which cell defined an answer, and whether a later one changed what the answer uses.

``check`` right below an answer sees the names as they are there.  Where a later cell
gives another meaning to one of them, the grader asks in that earlier state as well.
"""

import builtins
import types

from .anything import Anything, Based

DEEP = 200  # names that are followed from one function


class Watch:
    """Looks at the answers ``asked`` in a namespace."""

    def __init__(self, asked, names):
        self.asked, self.names = asked, names
        self.was, self.used = {}, {}

    def look(self):
        """(answers that are new since the last look, answers whose names changed)."""
        try:
            return self._look()
        except BaseException:  # an object of the notebook's that refuses to be seen
            return (), ()

    def _look(self):
        made = [n for n in self.asked if self.defined_anew(n)]
        for name in made:
            self.was[name] = self.names[name]
            self.used[name] = self.uses(self.was[name])
        stale = [n for n, used in self.used.items() if self.changed(n, used)]
        return tuple(made), tuple(stale)

    def defined_anew(self, name):
        """True where a name stands for something new that can be called."""
        value = self.names.get(name)
        known = callable(value) and not isinstance(value, Anything | Based)
        return known and value is not self.was.get(name)

    def changed(self, name, used):
        """True where a name was overwritten, or what it uses changed or deleted.

        An answer that is deleted itself is withdrawn.
        """
        now = {n: self.names.get(n, vars(builtins).get(n)) for n in used}
        other = any(now[n] is not v for n, v in used.items())
        here = self.names.get(name)
        return name in self.names and (other or here is not self.was[name])

    def uses(self, function):
        """Names a function can reach, with what they stand for now: dict.

        Those of Python are among them: a later cell may say ``sum = 3``.
        """
        found, todo = {}, [function]
        while todo and len(found) < DEEP:
            for name in _words(todo.pop()):
                scope = self.names if name in self.names else vars(builtins)
                if name in scope and name not in found:
                    found[name] = scope[name]
                    todo.append(scope[name])
        return found


def _words(value):
    """Names in the code of a function, of those inside it, of a class's methods."""
    for layer in ("func", "__wrapped__", "__func__"):
        value = getattr(value, layer, value) if callable(value) else value
    if isinstance(value, type):
        return {n for v in vars(value).values() for n in _words(v)}
    code = getattr(value, "__code__", None)
    return _names(code) if isinstance(code, types.CodeType) else ()


def _names(code):
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))
