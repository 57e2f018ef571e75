"""From a sketch to SVG.

Colours are the page's CSS variables where it has them (--gate-f, ...), else the
palette's own, light or dark as the page or the system asks; ink is currentColor.
"""

from html import escape
from itertools import count
from uuid import uuid4

from ... import palette
from .sketch import segments
from .wires import line, route
from .words import node_texts, plain, wire_texts

SCALE = 1.15  # pixels per unit where there is room
ROUND = {"box": 6, "ghost": 6, "weight": 5, "panel": 12}
COLOURS = {
    "light": palette.GATES | {"read": palette.PAGE["muted"]},
    "dark": palette.GATES_DARK | {"read": palette.PAGE_DARK["muted"]},
}
MARK = "#FFD24A", "#96780A"  # behind what is new, on a light and on a dark page
NUMBERS = count(1)
RUN = uuid4().hex[:6]  # a page may hold pictures from the build and from a notebook

RULES = """
.lcd{font-family:inherit;overflow:visible}
.lcd text{fill:currentColor;stroke:none;
font-family:var(--text,STIX Two Text,Cambria,Georgia),serif}
.lcd .m{font-style:italic}
.lcd .word,.lcd .value{font-family:var(--ui,system-ui,sans-serif);
fill:var(--k,currentColor)}
.lcd .value{font-weight:600;font-variant-numeric:tabular-nums}
.lcd path,.lcd rect,.lcd circle{fill:none;stroke:var(--k,currentColor);stroke-width:1.6}
.lcd .thick{stroke-width:2.6}
.lcd .tip,.lcd .dot{fill:var(--k,currentColor);stroke:none}
.lcd .dashed{stroke-dasharray:5 4}
.lcd .box rect,.lcd .weight rect{fill:var(--k,currentColor);fill-opacity:.13}
.lcd .box rect{stroke-width:1.8}
.lcd .circle rect{fill:currentColor;fill-opacity:.03}
.lcd .panel rect{fill:currentColor;fill-opacity:.03;stroke-width:1;stroke-opacity:.4}
.lcd .sheet{fill:currentColor;fill-opacity:.035;stroke:currentColor;stroke-opacity:.22;
stroke-width:1}
.lcd .lane{fill:var(--k,currentColor);fill-opacity:.1;stroke:none}
.lcd .halo{stroke:var(--mark);stroke-width:8;stroke-linejoin:round;opacity:.6}
.lcd .ghost rect{stroke-dasharray:4 4;fill:none}
.lcd .old{opacity:.5}
.lcd [data-part]{transition:opacity .2s}
.lcd .dim{opacity:.28}
@media(prefers-reduced-motion:reduce){.lcd [data-part]{transition:none}}
"""


def style(parts):
    """The style sheet of a diagram with these parts: str."""

    def colours(theme):
        mark = f"--mark:{MARK[theme == 'dark']};"
        gates = (f"--k-{k}:var(--gate-{k},{COLOURS[theme][k]});" for k in parts)
        return mark + "".join(gates)

    light, dark = colours("light"), colours("dark")
    alone, night = (  # as a file of its own it brings its page along
        f".lcd:root{{background:{page['paper']};color:{page['ink']}}}"
        for page in (palette.PAGE, palette.PAGE_DARK)
    )
    each = "".join(f".lcd .k-{k}{{--k:var(--k-{k})}}" for k in parts)
    return (
        f"<style>.lcd{{{light}}}{alone}\n"
        f"@media(prefers-color-scheme:dark){{.lcd{{{dark}}}{night}}}\n"
        f"{palette.under('light', '.lcd')}{{{light}}}\n"
        f"{palette.under('dark', '.lcd')}{{{dark}}}\n{each}{RULES}</style>"
    )


def svg(sketch, desc, highlight=None, values=None):
    """The sketch as SVG text."""
    name, w, h = f"lcd-{RUN}-{next(NUMBERS)}", sketch.width, sketch.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lcd" '
        f'viewBox="0 0 {w:g} {h:g}" width="{SCALE * w:.0f}" '
        f'style="max-width:100%;height:auto;--w:{w:g}" role="img" '
        f'aria-labelledby="{name}-t {name}-d">\n'
        f'<title id="{name}-t">{escape(plain(sketch.title))}</title>\n'
        f'<desc id="{name}-d">{escape(plain(desc))}</desc>\n'
        f"{style(_parts(sketch))}\n{_body(sketch, highlight, values or {})}\n</svg>"
    )


def _parts(sketch):
    """The parts that have a colour and occur, in the palette's order."""
    used = {
        thing.part for group in (sketch.nodes, sketch.wires) for thing in group.values()
    } | {part for _, part, *_ in sketch.lanes}
    return [k for k in COLOURS["light"] if k in used]


def _body(sketch, highlight, values):
    back = [_card(sketch.card)] if sketch.card else []
    back += [_lane(*lane) for lane in sketch.lanes]
    halos, body = [], []
    paths = {k: sketch.points(w) for k, w in sketch.wires.items()}
    for name, wire in sketch.wires.items():
        others = [q for k, p in paths.items() if k != name for q in segments(p)]
        inside = line(wire, paths[name], others)
        inside += "".join(t.svg() for t in wire_texts(name, wire, paths[name], values))
        if name in (sketch.new or ()):
            halos.append(f'<path class="halo" d="{route(paths[name], others)}"/>')
        body.append(_group(name, wire, "wire", inside, sketch, highlight))
    for name, node in sketch.nodes.items():
        inside = _shape(node)
        inside += "".join(t.svg() for t in node_texts(name, node, values))
        if name in (sketch.new or ()):
            halos.append(_shape(node).replace("<rect", '<rect class="halo"'))
        body.append(_group(name, node, node.kind, inside, sketch, highlight))
    return "\n".join(filter(None, [*back, *halos, *body]))


def _group(name, thing, kind, inside, sketch, highlight):
    """What belongs to one name, for the eye and for a script."""
    if not inside:
        return ""
    classes = [kind]
    if thing.part in COLOURS["light"]:
        classes.append(f"k-{thing.part}")
    if highlight is not None and not (set(highlight) & thing.tags):
        classes.append("dim")
    if sketch.new is not None and kind != "ghost":
        classes.append("new" if name in sketch.new else "old")
    tags = " ".join(sorted(thing.tags - {""}))
    return (
        f'<g class="{" ".join(classes)}" data-part="{escape(name)}" '
        f'data-tags="{tags}">{inside}</g>'
    )


def _shape(node):
    """The outline of a node; ports, notes and joins have none."""
    (w, h), x, y = node.size, node.x, node.y
    if node.kind == "dot":
        return f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="3.4"/>'
    if not w:
        return ""
    return (
        f'<rect x="{x - w:g}" y="{y - h:g}" width="{2 * w:g}" height="{2 * h:g}" '
        f'rx="{ROUND.get(node.kind, h):g}"/>'
    )


def _card(card):
    x0, y0, x1, y1 = card
    return (
        f'<rect class="sheet" x="{x0:g}" y="{y0:g}" width="{x1 - x0:g}" '
        f'height="{y1 - y0:g}" rx="16"/>'
    )


def _lane(y, part, x0, x1):
    return (
        f'<rect class="lane k-{part}" x="{x0 + 24:g}" y="{y - 21:g}" '
        f'width="{x1 - x0 - 48:g}" height="42" rx="21"/>'
    )
