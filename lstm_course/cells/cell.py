"""What a recurrent cell is: the products it reads and the arithmetic between them.

A room of this folder describes its cell by

* one line of products per group of blocks, written like the equation:
  ``"i f g o = x W_x + h W_h + b"`` says that the pre-activations zi, zf, zg, zo are
  the four column blocks of ``x @ W_x + h_prev @ W_h + b``;
* a pair of functions of plain arithmetic, ``forward`` and ``backward``.  Their
  arguments are found by name (``zi`` a pre-activation, ``c_prev`` an old state,
  ``w_ci`` an elementwise weight, ``dh`` the gradient by a new state), and
  **backward returns one gradient for each argument of forward, in that order**.

Parameter shapes, ``step``, ``step_backward`` and ``step_torch`` follow from these
lines, and so do the engines of ``unroll`` and ``recurrent``: one text, no copies.
A cell that reads its own gated state (GRU with reset before) has two such pairs;
the products with a source that the first pair gives wait for it.

Shapes: x (B, I); every state, block and gate (B, H); W_x (I, nH), W_h (H, nH),
b (nH,) for n blocks; elementwise weights (H,).
"""

from functools import cached_property
from inspect import signature

import numpy as np

from .any_cell import AnyCell
from .checks import check_names
from .products import add_products, columns, parse
from .start import draw


class Phase:
    """A pair (forward, backward) with the names of what forward returns.

    A step whose gradient is written by hand has a forward alone.
    """

    def __init__(self, forward, backward=None, gives="", keeps=""):
        self.forward, self.backward = forward, backward
        self.gives, self.keeps = tuple(gives.split()), tuple(keeps.split())
        self.names = self.gives + self.keeps
        self.args = tuple(signature(forward).parameters)
        self.back_args = tuple(signature(backward).parameters) if backward else ()


class Cell(AnyCell):
    """A recurrent cell made from its products and its arithmetic.

    Parameters
    ----------
    name : str
        As in ``CELLS``.
    reads : str
        Lines of products; see the module.
    phases : Phase or list of Phase
        One pair, or two where the second reads products of what the first gives.
    states : str
        Names of the carried states, h first.
    vectors : str
        Names of elementwise weights, each (H,), that forward takes as arguments.
    bias : dict
        Start value of the bias of a block, as ``{"f": 1.0}``; others start at 0.
    constants : dict
        name -> function of H that gives an array (H,) that is not trained.
    masks : dict
        parameter -> function of H that gives 0/1 in the parameter's shape.
    fixed : dict
        Arguments that are a number in this variant, as ``{"w_cf": 0.0}``; backward
        still returns a gradient for each, which is dropped.
    start : dict
        Start value of a state; others start at 0.
    whole : str
        States that hold whole numbers: counted in float32 or better also where the
        rest is half precision, which is whole up to 256 or 2048 only.
    cell_path : str
        The state along which the direct gradient path runs.
    extra : str or None
        Name under which forward takes the last H features of x, without a product.
    linear : bool
        The new h is linear in the old one and in nothing else of the past, so that a
        scan can replace the loop; h_prev is forward's last argument.
    doc : str
        The room's text, for tables and error messages.
    noise : dict
        Masks that forward takes as arguments and nobody learns: name -> "step" for an
        array (T, B, H), "here" for one (B, H) that is the same at every step.
    """

    def __init__(self, name, reads, phases, *, states="h", vectors="", bias=None,
                 constants=None, masks=None, fixed=None, start=None, whole="",
                 cell_path=None, extra=None, linear=False, doc="", noise=None):
        self.name, self.reads, self.doc = name, reads, doc
        self.phases = phases if isinstance(phases, list) else [phases]
        self.states, self.vectors = tuple(states.split()), tuple(vectors.split())
        self.bias, self.constants = bias or {}, constants or {}
        self.masks, self.fixed, self.start = masks or {}, fixed or {}, start or {}
        self.cell_path, self.extra = cell_path or self.states[-1], extra
        self.noise = noise or {}
        self.form, self.whole = "linear" if linear else "products", tuple(whole.split())
        given = [n for ph in self.phases[:-1] for n in ph.gives]
        self.blocks, terms = parse(reads, self.states, given)
        self.input_terms = [t for t in terms if t.source in (None, "x")]
        first = [t for t in terms if t.source in self.states]
        self.terms = [first] + [[t for t in terms if t.source in ph.gives]
                                for ph in self.phases[:-1]]
        self.all_terms = terms
        check_names(self)

    def __repr__(self):
        return f"<cell {self.name}: {'; '.join(self.reads.split(chr(10))).strip()}>"

    # ------------------------------------------------------------------ parameters

    def shapes(self, I, H):
        """Names and shapes of the parameters for I inputs and H units: dict."""
        shapes = {}
        for t in self.all_terms:
            if t.optional and I == H:
                continue
            width = (t.first + len(t.blocks)) * H
            rows = () if t.source is None else (I - H * bool(self.extra),)
            rows = (H,) if t.source not in (None, "x") else rows
            old = shapes.get(t.param, (0,))[-1]
            shapes[t.param] = (*rows, max(old, width))
        return shapes | {v: (H,) for v in self.vectors}

    def init(self, I, H, rng, gain=1.0, bias=None):
        """Start values for every parameter: dict; see the door ``init``."""
        return draw(self, I, H, rng, gain, bias)

    def sizes(self, p):
        """(I, H) of a set of parameters, where I counts the features of x."""
        t = next(t for t in self.all_terms if t.source == "x" and t.param in p)
        same = [u for u in self.all_terms if u.param == t.param]
        width = max(u.first + len(u.blocks) for u in same)
        H = p[t.param].shape[-1] // width
        return p[t.param].shape[0] + H * bool(self.extra), H

    def initial(self, B, H, dtype=float):
        """The state before the first step: a tuple of arrays (B, H)."""
        starts = [self.start.get(s, 0.0) for s in self.states]
        return tuple(np.full((B, H), v, dtype) for v in starts)

    def prepare(self, p, H):
        """Parameters ready for use: masks applied, constants added."""
        constants = {k: f(H) for k, f in self.constants.items()}
        kind = p[self.all_terms[0].param]
        fixed = {k: _like(np.full(H, v), kind) for k, v in self.fixed.items()}
        if kind.dtype.itemsize < 4:
            kind = kind.float() if hasattr(kind, "requires_grad") else np.float32(0)
        fixed |= {k: _like(v, kind) for k, v in constants.items()}
        masked = {k: p[k] * _like(f(H), p[k]) for k, f in self.masks.items()}
        return p | fixed | masked

    # ------------------------------------------------------------------- one step

    def step(self, p, x, state):
        """One step forward: x (B, I), state of (B, H) arrays -> state, cache."""
        p = self.prepare(p, state[0].shape[-1])
        values = self.input_products(p, x, state[0].shape[-1])
        values = self.advance(p, values, state)
        cache = {k: values[k] for k in self.keeps}
        return tuple(values[s] for s in self.states), cache

    def step_torch(self, p, x, state):
        """One step forward on torch tensors, same text: -> state."""
        return self.step(p, x, state)[0]

    def step_backward(self, p, dstate, cache):
        """One step back: dstate of (B, H) arrays -> dx (B, I), dstate_prev, grads."""
        p = self.prepare(p, dstate[0].shape[-1])
        B, H = dstate[0].shape
        dz = np.empty((B, len(self.blocks) * H), dstate[0].dtype)
        dstate_prev, dvectors = self.retreat(p, dstate, cache, dz)
        dx, grads = self.weight_gradients(p, cache, dz)
        grads.update({k: v.sum(0) for k, v in dvectors.items() if k in self.vectors})
        if self.extra:
            dx = np.concatenate([dx, dvectors[self.extra]], axis=-1)
        return dx, dstate_prev, grads

    # --------------------------------------------------- the parts of a step, shared

    @cached_property
    def keeps(self):
        """Names of what the backward pass needs from a step."""
        grads = {f"d{n}" for ph in self.phases for n in ph.gives}
        fixed = {*self.vectors, *self.constants, *self.noise, *self.fixed, *grads}
        names = [a for ph in self.phases for a in ph.back_args if a not in fixed]
        return tuple(dict.fromkeys([*names, *self.source_names]))

    @cached_property
    def source_names(self):
        """Names of what the products read: x, h_prev, ..."""
        return tuple(dict.fromkeys(self.value_of(t.source) for t in self.all_terms
                                   if t.source))

    def input_products(self, p, x, H):
        """Everything that depends on x alone; x (B, I) or (T, B, I) -> dict.

        ``z`` holds the blocks of pre-activations side by side, (..., nH).  A cell with
        ``extra`` also takes the pair (x, extra) instead of one array.
        """
        values = {"x": x}
        if self.extra:
            x, extra = x if isinstance(x, tuple) else (x[..., :-H], x[..., -H:])
            values = {"x": x, self.extra: extra}
        values["z"] = add_products(p, values, self.input_terms, self, H)
        return values

    def views(self, z, H):
        """The blocks of z (..., nH) by name: zi, zf, ... of (..., H) each."""
        return {f"z{b}": z[..., k * H : (k + 1) * H] for k, b in enumerate(self.blocks)}

    def advance(self, p, values, state):
        """Complete a step's values from its input products and the old state."""
        H = state[0].shape[-1]
        values = dict(values)
        values.update((f"{s}_prev", v) for s, v in zip(self.states, state, strict=True))
        for ph, terms in zip(self.phases, self.terms, strict=True):
            values.update(self.complete(p, values, terms, ph, H))
            args = [values[a] if a in values else p[a] for a in ph.args]
            values.update(zip(ph.names, _tuple(ph.forward(*args)), strict=True))
        return values

    def complete(self, p, values, terms, phase, H):
        """The pre-activations z and its blocks with the products before a phase."""
        z = add_products(p, values, terms, self, H)
        return {"z": z} | self.views(z, H)

    def retreat(self, p, dstate, values, dz):
        """Back through one step: fills dz (B, nH); -> dstate_prev, other gradients."""
        H = dstate[0].shape[-1]
        grad = {f"d{s}": ds for s, ds in zip(self.states, dstate, strict=True)}
        views, back, other = self.views(dz, H), {}, {}
        for ph, terms in zip(self.phases[::-1], self.terms[::-1], strict=True):
            args = [grad[a] if a in grad else values[a] if a in values else p[a]
                    for a in ph.back_args]
            names = [a for a in ph.args if a not in {*self.constants, *self.noise}]
            for a, d in zip(names, _tuple(ph.backward(*args)), strict=True):
                if a in views:
                    views[a][...] = d
                elif a.removesuffix("_prev") in self.states:
                    back[a] = back[a] + d if a in back else d
                elif a not in self.fixed:
                    other[a] = d
            for t in terms:
                d = self.part(dz, t, H) @ columns(p, t, H).T
                key, sums = f"{t.source}_prev", back
                if t.source not in self.states:
                    key, sums = f"d{t.source}", grad
                sums[key] = sums[key] + d if key in sums else d
        old = [back.get(f"{s}_prev") for s in self.states]
        old = [np.zeros_like(d) if o is None else o
               for o, d in zip(old, dstate, strict=True)]
        return tuple(old), other

    def part(self, z, t, H):
        """The columns of z (..., nH) that a term feeds: a view."""
        first = self.blocks.index(t.blocks[0])
        return z[..., first * H : (first + len(t.blocks)) * H]

    def weight_gradients(self, p, values, dz):
        """dz (..., nH) and the sources (..., n) -> dx, grads by parameter."""
        H = dz.shape[-1] // len(self.blocks)
        dx = np.zeros_like(values["x"])
        grads = {k: np.zeros_like(p[k]) for k in dict.fromkeys(
            t.param for t in self.all_terms) if k in p}
        for t in self.all_terms:
            part = self.part(dz, t, H)
            rows = part.reshape(-1, part.shape[-1])
            if t.source is None:
                columns(grads, t, H)[...] += rows.sum(0)
                continue
            if t.param in p:
                source = values[self.value_of(t.source)]
                source = source.reshape(-1, source.shape[-1])
                columns(grads, t, H)[...] += source.T @ rows
            if t.source == "x":
                dx += part @ columns(p, t, H).T if t.param in p else part
        for k, mask in self.masks.items():
            grads[k] *= mask(H)
        return dx, grads


def _tuple(out):
    return out if isinstance(out, tuple) else (out,)


def _like(a, p):
    """A constant as the kind of array its parameters are."""
    return p.new_tensor(a) if hasattr(p, "requires_grad") else np.asarray(a, p.dtype)
