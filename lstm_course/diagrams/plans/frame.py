"""What every cell's sketch begins with: inputs, the line of what is read, layers."""

from ... import palette
from ..truth.probe import activation

LANE, LEFT = 54, 46  # y of the state's lane; left edge of the card
BUS, BOX = 82, 146  # x of what is read, x of the layers


def title(cell):
    """The cell's name and the first line of its room: str."""
    first = cell.doc.strip().split("\n")[0].rstrip(".")
    named = first.lower().startswith(cell.name.lower())
    return first if named else f"{cell.name.replace('_', ' ')}: {first}"


def short(cell):
    """The cell's name as people write it: RNN, sLSTM, depth gated."""
    word = cell.doc.split(":")[0].strip()
    if word.lower() == cell.name:
        return word
    return cell.name.upper() if len(cell.name) < 6 else cell.name.replace("_", " ")


def layer(s, cell, block, y, *, x=BOX, tags="", text=None, word=None):
    """A learned layer in its row, with its word under the line that leaves it."""
    s.add(block, "box", x, y, text or activation(cell, block), tags=tags)
    word = palette.NAMES.get(block, "") if word is None else word
    if word:
        beside = {"part": block, "tags": tags, "anchor": "start"}
        word = word.removesuffix(" gate")
        s.add(f"{block}_word", "note", x + 38, y + 17, word, **beside)


def inputs(s, y, bottom, tags):
    """x from below and the old h from the left become one thick line at (BUS, y)."""
    s.add("x", "port", BUS, bottom, "x_t", tags=tags)
    s.add("h_prev", "port", 8, y, "h_{t-1}", part="h", tags=tags)
    s.add("xh", "join", BUS, y - 22, part="", tags=tags)
    s.wire("x_in", "x", "xh", part="x", tags=tags, arrow=False)
    s.wire("h_in", "h_prev", (BUS, y), "xh", part="h", tags=tags, arrow=False)


def bus(s, rows, start="xh", more=False, part="read"):
    """The thick line up along the layers; rows: (name, y, tags).

    What is not joined with anything (``part`` is its name) runs thin.  Every layer
    gets a fork, but the last one only if there is ``more`` to come.  Returns the name
    of the last fork.
    """
    rows = sorted(rows, key=lambda r: -r[1])
    last, every = start, [t for _, _, t in rows]
    for k, (name, y, tags) in enumerate(rows):
        line = {"part": part, "thick": part == "read"}
        own, fork = f"{tags} {name}", f"fork_{name}"
        if k == len(rows) - 1 and not more:
            s.wire(f"to_{name}", last, (BUS, y), name, **line, tags=own)
            break
        s.add(fork, "dot", BUS, y, part=part, tags=own)
        above = " ".join(every[k:])
        s.wire(f"bus_{name}", last, fork, **line, tags=above, arrow=False)
        s.wire(f"to_{name}", fork, name, **line, tags=own)
        last = fork
    return last
