"""From a cell to the text of a module of loops over the whole sequence.

The cell's forward and backward are copied line by line, constants in the right
precision; around them stand the loops that every cell shares.  Blocks lie side by side
in one slab, a row of S H columns for every step and row of the batch, ordered so that
every source feeds one range of columns:

    forward   slab = x W, += h W; each row: pre-activations -> what backward keeps
    backward  each row: what was kept -> gradients by pre-activations, in the same
              place; dh = slab W^T; dW, db, dx for several steps while they are in cache
"""

import ast
import textwrap

from ..copied import Copier

HEAD = '''"""Loops of the cell {0} for {1}, made from its own text."""
import numpy as np
from numba import njit
from lstm_course.engines.cpu.machine import at, fast, {1}, get, inner, part, put
from lstm_course.engines.cpu.product import (
    add, gradient, multiply, pack, packed, panels_for, room, rows_of)
from lstm_course.engines.cpu.threads import fork
F = np.{1}
exp, tanh, log = {1}
'''


class Numba(Copier):
    """The hand of the loops: constants in the right precision."""

    decorator = "@njit(**inner)"

    def number(self, value):
        return ast.parse(f"F({float(value)!r})", mode="eval").body


def module_text(plan, precision):
    """The whole module as text; precision is "float32" or "float64"."""
    hand = Numba()
    calls = [(hand.copy(ph.forward), hand.copy(ph.backward)) for ph in plan.cell.phases]
    parts = [HEAD.format(plan.cell.name, precision), *hand.texts]
    parts.append(_both("forward", plan.arguments, plan, _forward(plan, calls)))
    names = plan.arguments + plan.back_arguments
    parts.append(_both("backward", names, plan, _backward(plan, calls)))
    return "\n\n".join(parts)


def _both(name, names, plan, lines):
    """What a thread does, and the function that packs the weights and starts it."""
    weights = [f"W_{s.name}" for s in plan.sources]
    given = [f"packed({n}, {name == 'backward'})" if n in weights else n for n in names]
    starts = [
        "b0, n, H = edges[k], edges[k + 1] - edges[k], seq_h.shape[2]",
        f"flat = room(slab, x.shape[1], b0, n, {plan.width} * H)",
        "work_x, work = np.empty((K * n, x.shape[2]), F), np.empty((K * n, H), F)",
    ]
    start = f"return fork({name}_part, ({', '.join(given)}), len(edges) - 1)"
    work = _function(f"{name}_part", ["k", *names], starts + lines, "part")
    return work + "\n\n" + _function(name, names, [start])


def _function(name, names, lines, how="fast"):
    body = textwrap.indent("\n".join(lines), "    ")
    return f"@njit(**{how})\ndef {name}({', '.join(names)}):\n{body}\n"


def _forward(plan, calls):
    lines = [
        "for t in range(len(x)):",
        "    u = t % steps",
        "    z = flat[u * n:(u + 1) * n]",
    ]
    if plan.x:
        lines += [
            "    if t % K == 0:",
            "        m = min(K, len(x) - t)",
            "        xs = rows_of(x, t, m, b0, n, work_x)",
            f"        multiply(xs, W_x, flat[u * n:(u + m) * n, {plan.x.span}])",
        ]
    lines += [f"    z[:, {k} * H:{k + 1} * H] = F(0.0)" for k in plan.fresh]
    for number, (call, _) in enumerate(calls):
        for s in plan.of(number):
            source = (
                f"seq_{s.name}[t % len(seq_{s.name}), b0:b0 + n]"
                if s.name in plan.cell.states
                else f"z[:, {plan.columns(s.name)}]"
            )
            lines.append(f"    add({source}, W_{s.name}, z[:, {s.span}])")
        lines += ["    " + line for line in _rows(plan, number, call, False)]
    return lines


def _backward(plan, calls):
    widest = max(s.hi - s.lo for s in plan.sources)
    lines = [f"given_{g} = np.zeros((n, H), F)" for g in plan.given]
    lines += [
        f"panels = panels_for(K * n, {widest} * H, slab)",
        "for t in range(len(x) - 1, -1, -1):",
        "    z = flat[(first + t) * n:(first + t + 1) * n]",
    ]
    for number in reversed(range(len(calls))):
        rows = _rows(plan, number, calls[number][1], True)
        lines += ["    " + line for line in rows]
        for s in plan.of(number):
            state = s.name in plan.cell.states
            target = f"d_{s.name}[b0:b0 + n]" if state else f"given_{s.name}"
            verb = "add" if state else "multiply"
            lines.append(f"    {verb}(z[:, {s.span}], W_{s.name}, {target})")
    lines += [
        "    if t % K == 0:",
        "        m = min(K, len(x) - t)",
        "        D = flat[(first + t) * n:(first + t + m) * n]",
        "        for r in range(m * n):",
        f"            for j in range({len(plan.blocks)} * H):",
        "                dbias[k, j] += D[r, j]",
    ]
    ready = None
    for s in sorted(plan.sources, key=lambda s: s.span):
        if s.span != ready:
            lines.append(f"        pack(panels, D[:, {s.span}], False)")
        ready = s.span
        lines += ["        " + line for line in _gradients(plan, s)]
    return lines


def _gradients(plan, s):
    """Weight gradient of a source for a group of steps, and dx."""
    if s.name in plan.slots:
        source = f"D[:, {plan.columns(s.name)}]"
    elif s.name == "x":
        source = "rows_of(x, t, m, b0, n, work_x)"
    else:
        source = f"rows_of(seq_{s.name}, t, m, b0, n, work)"
    lines = [f"gradient({source}, panels, dW_{s.name}[k])"]
    if s.name == "x":
        lines += [
            "if dx.size > 0:",
            f"    multiply(D[:, {s.span}], W_x, work_x[:m * n])",
            "    for i in range(m):",
            "        dx[t + i, b0:b0 + n] = work_x[i * n:(i + 1) * n]",
        ]
    return lines


def _rows(plan, number, call, back):
    """The loop over the rows of a step, for one phase.

    Every place that is read or written has a number, and so has the array it lies in.
    """
    cell, ph, views, arrays = plan.cell, plan.cell.phases[number], {}, {}

    def get(place):
        k = views.setdefault(place, len(views))
        return f"get(v{k}, j, {k})"

    def put(place, value):
        k = views.setdefault(place, len(views))
        return f"put(v{k}, j, {value}, {k})"

    given = [
        f"F({float(cell.fixed[a])!r})"
        if a in cell.fixed
        else " + ".join(map(get, plan.places(a)))
        for a in (ph.back_args if back else ph.args)
    ]
    names = [a for a in ph.args if a not in cell.constants] if back else ph.names
    results, stores = ", ".join(f"r{k}" for k in range(len(names))), []
    last = number == len(cell.phases) - 1
    for k, name in enumerate(names):
        for place, adds in plan.targets(name, back, last):
            stores.append(put(place, f"{get(place)} + r{k}" if adds else f"r{k}"))
    if back and last:
        gone = [s for s in cell.states if f"{s}_prev" not in names]
        stores += [put((f"d_{s}[b0:b0 + n]", "0"), "F(0.0)") for s in gone]
    inside = [f"{results} = {call}({', '.join(given)})"]
    for array, _ in views:
        arrays.setdefault(array, f"a{len(arrays)}")
    rows = [
        f"        v{k} = at({arrays[array]}, r, {column})"
        for (array, column), k in views.items()
    ]
    return [
        *(f"{a} = {array}" for array, a in arrays.items()),
        "for r in range(n):",
        "    if t < lengths[b0 + r]:",
        *rows,
        "        for j in range(H):",
        *(f"            {line}" for line in inside + stores),
        "    else:",
        *(f"        {line}" for line in _after_the_end(plan, number, back, last)),
    ]


def _after_the_end(plan, number, back, last):
    """What a row does whose sequence is over: nothing, and it passes nothing on."""
    cell = plan.cell
    if back:
        rows = [f"d_{cell.extra}[t, b0 + r]"] if cell.extra else []
        rows += [
            f"z[r, :{len(plan.blocks)} * H]",
            *(f"given_{g}[r]" for g in plan.given),
        ]
        return [f"{row} = F(0.0)" for row in rows] if last else ["pass"]
    if last:
        return [f"{plan.new(s)[0]}[r] = {plan.old(s)[0]}[r]" for s in cell.states]
    gives = cell.phases[number].gives
    return [f"z[r, {plan.columns(g)}] = F(0.0)" for g in gives]
