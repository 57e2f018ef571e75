"""Does a sketch compute what its cell computes?  Run both on random numbers."""

import numpy as np

from ... import ops
from .flow import evaluate
from .probe import KNOWN

I, H, B = 3, 24, 2  # H has room for the groups of a clockwork
POINT = {
    "×": lambda v: np.prod(v, axis=0),
    "+": lambda v: np.sum(v, axis=0),
    "1−": lambda v: 1.0 - v[0],
    "tanh": lambda v: np.tanh(v[0]),
    "2σ−1": lambda v: np.tanh(0.5 * v[0]),
    "σ": lambda v: ops.sigmoid(v[0]),
    "−": lambda v: v[0] - v[1],
    "+1": lambda v: v[0] + 1.0,
}


def agrees(sketch, cell):
    """True if the picture, run as a program, gives the cell's new states: bool."""
    rng = np.random.default_rng(0)
    features = I + H * bool(cell.extra)
    shapes = cell.shapes(features, H)
    p = {k: rng.normal(size=shape) for k, shape in shapes.items()}
    x = rng.normal(size=(B, features))
    state = tuple(rng.normal(size=(B, H)) for _ in cell.states)
    new, _ = cell.step(p, x, state)
    try:
        got = outputs(sketch, cell, cell.prepare(p, H), x, state)
    except KeyError:  # the picture lacks something the cell has
        return False
    return all(
        s in got and np.allclose(got[s], v, rtol=1e-9)
        for s, v in zip(cell.states, new, strict=True)
    )


def outputs(sketch, cell, p, x, state):
    """The states that come out of a sketch for given inputs: dict name -> (B, H)."""
    start = {f"{s}_prev": v for s, v in zip(cell.states, state, strict=True)}
    start["x"] = x
    if cell.extra:
        start |= {"x": x[:, :-H], cell.extra: x[:, -H:]}

    def layer(name, node, reads, added):
        terms = [t for t in cell.all_terms if name in t.blocks]
        reads = {"x": start["x"], **reads} if "x" in reads else reads
        wanted = {cell.value_of(t.source) for t in terms if t.source}
        if wanted != set(reads):
            raise KeyError(f"{name} reads {sorted(reads)}, not {sorted(wanted)}")
        z = sum(added, 0.0) + sum(product(t, name, reads) for t in terms)
        return KNOWN[node.text](z)

    def product(t, name, reads):
        k = t.first + t.blocks.index(name)
        weight = p[t.param][..., k * H : (k + 1) * H]
        return weight if t.source is None else reads[cell.value_of(t.source)] @ weight

    def point(text, each):
        if text == "clock":  # 1 where the unit's period divides the step
            return ops.positive(1.0 - (each[0] + 0.5) % p["period"])
        return p[text] * each[0] if text in p else POINT[text](each)

    values = evaluate(sketch, start, layer, point)
    return {n.removesuffix("_out"): v for n, v in values.items() if n.endswith("_out")}
