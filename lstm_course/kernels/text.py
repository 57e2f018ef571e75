"""From a cell to the text of a module of loops over the whole sequence.

The cell's forward and backward are copied line by line, constants in the right
precision; around them stand the loops that every cell shares.  Blocks lie side by side
in one slab (B, S H) per step, ordered so that every source feeds one range of columns:

    forward   slab = x W, += h W; each row: pre-activations -> what backward keeps
    backward  each row: what was kept -> gradients by pre-activations, in the same
              place; dh = slab W^T; dW, db, dx for several steps while they are in cache
"""

import ast
import inspect
import re
import textwrap

from .plan import arguments, back_arguments

MACHINE = ("exp", "tanh", "log")
# Functions of lstm_course.ops whose text there is about arrays: the same on numbers.
ON_NUMBERS = {
    "sigmoid": "(x): return F(1.0) / (F(1.0) + exp(-x))",
    "hard_sigmoid": "(x): return min(max(F(0.2) * x + F(0.5), F(0.0)), F(1.0))",
    "hard_sigmoid6": "(x): return min(max(x / F(6.0) + F(0.5), F(0.0)), F(1.0))",
    "d_hard_sigmoid": "(y): return F(0.2) if (y > F(0.0)) & (y < F(1.0)) else F(0.0)",
    "d_hard_sigmoid6": (
        "(y): return F(1.0 / 6.0) if (y > F(0.0)) & (y < F(1.0)) else F(0.0)"
    ),
    "log_sigmoid": "(x): return min(x, F(0.0)) - log(F(1.0) + exp(-abs(x)))",
    "step": "(x): return F(1.0) if x > F(0.0) else F(0.0)",
    "maximum": "(x, y): return x if x > y else y",
    "minimum": "(x, y): return x if x < y else y",
}


class _Copy(ast.NodeTransformer):
    """A function's text with its free names and constants made ready to compile."""

    def __init__(self, names):
        self.names = names

    def visit_Name(self, node):
        return ast.parse(self.names.get(node.id, node.id), mode="eval").body

    def visit_Constant(self, node):
        return ast.parse(f"F({float(node.value)!r})", mode="eval").body


def copied(function, done):
    """The text of a function and of what it calls; -> its name there.

    ``done`` maps functions to (name, text) and is extended.
    """
    if function in done:
        return done[function][0]
    name = function.__name__
    if function.__module__ == "lstm_course.ops":
        if name in MACHINE:
            return name
        if name in ON_NUMBERS:
            done[function] = (name, f"@njit(**inner)\ndef {name}{ON_NUMBERS[name]}\n")
            return name
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    free = inspect.getclosurevars(function)
    names = {}
    for name, value in {**free.globals, **free.nonlocals}.items():
        names[name] = copied(value, done) if callable(value) else f"F({float(value)!r})"
    tree.name = f"{function.__name__}_{len(done)}"
    tree.decorator_list, tree.returns = [], None
    if isinstance(tree.body[0], ast.Expr):
        tree.body = tree.body[1:]
    body = [_Copy(names).visit(line) for line in tree.body]
    arguments = ", ".join(a.arg for a in tree.args.args)
    text = f"@njit(**inner)\ndef {tree.name}({arguments}):\n"
    text += textwrap.indent("\n".join(map(ast.unparse, body)), "    ")
    name = tree.name
    done[function] = (name, text)
    return name


def module_text(plan, precision):
    """The whole module as text; precision is "float32" or "float64"."""
    cell, done = plan.cell, {}
    calls = [
        (copied(ph.forward, done), copied(ph.backward, done)) for ph in cell.phases
    ]
    head = [
        f'"""Loops of the cell {cell.name} for {precision}, made from its own text."""',
        "import numpy as np",
        "from numba import njit",
        f"from lstm_course.kernels.machine import fast, {precision}, get, inner, put",
        "from lstm_course.kernels.product import pack, product, rows_of",
        f"F = np.{precision}",
        f"exp, tanh, log = {precision}",
    ]
    parts = [text for _, text in done.values()]
    parts += [
        _forward(plan, [c[0] for c in calls]),
        _backward(plan, [c[1] for c in calls]),
    ]
    return "\n".join(head) + "\n\n\n" + "\n\n\n".join(parts) + "\n"


def _rows(plan, number, call, back):
    """The loop over the rows of a step, for one phase."""
    cell, ph = plan.cell, plan.cell.phases[number]
    args, names = (ph.back_args, ph.args) if back else (ph.args, ph.names)
    views, load, store, after = {}, [], [], []

    def column(k):
        views[f"s{k}"] = f"z[r, {k} * H:{k + 1} * H]"
        return f"s{k}[j]"

    def value(a):
        if plan.is_block(a):
            k = plan.blocks.index(a[1:])
            views[f"a{k}"] = f"bias[{k} * H:{k + 1} * H]"
            return f"{column(k)} + a{k}[j]"
        if a in plan.slots:
            return column(plan.slots[a])
        for end, t in (("_prev", "t"), ("", "t + 1")):
            s = a.removesuffix("_prev")
            if a == s + end and s in cell.states:
                views[f"v_{a}"] = f"seq_{s}[({t}) % len(seq_{s}), b0 + r]"
                return f"v_{a}[j]"
        if a in (cell.extra,):
            views[f"e_{a}"] = f"{a}[t, b0 + r]"
            return f"e_{a}[j]"
        if back and a[0] == "d" and a[1:] in cell.states:
            views[f"v_{a}"] = f"d_{a[1:]}[b0 + r]"
            if a[1:] in plan.outs:
                views[f"o_{a}"] = f"out_{a[1:]}[t, b0 + r]"
                return f"v_{a}[j] + o_{a}[j]"
            return f"v_{a}[j]"
        if back and a[0] == "d" and a[1:] in plan.given:
            views[f"v_{a}"] = f"given_{a[1:]}[r]"
            return f"v_{a}[j]"
        if a in cell.fixed:
            return f"F({float(cell.fixed[a])!r})"
        return f"{a}[j]"  # a vector or a constant

    load = [value(a) for a in args]
    results = []
    if not back:
        for k, n in enumerate(names):
            results.append(f"r{k}")
            if n in plan.slots:
                store.append(f"{column(plan.slots[n])} = r{k}")
            if n in cell.states:
                views[f"v_{n}"] = f"seq_{n}[(t + 1) % len(seq_{n}), b0 + r]"
                store.append(f"v_{n}[j] = r{k}")
    else:
        last = number == len(cell.phases) - 1
        added = set()
        for k, n in enumerate(a for a in names if a not in cell.constants):
            results.append(f"r{k}")
            if plan.is_block(n):
                store.append(f"{column(plan.blocks.index(n[1:]))} = r{k}")
            elif n.endswith("_prev") and n[:-5] in cell.states:
                s = n[:-5]
                views[f"v_d{s}"] = f"d_{s}[b0 + r]"
                store.append(f"v_d{s}[j] {'' if last else '+'}= r{k}")
                added.add(s)
            elif n == cell.extra:
                views[f"g_{n}"] = f"d_{n}[t, b0 + r]"
                store.append(f"g_{n}[j] = r{k}")
            elif n in cell.vectors:
                store.append(f"d_{n}[j] += r{k}")
        if last:
            for s in cell.states:
                if s not in added:
                    views[f"v_d{s}"] = f"d_{s}[b0 + r]"
                    after.append(f"v_d{s}[j] = F(0.0)")
    left = ", ".join(results)
    return _row_text(plan, number, call, back, views, left, load, store + after)


def _row_text(plan, number, call, back, views, left, load, store):
    cell, dead = plan.cell, []
    if back:
        if number == len(cell.phases) - 1:
            dead = [f"z[r, :{len(plan.blocks)} * H] = F(0.0)"]
            dead += [f"given_{g}[r] = F(0.0)" for g in plan.given]
            if cell.extra:
                dead.append(f"d_{cell.extra}[t, b0 + r] = F(0.0)")
        dead = dead or ["pass"]
    elif number == len(cell.phases) - 1:
        dead = [
            f"seq_{s}[(t + 1) % len(seq_{s}), b0 + r] = "
            f"seq_{s}[t % len(seq_{s}), b0 + r]"
            for s in cell.states
        ]
    else:
        dead = [
            f"z[r, {plan.slots[g]} * H:{plan.slots[g] + 1} * H] = F(0.0)"
            for g in cell.phases[number].gives
        ]
    views |= {
        v: None
        for v in (*cell.vectors, *cell.constants)
        if any(f"{v}[j]" in text for text in (*load, *store))
    }
    views |= {
        f"d_{v}": None for v in cell.vectors if f"d_{v}[j] += " in " ".join(store)
    }
    numbers = {v: k for k, v in enumerate(views)}
    load, store = (
        [_numbered(text, numbers) for text in load],
        [_stored(text, numbers) for text in store],
    )
    lines = ["for r in range(n):", "    if t < lengths[b0 + r]:"]
    lines += [f"        {v} = {text}" for v, text in views.items() if text]
    lines += [
        "        for j in range(H):",
        f"            {left} = {call}({', '.join(load)})",
    ]
    lines += [f"            {s}" for s in store]
    lines += ["    else:", *(f"        {d}" for d in dead)]
    return lines


def _numbered(text, numbers):
    """v[j] -> get(v, j, its number)"""
    return re.sub(r"(\w+)\[j\]", lambda m: f"get({m[1]}, j, {numbers[m[1]]})", text)


def _stored(text, numbers):
    """v[j] = r0 -> put(v, j, r0, its number)"""
    v, sign, value = re.fullmatch(r"(\w+)\[j\] (\+?)= (.+)", text).groups()
    old = f"get({v}, j, {numbers[v]}) + " if sign else ""
    return f"put({v}, j, {old}{value}, {numbers[v]})"


def _span(plan, name):
    k = plan.slots[name]
    return f"{k} * H:{k + 1} * H"


def _forward(plan, calls):
    cell = plan.cell
    lines = [
        f"H = slab.shape[2] // {plan.width}",
        "R = slab.shape[0]",
        "flat = slab.reshape(R * n, slab.shape[2])",
        "for t in range(len(x)):",
        "    u = t % R",
        "    z = slab[u]",
    ]
    if plan.x:
        at = f"flat[u * n:(u + m) * n, {_range(plan.x)}]"
        lines += [
            "    if t % K == 0:",
            "        m = min(K, len(x) - t)",
            "        source = rows_of(x, t, m, b0, n, work_x)",
            f"        product(source, W_x, {at}, False)",
        ]
    lines += [f"    z[:, {k} * H:{k + 1} * H] = F(0.0)" for k in plan.fresh]
    for number, call in enumerate(calls):
        for s in plan.of(number):
            source = (
                f"seq_{s.name}[t % len(seq_{s.name}), b0:b0 + n]"
                if s.name in cell.states
                else f"z[:, {_span(plan, s.name)}]"
            )
            lines.append(f"    product({source}, W_{s.name}, z[:, {_range(s)}], True)")
        lines += ["    " + line for line in _rows(plan, number, call, back=False)]
    return _function("forward", arguments(plan), lines)


def _backward(plan, calls):
    cell = plan.cell
    lines = [
        f"H = slab.shape[2] // {plan.width}",
        "T = len(x)",
        "flat = slab.reshape(T * n, slab.shape[2])",
        "for t in range(T - 1, -1, -1):",
        "    z = slab[t]",
    ]
    for number in reversed(range(len(calls))):
        lines += [
            "    " + line for line in _rows(plan, number, calls[number], back=True)
        ]
        for s in plan.of(number):
            state = s.name in cell.states
            target = f"d_{s.name}[b0:b0 + n]" if state else f"given_{s.name}"
            lines.append(
                f"    product(z[:, {_range(s)}], W_{s.name}, {target}, {state})"
            )
    lines += [
        "    if t % K == 0:",
        "        m = min(K, T - t)",
        "        D = flat[t * n:(t + m) * n]",
    ]
    ready = None
    for s in sorted(plan.sources, key=_range):
        if _range(s) != ready:
            lines.append(f"        pack(panels, D[:, {_range(s)}], False)")
        ready = _range(s)
        lines += ["        " + line for line in _gradients(plan, s)]
    lines += [
        "        for k in range(m * n):",
        f"            for j in range({len(plan.blocks)} * H):",
        "                dbias[j] += D[k, j]",
    ]
    return _function("backward", arguments(plan) + back_arguments(plan), lines)


def _gradients(plan, s):
    """Weight gradient of a source for a group of steps, and dx."""
    if s.name in plan.slots:
        source = f"D[:, {_span(plan, s.name)}]"
    elif s.name == "x":
        source = "rows_of(x, t, m, b0, n, work_x)"
    else:
        source = f"rows_of(seq_{s.name}, t, m, b0, n, work)"
    lines = [f"product({source}, panels, dW_{s.name}, True, True)"]
    if s.name == "x":
        lines += [
            "if dx.size > 0:",
            f"    product(D[:, {_range(s)}], W_x, work_x[:m * n], False)",
            "    for k in range(m):",
            "        dx[t + k, b0:b0 + n] = work_x[k * n:(k + 1) * n]",
        ]
    return lines


def _range(s):
    return f"{s.lo} * H:{s.hi} * H"


def _function(name, names, lines):
    body = textwrap.indent("\n".join(lines), "    ")
    signature = textwrap.fill(", ".join(names), 80, subsequent_indent=" " * 9)
    return f"@njit(**fast)\ndef {name}({signature}):\n{body}"
