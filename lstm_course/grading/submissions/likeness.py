"""Which answers are the same: normalised syntax trees of functions.

Names of a function's own, comments and the order of blocks that those names stand for
make no difference, nor does what ``plainly`` takes off; what is computed, and how,
does.  Nothing is run.  It is a hint for a human: short answers are left out, since many
write them alike, and long ones are alike by chance at times.
"""

import ast
import contextlib
import copy
import hashlib
import json
import re
from importlib.resources import files

from . import plainly
from .plainly import SCOPES

OPERATIONS = 12  # calls, sums, products, indices …: below, many write the same
COUNTED = (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.For, ast.While, ast.If)
SKIPPED = {"annotation", "returns", "decorator_list", "type_comment", "kind", "ctx",
           "type_params"}  # fmt: skip
CUSTOM = {"np": "numpy"}  # where a notebook does not say
FILE = "published.json"  # made of the solutions by scripts/release.py


def marks(sources, functions):
    """Name of a function -> a mark that equal answers share: dict.

    Parameters
    ----------
    sources : list of str
        Code cells; of several definitions the last one is marked.
    functions : collection of str
    """
    made, known = {}, dict(CUSTOM)
    asked = re.compile("|".join(["import", "def ", *map(re.escape, functions)]))
    for source in sources if functions else ():
        for node in _statements(source) if asked.search(source) else ():
            known |= plainly.imported(node)
            if isinstance(node, SCOPES):
                made[node.name] = node
            elif _is_alias(node) and node.value.id in made:
                made[node.targets[0].id] = made[node.value.id]
    marked = {name: mark(made[name], known) for name in functions if name in made}
    return {name: m for name, m in marked.items() if m}


def _is_alias(node):
    """Is this one name for another?"""
    names = [*node.targets, node.value] if isinstance(node, ast.Assign) else []
    return len(names) == 2 and all(isinstance(n, ast.Name) for n in names)


def _statements(source):
    """The statements of a cell, inner ones included, without lines for IPython."""
    lines = source.split("\n")
    kept = ("" if line.lstrip()[:1] in ("%", "!") else line for line in lines)
    for text in (source, "\n".join(kept)):
        with contextlib.suppress(SyntaxError, ValueError, MemoryError, RecursionError):
            return list(_inner(ast.parse(text)))
    return []


def _inner(node):
    """All statements below a node, in their order; no recursion: ``elif`` goes deep."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        for field in ("finalbody", "orelse", "handlers", "cases", "body"):
            inner = getattr(node, field, ())
            todo += reversed(inner) if isinstance(inner, list) else ()


def mark(node, known):
    """The mark of a function's tree; "" for one too short to tell anything.

    ``known`` maps names to what was imported by them.
    """
    try:
        own = _own(node)
        rest = {name: full for name, full in known.items() if name not in own}
        tree = plainly.Plainly(rest).visit(copy.deepcopy(node))
        if sum(isinstance(n, COUNTED) for n in ast.walk(tree)) < OPERATIONS:
            return ""
        text = _text(tree, _own(tree))
    except (RecursionError, ValueError):  # of a number with very many digits
        return ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _own(node):
    """Names that a function binds itself, and its arguments."""
    nodes = list(ast.walk(node))
    own = {n.arg for n in nodes if isinstance(n, ast.arg)}
    own |= {n.name for n in nodes if isinstance(n, SCOPES)}
    names = (n for n in nodes if isinstance(n, ast.Name))
    return own | {n.id for n in names if not isinstance(n.ctx, ast.Load)}


def _text(value, own):
    """A tree as text, the same in every Python."""
    if isinstance(value, list):
        return f"[{','.join(_text(v, own) for v in value)}]"
    if not isinstance(value, ast.AST):
        return "_" if isinstance(value, str) and value in own else repr(value)
    if isinstance(value, ast.Constant):
        return repr(value.value)
    fields = ((k, v) for k, v in ast.iter_fields(value) if k not in SKIPPED)
    shown = (f"{k}={_text(v, own)}" for k, v in fields if v not in (None, []))
    return f"{type(value).__name__}({','.join(shown)})"


def published():
    """Name of a set -> function -> mark of the public solution."""
    return json.loads(files("lstm_course.exercises").joinpath(FILE).read_text("utf-8"))


def is_published(sources, public):
    """True where every answer that can tell anything is the public solution's.

    Parameters
    ----------
    sources : list of str
        Code cells.
    public : dict
        Function -> mark, of one set.
    """
    each = ((name, marks(sources, [name]).get(name)) for name in public)
    return bool(public) and all(m == public[name] for name, m in each)


def same(rows, public):
    """Say of every row which answers are like another's; one sentence for each.

    Parameters
    ----------
    rows : list of dict
        ``student``, ``set``, ``answers`` (function -> mark) and ``questions``.
    public : dict
        As ``published`` gives it.
    """
    holders = {}
    for row in rows:
        for function, m in row["answers"].items():
            holders.setdefault((row["set"], function, m), []).append(row["student"])
    return [_said(row, public.get(row["set"], {}), holders) for row in rows]


def _said(row, public, holders):
    ids = {q["function"]: q["id"] for q in row["questions"]}
    found = {}
    for function, m in sorted(row["answers"].items(), key=lambda p: ids.get(p[0], "")):
        if public.get(function) == m:
            who = "the public solution"
        else:
            others = holders[row["set"], function, m]
            others = sorted(set(others) - {row["student"]})
            who = ", ".join(others[:3]) + (", …" if others[3:] else "")
        if who and function in ids:
            found.setdefault(who, []).append(ids[function])
    return "; ".join(f"{', '.join(n)} same as {who}" for who, n in found.items())
