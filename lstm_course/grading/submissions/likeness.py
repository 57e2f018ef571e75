"""Which answers are the same: normalised syntax trees of functions.

Names of a function's own, comments, docstrings, annotations and the order of blocks
that those names stand for make no difference; what it computes, and how, does.
Nothing is run.  It is a hint for a human: short answers are left out, since many write
them alike, and long ones are alike by chance at times.
"""

import ast
import hashlib
import json
import re
from importlib.resources import files

OPERATIONS = 12  # calls, sums, products, indices …: below, many write the same
COUNTED = (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.For, ast.While, ast.If)
SKIPPED = {"annotation", "returns", "decorator_list", "type_comment", "kind", "ctx",
           "type_params"}  # fmt: skip
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef)
FILE = "published.json"  # made of the solutions by scripts/release.py


def marks(sources, functions):
    """Name of a function -> a mark that equal answers share: dict.

    Parameters
    ----------
    sources : list of str
        Code cells; of several definitions the last one is marked.
    functions : collection of str
    """
    made = {}
    asked = re.compile(rf"\bdef\s+(?:{'|'.join(map(re.escape, functions))})\b")
    for source in sources if functions else ():
        for node in _definitions(source) if asked.search(source) else ():
            if node.name in functions:
                made[node.name] = node
    marked = {name: mark(node) for name, node in made.items()}
    return {name: m for name, m in marked.items() if m}


def _definitions(source):
    """The functions that a cell defines; lines for IPython are left out."""
    lines = source.split("\n")
    kept = ("" if line.lstrip()[:1] in ("%", "!") else line for line in lines)
    for text in (source, "\n".join(kept)):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        return list(_functions(tree))
    return []


def _functions(node):
    """Functions among the statements of a tree, those inside others included."""
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        for inner in getattr(node, field, ()):
            if isinstance(inner, SCOPES):
                yield inner
            yield from _functions(inner)


def mark(node):
    """The mark of a function's tree; "" for one too short to tell anything."""
    nodes = list(ast.walk(node))
    if sum(isinstance(n, COUNTED) for n in nodes) < OPERATIONS:
        return ""
    own = {a.arg for a in nodes if isinstance(a, ast.arg)}
    own |= {n.name for n in nodes if isinstance(n, SCOPES)}
    names = (n for n in nodes if isinstance(n, ast.Name))
    own |= {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    try:
        text = _text(node, own)
    except RecursionError:
        return ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _text(value, own):
    """A tree as text, the same in every Python."""
    if isinstance(value, list):
        return f"[{','.join(_text(v, own) for v in value)}]"
    if not isinstance(value, ast.AST):
        return "_" if isinstance(value, str) and value in own else repr(value)
    if isinstance(value, ast.Constant):
        return repr(value.value)
    fields = ((k, v) for k, v in ast.iter_fields(value) if k not in SKIPPED)
    shown = (
        f"{k}={_text(_body(value, v) if k == 'body' else v, own)}"
        for k, v in fields
        if v not in (None, [])
    )
    return f"{type(value).__name__}({','.join(shown)})"


def _body(node, body):
    """Statements without the docstring."""
    first = body[0] if isinstance(body, list) else None
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if text and isinstance(node, SCOPES) else body


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
