"""What must hold of a right layer; each property is asked of a tool's own layer.

A property is a generator: ``(tool, kind) -> Found, Found, ...``, each a difference and
what rounding explains of it.  That is measured, not chosen: our own cell computes the
same in float64 and in float32, and a tool may be ``ROUND`` times as far from the first
as the second is (a GPU's order of sums, a fused exponential), in float64 by as much
less as its numbers are finer.
"""

from typing import NamedTuple

import numpy as np

from ..doors import as_cell
from .reference import Reference

ROUND = 32
EPS = {name: float(np.finfo(name).eps) for name in ("float32", "float64")}
T, B, I, H = 9, 3, 4, 6
CASES = {  # the options of ``build``, and T
    "one layer": ({}, T),
    "two layers": ({"layers": 2}, T),
    "both directions": ({"directions": 2}, T),
    "two layers, both directions": ({"layers": 2, "directions": 2}, T),
    "one step": ({}, 1),
    "200 steps": ({}, 200),
    "saturated": ({"scale": 4.0}, T),
}
SHORT = [5, 9, 1]


class Found(NamedTuple):
    """One comparison: of what, how far apart, and how far rounding may take it."""

    case: str
    what: str
    difference: float
    allowed: float


class Question:
    """A tool's layer, its reference in two precisions, and random numbers for both."""

    def __init__(self, tool, kind, T=T, B=B, **options):
        self.tool, self.layer = tool, tool.build(kind, I, H, **options)
        self.right = Reference(kind, self.layer.params)
        self.rough = Reference(kind, self.layer.params, np.float32)
        rng = np.random.default_rng((T, B))
        n, D = len(self.layer.params), self.right.directions
        states = len(as_cell(kind).states)
        kept = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
        self.x, self.dy = kept(T, B, I), kept(T, B, D * H)
        self.starts = tuple(np.tanh(kept(n, B, H)) for _ in range(states))
        self.dends = tuple(kept(n, B, H) for _ in range(states))

    def outputs(self, lengths=None):
        """name -> array of the right outputs, and how far each may be off."""
        both = [_flat(*r.run(self.x, self.starts, lengths)) for r in self.two]
        return both[0], self.allowed(*both)

    def gradients(self, lengths=None):
        given = self.x, self.starts, self.dy, self.dends, lengths
        both = [_named(r.gradients(*given)) for r in self.two]
        lacks = tuple(f"d{name} of" for name in getattr(self.layer, "lacks", ()))
        right = {k: v for k, v in both[0].items() if not k.startswith(lacks or "-")}
        return right, self.allowed(right, both[1])

    @property
    def two(self):
        return self.right, self.rough

    def allowed(self, right, rough):
        finer = EPS[self.tool.dtype] / EPS["float32"]
        return {
            k: finer * max(ROUND * far(rough[k], v), 8 * EPS["float32"] * _size(v))
            for k, v in right.items()
        }


def forward(tool, kind):
    """Outputs and end states are those of the equations."""
    for case, options, steps in _cases(tool):
        q = Question(tool, kind, steps, **options)
        yield from _compared(case, _flat(*q.layer.run(q.x, q.starts)), *q.outputs())


def gradients(tool, kind):
    """The gradient by x, by every start state and by every weight is right."""
    for case, options, steps in _cases(tool):
        q = Question(tool, kind, steps, **options)
        got = _named(q.layer.gradients(q.x, q.starts, q.dy, q.dends))
        yield from _compared(case, got, *q.gradients())


def _cases(tool):
    """Cases that a tool can compile: torch.compile writes out every step."""
    longest = getattr(tool, "longest", np.inf)
    return [(case, o, n) for case, (o, n) in CASES.items() if n <= longest]


def batch(tool, kind):
    """A sequence comes out the same alone and among others, also after training."""
    for size in (2, 17):
        q = Question(tool, kind, T, size, layers=2, **_dropped(tool))
        whole, allowed = q.outputs()
        if "dropout" in tool.can:
            q.layer.run(q.x, q.starts, training=True, seed=1)
        got = _flat(*q.layer.run(q.x, q.starts))
        yield from _compared(f"batch of {size}", got, whole, allowed)
        one = lambda b: [s[:, b : b + 1] for s in q.starts]  # noqa: B023, E731
        for b in (0, size - 1):
            alone = _flat(*q.layer.run(q.x[:, b : b + 1], one(b)))
            among = {k: v[:, b : b + 1] for k, v in got.items()}
            yield from _compared(f"number {b} of {size} alone", alone, among, allowed)


def ragged(tool, kind):
    """With lengths, what lies behind a sequence's end is neither read nor written."""
    for case in ("one layer", "two layers, both directions"):
        q = Question(tool, kind, **CASES[case][0])
        x = q.x.copy()
        for b, n in enumerate(SHORT):
            x[n:, b], q.dy[n:, b] = 1000.0, 0.0
        got = _flat(*q.layer.run(x, q.starts, SHORT))
        yield from _compared(case, _until(got), *map(_until, q.outputs(SHORT)))
        if "gradients" in tool.can:
            back = _named(q.layer.gradients(x, q.starts, q.dy, q.dends, SHORT))
            yield from _compared(case, back, *q.gradients(SHORT))


def carried(tool, kind):
    """Two halves, the state carried over, are the whole."""
    q = Question(tool, kind, layers=2)
    whole, allowed = q.outputs()
    first, state = q.layer.run(q.x[:4], q.starts)
    second, state = q.layer.run(q.x[4:], state)
    yield from _compared(
        "4 + 5 steps", _flat(np.concatenate([first, second]), state), whole, allowed
    )


def causal(tool, kind):
    """What comes later changes nothing earlier."""
    q = Question(tool, kind, layers=2)
    _, allowed = q.outputs()
    x = q.x.copy()
    x[5] += 1.0
    before, after = (q.layer.run(one, q.starts)[0][:5] for one in (q.x, x))
    yield Found("step 5 changed", "y before it", far(after, before), allowed["y"])


def again(tool, kind):
    """The same call gives the same bits."""
    q = Question(tool, kind, layers=2)
    two = [_flat(*q.layer.run(q.x, q.starts)) for _ in range(2)]
    yield from _compared("outputs", *two, dict.fromkeys(two[0], 0.0))
    if "gradients" in tool.can:
        given = q.x, q.starts, q.dy, q.dends
        two = [_named(q.layer.gradients(*given)) for _ in range(2)]
        yield from _compared("gradients", *two, dict.fromkeys(two[0], 0.0))


def layouts(tool, kind):
    """Batch first, from a view that is not contiguous, is the same as time first."""
    q = Question(tool, kind, layers=2, directions=2, batch_first=True)
    got = _flat(*q.layer.run(q.x, q.starts))
    yield from _compared("outputs", got, *q.outputs())
    if "gradients" in tool.can:
        back = _named(q.layer.gradients(q.x, q.starts, q.dy, q.dends))
        yield from _compared("gradients", back, *q.gradients())


def dropout(tool, kind):
    """Dropout between layers: its mask is in the backward pass, new at every call, and
    gone in evaluation."""
    q = Question(tool, kind, layers=2, dropout=0.5)
    run = lambda **how: q.layer.run(q.x, q.starts, **how)  # noqa: E731
    one, same = (run(training=True, seed=1)[0] for _ in range(2))
    yield Found("the same seed", "y", far(one, same), 0.0)
    one, other = (run(training=True)[0] for _ in range(2))
    yield Found("two calls", "share of equal y", _equal(one, other), 0.5)
    yield from _compared("in evaluation, after training", _flat(*run()), *q.outputs())
    yield from _slopes(q)
    q = Question(tool, kind, layers=2, dropout=1.0)
    y, _ = q.layer.run(q.x, q.starts, training=True, seed=1)
    yield Found("dropout=1", "share not finite", 1 - np.isfinite(y).mean(), 0.0)


def _slopes(q):
    """The loss along the gradient by x, the mask held, against the gradient."""
    x = q.x.astype(np.float64)
    how = {"training": True, "seed": 1}
    g = q.layer.gradients(x, q.starts, q.dy, q.dends, **how)["x"]
    size = np.linalg.norm(g)
    loss = lambda x: float(sum(  # noqa: E731
        (a * d).sum() for a, d in zip(
            _flat(*q.layer.run(x, q.starts, **how)).values(), (q.dy, *q.dends),
            strict=True)))  # fmt: skip
    step = 1e-2 * g / max(size, 1e-9)
    slope = (loss(x + step) - loss(x - step)) / 2e-2
    yield Found("gradient, the mask held", "dx", abs(slope / size - 1), 0.02)


PROPERTIES = {
    "forward": (forward, None),
    "gradients": (gradients, "gradients"),
    "batch size": (batch, None),
    "lengths": (ragged, "lengths"),
    "carried state": (carried, None),
    "causality": (causal, None),
    "same bits": (again, None),
    "layouts": (layouts, "layouts"),
    "dropout": (dropout, "dropout"),
}  # name -> (question, what a tool must be able to do)


# ------------------------------------------------------------------------ comparing


def far(a, b):
    """Largest difference; infinite where one is not finite."""
    gap = np.abs(np.asarray(a, float) - np.asarray(b, float))
    return float(gap.max()) if np.isfinite(gap).all() else float("inf")


def _compared(case, got, right, allowed):
    for k, v in right.items():
        yield Found(case, k, far(got[k], v), allowed[k])


def _flat(y, ends):
    return {"y": y} | {f"{s}_n": e for s, e in zip("hc", ends, strict=False)}


def _named(grads):
    made = {"dx": grads["x"]}
    made |= {f"d{s}0": g for s, g in zip("hc", grads["starts"], strict=False)}
    for (layer, d), p in grads["params"].items():
        where = f"layer {layer}{', reverse' if d else ''}"
        made |= {f"d{k} of {where}": g for k, g in p.items()}
    return made


def _until(named):
    """y within the lengths only: behind them tools differ, and may."""
    if np.ndim(named["y"]) == 0:
        return named
    y = np.concatenate([named["y"][:n, b] for b, n in enumerate(SHORT)])
    return named | {"y": y}


def _size(v):
    return max(1.0, float(np.abs(v).max()))


def _equal(a, b):
    return float((a == b).mean())


def _dropped(tool):
    return {"dropout": 0.5} if "dropout" in tool.can else {}
