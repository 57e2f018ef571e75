"""The roll of a class: every notebook found, whose it is, and for which set."""

import sys
from collections import Counter

from .. import load, plan
from . import clone, find, likeness, written

PUBLISHED = 0.5  # rank of the public solution: everything else of a student goes first

UNKNOWN = "It is not clear for which exercise set this is; say so with --set."
ASK = (
    "Expected names that tell students apart. Say how to read them with --layout or "
    "--pattern, like --pattern '{student}/{file}', or --layout one if all is one "
    "student's; --list shows what is understood. Which is it?"
)


class Roll:
    """What is handed in, as it is understood.

    Parameters
    ----------
    options : batch.Options
        ``set``, ``layout`` and ``pattern`` are used.
    private : str
        The text of the overlay, which may bring sets.
    """

    def __init__(self, options, private=""):
        self.overlay = plan.overlay(private)
        self.set, self.names = options.set, plan.sets(self.overlay)
        self.asked = find.Asked(options.layout, options.pattern)
        self.beside, self.notes, self.known = {}, [], {}
        self.published = likeness.published()
        if self.set is not None and self.set not in self.names:
            raise ValueError(
                f"There is no exercise set {self.set!r}. Expected one of "
                f"{', '.join(self.names) or 'none, so far'}. A typing slip?"
            )

    def clear(self, paths):
        """What is remembered of every submission: list of dict.

        Raises
        ------
        ValueError
            Where it is not clear whose a notebook is.
        """
        if unclear := self.look(paths):
            raise ValueError(f"{' '.join(unclear)} {ASK}")
        return [entry for entry, _ in self.entries(paths)]

    def submissions(self, paths):
        """Every find.Submission."""
        return find.find(paths, list(self.names), asked=self.asked)

    def entries(self, paths):
        """(what is remembered of it, its cells) of every submission."""
        for s in self.submissions(paths):
            sources, error = self.read(s)
            beside = self.beside.get(s.source, ())
            name = self.set or plan.which(s.place, self.names, sources, beside)
            error = error or ("" if name else UNKNOWN)
            key = None if error else f"{s.digest}-{name}"
            entry = {"student": s.student, "file": s.name, "set": name or ""}
            entry |= {"key": key, "error": error} | _about(s)
            if key:
                asked = self.names[name].exercises
                entry["written"] = written.answers(s.data, asked)
                if self._is_published(key, name, sources):
                    entry["rank"] = PUBLISHED
            yield entry, sources

    def _is_published(self, key, name, sources):
        """Whether a notebook is the public solution, asked once of each."""
        if key not in self.known:
            public = self.published.get(name, {})
            self.known[key] = likeness.is_published(sources, public)
        return self.known[key]

    def look(self, paths):
        """Note which sets the notebooks of each argument say that they are for.

        Returns a sentence for each group of notebooks that may be anybody's.
        """
        unclear, names, newer = [], list(self.names), Counter()
        for s in find.find(paths, names, self.notes, self.asked, unclear):
            newer[load.newer_python(s.data)] += 1
            if name := plan.said(s.place, self.names, self.read(s)[0]):
                self.beside.setdefault(s.source, set()).add(name)
        self._warn(newer)
        return unclear

    def _warn(self, newer):
        """Say before anything runs that syntax of a newer Python cannot be read."""
        here = f"{sys.version_info[0]}.{sys.version_info[1]}"
        for version, n in sorted(newer.items()):
            if version:
                note = (
                    f"{n} notebook(s) were saved by Python {version}, this grader runs "
                    f"{here}. A statement with newer syntax is left out, and the "
                    f"report says so. Run the grader with Python {version}?"
                )
                print(note, file=sys.stderr)

    def read(self, submission):
        """(cells, why there are none) of a submission."""
        if submission.error:
            return [], submission.error
        if not submission.rank:
            return [], clone.WHY
        try:
            return load.cells(submission.data), ""
        except load.Unreadable as e:
            return [], str(e)
        except Exception as e:  # one odd file must not stop the class
            return [], f"It cannot be read: {type(e).__name__}."


def _about(submission):
    """What is remembered of a submission's name and times."""
    whose = submission.whose
    return {
        "when": submission.when,
        "stated": bool(whose.when),  # by the LMS, and not only by the file
        "late": whose.late,
        "attempt": whose.attempt,
        "id": whose.id,
        "rank": submission.rank,
        "layout": whose.layout,
        "inside": submission.name.removeprefix(f"{submission.source}/"),
    }
