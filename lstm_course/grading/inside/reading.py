"""The text of a cell as a syntax tree, read as IPython reads it.

A cell that is plain Python is never touched.  Every other one goes through IPython's
own transformer, which turns magics and shell lines into calls of ``get_ipython()``.
This runs in the jail, where a hostile cell may take its own time and memory only.
"""

import ast
import re
import sys

PROMPT = "In ["  # as a copy from a terminal begins; Python reads it otherwise
MOST = 20  # statements of one cell that may be left out for their newer syntax
FSTRING = r"\b(?:[fF][rR]?|[rR][fF])"
NEWER = (  # a version of Python and how a line looks that only it can read
    ((3, 12), FSTRING + r"""(['"]).*\{[^}]*(\1|\\|#).*\}"""),  # quotes inside braces
    ((3, 12), FSTRING + r"""(['"])[^'"]*\{[^}'"]*$"""),  # a field over several lines
    ((3, 12), r"^\s*type\s+\w+\s*(\[.*\])?\s*="),
    ((3, 12), r"^\s*(async\s+)?(def|class)\s+\w+\s*\["),
    ((3, 14), r"^\s*except\*?\s+\w+(\.\w+)*\s*,"),
    ((3, 14), r"""\b(?:[tT][rR]?|[rR][tT])['"]"""),
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
    source = source.removeprefix("\ufeff")  # a mark of the file that it came from
    try:
        if not source.lstrip().startswith(PROMPT):
            return _tree(source, flags), source, []
    except SyntaxError:
        pass
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
    for version, looks in NEWER:
        if sys.version_info < version and re.search(looks, lines[k]):
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
