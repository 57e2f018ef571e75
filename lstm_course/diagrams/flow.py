"""A sketch run as a program: every node's value from the values that reach it.

With numbers it says whether the picture computes what the cell computes (a test does
that for every cell); with text it gives the description a screen reader reads.
"""


def reads(sketch, name):
    """What a line that leaves ``name`` carries, forks and joins passed over: names."""
    if sketch.nodes[name].kind not in ("dot", "join"):
        return [name]
    sources = [w.path[0] for w in sketch.wires.values() if w.path[-1] == name]
    return [n for a in sources for n in reads(sketch, a)]


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
        got = {n: value(n) for a in plain for n in reads(sketch, a)}
        if node.kind == "box":
            added = [value(a) for a in sources if a not in plain]
            return layer(name, node, got, added)
        each = [value(n) for a in sources for n in reads(sketch, a)]
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
    layers = []

    def layer(name, node, reads, added):
        label = _label(sketch, name)
        what = " and ".join([*reads.values(), *added])
        kind = node.text.replace("σ", "sigmoid")
        layers.append(f"{label} is a {kind} layer of {what}.")
        return label

    def point(text, each):
        if text in ("×", "+"):
            return f"({f' {text} '.join(each)})"
        return {"1−": "(1 − {})", "id": "{}"}.get(text, text + " {}").format(each[0])

    values = evaluate(sketch, start, layer, point)
    results = [
        f"{text} = {_bare(values[n])}" for n, text in ports.items() if n not in start
    ]
    return " ".join(layers) + " Then " + ", ".join(results) + "."


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
