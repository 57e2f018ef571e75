"""Every report of a gradebook that is text; what stays the same is not touched."""

import itertools
import json

from . import by_hand, changes, pages, summary, tables


def write(rows, store, rubrics=None, anonymous=False):
    """Write all reports into a store's folder; -> what has changed since the last run.

    Parameters
    ----------
    rows : list of dict
        Of ``rows.build``.
    store : store.Store
    rubrics : dict or None
        Id of a question for humans -> ((points, text), ...).
    anonymous : bool
        The page of written answers names nobody.
    """
    changed = changes.keep(rows, store)
    store.write("grades.csv", tables.grades(rows))
    store.write("questions.csv", tables.questions(rows))
    store.write("grades.json", json.dumps(rows, indent=1, ensure_ascii=False))
    store.write("class.html", summary.page(rows))
    by_hand.write(rows, store, rubrics or {}, anonymous)
    for row in rows:
        if row["set"]:
            name = pages.slug(row["student"], row["set"])
            text = json.dumps(tables.gradescope(row), indent=1)
            store.write(f"gradescope/{name}.json", text)
    for student, own in itertools.groupby(rows, key=lambda row: row["student"]):
        text = pages.page(student, list(own))
        store.write(f"html/{pages.slug(student)}.html", text)
    return changed
