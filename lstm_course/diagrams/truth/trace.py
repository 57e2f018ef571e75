"""A cell's arithmetic as text: run its forward functions on names instead of numbers.

What comes out are equations such as ``c = f ⊙ c_{t-1} + i ⊙ g``, made from the very
lines that compute, so they hold for a cell nobody has drawn.
"""

from itertools import count

SUM, PRODUCT, ATOM = 1, 2, 3  # how tightly a text binds
WORDS = {"sigmoid": "σ", "tanh": "tanh", "exp": "exp", "log": "log"}
NUMBERS = count()


class Symbol:
    """Stands for an array; remembers what was done to it.

    ``form`` is a text with one ``{}`` for each of ``args``; ``needs`` says how tightly
    each of these must bind to go without brackets.
    """

    requires_grad = False  # ops then call the methods below, as they do for a tensor
    dtype = None
    __array_ufunc__ = None  # a NumPy number on the left leaves the work to us

    def __init__(self, form, args=(), needs=(), binds=ATOM):
        self.form, self.args = form, [_symbol(a) for a in args]
        self.needs, self.binds, self.number = needs, binds, next(NUMBERS)

    def text(self, names=(), root=True):
        """As text; a part that has a name in ``names`` (id -> name) goes by it."""
        if not root and id(self) in names:
            return names[id(self)]
        parts = []
        for a, need in zip(self.args, self.needs, strict=True):
            inner = a.text(names, root=False)
            bare = id(a) in names or a.binds >= need
            parts.append(inner if bare else f"({inner})")
        return self.form.format(*parts) if parts else self.form

    def __add__(self, other):
        if _is(other, 0):
            return self
        return Symbol("{} + {}", (self, other), (SUM, SUM), SUM)

    def __radd__(self, other):
        if _is(other, 0):
            return self
        return Symbol("{} + {}", (other, self), (SUM, SUM), SUM)

    def __sub__(self, other):
        return Symbol("{} − {}", (self, other), (SUM, PRODUCT), SUM)

    def __rsub__(self, other):
        return Symbol("{} − {}", (other, self), (SUM, PRODUCT), SUM)

    def __mul__(self, other):
        if _is(other, 0) or _is(other, 1):
            return self if other else 0.0
        sign = "⊙" if isinstance(other, Symbol) else "·"
        return Symbol(f"{{}} {sign} {{}}", (self, other), (PRODUCT, PRODUCT), PRODUCT)

    def __rmul__(self, other):
        if _is(other, 1):
            return self
        return Symbol("{} · {}", (other, self), (PRODUCT, PRODUCT), PRODUCT)

    def __truediv__(self, other):
        return Symbol("{} / {}", (self, other), (PRODUCT, ATOM), PRODUCT)

    def __rtruediv__(self, other):
        return Symbol("{} / {}", (other, self), (PRODUCT, ATOM), PRODUCT)

    def __mod__(self, other):
        return Symbol("{} mod {}", (self, other), (PRODUCT, ATOM), PRODUCT)

    def __neg__(self):
        if self.form.startswith("−"):
            return Symbol(self.form[1:], self.args, self.needs)
        return Symbol("−{}", (self,), (PRODUCT,), PRODUCT)

    def __gt__(self, other):
        return Symbol("[{} > {}]", (self, other), (SUM, SUM))

    def __lt__(self, other):
        return Symbol("[{} < {}]", (self, other), (SUM, SUM))

    def logaddexp(self, other):
        """Of 0 and -z: what ops.log_sigmoid asks for, with the sign turned."""
        return Symbol("−log σ({})", other.args, (SUM,), PRODUCT)

    def to(self, dtype):
        return self  # a comparison counts as 0 or 1

    def clip(self, low, high):
        return Symbol("clip({}, {}, {})", (self, low, high), (SUM, SUM, SUM))

    def maximum(self, other):
        return Symbol("max({}, {})", (self, other), (SUM, SUM))

    def minimum(self, other):
        return Symbol("min({}, {})", (self, other), (SUM, SUM))

    def __getattr__(self, name):
        if name not in WORDS:
            raise AttributeError(name)
        return lambda: Symbol(f"{WORDS[name]}({{}})", (self,), (SUM,))


def _is(a, number):
    return not isinstance(a, Symbol) and a == number


def _symbol(a):
    return a if isinstance(a, Symbol) else Symbol(f"{a:g}")


def equations(cell):
    """What a cell's phases give, in the order of computing: list of (name, text).

    Names get the time they belong to: ``c_t``, ``c_{t-1}``.
    """
    found, values = [], dict(cell.fixed)
    for ph in cell.phases:
        args = [values.setdefault(a, Symbol(name_of(a, cell))) for a in ph.args]
        out = ph.forward(*args)
        out = out if isinstance(out, tuple) else (out,)
        values.update(zip(ph.names, out, strict=True))
        found += [
            (n, v) for n, v in zip(ph.names, out, strict=True) if isinstance(v, Symbol)
        ]
    names = {id(v): f"{n}_t" for n, v in reversed(found)}
    found.sort(key=lambda pair: pair[1].number)
    return [(n, v.text(names)) for n, v in found if names[id(v)] == f"{n}_t"]


def name_of(arg, cell):
    """How an argument of forward is written: zi -> z_{i}, c_prev -> c_{t-1}."""
    if arg.removesuffix("_prev") in cell.states:
        return f"{arg.removesuffix('_prev')}_{{t-1}}"
    if arg[:1] == "z" and arg[1:] in cell.blocks:
        return f"z_{{{arg[1:]}}}"
    first, _, rest = arg.partition("_")
    return f"{first}_{{{rest}}}" if rest else arg
