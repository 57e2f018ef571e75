"""A hash of what a definition does: its code, and the code and constants it uses.

Moving a function, or changing a comment, changes nothing; changing a line of a helper
of a reference does.  So a fixed test regrades its own question only.
"""

import functools
import hashlib
import sys
import types

import numpy as np

FOREIGN = {"numpy", "scipy", "torch", *sys.stdlib_module_names}
PLAIN = (str, bytes, int, float, complex, type(None), type(...))


def fingerprint(value):
    """A short hash of a nested value with functions in it: str."""
    h = hashlib.sha256()
    _feed(h.update, value, {})
    return h.hexdigest()[:20]


def _feed(put, value, seen):
    if isinstance(value, PLAIN):
        put(f"{type(value).__name__}:{value!r};".encode())
    elif isinstance(value, np.ndarray):
        put(f"{value.dtype}{value.shape}".encode() + value.tobytes())
    elif isinstance(value, tuple | list):
        put(f"({len(value)}".encode())
        for v in value:
            _feed(put, v, seen)
    elif isinstance(value, dict):
        _feed(put, list(value.items()), seen)
    elif isinstance(value, frozenset | set):
        _feed(put, sorted(map(repr, value)), seen)
    elif id(value) in seen:
        put(b"again")
    else:
        seen[id(value)] = value  # kept alive, so that its id stays its own
        _feed(put, _content(value), seen)


def _content(value):
    """What an object is made of, as plain values and further objects."""
    if isinstance(value, types.CodeType):
        return value.co_code, value.co_names, value.co_varnames, value.co_consts
    if isinstance(value, types.FunctionType):
        own = () if _foreign(value.__module__) else _used(value)
        return value.__code__, value.__defaults__, value.__kwdefaults__, own
    if isinstance(value, types.MethodType):
        return value.__func__, value.__self__
    if isinstance(value, functools.partial):
        return value.func, value.args, value.keywords
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, type):
        return value.__qualname__, () if _foreign(value.__module__) else _attributes(
            value
        )
    name = getattr(value, "__qualname__", getattr(value, "__name__", ""))
    if callable(value) and name:
        return str(name)
    kind = type(value)
    if _foreign(kind.__module__):
        return kind.__qualname__
    return kind.__qualname__, _attributes(kind), _attributes(value)


def _foreign(module):
    return (module or "").partition(".")[0] in FOREIGN


def _attributes(value):
    """Attributes without those that only remember a result."""
    kind = value if isinstance(value, type) else type(value)
    return [
        (name, v)
        for name, v in sorted(getattr(value, "__dict__", {}).items())
        if not isinstance(getattr(kind, name, None), functools.cached_property)
        and (not name.startswith("__") or isinstance(v, types.FunctionType))
    ]


def _used(function):
    """Closure and globals a function refers to, through own modules too."""
    used = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
    names = sorted(_names(function.__code__))
    for name in names:
        value = function.__globals__.get(name)
        used.append(value)
        if isinstance(value, types.ModuleType) and not _foreign(value.__name__):
            used += [vars(value).get(n) for n in names]
    return used


def _filled(cell):
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _names(code):
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))
