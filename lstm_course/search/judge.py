"""After the search: the best from fresh seeds, and what their gates are worth.

The search has looked at the scores of its own seeds, and luck came to the top with
skill.  So the best are trained anew from seeds that nobody has seen, and the order is
that of these runs.  Then one thing at a time is changed in those that have a gate on
the way of their state: the gate is held open, or its bias starts elsewhere.  Seeds are
the same throughout, so that differences are paired.
"""

import ast
from itertools import product

import numpy as np

from . import genome as genomes
from .describe import gates, kept, on_path, path
from .evolve import RATES, finished, of, ranked
from .genome import tidy
from .lessons import LESSONS, learned
from .mutate import BIASES
from .partial import minus, names_in, plus, put, times, tree

FRESH = range(10, 15)  # seeds that the search has not used
LAST = 12  # how many of the best are trained anew
ABLATED = 2  # of these, how many are changed


def best(log, trials):
    """The best trials from fresh seeds, the best first: list of rows."""
    found = []
    for trial in finished(ranked(trials))[:LAST]:
        runs = _runs(log, {"final": trial["number"]}, of(trial), rates(trial))
        found.append({"number": trial["number"], "skills": runs})
    return sorted(found, key=lambda row: -mean(row))


def rates(trial):
    """The learning rate at which a trial did best, by lesson: dict."""
    runs = {lesson: np.mean(trial["skills"][lesson], axis=0) for lesson in LESSONS}
    return {lesson: RATES[int(np.argmax(runs[lesson]))] for lesson in LESSONS}


def mean(row):
    """Mean skill of a row over lessons and seeds."""
    return float(np.mean([row["skills"][lesson] for lesson in LESSONS]))


def _runs(log, what, g, at):
    """Skill by lesson, a list over the fresh seeds."""
    cell = genomes.cell(g)
    made = lambda: {  # noqa: E731
        "skills": {
            lesson: [learned(cell, lesson, at[lesson], seed) for seed in FRESH]
            for lesson in LESSONS
        }
    }
    return log.row(what, made)["skills"]


def ablation(log, trials, finals):
    """Of the best with a gate on their state's way: the same with one thing changed."""
    rows, by = [], {t["number"]: t for t in trials}
    gated = [row for row in finals if on_path(of(by[row["number"]]))]
    for row in gated[:ABLATED]:
        trial = by[row["number"]]
        for change, g in variants(of(trial)).items():
            what = {
                "number": row["number"],
                "change": change,
                "kept": round(kept(g), 3),
            }
            skills = _runs(log, {"ablated": what["number"], **what}, g, rates(trial))
            rows.append({**what, "skills": skills})
    return rows


def variants(g):
    """Words -> the genome with one thing changed, that as found among them.

    Examples
    --------
    >>> g = genomes.genome([["f", ["x"], 1], ["g", ["x", "h"], 0]], [
    ...     ["f", "sigmoid(zf)"], ["g", "tanh(zg)"], ["h", "f * h_prev + g"]],
    ...     states=["h"])
    >>> list(variants(g))[:4]
    ['as found', 'f held open', 'f starts at -1', 'f starts at 0']
    """
    names = on_path(g)
    found = {"as found": g}
    if (opened := held_open(g)) is not None:
        found[f"{' and '.join(names)} held open"] = opened
    for name, b in product(names, BIASES):
        blocks = [k._replace(bias=b) if k.name == name else k for k in g.blocks]
        found[f"{name} starts at {b:g}"] = g._replace(blocks=tuple(blocks))
    return found


class _Zeros(ast.NodeTransformer):
    """Sums and products without what is 0."""

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        ways = {ast.Add: plus, ast.Sub: lambda a, b: plus(a, minus(b)), ast.Mult: times}
        join = ways.get(type(node.op))
        return join(node.left, node.right) if join else node


def _unseen(text):
    """A line without the output of the step before."""
    node = put(tree(text), {"h_prev": ast.Constant(0.0)})
    return ast.unparse(_Zeros().visit(node))


def held_open(g):
    """The genome in which no gate multiplies the old state; None where none is left."""
    state, names = path(g)[0], {*gates(g)}

    class Open(ast.NodeTransformer):
        def visit_BinOp(self, node):
            node = self.generic_visit(node)
            if not isinstance(node.op, ast.Mult):
                return node
            for one, other in ((node.left, node.right), (node.right, node.left)):
                read = {*names_in(one)}
                if f"{state}_prev" in names_in(other) and read and read <= names:
                    return other
            return node

    lines = tuple((n, ast.unparse(Open().visit(tree(t)))) for n, t in g.lines)
    opened = tidy(g._replace(lines=lines))
    if state == "c" and opened is not None and on_path(opened):  # through h, then
        lines = tuple((n, _unseen(t) if n == "c" else t) for n, t in opened.lines)
        opened = tidy(opened._replace(lines=lines))
    return None if opened is None or on_path(opened) else opened
