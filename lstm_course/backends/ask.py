"""Every property asked of every kind of layer, and the answer as text or JSON."""

import platform
from typing import NamedTuple

from .known import reports
from .properties import PROPERTIES, Found


class Asked(NamedTuple):
    """One property of one kind of layer; ``error`` where the tool itself gave up."""

    kind: str
    property: str
    found: tuple
    error: str = ""
    skipped: str = ""

    @property
    def wrong(self):
        return [f for f in self.found if not f.difference <= f.allowed]

    @property
    def right(self):
        return not self.wrong and not self.error

    @property
    def worst(self):
        """The comparison that uses most of what rounding allows: a Found."""
        return max(self.found, key=_used, default=Found("", "", 0.0, 1.0))


class Answer(NamedTuple):
    """What a tool's layers do, property by property."""

    tool: object
    asked: tuple

    @property
    def right(self):
        return all(a.right for a in self.asked)

    def text(self):
        """A table, then every property that does not hold, with where and how far."""
        lines = [f"{self.tool}, {platform.machine()}", ""]
        kinds = list(dict.fromkeys(a.kind for a in self.asked))
        names = list(dict.fromkeys(a.property for a in self.asked))
        by = {(a.kind, a.property): a for a in self.asked}
        lines.append(f"{'':16}" + "".join(f"{k:>18}" for k in kinds))
        for name in names:
            cells = "".join(f"{_cell(by[k, name]):>18}" for k in kinds)
            lines.append(f"{name:16}{cells}")
        lines += ["", "In brackets: the largest difference as a share of what rounding "
                  "explains."]  # fmt: skip
        for a in self.asked:
            if not a.right:
                lines += ["", *_fault(self.tool, a)]
        return "\n".join(lines)

    def plain(self):
        """The same as a dict for JSON."""
        return {
            "tool": str(self.tool),
            "right": self.right,
            "properties": [
                {
                    "kind": a.kind,
                    "property": a.property,
                    "right": None if a.skipped else a.right,
                    "skipped": a.skipped,
                    "error": a.error,
                    "wrong": [f._asdict() for f in a.wrong],
                    "worst": a.worst._asdict(),
                    "reports": [r._asdict() for r in _reports(self.tool, a)],
                }
                for a in self.asked
            ],
        }


def check(tool, kinds=None, properties=None, say=None):
    """Ask a tool's layers everything.

    Parameters
    ----------
    tool : TorchLayers, KerasLayers, JaxLayers or OnnxSessions
    kinds : list of str, optional
        Of "rnn", "lstm", "gru"; all that the tool has by default.
    properties : list of str, optional
        Names in ``PROPERTIES``; all by default.
    say : function, optional
        Called with a line of text before each property.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        For a kind or property that there is not.
    """
    kinds = _known("kind", kinds, tool.kinds)
    names = _known("property", properties, PROPERTIES)
    asked = []
    for kind in kinds:
        for name in names:
            if say:
                say(f"{kind}: {name}")
            asked.append(_ask(tool, kind, name))
    return Answer(tool, tuple(asked))


def _known(what, wanted, there):
    for name in wanted or ():
        if name not in there:
            raise ValueError(
                f"There is no {what} {name!r}. Expected some of {', '.join(there)}. "
                "Leave it out for all?"
            )
    return list(wanted or there)


def _ask(tool, kind, name):
    question, needs = PROPERTIES[name]
    if needs and needs not in tool.can:
        return Asked(kind, name, (), skipped=f"{tool.tool} has no {needs} to ask")
    found = []
    try:
        found.extend(question(tool, kind))
    except Exception as error:  # a layer that gives up is an answer
        words = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
        return Asked(kind, name, tuple(found), error=words)
    return Asked(kind, name, tuple(found))


def _used(f):
    """The share of what is allowed; wrong ones first."""
    if not f.difference <= f.allowed:
        return 1e9 if f.allowed == 0 else max(1.0, f.difference / f.allowed)
    return f.difference / f.allowed if f.allowed else 0.0


def _cell(a):
    if a.skipped:
        return "not asked"
    if a.error:
        return "GAVE UP"
    if a.wrong:
        return f"WRONG in {len(a.wrong)} of {len(a.found)}"
    return f"right ({_used(a.worst):.2f})"


def _fault(tool, a):
    yield f"{a.kind}: {a.property} does not hold."
    if a.error:
        yield f"  the layer gave up: {a.error}"
    for f in sorted(a.wrong, key=_used, reverse=True)[:6]:
        yield (
            f"  {f.case}: {f.what} is off by {f.difference:.2g}; rounding explains "
            f"{f.allowed:.2g}"
        )
    if len(a.wrong) > 6:
        yield f"  and {len(a.wrong) - 6} more"
    for r in _reports(tool, a):
        yield f"  a known report: {r.words}: {r.url}"


def _reports(tool, a):
    return [] if a.right or a.skipped else reports(tool, a.kind, a.property)
