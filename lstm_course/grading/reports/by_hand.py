"""Written answers: one page to read them by question, one table for what they earn.

``manual.csv`` is the reader's: a run adds a line for each new answer, and merges the
points and comments that it finds.  ``answer`` is the mark of an answer, with which the
page names it, so that it can be read without knowing whose it is.
"""

import csv
import hashlib
import io

from .pages import HEAD, safe
from .tables import written

NAME, PAGE = "manual.csv", "written.html"
COLUMNS = ("answer", "student", "set", "question", "points", "comment")


def mark(seed, student, name, question):
    """The mark of an answer, which says nothing to who does not know the seed: str."""
    text = "\0".join((seed, student, name, question))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def read(store, submissions, plan):
    """(student, set, question) -> (points, comment) of what was read: dict.

    Raises
    ------
    ValueError
        Where a line speaks of no answer, or of points that a question does not have.
    """
    lines, seed = _lines(store), store.seed()
    if not lines:
        return {}
    known, made = {}, {}
    for s in submissions:
        for e in plan(s["set"]).set.exercises if s["set"] else ():
            if e.manual:
                at = s["student"], s["set"], e.id
                known[mark(seed, *at)] = at, e.points
    sets = {s["set"] for s in submissions}
    for line in lines:
        at, most = known.get(line["answer"], (None, 0))
        if not line["points"].strip() or (at is None and line["set"] not in sets):
            continue  # not read yet, or of a set that this run does not know
        if at is None:
            raise _refused(line, "nobody's answer", "the mark of an answer")
        made[at] = _given(line, most)
    return made


def _given(line, most):
    try:
        points = float(line["points"].strip().replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= most:
        range = f"a number from 0 to {most:g}"
        raise _refused(line, f"points {line['points']!r}", range)
    return points, line["comment"].strip() or "Read by a human."


def _refused(line, got, expected):
    return ValueError(
        f"{NAME} has a line {line['answer']} with {got}, expected {expected}. POINTS "
        "in the overlay says what a question is worth. Correct the line?"
    )


def _lines(store):
    text = store.text(NAME).lstrip("\ufeff")
    between = ";" if text.partition("\n")[0].count(";") > 2 else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=between)
    if text and not {"answer", "points", "comment"} <= set(rows.fieldnames or ()):
        raise ValueError(
            f"{NAME} has the columns {', '.join(rows.fieldnames or ())}, expected "
            f"{', '.join(COLUMNS)}. Was another table saved under this name?"
        )
    return [{k: row.get(k) or "" for k in COLUMNS} for row in rows]


def write(rows, store, rubrics, anonymous=False):
    """The page and the table, where there is anything to read."""
    found = [
        (q["id"], row, q)
        for row in rows
        if not row["error"]
        for q in row["questions"]
        if q["manual"]
    ]
    if not found:
        return
    seed = store.seed()
    entries = [(id, mark(seed, row["student"], row["set"], id), row, q)
               for id, row, q in found]  # fmt: skip
    entries.sort(key=lambda e: (e[0], e[1] if anonymous else e[2]["student"]))
    store.write(PAGE, page(entries, rubrics, anonymous))
    lines = _lines(store)
    there = {line["answer"] for line in lines}
    new = [_new(e, anonymous) for e in entries if e[1] not in there]
    if new:
        store.write(NAME, _table([*lines, *new]))


def _new(entry, anonymous):
    id, code, row, _ = entry
    who = "" if anonymous else row["student"]
    return dict(zip(COLUMNS, (code, who, row["set"], id, "", ""), strict=True))


def _table(lines):
    return written(COLUMNS, [[line[k] for k in COLUMNS] for line in lines])


def page(entries, rubrics, anonymous):
    """All answers, question by question, with what each should hold: str."""
    parts, last = [], None
    for id, code, row, question in entries:
        if id != last:
            parts.append(_head(id, question, rubrics.get(id, ())))
            last = id
        who = "" if anonymous else f" · {safe(row['student'])}"
        text = row["written"].get(id) or "No text was found."
        given = "" if question["status"] == "manual" else _earned(question)
        parts.append(f"<h3>{safe(code)}{who}</h3>\n<pre>{safe(text)}</pre>\n{given}")
    head = HEAD.format(title="Written answers")
    body = "".join(parts)
    return f"{head}<main><h1>Written answers</h1>\n{body}</main></body></html>\n"


def _head(id, question, rubric):
    lines = "".join(
        f'<tr><td class="n">{points:g}</td><td>{safe(text)}</td></tr>'
        for points, text in rubric
    )
    table = f"<table><tbody>{lines}</tbody></table>\n" if lines else ""
    return f"<h2>{safe(id)} {safe(question['function'])}</h2>\n{table}"


def _earned(question):
    said = safe(question["message"])
    return f"<p>{question['points']:g} / {question['max']:g}. {said}</p>\n"
