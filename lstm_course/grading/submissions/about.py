"""What systems write beside the work: times, and Gradescope's names of students."""

from dataclasses import replace

from ..load import Unreadable
from . import layouts
from .owners import marked

STAMP, METADATA = "timestamp.txt", "submission_metadata.yml"
MOST = 8 << 20  # bytes of such a file


class About:
    """What the rows of one export say of each other.

    ``times`` maps a folder to the time that a file in it states; ``people`` maps a
    submission of Gradescope to those who sent it.
    """

    def __init__(self, rows):
        self.times, self.people = {}, {}
        for place, read, _ in rows:
            if place[-1] == STAMP and (when := layouts.moment(_text(read))):
                self.times[place[:-1]] = when
            if place[-1] == METADATA:
                self.people |= _people(_text(read))

    def whose(self, who, place):
        """The Whose of everybody who sent a place, with what is known beside it."""
        if not who.when:
            above = (place[:k] for k in range(len(place) - 1, 0, -1))
            when = next((self.times[p] for p in above if p in self.times), 0.0)
            who = replace(who, when=when)
        if who.layout != "gradescope" or who.student not in self.people:
            return [who]
        when, senders = self.people[who.student]
        return [
            replace(who, student=marked(name), id=id, when=when) for name, id in senders
        ]


def _text(read):
    try:
        return read()[0][:MOST].decode("utf-8-sig", "replace")
    except (Unreadable, OSError):
        return ""


def _people(text):
    """Submission -> (time, [(name, id)]) of Gradescope's metadata."""
    try:
        import yaml
    except ImportError:
        raise ValueError(
            f"{METADATA} says who sent what, but there is no package PyYAML to read "
            "it. Expected the extra 'instructor'. Run pip install "
            "'lstm-course[instructor]'?"
        ) from None
    try:
        made = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {str(k): _sent(v) for k, v in made.items() if _senders(v)}
    except (yaml.YAMLError, AttributeError, TypeError, RecursionError) as e:
        raise ValueError(
            f"{METADATA} cannot be read: {type(e).__name__}. Expected what Gradescope "
            "exports. Download it again, or take --layout folders?"
        ) from None


def _senders(entry):
    return entry.get(":submitters") or []


def _sent(entry):
    made = []
    for person in _senders(entry):
        name = str(person.get(":name") or person.get(":email") or "unnamed")
        id = str(person.get(":sid") or person.get(":email") or "")
        made.append((f"{name}_{id}" if id else name, id))
    when = entry.get(":created_at", "")
    if hasattr(when, "timestamp"):
        return when.timestamp(), made
    return layouts.moment(str(when)), made
