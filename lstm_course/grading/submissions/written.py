"""The written answers of a notebook, for a human to read."""

import json
import re

from .owners import CONTROL

LIMIT = 20_000  # characters of an answer


def answers(data, exercises):
    """Id of a question for humans -> what was written: dict.

    An answer is in the cell that the release named for it; where that name is gone, in
    the text after the heading with the question's number.

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
    found = {e.id: _named(cells, e) or _after(cells, e) for e in wanted}
    return {id: _clean(text) for id, text in found.items() if text}


def _texts(notebook):
    """(name that the release gave, kind, text) of each cell."""
    sheets = notebook.get("worksheets") or [notebook]
    for cell in (c for sheet in sheets for c in sheet.get("cells", ())):
        text = cell.get("source", cell.get("input", ""))
        text = "".join(text) if isinstance(text, list) else str(text)
        about = cell.get("metadata", {}).get("nbgrader", {})
        yield str(about.get("grade_id", "")), cell.get("cell_type"), text


def _named(cells, exercise):
    name = exercise.function.replace("_", "-")
    return "\n\n".join(text for id, _, text in cells if id == name)


def _after(cells, exercise):
    """The text cells below the question, up to the next heading."""
    looks = re.compile(rf"^#+ *0*{re.escape(exercise.id.lstrip('0'))}\b", re.M)
    made, here = [], False
    for _, kind, text in cells:
        if kind == "markdown" and re.search(r"^#+ ", text, re.M):
            here = bool(looks.search(text))
        elif here and kind in ("markdown", "raw"):
            made.append(text)
    return "\n\n".join(made)


def _clean(text):
    """Text that can be written to a file, without what hides or reorders the rest."""
    text = text.strip()[:LIMIT].encode("utf-8", "replace").decode("utf-8")
    lines = (CONTROL.sub("\ufffd", line) for line in text.splitlines())
    return "\n".join(lines)
