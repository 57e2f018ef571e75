"""The written answers of a notebook, for a human to read."""

import ast
import json
import re

from .owners import CONTROL

LIMIT = 20_000  # characters of an answer
EMPTY = "Write your answer here."  # as the release says it
QUESTION = re.compile(r"^#+ *\d{1,2}\.\d", re.M)  # a heading with a number


def answers(data, exercises):
    """Id of a question for humans -> what was written: dict.

    An answer is in the cell that the release named for it, and in the text below the
    heading with the question's number.

    Parameters
    ----------
    data : bytes
        A notebook that ``load.cells`` can read.
    exercises : list of Exercise
    """
    wanted = [e for e in exercises if e.manual]
    if not wanted:
        return {}
    try:
        cells = list(_texts(json.loads(data.decode("utf-8-sig"))))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}
    found = {e.id: "\n\n".join(_parts(cells, e)) for e in wanted}
    return {id: _clean(text) for id, text in found.items() if text}


def _texts(notebook):
    """(name that the release gave, kind, text) of each cell."""
    sheets = notebook.get("worksheets") or [notebook]
    for cell in (c for sheet in sheets for c in sheet.get("cells", ())):
        text = cell.get("source", cell.get("input", ""))
        text = "".join(text) if isinstance(text, list) else str(text)
        about = cell.get("metadata", {}).get("nbgrader", {})
        yield str(about.get("grade_id", "")), cell.get("cell_type"), text


def _parts(cells, exercise):
    """The texts of an answer: list of str; what the release says only if it is all."""
    name = exercise.function.replace("_", "-")
    made = [text for id, _, text in cells if id == name]
    made += [text for id, text in _below(cells, exercise) if id != name]
    return [text for text in made if text.strip() not in (EMPTY, "")] or made


def _below(cells, exercise):
    """(name, text) of the text cells from the question's heading to the next one's."""
    looks = re.compile(rf"^#+ *0*{re.escape(exercise.id.lstrip('0'))}\b", re.M)
    here = False
    for id, kind, text in cells:
        if kind == "markdown" and QUESTION.search(text):
            here = bool(looks.search(text))
        elif here and (kind in ("markdown", "raw") or _prose(text)):
            yield id, text


def _prose(text):
    """True for a code cell that holds words: no Python, comments or a text only."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return not re.search(r"^\s*[%!]", text, re.M)
    return bool(text.strip()) and all(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for node in body
    )


def _clean(text):
    """Text that can be written to a file, without what hides or reorders the rest."""
    text = text.strip()[:LIMIT].encode("utf-8", "replace").decode("utf-8")
    lines = (CONTROL.sub("\ufffd", line) for line in text.splitlines())
    return "\n".join(lines)
