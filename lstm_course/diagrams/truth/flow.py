"""A sketch run as a program: every node's value from the values that reach it.

With numbers it says whether the picture computes what the cell computes (a test does
that for every cell); with text it gives the description a screen reader reads.
"""

from .probe import spoken


def carried(sketch, name):
    """What a line that leaves ``name`` carries, forks and joins passed over: names."""
    if sketch.nodes[name].kind not in ("dot", "join"):
        return [name]
    sources = [w.path[0] for w in sketch.wires.values() if w.path[-1] == name]
    return [n for a in sources for n in carried(sketch, a)]


def evaluate(sketch, start, layer, point):
    """Values of all nodes: dict name -> value.

    Parameters
    ----------
    sketch : Sketch
    start : dict
        Value of each port that nothing flows into.
    layer : callable
        ``layer(name, node, reads, added)``: reads is a dict source -> value, added a
        list of values that reach the box through elementwise weights.
    point : callable
        ``point(text, values)`` of a circle, ``point(name, [value])`` of a weight.
    """
    known = {}
    wires = [(w.path[0], w.path[-1]) for w in sketch.wires.values()]

    def value(name):
        if name not in known:
            known[name] = compute(name, sketch.nodes[name])
        return known[name]

    def compute(name, node):
        if name in start:
            return start[name]
        sources = [a for a, b in wires if b == name]
        plain = [a for a in sources if sketch.nodes[a].kind != "weight"]
        got = {n: value(n) for a in plain for n in carried(sketch, a)}
        if node.kind == "box":
            added = [value(a) for a in sources if a not in plain]
            return layer(name, node, got, added)
        each = [value(n) for a in sources for n in carried(sketch, a)]
        if node.kind == "weight":
            return point(name, each)
        return point(node.text, each) if node.kind == "circle" else each[0]

    real = ("port", "box", "circle", "weight")
    return {n: value(n) for n, node in sketch.nodes.items() if node.kind in real}


def describe(sketch):
    """The diagram in words, for readers who cannot see it: str."""
    ends = {w.path[-1] for w in sketch.wires.values()}
    ports = {n: node.text for n, node in sketch.nodes.items() if node.kind == "port"}
    start = {n: text for n, text in ports.items() if n not in ends}
    lines = []

    def layer(name, node, reads, added):
        label = _label(sketch, name)
        what = " + ".join([" and ".join(sorted(reads.values(), reverse=True)), *added])
        lines.append(f"{label} = {spoken(node.text)} layer of {what}")
        return label

    def point(text, each):
        if text in ("×", "+", "−"):
            return f"({f' {text} '.join(each)})"
        form = {"1−": "(1 − {})", "+1": "({} + 1)", "clock": "clock({})"}
        return form.get(text, text + " {}").format(each[0])

    values = evaluate(sketch, start, layer, point)
    results = {
        ports[n]: values[n] for n in ports if n in ends and values[n] != ports[n]
    }
    lines += [f"{name} = {_bare(value)}" for name, value in results.items()]
    for name, value in results.items():  # what has a name goes by it
        lines = [
            line if line.startswith(f"{name} =") else line.replace(value, name)
            for line in lines
        ]
    return ". ".join(lines) + "."


def _label(sketch, name):
    """The name on the line that leaves a box."""
    labels = [w.label for w in sketch.wires.values() if w.path[0] == name and w.label]
    return labels[0] if labels else f"{name}_t"


def _bare(text):
    """Without the outermost brackets, if they belong together."""
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return text[1:-1] if k and k == len(text) - 1 else text
    return text
