"""What a variant's picture has that another cell's has not, and what it lost."""

from .flow import carried


def mark(sketch, base):
    """Set ``new``, add a ghost for every layer that is gone; -> the change in words."""
    old, now = connections(base), connections(sketch)
    sketch.new = {n for n, node in sketch.nodes.items() if _is_new(n, node, base)}
    sketch.new |= {n for n in sketch.wires if not now[n] & set().union(*old.values())}
    gone = [
        n
        for n, node in base.nodes.items()
        if node.kind == "box" and n not in sketch.nodes
    ]
    for n in gone:
        y = sketch.rows.get(n)
        if y is not None:
            sketch.add(f"no_{n}", "ghost", base.nodes[n].x, y, part=n)
    added = [n for n in sketch.nodes if n in sketch.new]
    words = [
        f" {what}: {', '.join(names)}."
        for what, names in (("New here", added), ("Gone", gone))
        if names
    ]
    return "".join(words)


def _is_new(name, node, base):
    if node.kind in ("dot", "join", "note", "port"):
        return node.kind == "port" and name not in base.nodes
    old = base.nodes.get(name)
    return old is None or (old.kind, old.text) != (node.kind, node.text)


def connections(sketch):
    """What each wire brings from where to where, forks and joins passed over.

    dict wire -> set of (source, target) pairs of names that are no fork or join.
    """
    ends = [
        (w.path[0], w.path[-1])
        for w in sketch.wires.values()
        if isinstance(w.path[0], str) and isinstance(w.path[-1], str)
    ]

    def targets(name):
        if sketch.nodes[name].kind not in ("dot", "join"):
            return {name}
        return {t for a, b in ends if a == name for t in targets(b)}

    return {
        n: {(a, b) for a in carried(sketch, w.path[0]) for b in targets(w.path[-1])}
        if isinstance(w.path[0], str) and isinstance(w.path[-1], str)
        else set()
        for n, w in sketch.wires.items()
    }
