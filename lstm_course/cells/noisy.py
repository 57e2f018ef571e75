"""Cells with noise: the same lines, with masks between them.

    candidate   c = f * c_prev + i * (g * mask)             recurrent dropout
    same        z = x W_x + (h_prev * mask_h) W_h + b       one mask for all steps
    zoneout     c = c_prev + keep_c * (new_c - c_prev)      some units stay as they were

A noisy cell is made from the text of any cell: its forward and its backward both get a
few lines more.  Masks are ``Cell.noise``, arrays (T, B, H), or (B, H) for all steps;
they lie among the parameters, and nobody learns them.

Sources: Semeniuta, Severyn & Barth, COLING (2016), for dropout of the candidate; Gal &
Ghahramani, NeurIPS (2016), for one mask for all steps; Krueger et al., ICLR (2017), for
zoneout.
"""

import ast
import inspect
import re
import textwrap
from functools import partial

import numpy as np

from .cell import Cell, Phase
from .written import function

STEP, HERE = "step", "here"  # a mask for every step, or one for the sequence


def candidate_of(cell):
    """The name of what a step proposes to write, g or n; None where there is none."""
    names = cell.phases[-1].names if cell.phases else ()
    return next((n for n in ("g", "n") if n in names), None)


def zoned(cell):
    """The states that may stay as they were: h, and the one that is the memory.

    Not c of the sLSTM: with n and m it is one number in three parts.
    """
    names = dict.fromkeys(("h", cell.cell_path)) if cell.phases else ()
    return [s for s in names if s == "h" or not {"m", *cell.whole} & {s, *cell.states}]


def candidate(cell):
    """The cell whose candidate is multiplied by ``mask`` wherever it is written."""
    *before, ph = cell.phases
    g, z = candidate_of(cell), f"z{candidate_of(cell)}"
    tree, scope = _text(ph.forward)
    named = any(isinstance(n, ast.Name) and n.id == g for n in ast.walk(tree))
    forward = _function(_Masked(g if named else z).visit(tree), scope)
    tree, scope = _text(ph.backward)
    hand = _Masked(g)
    tree = hand.visit(tree)
    if not hand.derived:  # nothing squashes the candidate: its gradient is that by z
        results = tree.body[-1].value.elts
        k = [a for a in ph.args if a not in cell.constants].index(z)
        results[k] = _times(results[k])
    phase = Phase(forward, _function(tree, scope), *_words(ph.gives, ph.keeps))
    return _with(cell, [*before, phase], {"mask": STEP})


class _Masked(ast.NodeTransformer):
    """Multiplies a name by the mask where it is read, and the derivative at it."""

    def __init__(self, name):
        self.name, self.derived = name, False

    def visit_Return(self, node):
        """What is returned as it is stays so: it is kept for the backward pass."""
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        new = [v if self._is(v) else self.visit(v) for v in values]
        return ast.Return(ast.Tuple(new, ast.Load()) if len(new) > 1 else new[0])

    def visit_Call(self, node):
        if len(node.args) == 1 and self._is(node.args[0]):
            self.derived = True
            return _times(node)
        return self.generic_visit(node)

    def visit_Name(self, node):
        return _times(node) if self._is(node) else node

    def _is(self, node):
        load = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        return load and node.id == self.name


def _times(node):
    return ast.BinOp(node, ast.Mult(), ast.Name("mask", ast.Load()))


def same(cell):
    """The cell whose recurrent products read what a mask leaves of their source."""
    sources = [t.source for t in cell.all_terms if t.source not in (None, "x")]
    states = [s for s in dict.fromkeys(sources) if s in cell.states]
    if not states:
        return cell
    masks = [f"mask_{s}" for s in states]
    first = Phase(
        _written("forward", [*(f"{s}_prev" for s in states), *masks],
                 "return " + _list("{0}_prev * mask_{0}", states)),
        _written("backward", [*(f"dmasked_{s}" for s in states), *masks],
                 "return " + _list("dmasked_{0} * mask_{0}", states)),
        *_words([f"masked_{s}" for s in states]),
    )  # fmt: skip
    phases = [first, *map(_gives_masked, cell.phases[:-1]), cell.phases[-1]]
    noise = {f"mask_{s}": HERE for s in dict.fromkeys(sources)}
    return _with(cell, phases, noise, _reads_masked(cell.reads, sources))


def _reads_masked(reads, sources):
    """Lines of products that read ``masked_h`` where they read h."""
    one = re.compile(rf"(?<=[ (])({'|'.join(sources)})(?=[ )])")
    pairs = (line.split("=") for line in reads.splitlines())
    return "\n".join("=".join([to, one.sub(r"masked_\1", of)]) for to, of in pairs)


def _gives_masked(ph):
    """A phase whose results, read by products, are masked; backward sees the old."""
    grads = {f"d{g}": f"dmasked_{g}" for g in ph.gives}
    args = [grads.get(a, a) for a in ph.back_args]
    given = [f"{grads[a]} * mask_{a[1:]}" if a in grads else a for a in ph.back_args]
    masks, kept = [f"mask_{g}" for g in ph.gives], [g for g in ph.gives if g in args]
    forward = _written(
        "forward",
        [*ph.args, *masks],
        f"{', '.join(ph.names)} = inner({', '.join(ph.args)})",
        f"return {', '.join([_list('{0} * mask_{0}', ph.gives), *ph.keeps, *kept])}",
        inner=ph.forward,
    )
    inner = f"return inner({', '.join(given)})"
    backward = _written("backward", [*args, *masks], inner, inner=ph.backward)
    gives = [f"masked_{g}" for g in ph.gives]
    return Phase(forward, backward, *_words(gives, [*ph.keeps, *kept]))


def zoneout(cell, states):
    """The cell whose ``states`` move where ``keep`` is 1, or by the share it says."""
    *before, ph = cell.phases
    new, keeps = [f"new_{s}" for s in states], [f"keep_{s}" for s in states]
    args = [*ph.args, *(f"{s}_prev" for s in states if f"{s}_prev" not in ph.args)]
    raw = dict(zip(states, new, strict=True))
    forward = _written(
        "forward",
        [*args, *keeps],
        f"{', '.join(raw.get(n, n) for n in ph.names)} = inner({', '.join(ph.args)})",
        *(f"{s} = {s}_prev + keep_{s} * (new_{s} - {s}_prev)" for s in states),
        f"return {', '.join([*ph.names, *new])}",
        inner=ph.forward,
    )
    backward = _through_zoneout(cell, ph, args, raw)
    phase = Phase(forward, backward, *_words(ph.gives, [*ph.keeps, *new]))
    return _with(cell, [*before, phase], dict.fromkeys(keeps, STEP))


def _through_zoneout(cell, ph, args, raw):
    """The backward of the phase ph, of which the states ``raw`` may have stayed."""
    grads, unlearned = {f"d{s}": s for s in raw}, {*cell.constants, *cell.noise}
    back = [raw.get(a, a) for a in ph.back_args]
    given = [f"{a} * keep_{grads[a]}" if a in grads else a for a in back]
    learned, olds = [a for a in args if a not in unlearned], {f"{s}_prev" for s in raw}
    results = []
    for k, a in enumerate(learned):
        parts = [f"r{k}"] * (a in ph.args)
        parts += [f"(1.0 - keep_{a[:-5]}) * d{a[:-5]}"] * (a in olds)
        results.append(" + ".join(parts))
    got = [f"r{k}" for k, a in enumerate(learned) if a in ph.args]
    more = [*(d for d in grads if d not in back), *(f"keep_{s}" for s in raw)]
    return _written(
        "backward",
        [*back, *more],
        f"{', '.join(got)} = inner({', '.join(given)})",
        f"return {', '.join(results)}",
        inner=ph.backward,
    )


def expected(cell, values):
    """A noisy cell with numbers in the place of its masks, as it judges: name -> it."""
    made = _with(cell, cell.phases, {})
    numbers = {n: partial(np.full, fill_value=v) for n, v in values.items()}
    made.noise, made.constants = {}, cell.constants | numbers
    return made


def _with(cell, phases, noise, reads=None):
    """The same cell with other phases, and more noise."""
    has, words = vars(cell), ("states", "vectors", "whole")
    same = {n: " ".join(has[n]) for n in words}
    more = "bias", "constants", "masks", "fixed", "start", "cell_path", "extra", "doc"
    same |= {n: has[n] for n in more} | {"noise": cell.noise | noise}
    return Cell(cell.name, reads or cell.reads, phases, **same)


def _words(*names):
    return [" ".join(n) for n in names]


def _list(form, names):
    return ", ".join(form.format(n) for n in names)


def _text(function):
    """A function's syntax tree and what its names mean."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    free = inspect.getclosurevars(function)
    return tree, {**free.builtins, **free.globals, **free.nonlocals}


def _function(tree, scope):
    """The function of a syntax tree, with the argument ``mask``."""
    tree.args.args.append(ast.arg("mask"))
    text = ast.unparse(ast.fix_missing_locations(tree))
    return function(tree.name, text, scope)


def _written(name, args, *lines, **scope):
    """The function of these lines."""
    text = "\n    ".join([f"def {name}({', '.join(args)}):", *lines])
    return function(name, text, scope)
