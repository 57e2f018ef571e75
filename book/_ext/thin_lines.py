"""Long lines of figures in fewer letters: in steps of a tenth of a point.

matplotlib writes each place of a curve in full, ``L 274.39 73.53``.  The step from the
place before, ``l.4-.3``, takes a third of that, and a tenth of a point is a seventh of
a pixel.  Markers and tiles, which are short, stay as they are.
"""

import re

LINE = re.compile(r' d="(M [ML\d.\s-]{300,})"')
PLACE = re.compile(r"([ML]) (-?[\d.]+) (-?[\d.]+)")


def thin(svg):
    """The same drawing with its long lines in steps: str."""
    return LINE.sub(lambda line: f' d="{steps(line[1])}"', svg)


def steps(line):
    """``M 1.0 2.0 L 1.4 1.7`` as ``M1 2l.4-.3``."""
    written, before, sign = [], (0, 0), ""
    for command, *place in PLACE.findall(line):
        place = [round(10 * float(value)) for value in place]
        moved = [new - old for new, old in zip(place, before, strict=True)]
        if command == "L" and moved == [0, 0]:
            continue
        now = command if command == "M" else "l"
        pair = " ".join(map(tenths, place if now == "M" else moved)).replace(" -", "-")
        gap = now if now != sign or now == "M" else "" if pair[0] == "-" else " "
        written.append(gap + pair)
        before, sign = place, now
    return "".join(written)


def tenths(count):
    return re.sub(r"^(-?)0\.", r"\1.", f"{count / 10:g}")
