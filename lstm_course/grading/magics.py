"""Notebook cells as plain Python: magics and shell lines run nothing.

Only lines on which Python itself stumbles are touched, so a ``%`` inside a string or
an expression stays what it is.
"""

import ast
import re

CELL_KEEPS = {"capture", "prun", "time", "timeit"}  # the body of such a cell is run
STATEMENT = re.compile(r"(\s*)%(?:time|timeit|prun)\s+(?!-)(.+)")
ASSIGNED = re.compile(r"(\s*[\w, ]+=)\s*[%!].*")
SPECIAL = re.compile(r"(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*)$")
MOST = 200  # lines of one cell that may need a change


def parse(source):
    """The syntax tree of a cell; raises SyntaxError where even this does not help."""
    lines = _without_cell_magic(source.split("\n"))
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


def _without_cell_magic(lines):
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith("%%"):
        return lines
    name = lines[first][2:].split(" ")[0].strip()
    return lines[first + 1 :] if name in CELL_KEEPS else ["pass"]


def _plain(line):
    """The line without its magic, or None if there is none."""
    if m := STATEMENT.match(line):
        return m[1] + m[2]
    if m := ASSIGNED.match(line):
        return m[1] + " None"
    if m := SPECIAL.match(line):
        return m[1] + "pass"
    return None
