"""Which notebooks are nobody's own work: parts of the course, of nbgrader, of Teams.

A student who hands in the whole repository hands in its solutions and chapters too; an
instructor points at nbgrader's whole folder of a course.
"""

PARTS = {"exercises", "solutions", "book", "lstm_course"}  # of the course's repository
OTHERS = {"solutions", "book"}  # nobody's own work
FEEDBACK = "feedback attachment(s)"  # Sakai's folder for what goes back
BESIDE = {  # a folder of what was handed in, and what systems keep beside it
    "submitted": {"source", "release", "autograded", "feedback"},
    "Submitted files": {"Working files"},
}
WHY = "It lies in a folder of the course that holds nobody's own work."


def clones(places):
    """The folders that are clones: those that hold two parts of the course or more.

    Three are needed where all was found: two students may be called like two parts.
    """
    below = {}
    for place in places:
        for k, name in enumerate(place[:-1]):
            if name in PARTS:
                below.setdefault(place[:k], set()).add(name)
    return {home for home, parts in below.items() if len(parts) > 1 + (home == ())}


def taken(place, homes):
    """2 for a notebook in a clone's exercises/, 0 in its other parts, else 1."""
    if FEEDBACK in map(str.lower, place):
        return 0
    for k, name in enumerate(place[:-1]):
        if place[:k] in homes:
            return 2 if name == "exercises" else 0 if name in OTHERS else 1
    return 1


def kept_beside(places):
    """The folders in which a system keeps its own files, beside what was handed in."""
    names = {}
    for place in places:
        for k, name in enumerate(place[:-1]):
            names.setdefault(place[:k], set()).add(name)
    return {
        (*home, name)
        for home, found in names.items()
        for submitted, others in BESIDE.items()
        for name in found & others
        if submitted in found
    }


def below(place, folders):
    return any(place[:k] in folders for k in range(1, len(place)))
