"""What an entry of the corpus is: a notebook and the grade it deserves."""

from dataclasses import dataclass

from grading import sample

POINTS = {"90.1": 10, "90.2": 20, "90.3": 30, "90.4": 20, "90.5": 20}


@dataclass(frozen=True)
class Attack:
    """One submission; ``points`` None means that it can not be executed."""

    name: str
    cells: tuple = ()
    points: dict | None = None
    data: bytes | None = None  # the whole file, for files that are no notebooks
    make: object = None  # make(folder) writes the submission itself


def after(name, *cells, loses=()):
    """A right solution and then the attack; ``loses`` are questions it spoils."""
    return Attack(name, (*sample.CELLS, *cells), _without(loses))


def before(name, *cells, loses=()):
    """The attack first, then a right solution."""
    return Attack(name, (*cells, *sample.CELLS), _without(loses))


def only(name, *cells, gets=()):
    """Nothing but imports and the attack."""
    kept = {id: (p if id in gets else 0) for id, p in POINTS.items()}
    return Attack(name, (sample.IMPORTS, *cells), kept)


def file(name, data, points=None):
    """A file with these bytes."""
    return Attack(name, data=data, points=points)


def made(name, make, points=None):
    """A submission that is no plain file."""
    return Attack(name, make=make, points=points)


def _without(loses):
    return {id: (0 if id in loses else p) for id, p in POINTS.items()}
