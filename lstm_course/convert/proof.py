"""A conversion proved by running: source and written file, each in its own tool.

Every layer is run alone, on input that the layer below gives, in both kinds of floats:
sequences of several lengths, long ones, and input so large that gates saturate.  Where
a tool is not installed, ``convert.run`` stands for it, and the proof says so.

What rounding explains is no constant.  A computed sum is the exact one of numbers that
are each moved by at most n u / (1 - n u) of themselves, n terms, u half the machine's
epsilon (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1).  So
the layer is run in float64 with weights moved that far, and what its functions give
moved as far as libraries of vector mathematics promise, up or down at random, as Parker
(Monte Carlo Arithmetic, 1997) does.  How far its outputs move is what one computation
may be off; two of them twice as much.  A bias counts as rounded in the file's floats:
where a tool has two, or adds 1, their sum was.
"""

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .layer import cast
from .runners import TOGETHER, CannotRun, Process, runner_here, tool_of
from .running import run_layer

CASES = {"ragged": (9, 1.0), "long": (200, 1.0), "saturated": (9, 30.0)}  # steps, scale
FLOATS = ("float32", "float64")
ULPS = 4  # of a function in Intel's SVML and in SLEEF, at worst
DRAWS = 4
BOUND = 1e6  # a relu's outputs beyond it are not compared: floats end at 3e38


class Row(NamedTuple):
    """One direction of one layer on one kind of input, in one kind of floats.

    ``source_off`` and ``target_off``: each beside our own reading of the source.
    """

    layer: str
    side: str
    case: str
    floats: str
    source: str
    target: str
    off: float
    explained: float
    source_off: float
    target_off: float

    @property
    def part(self):
        """Of what rounding explains; above 1 the conversion is wrong."""
        return self.off / self.explained if self.off else 0.0


class Side:
    """Source or target: its layers, and who runs them."""

    def __init__(self, layers, tool=None, strict=False):
        self.layers, self.tool, self.strict = layers, tool, strict
        self.runners, self.why, self.processes = [], {}, {}
        for k in range(len(layers)):
            try:
                self.runners.append(self._runner(k))
            except CannotRun as why:
                self.runners.append(None)
                self.why[str(why)] = None
            except Exception as error:  # of the tool: it does not take the file
                self._failed(error)
                self.runners.append(None)

    def _runner(self, k):
        tool = tool_of(self.layers[k], self.tool)
        if tool in TOGETHER:
            return runner_here(self.layers[k], tool)
        if tool not in self.processes:
            self.processes[tool] = Process(self.layers, tool)
        return self.processes[tool].runner(k)

    def close(self):
        for process in self.processes.values():
            process.close()

    def _failed(self, error):
        said = f"{type(error).__name__}: {str(error).strip()[:200]}"
        if self.strict:
            raise ValueError(
                f"The written file fails in its own tool: {said}. Expected that it "
                "runs there. Please report it, with the file's layers?"
            ) from error
        self.why[f"its tool fails: {said}"] = None

    def run(self, k, x, lengths):
        """Layer k -> y, who ran it."""
        layer, runner = self.layers[k], self.runners[k]
        if runner is not None and x.dtype.name in runner.floats:
            try:
                y = np.asarray(runner.run(layer, x, lengths))
                if y.dtype == x.dtype:
                    return y, runner.name
                self.why[f"{runner.name} gave {y.dtype} for {x.dtype}"] = None
            except Exception as error:
                self._failed(error)
                self.runners[k] = None
        elif runner is not None:
            self.why[f"{runner.name} in {x.dtype}: {runner.why}"] = None
        return run_layer(cast(layer, x.dtype), x, lengths)[0], "convert.run"


def prove(layers, back=None, tools=(None, None), seed=0):
    """Layers of a source and of the file written from it, run side by side.

    Parameters
    ----------
    layers, back : list of Layer
        As ``convert.read`` gives them; without ``back`` the source is run beside
        ``convert.run``, which proves how it was read.
    tools : pair of str, optional
        Whose files they are, where several tools have the same names.

    Returns
    -------
    rows : list of Row
    unproved : list of str
        What was not run in a tool, and why.
    """
    for layer in layers:
        _check_finite(layer)
    order = range(len(layers)) if back is None else _matched(layers, back)
    with ExitStack() as stack:
        sides = [stack.enter_context(closing(Side(list(layers), tools[0])))]
        if back is not None:
            there = [back[k] for k in order]
            sides.append(stack.enter_context(closing(Side(there, tools[1], True))))
        with np.errstate(over="ignore", invalid="ignore"):
            rows = _rows(sides, layers, np.random.default_rng(seed))
    names = ("source", "target")
    unproved = [f"{n}: {w}" for n, s in zip(names, sides, strict=False) for w in s.why]
    return rows, unproved


def _check_finite(layer):
    """NaN is nowhere off from NaN: nothing would be compared, and all would pass."""

    def one(a):
        if not np.isfinite(a).all():
            raise ValueError(
                f"Nothing can be proved of {layer.label}: the source's own weights "
                "hold NaN or infinity. Expected numbers. Did its training diverge?"
            )
        return a

    cast(layer, layer.dtype, one)


def _rows(sides, layers, rng):
    """Every layer on every kind of input, each on what the one below gives."""
    rows = []
    for case, (T, scale) in CASES.items():
        lengths = [T, max(1, T // 2), 1] if case == "ragged" else [T, T]
        below = None
        for k, layer in enumerate(layers):
            if layer.level == 0 or below.shape[-1] != layer.input_size:
                below = scale * rng.normal(size=(T, len(lengths), layer.input_size))
            x = below.astype("float32").astype(float)  # the same number everywhere
            below, made = _layer(sides, k, layer, case, x, lengths, rng)
            rows += made
    return rows


def worst(rows):
    """The row of each direction and kind of floats that is nearest to its bound."""
    found = {}
    for row in rows:
        place = row.layer, row.side, row.floats
        if place not in found or row.part > found[place].part:
            found[place] = row
    return list(found.values())


def check(rows, path):
    """Raise ValueError for a difference that rounding does not explain."""
    wrong = [r for r in worst(rows) if not r.part <= 1]
    if not wrong:
        return
    r = max(wrong, key=lambda r: r.off)
    who = "written file" if r.target_off >= r.source_off else "source, as it was read"
    raise ValueError(
        f"{path}: {r.layer}, {r.side} computes something else than its source, off by "
        f"{r.off:.2g} on {r.case} input ({r.source} beside {r.target}, {r.floats}). "
        f"Expected at most {r.explained:.2g}, which rounding explains. It is the {who} "
        f"that departs; do not use the file. Please report it, with what the command "
        "prints without TARGET?"
    )


def _matched(layers, back):
    """Which layer of the target is which of the source: by name, else by order."""
    if len(layers) != len(back):
        raise ValueError(
            f"The source has {len(layers)} layers, the written file {len(back)}. "
            "Expected as many. Is it the right file?"
        )
    places = {(v.name, v.level): k for k, v in enumerate(back)}
    found = [places.get((v.name, v.level)) for v in layers]
    return range(len(layers)) if None in found else found


def _layer(sides, k, layer, case, x, lengths, rng):
    """Rows of one layer on one input; what the layer above is to read."""
    exact = run_layer(cast(layer, float), x, lengths)[0]
    rows, live = [], _live(layer, lengths, len(x)) & (abs(exact) < BOUND)
    kinds = {s.layers[k].dtype for s in sides}
    narrowed = max(np.finfo(d).eps / 2 for d in kinds) if len(kinds) > 1 else 0.0
    for floats in FLOATS:
        may = explained(layer, x, lengths, exact, floats, rng, narrowed, live)
        got = [s.run(k, x.astype(floats), lengths) for s in sides]
        if len(got) == 1:
            got.append((run_layer(cast(layer, floats), x.astype(floats), lengths)[0],
                        "convert.run"))  # fmt: skip
        (one, by), (other, by_other) = got
        one, other, ours = (
            np.where(live, y, 0).astype(float) for y in (one, other, exact)
        )
        for side, at in _parts(layer).items():
            pairs = (one, other), (one, ours), (other, ours)
            off, *each = [_most((a - b)[..., at]) for a, b in pairs]
            where = layer.label, side, case, floats, by, by_other
            rows.append(Row(*where, off, 2 * may, *each))
    return np.nan_to_num(np.clip(exact, -BOUND, BOUND)), rows


def _most(a):
    """The largest size; a number that is none counts as infinite."""
    return float(np.nan_to_num(abs(a), nan=np.inf).max(initial=0.0))


def _live(layer, lengths, T):
    """Outputs (T, B, 1) that are compared: tools differ in what stands behind them."""
    live = np.arange(T)[:, None] < np.asarray(lengths)
    return (live[::-1] if layer.turned else live)[..., None]


def _parts(layer):
    """Direction -> its columns of y."""
    if layer.way == "both" and layer.merge == "concat":
        P = layer.output_size
        return {"forward": slice(0, P), "reverse": slice(P, None)}
    return {layer.way: slice(None)}


def explained(layer, x, lengths, exact, floats, rng, narrowed=0.0, live=True):
    """How far one computation in these floats may be off, measured in float64.

    ``narrowed``: of itself, what every weight lost when it was written in other floats.
    ``live``: which outputs are compared.
    """
    u = np.finfo(floats).eps / 2
    n = layer.input_size + layer.output_size + 3
    gamma, most = n * u / (1 - n * u) + narrowed, 0.0
    summed = max(u, np.finfo(layer.dtype).eps / 2)
    for _ in range(DRAWS):
        moved = cast(layer, float, lambda a: a * (1 + gamma * _signs(rng, a)))
        moved = _biased(moved, summed, rng)
        moved = replace(moved, **{
            k: _Moved(getattr(layer, k), ULPS * 2 * u, rng)
            for k in ("gate", "activation", "shown")
        })  # fmt: skip
        y = run_layer(moved, x, lengths)[0]
        most = max(most, _most(np.where(live, y - exact, 0)))
    return most


def _biased(layer, by, rng):
    """Its biases moved by so much of themselves, and of 1 where that is added."""

    def biases(w):
        return {k: a + by * _signs(rng, a) * (abs(a) + layer.forget_bias)
                for k, a in w.b.items()}  # fmt: skip

    return replace(layer, weights=tuple(w._replace(b=biases(w)) for w in layer.weights))


class _Moved:
    """An activation whose values are moved by a few units in the last place of 1."""

    def __init__(self, function, by, rng):
        self.function, self.by, self.rng = function, by, rng

    def __call__(self, z):
        y = self.function(z)
        return y + self.by * _signs(self.rng, y) * np.maximum(1, abs(y))


def _signs(rng, a):
    return rng.choice((-1.0, 1.0), np.shape(a))
