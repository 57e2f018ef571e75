"""The conventions of a class in set 8, and the texts that change with them."""

import numpy as np

from ..conventions import draw, sequences
from ..variants import Convention, nested

TIMES = ("2", "3")


def cooler(seed):
    """Scores divided by a temperature."""
    n = draw(seed, "temperature", TIMES)
    return Convention(
        says=f"Scores are divided by {n} before softmax.",
        words=(("\\big)\\, v$", f"\\big)\\, v \\,/\\, {n}$"),),
        edits=(('@ p["v"]', f'@ p["v"] / {n}'),),
    )


def louder(seed):
    """What was read is multiplied before it is used."""
    n = draw(seed, "temperature", TIMES)
    return Convention(
        says=f"What is read is multiplied: $z = {n} \\sum_i \\alpha_i a_i$.",
        words=(("$z = \\sum_i \\alpha_i a_i$", f"$z = {n} \\sum_i \\alpha_i a_i$"),),
        answer=nested(lambda v: int(n) * v),
    )


NUMBERS = (
    ("$1/2, 3/2, \\dots, A - 1/2$", "(np.arange(A) + 0.5)"),
    ("from the middle, $-(A-1)/2, \\dots, (A-1)/2$", "(np.arange(A) - (A - 1) / 2)"),
)


def numbered(seed):
    """Pixels with other numbers."""
    says, numbers = draw(seed, "pixels", NUMBERS)
    return Convention(
        says=f"Pixels are numbered {says}.",
        words=(("$1, 2, \\dots, A$", says),),
        edits=(("np.arange(1, A + 1)", numbers),),
    )


UNITS = (("bits", lambda v: v / np.log(2)), ("tenths of a nat", lambda v: 10 * v))


def unit(seed):
    """Costs in another unit."""
    name, change = draw(seed, "cost", UNITS)
    return Convention(
        says=f"Costs are given in **{name}**.",
        words=(("in nats", f"in {name}"), ("nats of each", f"{name} of each")),
        answer=change,
    )


def columns(seed):
    """Steps in columns."""

    def turned(value):
        square = isinstance(value, np.ndarray) and value.ndim == 2
        return np.array(value.T, order="C") if square else value

    return Convention(
        says="Everything is turned: `q`, `k`, `v` and `h` are $(D, T)$, one **column** "
        "for each step, and so is $C$: it has values along its rows.",
        words=(
            ("$(T, D)$", "$(D, T)$"),
            ("(T, D)", "(D, T)"),
            ("$C = f\\,C + i\\,k^\\top v$", "$C = f\\,C + i\\,v\\,k^\\top$"),
            ("$q\\,C$", "$C\\,q$"),
            ("all are rows of $D$ numbers", "all have $D$ numbers"),
            ("C is transposed: keys lie along its rows, so that q @ C gives values.",
             "C is transposed: values lie along its rows, so that C @ q gives values."),
            ("q and k are rows, so C has the features of keys along its rows.",
             "C has the features of values along its rows."),
            ("np.outer(k[t], v[t]) is what a step writes. Read with q[t] @ C, and",
             "np.outer(v[:, t], k[:, t]) is what a step writes. Read with C @ q[:, t],"
             " and"),
            ("|q[t] @ n|", "|q[:, t] @ n|"),
            ("q[t] @ k[s]", "q[:, t] @ k[:, s]"),
            ("h: you read along the values. q @ C compares q with the keys.",
             "h: you read along the values. C @ q compares q with the keys."),
        ),
        elsewhere=(
            (
                "read_out(keys, keys, values, ones, ones, C0, n0)",
                "read_out(keys.T, keys.T, values.T, ones, ones, C0, n0)",
            ),
            (
                "read_out(keys, keys, values, ones, 0 * ones, C, n)[0]",
                "read_out(keys.T, keys.T, values.T, ones, 0 * ones, C, n)[0].T",
            ),
        ),
        out=nested(turned),
        back=nested(turned),
        answer=nested(turned),
    )  # fmt: skip


ATTEND, ATTEND_BACKWARD, LATTICE = (cooler,), (louder,), (sequences(),)
WINDOW, DIVERGENCE, MATRIX = (numbered,), (unit,), (columns,)
