"""Lines of a diagram as SVG paths: round corners, bridges over crossings, tips."""

from .sketch import crossing, segments

CORNER, BRIDGE, TIP = 9, 5, 6.5


def line(wire, points, others):
    """A wire as SVG: its path, and its tip if it has one."""
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
    bx, by = x - TIP * dx, y - TIP * dy
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
        else:
            d.append(_corner(a, b, points[k + 2]))
    return "".join(d)


def _bridges(a, b, others):
    """Crossings along an upright segment, in its own direction."""
    if a[0] != b[0]:
        return []
    found = [c for other in others if (c := crossing((a, b), other))]
    return sorted(found, key=lambda c: abs(c[1] - a[1]))


def _corner(a, b, c):
    """To the corner b, and round it, on the way from a to c."""
    r = min(CORNER, _far(a, b) / 2, _far(b, c) / 2)
    px, py = b[0] - r * _sign(b[0] - a[0]), b[1] - r * _sign(b[1] - a[1])
    qx, qy = b[0] + r * _sign(c[0] - b[0]), b[1] + r * _sign(c[1] - b[1])
    return f"L{px:g} {py:g}Q{b[0]:g} {b[1]:g} {qx:g} {qy:g}"


def _far(a, b):
    return abs(b[0] - a[0]) + abs(b[1] - a[1])
