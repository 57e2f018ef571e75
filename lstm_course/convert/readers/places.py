"""Layers in their places: what a stack is, and cells whose file does not say it."""

import re
from dataclasses import replace


def stacked(layers):
    """Levels of one name that feed each other stay a stack, others get names."""
    by_name = {}
    for layer in layers:
        by_name.setdefault(layer.name, []).append(layer)
    made = []
    for name, stack in by_name.items():
        stack.sort(key=lambda layer: layer.level)
        pairs = list(zip(stack, stack[1:], strict=False))
        chained = all(b.input_size == a.width for a, b in pairs)
        chained = chained and all(b.level == a.level + 1 for a, b in pairs)
        chained = chained and len({layer.kind for layer in stack}) == 1
        for k, layer in enumerate(stack):
            apart = f"{name}_{layer.level}" if layer.level else name
            made.append(
                replace(layer, level=k)
                if chained
                else replace(layer, name=apart, level=0)
            )
    return made


def beside(layers):
    """A note where cells may be two directions: linen names both ways alike.

    A compact module of linen calls its cells LSTMCell_0, LSTMCell_1, ..., whether one
    feeds the other or a Bidirectional holds both.
    """
    stems = [LINEN.search(layer.name) and layer.name for layer in layers]
    counts = {s: stems.count(s) for s in stems if s}
    stems = [s and (s if counts[s] > 1 else LINEN.sub(r"\1", s)) for s in stems]
    return [
        replace(v, notes=(*v.notes, BESIDE.format(s)))
        if s and stems.count(s) > 1
        else v
        for v, s in zip(layers, stems, strict=True)
    ]


LINEN = re.compile(r"(Cell)(?:_\d+)?$")
SAID = "say way=both"
BESIDE = (
    "the cells of {} lie in one module, which says neither in which order they follow "
    "each other nor whether two are the directions of a Bidirectional: a chain in the "
    "order of their numbers is taken; say way=both if they are directions"
)


def both_ways(layers):
    """Cells two by two as the directions of a layer, as their file does not say.

    Raises
    ------
    ValueError
        Where they do not fit in pairs.
    """
    pairs = list(zip(layers[::2], layers[1::2], strict=False))
    sizes = [(a.kind, a.input_size, a.hidden_size) for a in layers]
    if len(layers) % 2 or sizes[::2] != sizes[1::2]:
        raise ValueError(
            f"way=both takes cells two by two, and there are {len(layers)}, of (kind, "
            f"I, H) {', '.join(map(str, sizes))}. Expected pairs of one kind and size. "
            "Is each of them a layer of its own? Leave way=both away?"
        )
    if [a.input_size for a, _ in pairs[1:]] != [
        2 * a.hidden_size for a, _ in pairs[:-1]
    ]:
        pairs = pairs[::-1]  # f(g(x)) makes f, and numbers it, before g
    name = LINEN.sub(r"\1", layers[0].name)
    made = [
        replace(a, name=name, level=k, way="both", weights=a.weights + b.weights)
        for k, (a, b) in enumerate(pairs)
    ]
    return stacked([replace(v, notes=tuple(n for n in v.notes if SAID not in n))
                    for v in made])  # fmt: skip
