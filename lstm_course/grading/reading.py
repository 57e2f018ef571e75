"""The text of a cell as a syntax tree, read as IPython reads it.

A cell that is plain Python is never touched.  Every other one goes through IPython's
own transformer, which turns magics and shell lines into calls of ``get_ipython()``.
This runs in the jail, where a hostile cell may take its own time and memory only.
"""

import ast
import re
import sys

MOST = 20  # statements of one cell that may be left out for their newer syntax
NEWER = (
    ((3, 12), re.compile(r"f-string|unterminated string|unterminated triple"),
     re.compile(r"\bf[rR]?['\"]|\b[rR]f['\"]")),
    ((3, 12), None, re.compile(r"^\s*type\s+\w+\s*(\[.*\])?\s*=")),
    ((3, 12), None, re.compile(r"^\s*(async\s+)?(def|class)\s+\w+\s*\[")),
    ((3, 14), None, re.compile(r"^\s*except\*?\s+\w+(\.\w+)*\s*,")),
    ((3, 14), None, re.compile(r"\btr?['\"]|\brt['\"]")),
)  # fmt: skip


def read(source, flags=0):
    """(syntax tree, text it was made from, notes on what was left out).

    Parameters
    ----------
    source : str
    flags : int
        Of ``compile``: what ``from __future__`` switched on in earlier cells.

    Raises
    ------
    SyntaxError
        Where neither Python nor IPython can read the cell.
    """
    try:
        return _tree(source, flags), source, []
    except SyntaxError:
        text = as_python(source)
    notes = []
    while True:
        try:
            return _tree(text, flags), text, notes
        except SyntaxError as error:
            version = newer(error, text)
            if version is None or len(notes) == MOST:
                raise
            text = without_statement(text, error.lineno)
            notes.append(
                f"This uses syntax of Python {version}; the grader runs Python "
                f"{sys.version_info[0]}.{sys.version_info[1]}: line {error.lineno} "
                "and its statement were left out."
            )


def _tree(text, flags):
    mode = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | flags
    return compile(text, "<cell>", "exec", mode, dont_inherit=True)


def as_python(source):
    """The cell after IPython's transformer."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def newer(error, text):
    """ "3.12" where a syntax error is no error in that Python; None where it is one."""
    lines = text.split("\n")
    k = (error.lineno or 0) - 1
    if not 0 <= k < len(lines):
        return None
    for version, said, pattern in NEWER:
        if sys.version_info >= version or not pattern.search(lines[k]):
            continue
        if said is None or said.search(error.msg or ""):
            return ".".join(map(str, version))
    return None


def without_statement(text, number):
    """The text with the statement around a line replaced by empty lines.

    A statement begins where a line begins at the margin, decorators included, and ends
    before the next one.
    """
    lines = text.split("\n")
    first = last = number - 1
    while first > 0 and not _begins(lines, first):
        first -= 1
    while last + 1 < len(lines) and not _begins(lines, last + 1):
        last += 1
    lines[first : last + 1] = [""] * (last + 1 - first)
    return "\n".join(lines)


GOES_ON = re.compile(r"[\s)\]}#]|(else|elif|except|finally)\b|$")


def _begins(lines, k):
    """True where a statement begins in line k."""
    decorated = k > 0 and lines[k - 1].startswith("@")
    return not decorated and not GOES_ON.match(lines[k])
