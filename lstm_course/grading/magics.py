"""Notebook cells as plain Python: magics and shell lines run nothing.

Only lines on which Python itself stumbles are touched, so a ``%`` inside a string or
an expression stays what it is.
"""

import ast
import re

CELL_KEEPS = {"capture", "prun", "time", "timeit"}  # the body of such a cell is run
WRITES = {"writefile", "file"}
STATEMENT = re.compile(r"(\s*)%(?:time|timeit|prun)\s+(?!-)(.+)")
ASSIGNED = re.compile(r"(\s*[\w, ]+=)\s*[%!].*")
SPECIAL = re.compile(r"(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*)$")
MOST = 200  # lines of one cell that may need a change


def parse(source):
    """The syntax tree of a cell; raises SyntaxError where even this does not help."""
    lines = _without_cell_magic(_dedented(source.split("\n")))
    for _ in range(MOST):
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as e:
            k = (e.lineno or 0) - 1
            changed = _plain(lines[k]) if 0 <= k < len(lines) else None
            if changed is None:
                raise
            lines[k] = changed
    raise SyntaxError("too many magics in one cell")


def _dedented(lines):
    """Without the indentation of the first line, as IPython reads a cell."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]


def _without_cell_magic(lines):
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith("%%"):
        return lines
    name, *words = lines[first][2:].split() or [""]
    body = lines[first + 1 :]
    if name in WRITES and words:  # a module for a later cell to import
        mode = "a" if "-a" in words[:-1] else "w"
        text = "\n".join([*body, ""])
        return [f"open({words[-1]!r}, {mode!r}).write({text!r})"]
    return body if name in CELL_KEEPS else ["pass"]


def _plain(line):
    """The line without its magic, or None if there is none."""
    if m := STATEMENT.match(line):
        return m[1] + m[2]
    if m := ASSIGNED.match(line):
        return m[1] + " None"
    if m := SPECIAL.match(line):
        return m[1] + "pass"
    return None
