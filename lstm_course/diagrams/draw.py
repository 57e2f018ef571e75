"""From a sketch to SVG: shapes, lines with round corners and bridges, words.

Colours are the page's CSS variables where it has them (--gate-f, ...), else the
palette's own, light or dark as the page or the system asks; ink is currentColor.
"""

from html import escape
from itertools import count

from .. import palette
from .sketch import crossing, segments
from .text import plain, tspans, width

MATH, WORD, SIGN = 16, 12, 17  # font sizes: mathematics, words, signs in circles
CORNER, BRIDGE, ARROW = 9, 5, 6.5
KEYS = [*palette.GATES, "read"]
NUMBERS = count(1)

RULES = """
.lcd{font-family:inherit;overflow:visible}
.lcd text{fill:currentColor;stroke:none;font-family:STIX Two Text,Cambria,Georgia,serif}
.lcd .m{font-style:italic}
.lcd .word,.lcd .value{font-family:inherit;fill:var(--k,currentColor)}
.lcd .value{font-weight:600;font-variant-numeric:tabular-nums}
.lcd path,.lcd rect,.lcd circle{fill:none;stroke:var(--k,currentColor);stroke-width:1.6}
.lcd .thick{stroke-width:2.6}
.lcd .tip,.lcd .dot{fill:var(--k,currentColor);stroke:none}
.lcd .dashed{stroke-dasharray:5 4}
.lcd .box rect,.lcd .weight rect{fill:var(--k,currentColor);fill-opacity:.13}
.lcd .box rect{stroke-width:1.8}
.lcd .circle rect{fill:currentColor;fill-opacity:.03}
.lcd .card{fill:currentColor;fill-opacity:.035;stroke:currentColor;stroke-opacity:.22;
stroke-width:1}
.lcd .lane{fill:var(--k,currentColor);fill-opacity:.1;stroke:none}
.lcd [data-part]{transition:opacity .2s}
.lcd .dim{opacity:.22}
.lcd .new path:not(.tip),.lcd .new rect,.lcd .new circle{stroke-width:3}
@media(prefers-reduced-motion:reduce){.lcd [data-part]{transition:none}}
"""
DARK = (
    "html[data-theme=dark] .lcd",
    "html[theme=dark] .lcd",
    "body[data-jp-theme-light=false] .lcd",
    "body.vscode-dark .lcd",
)
LIGHT = (
    "html[data-theme=light] .lcd",
    "body[data-jp-theme-light=true] .lcd",
    "body.vscode-light .lcd",
)


def style():
    """The style sheet of every diagram; the same text each time."""

    def colours(gates):
        return "".join(f"--k-{k}:var(--gate-{k},{gates[k]});" for k in KEYS)

    light = colours(palette.GATES | {"read": palette.PAGE["muted"]})
    dark = colours(palette.GATES_DARK | {"read": palette.PAGE_DARK["muted"]})
    ink = f"color:{palette.PAGE_DARK['ink']}"
    parts = "".join(f".lcd .k-{k}{{--k:var(--k-{k})}}" for k in KEYS)
    return (
        f"<style>.lcd{{{light}}}\n@media(prefers-color-scheme:dark){{.lcd{{{dark}}}"
        f".lcd:root{{{ink}}}}}\n{','.join(LIGHT)}{{{light}}}\n"
        f"{','.join(DARK)}{{{dark}}}\n{parts}{RULES}</style>"
    )


def svg(sketch, desc, highlight=None, values=None, new=()):
    """The sketch as SVG text."""
    n = next(NUMBERS)
    values, body = dict(values or {}), []
    body += [_card(sketch.card)] if sketch.card else []
    body += [_lane(*lane) for lane in sketch.lanes]
    paths = {k: sketch.points(w) for k, w in sketch.wires.items()}
    for name, wire in sketch.wires.items():
        others = [q for k, p in paths.items() if k != name for q in segments(p)]
        inside = _wire(wire, paths[name], others)
        inside += _label(wire, paths[name], values)
        body.append(_group(name, wire, inside, highlight, new, "wire"))
    for name, node in sketch.nodes.items():
        body.append(
            _group(name, node, _node(node, values, name), highlight, new, node.kind)
        )
    w, h = sketch.width, sketch.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lcd" '
        f'viewBox="0 0 {w:g} {h:g}" width="{w * 1.15:.0f}" '
        f'style="max-width:100%;height:auto" role="img" '
        f'aria-labelledby="lcd-t{n} lcd-d{n}">\n'
        f'<title id="lcd-t{n}">{escape(plain(sketch.title))}</title>\n'
        f'<desc id="lcd-d{n}">{escape(plain(desc))}</desc>\n'
        f"{style()}\n" + "\n".join(filter(None, body)) + "\n</svg>"
    )


def _group(name, thing, inside, highlight, new, kind):
    if not inside:
        return ""
    classes = [kind]
    if thing.part in KEYS:
        classes.append(f"k-{thing.part}")
    if highlight is not None and not (set(highlight) & thing.tags):
        classes.append("dim")
    if name in new:
        classes.append("new")
    return (
        f'<g class="{" ".join(classes)}" data-part="{escape(name)}" '
        f'data-tags="{" ".join(sorted(thing.tags - {""}))}">{inside}</g>'
    )


def _card(card):
    x0, y0, x1, y1 = card
    return (
        f'<rect class="card" x="{x0:g}" y="{y0:g}" width="{x1 - x0:g}" '
        f'height="{y1 - y0:g}" rx="16"/>'
    )


def _lane(y, part, x0, x1):
    return (
        f'<rect class="lane k-{part}" x="{x0 + 24:g}" y="{y - 21:g}" '
        f'width="{x1 - x0 - 48:g}" height="42" rx="21"/>'
    )


def _node(node, values, name):
    w, h = node.size
    x, y = node.x, node.y
    if node.kind == "dot":
        return f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="3.4"/>'
    if node.kind == "join":
        return ""
    if node.kind == "port":
        return _port(node, values.get(name.removesuffix("_out")))
    if node.kind == "note":
        return words(x, y, node.text, WORD, node.anchor, "word")
    round_ = {"box": 6, "weight": 5, "circle": h}[node.kind]
    size = {
        "box": MATH if len(node.text) < 5 else WORD + 1,
        "weight": WORD,
        "circle": SIGN if len(node.text) < 3 else WORD + 1,
    }[node.kind]
    return (
        f'<rect x="{x - w:g}" y="{y - h:g}" width="{2 * w:g}" height="{2 * h:g}" '
        f'rx="{round_:g}"/>' + words(x, y + 0.33 * size, node.text, size)
    )


def _port(node, value):
    """The name of what comes in or goes out, beside the end of its line."""
    x, y = node.x, node.y
    below = node.part == "x"
    y = y + 19 if below else y - 10
    x = x if below else max(x, 20) if x < 40 else x - 8
    out = words(x, y, node.text, MATH)
    if value is None:
        return out
    if below:
        x = x + width(node.text, MATH) / 2 + 4
        return out + words(x, y, f"= {value}", WORD + 1, "start", "value")
    return out + words(x, y + 29, str(value), WORD + 1, "middle", "value")


def words(x, y, text, size, anchor="middle", kind=""):
    """A line of text with its baseline at y."""
    name = f' class="{kind}"' if kind else ""
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    place = f'x="{x:g}" y="{y:g}" font-size="{size:g}"{end}'
    return f"<text{name} {place}>{tspans(text, size)}</text>"


def _wire(wire, points, others):
    kind = " ".join(k for k in ("thick", "dashed") if getattr(wire, k))
    tip = ""
    if wire.arrow:
        points, tip = _arrow(points)
    name = f' class="{kind}"' if kind else ""
    return f'<path{name} d="{route(points, others)}"/>{tip}'


def _arrow(points):
    """Shorten the line and put a tip where it ended."""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = _sign(x - x0), _sign(y - y0)
    bx, by = x - ARROW * dx, y - ARROW * dy
    a, b = (bx - 3.6 * dy, by + 3.6 * dx), (bx + 3.6 * dy, by - 3.6 * dx)
    tip = f'<path class="tip" d="M{x:g} {y:g}L{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}Z"/>'
    return [*points[:-1], (bx + dx, by + dy)], tip


def _sign(a):
    return (a > 0) - (a < 0)


def route(points, others):
    """Path data with round corners; an upright line bridges those it crosses."""
    d = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for k, (a, b) in enumerate(segments(points)):
        for x, y in _bridges(a, b, others):
            s = _sign(b[1] - a[1])
            d.append(
                f"V{y - s * BRIDGE:g}A{BRIDGE} {BRIDGE} 0 0 {int(s > 0)} {x:g} "
                f"{y + s * BRIDGE:g}"
            )
        if k == len(points) - 2:
            d.append(f"L{b[0]:g} {b[1]:g}")
            continue
        c = points[k + 2]
        r = min(
            CORNER,
            (abs(b[0] - a[0]) + abs(b[1] - a[1])) / 2,
            (abs(c[0] - b[0]) + abs(c[1] - b[1])) / 2,
        )
        p = (b[0] - r * _sign(b[0] - a[0]), b[1] - r * _sign(b[1] - a[1]))
        q = (b[0] + r * _sign(c[0] - b[0]), b[1] + r * _sign(c[1] - b[1]))
        d.append(f"L{p[0]:g} {p[1]:g}Q{b[0]:g} {b[1]:g} {q[0]:g} {q[1]:g}")
    return "".join(d)


def _bridges(a, b, others):
    if a[0] != b[0]:
        return []
    found = [c for other in others if (c := crossing((a, b), other))]
    return sorted(found, key=lambda c: abs(c[1] - a[1]))


def _label(wire, points, values):
    """The wire's name above its first level stretch, with its value if there is one."""
    if not wire.label:
        return ""
    x, y, anchor = label_place(wire, points)
    out = words(x, y, wire.label, MATH, anchor)
    value = values.get(wire.part)
    if value is None:
        return out
    after = x + width(wire.label, MATH) + 3
    return out + words(after, y, f"= {value}", WORD + 1, "start", "value")


def label_place(wire, points):
    """x, y and anchor of a wire's label."""
    if wire.at:
        return (*wire.at, wire.anchor)
    (x0, y0), (x1, y1) = points[:2]
    return (
        (x0 + 10, y0 - 7, "start") if y0 == y1 else (x0 + 8, (y0 + y1) / 2 + 5, "start")
    )
