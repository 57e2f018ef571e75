"""The one table of layouts: how systems name what students handed in.

Each form is told from one name of a path, a folder's or a file's.  What it says of a
student goes into a ``Whose``.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime


@dataclass(frozen=True)
class Whose:
    """What a path says of the student whose file it is."""

    student: str
    rest: tuple = ()  # the part of the path that may say for which set it is
    id: str = ""  # of the student, as the system gave it
    when: float = 0.0  # seconds since 1970, where the system stated it
    late: bool = False  # the system says so
    attempt: int = 0  # a later one has a larger number
    layout: str = ""


@dataclass(frozen=True)
class Layout:
    """A system's way to name things.

    Parameters
    ----------
    name : str
        For ``--layout``.
    example : str
        What it looks like, with ``x.ipynb`` for the notebook.
    pattern : str
        Of one whole name; groups ``student``, ``id``, ``when``, ``late``, ``attempt``,
        ``file`` (the notebook's own name, for names of files).
    key : str
        How the student is called, made of the groups.
    sure : bool
        True where no other file or folder has such a name by chance.  Others are
        believed where two students are named so.
    weak : bool
        True where only the name of what is a student's anyway is read so.
    """

    name: str
    example: str
    pattern: str
    key: str = "{student}"
    sure: bool = True
    weak: bool = False


TABLE = (
    Layout(
        "moodle", "Ada Lovelace_54321_assignsubmission_file_/x.ipynb",
        r"(?P<student>.+?)_assignsubmission_[a-z]+(?:_(?P<file>.*))?",
    ),
    Layout(
        "blackboard", "Exercise 4_ada_attempt_2026-11-01-11-00-00_x.ipynb",
        r"(?P<head>.+)_(?P<student>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})"
        r"(?:_(?P<file>.+)|\.txt)?",
    ),
    Layout(
        "brightspace", "70001-123 - Ada Lovelace - Nov 3, 2026 905 AM/x.ipynb",
        r"(?P<id>\d+)-\d+ - (?P<student>.+?) - "
        r"(?P<when>(?:(?! - ).)*(?<!\d)20\d\d(?!\d)(?:(?! - ).)*)(?: - (?P<file>.+))?",
        "{student}_{id}",
    ),
    Layout(
        "gradescope", "submission_9001/x.ipynb, names in submission_metadata.yml",
        r"(?P<student>submission_(?P<attempt>\d+))",
    ),
    Layout(
        "inbound", "ada+ps4+2026-11-03 12:00:00 UTC+hash/x.ipynb",
        r"(?P<student>[^+]+)\+[^+]+\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[^+]*"
        r"(?:\+[^+]*)?",
    ),
    Layout(
        "sakai", "Lovelace, Ada(ada)/Submission attachment(s)/x.ipynb",
        r"(?P<student>[^,()]+, ?[^()]*\((?P<id>[^()]+)\))", sure=False,
    ),
    Layout(
        "anonymous", "anon_aB3xY_5551_x.ipynb",
        r"(?P<student>anon_[A-Za-z0-9]{5})(?:_(?P<late>LATE))?_(?P<attempt>\d{3,})_"
        r"(?P<file>.+)",
    ),
    Layout(
        "canvas", "lovelaceada_LATE_12345_67890_x.ipynb",
        r"(?P<student>[^\W_]+)(?:_(?P<late>LATE))?_(?P<id>\d+)_(?P<attempt>\d{3,})_"
        r"(?P<file>.+)",
        "{student}_{id}", sure=False,
    ),
    Layout(
        "ilias", "Lovelace_Ada_ada_123/x.ipynb",
        r"(?P<student>[^\W\d_][^_.]*_[^_.]+_[^_.]+_(?P<id>\d+))", weak=True,
    ),
)  # fmt: skip
PLAIN = {  # layouts that say nothing but the name, with what they look like
    "folders": "ada/x.ipynb, nbgrader's submitted/ada/ps4/x.ipynb, repositories, Teams",
    "files": "Ada Lovelace - x.ipynb, ada_x.ipynb: each file has its student's name",
    "one": "everything is one student's, named like the folder",
}
NUMBER = re.compile(r"_(\d+)$")
VERSION = re.compile(r"Version (\d+)")  # of Teams
TIMES = ("%Y-%m-%d-%H-%M-%S", "%b %d, %Y %I%M %p", "%Y-%m-%d %H:%M:%S",
         "%Y-%m-%d %H:%M:%S.%f", "%Y%m%d%H%M%S")  # fmt: skip
GREENWICH = {"inbound"}  # whose times are not local ones


def names():
    """What ``--layout`` takes."""
    return (*(layout.name for layout in TABLE), *PLAIN)


def chosen(name):
    """The rows of the table for a layout's name, all for None."""
    if name is not None and name not in names():
        raise ValueError(
            f"There is no layout {name!r}. Expected one of {', '.join(names())}. "
            "lstm-course grade --list shows what was understood; --pattern takes any?"
        )
    return tuple(row for row in TABLE if name in (None, row.name))


def read(name, rows=TABLE):
    """What one name says of a student: (Whose, its Layout), or (None, None).

    Examples
    --------
    >>> found, row = read("lovelaceada_LATE_12345_67890_x.ipynb")
    >>> found.student, found.id, found.late, found.attempt, found.rest, row.name
    ('lovelaceada_12345', '12345', True, 67890, ('x.ipynb',), 'canvas')
    """
    for row in rows:
        if found := re.fullmatch(row.pattern, name):
            return _whose(found.groupdict(default=""), row), row
    return None, None


def _whose(groups, row):
    student = row.key.format(**groups)
    number = NUMBER.search(student) if row.name == "moodle" else None
    return Whose(
        student,
        (groups["file"],) if groups.get("file") else (),
        groups.get("id") or (number[1] if number else ""),
        moment(groups.get("when", ""), row.name in GREENWICH),
        bool(groups.get("late")),
        int(groups.get("attempt") or 0),
        row.name,
    )


def moment(text, utc=False):
    """Seconds since 1970 of a time as systems write it; 0 where it is none.

    Examples
    --------
    >>> moment("2026-11-03 12:00:00 UTC") - moment("2026-11-03T11:00:00Z")
    3600.0
    """
    text = " ".join(text.split())
    text = re.sub(r"\b(\d{3}) ([AP]M)$", r"0\1 \2", text)
    text = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    text, zone = re.subn(r" ?(UTC|Z|\+00:?00)$", "", text)
    text = re.sub(r"(\.\d{6})\d+$", r"\1", text)
    if re.fullmatch(r"\d{17}", text):  # Sakai: with milliseconds
        text = text[:14]
    for form in TIMES:
        try:
            made = datetime.strptime(text, form)
            return (made.replace(tzinfo=UTC) if zone or utc else made).timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    return _in_words(text)


MONTHS = {
    1: "jan ene gen", 2: "feb fev", 3: "mar mrz maa", 4: "apr avr abr",
    5: "may mai mag mei", 6: "jun juin giu", 7: "jul juil lug", 8: "aug aou ago",
    9: "sep set", 10: "oct okt ott out", 11: "nov", 12: "dec dez dic",
}  # fmt: skip  # how they begin, in the languages in which Brightspace writes dates


def _in_words(text):
    """As ``moment`` in another language: "3. Nov. 2026 905", "2026年11月3日 905".

    Days before months where both are numbers.
    """
    apart = unicodedata.normalize("NFD", text.lower())
    text = "".join(c for c in apart if not unicodedata.combining(c))
    month = next((m for word in re.findall(r"[a-z]+", text) if (m := _month(word))), 0)
    numbers = re.findall(r"\d+", text)
    year = next((n for n in numbers if re.fullmatch(r"20\d\d", n)), None)
    zone = not month and re.search(r"[a-z]{3}", text)  # which nobody here knows
    if year is None or zone or len(numbers) < (2 if month else 3):
        return 0.0
    k = 0 if numbers[0] == year else 1
    numbers.remove(year)
    month = month or int(numbers.pop(k))
    day, *clock = numbers
    hours, *rest = _clock(clock[:3])
    if hours < 12 and re.search(r"\d ?p\.? ?m\b|下午", text):
        hours += 12
    try:
        return datetime(int(year), month, int(day), hours, *rest).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _clock(numbers):
    """Hours, minutes, seconds of "905", "090512" or "9", "05"."""
    text = "".join(n.zfill(2) for n in numbers)
    text = text.zfill(4 if len(text) < 5 else 6).ljust(6, "0")
    return int(text[:-4]), int(text[-4:-2]), int(text[-2:])


def _month(word):
    """The number of a month from its name, 0 where it is none."""
    starts = ((s, m) for m, begun in MONTHS.items() for s in begun.split())
    fits = [(len(start), month) for start, month in starts if word.startswith(start)]
    return max(fits, default=(0, 0))[1]


FIELDS = {
    "student": r"[^/]+?",
    "id": r"[^/_]+?",
    "time": r"[\d\-:. TZUC]+?",
    "late": r"(?i:late)?",
    "set": r"[^/]+?",
    "file": r".+",
    "any": r"[^/]*?",
}  # what each may stand for in a pattern


class Pattern:
    """A layout that the instructor wrote: ``{student}/{set}/{file}``.

    Examples
    --------
    >>> who = Pattern("HW_{student}_{time}_{file}").read(("HW_ada_2026-11-03_4.ipynb",))
    >>> who.student, who.rest, who.layout
    ('ada', ('4.ipynb',), 'pattern')
    """

    def __init__(self, text):
        used = re.findall(r"\{(\w*)\}", text)
        once = len(set(used) - {"any"}) == len([n for n in used if n != "any"])
        if not once or "student" not in used or not set(used) <= set(FIELDS):
            raise ValueError(
                f"The pattern {text!r} is not clear. Expected {{student}} and, each at "
                f"most once, {', '.join(f'{{{n}}}' for n in FIELDS if n != 'any')}; "
                "{any} as often as you like. Like '{student}/{set}/{file}'?"
            )
        self.text = text
        parts = re.split(r"\{(\w+)\}", text)
        self.looks = re.compile(
            "".join(
                re.escape(p) if k % 2 == 0 else _group(p) for k, p in enumerate(parts)
            ) + ("" if "file" in used else "(?P<file>.*)")
        )  # fmt: skip

    def read(self, place):
        """The Whose of a place, or None."""
        found = self.looks.fullmatch("/".join(place))
        if not found:
            return None
        said = found.groupdict(default="")
        rest = tuple(filter(None, (said.get("set"), *said["file"].split("/"))))
        id = said.get("id", "")
        made = Whose(said["student"], rest or place, id, layout="pattern")
        return replace(
            made, when=moment(said.get("time", "")), late=bool(said.get("late"))
        )


def _group(name):
    return FIELDS[name] if name == "any" else f"(?P<{name}>{FIELDS[name]})"
