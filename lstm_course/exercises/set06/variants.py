"""The conventions of a class in set 6, and the texts that change with them."""

import numpy as np

from ..conventions import draw
from ..variants import Convention, nested

ORDERS = (("perplexity", "nats", "bits"), ("bits", "perplexity", "nats"))
USUAL = ("nats", "bits", "perplexity")


def padding(seed):
    """The mask says where nothing is, and the three come in another order."""
    new = draw(seed, "costs", ORDERS)
    turned = nested(lambda a: ~a if a.dtype.kind == "b" else a)
    listed = "`{}`, `{}` and `{}`"
    return Convention(
        says="The mask marks the **padding**, and the three numbers are returned in "
        f"the order {listed.format(*new)}.",
        words=(
            ("`True` for\na symbol of a text and `False` for padding",
             "`False` for\na symbol of a text and `True` for padding"),
            (f"{listed.format(*USUAL)}: the mean cost of a symbol in both units, "
             "over all\nsymbols that count, and the perplexity.",
             f"{listed.format(*new)}: the mean cost of a symbol in both units, over "
             "all\nsymbols that count, and the perplexity."),
            (", ".join(USUAL), ", ".join(new)),
            ("costs[mask] are", "costs[~mask] are"),
        ),
        out=turned,
        back=turned,
        answer=lambda answer: tuple(answer[USUAL.index(k)] for k in new),
        parts=new,
    )  # fmt: skip


LAYOUTS = (
    ("$(n, B, T)$", "(n, B, T)", (0, 2, 1), "the row before the step"),
    ("$(B, n, T)$", "(B, n, T)", (2, 0, 1), "the row first"),
)


def rows_first(seed):
    """Windows with their rows before their steps."""
    tex, plain, axes, name = draw(seed, "windows", LAYOUTS)
    return Convention(
        says=f"Windows are laid out with {name}: {tex}.",
        words=(("$(n, T, B)$", tex), ("(n, T, B)", plain)),
        answer=nested(lambda a: np.array(a.transpose(axes), order="C")),
        axes=lambda old: {k: tuple(v[a] for a in axes) for k, v in old.items()},
    )


UNITS = (
    ("bits", "**bits**, not nats", lambda v: v / np.log(2)),
    ("perplexities", "a **perplexity**, not nats", np.exp),
)


def unit(seed):
    """Costs in another unit."""
    name, says, change = draw(seed, "unit", UNITS)
    text = "in bits" if name == "bits" else "as a perplexity"
    return Convention(
        says=f"Both results are given as {says}: the means as before, and changed at "
        "the end.",
        words=(
            ("mean cost in nats of each text", f"mean cost {text} of each text"),
            ("-> mean cost of each text, of a symbol.",
             f"-> mean cost {text} of each text, of all."),
        ),
        answer=lambda answer: (change(answer[0]), float(change(answer[1]))),
    )  # fmt: skip


USED = "p=chances(scores, 0.8, 20, 0.9)"
FORMS = (
    ("**running sums** of the probabilities, `p.cumsum()`", "running sums (K,)",
     np.cumsum, f"p=np.diff({USED[2:]}, prepend=0)",
     "the running sums, from symbol 0 on"),
    ("**logarithms** of the probabilities, minus infinity for 0", "logarithms (K,)",
     lambda p: np.log(p, where=p > 0, out=np.full_like(p, -np.inf)),
     f"p=np.exp({USED[2:]})", "the logarithms, with `-np.inf` for what is left out"),
)  # fmt: skip


def form(seed):
    """Probabilities in another form."""
    says, short, change, used, text = draw(seed, "chances", FORMS)
    return Convention(
        says=f"The answer is given as the {says}.",
        words=(
            ("-> probabilities (K,) to draw", f"-> {short} of what to draw"),
            ("Return the probabilities of all $K$ symbols, 0 for those that are left "
             "out, in the order\nof the symbols. They add up to 1.",
             "Of the probabilities of all $K$ symbols, 0 for those that are left out, "
             f"in the order\nof the symbols, return {text}."),
        ),
        elsewhere=((USED, used),),
        answer=lambda p: change(p),
    )  # fmt: skip


def costs(seed):
    """Costs in place of logarithms of probabilities; the smallest are the best."""

    def minus(value):
        return -value if value.dtype.kind == "f" else value

    return Convention(
        says="A hypothesis has a **cost**, $-\\log p$, and the smallest is the best.",
        words=(
            ("logarithm\nof the probability that each hypothesis has so far",
             "cost\n$-\\log p$ that each hypothesis has so far"),
            ("the\nlogarithms of the probabilities of what may",
             "the\ncosts $-\\log p$ of what may"),
            ("the largest total first", "the smallest total first"),
            ("log_p", "costs"),
            ("All its other entries are -np.inf.", "All its other entries are np.inf."),
            ("You multiplied logarithms. Probabilities are multiplied; their "
             "logarithms are added.",
             "You multiplied costs. Probabilities are multiplied; their logarithms, "
             "and so their costs, are added."),
            ("You keep the worst. np.argsort puts the smallest first.",
             "You keep the worst. The smallest cost is the best."),
        ),
        out=nested(minus),
        back=nested(minus),
        answer=nested(minus),
    )  # fmt: skip


ENDS = (("1", "1"), ("2", "2"))


def end(seed):
    """Another symbol ends a text."""
    name, index = draw(seed, "end", ENDS)
    return Convention(
        says=f"Symbol {name} is the end.",
        words=(("symbol 0", f"symbol {name}"),),
        edits=(("[done, 0]", f"[done, {index}]"),),
    )


def rows(seed):
    """Texts in rows, as one writes them: (B, T)."""

    def turned(value):
        square = isinstance(value, np.ndarray) and value.ndim == 2
        return np.array(value.T, order="C") if square else value

    return Convention(
        says="Texts lie in rows: `x` and `other` are $(B, T)$, and `cost` takes them "
        "so.",
        words=(
            ("$(T, B)$", "$(B, T)$"),
            ("x, other (T, B)", "x, other (B, T)"),
            ("np.concatenate along the steps.", "np.concatenate along axis 1."),
        ),
        elsewhere=(
            ("reach(price, texts, others, ks)",
             "reach(lambda a: price(a.T), texts.T, others.T, ks)"),
        ),
        out=nested(turned),
        back=nested(turned),
    )  # fmt: skip


COST, WINDOWS, SCORING = (padding,), (rows_first,), (unit,)
SAMPLING, BEAM, REACH = (form,), (costs, end), (rows,)
