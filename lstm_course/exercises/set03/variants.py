"""The conventions of a class in set 3, and the texts that change with them."""

from ..conventions import draw, sequences, share_left
from ..variants import Convention

NAMES = ("soft", "hard", "hard6")
CURVES = (
    r"- the logistic function $\sigma(z) = 1 / (1 + e^{-z})$, correct also for "
    r"$z = \pm 900$",
    "- the hard sigmoid of Theano, Keras 1 and 2 and ONNX: a straight line of slope "
    "0.2\n  through one half, cut off at 0 and 1",
    "- the hard sigmoid of torch and Keras 3: the same with slope 1/6",
)
CALLS = ("sigmoid(z)", "hard_sigmoid(z)", "hard_sigmoid6(z)")
ORDERS = ((1, 2, 0), (2, 0, 1))  # in which nothing stays where it was


def order_of_answers(seed):
    """The three curves returned in another order."""
    new = draw(seed, "curves", ORDERS)

    def listed(rows):
        return ";\n".join(rows) + "."

    def turned(rows):
        return tuple(rows[k] for k in new)

    return Convention(
        says=f"The three are returned in the order `{'`, `'.join(turned(CALLS))}`.",
        words=(
            (listed(CURVES), listed(turned(CURVES))),
            (", ".join(CALLS), ", ".join(turned(CALLS))),
            ("Everything else is the same.",
             f"The order is {', '.join(turned(NAMES))}."),
        ),
        answer=turned,
        parts=turned(NAMES),
    )  # fmt: skip


def carousel(layout):
    return (
        ("np.stack gives (T, B, H).",
         f"np.stack with axis={layout.time} gives (T, B, H)."),
    )  # fmt: skip


def carousel_back(layout):
    return (("is the LAST row, and nothing", "is the LAST step, and nothing"),)


def bias_words(name, n):
    return (
        ("A unit shall keep half of what it holds for `steps` steps, with",
         f"A unit shall still hold {name} of its memory after `steps` steps, with"),
        ("= \\frac12$", f"= \\frac1{{{n}}}$"),
        ("Half-lives steps (n,)", f"Steps until {name} is left (n,)"),
        ("f**steps = 1/2", f"f**steps = 1/{n}"),
        ("That f is what would be left of one half after so many steps.",
         f"That f is 1/{n} to the power of steps."),
        ("Half-life means one half.", f"Asked is {name}."),
        ("That f loses the half in equal parts.",
         "That f loses what may go in equal parts."),
    )  # fmt: skip


def span_words(name, n):
    return (
        ("Return for each unit the\nhalf-life that corresponds to its",
         f"Return for each unit\nafter how many steps {name} is left at its"),
        ("half-life of each unit (H,), in steps.",
         f"steps until {name} is left, by unit (H,)."),
        ("f[0] * f[1] * ... * f[T-1]", "f_1 * f_2 * ... * f_T"),
        ("The half-life is log(0.5) divided by it.",
         f"The time asked for is log(1/{n}) divided by it."),
        ("Asked is one half.", f"Asked is {name}."),
        ("Asked is the half-life, in steps.",
         f"Asked is after how many steps {name} is left."),
        ("a half-life is positive", "a time is positive"),
    )  # fmt: skip


def span_code(name, n):
    return (("steps: half-lives {spans}", f"steps until {name} is left: {{spans}}"),)


def spans_layout(layout):
    return (("axes 0 and 1:", f"axes 0 and {layout.time}:"),)


def spans_code(layout):
    usual = 'trace("lstm", p, x)["f"]'
    return ((f"memory_spans({usual})", f"memory_spans({usual}{layout.turned})"),)


def bias_edits(share):
    equal_parts = ("(1 - 0.5 / steps)", f"(1 - {1 - share!r} / steps)")
    return (("0.5 **", f"{share!r} **"), equal_parts)


GATES = (order_of_answers,)
FORWARD, BACKWARD = (sequences(carousel),), (sequences(carousel_back),)
BIAS = (share_left(bias_edits, bias_words),)
SPANS = (
    sequences(spans_layout, spans_code),
    share_left(
        lambda share: (("np.log(0.5)", f"np.log({share!r})"),), span_words, span_code
    ),
)
