"""The conventions of a class in set 7, and the texts that change with them."""

import numpy as np

from ..conventions import draw
from ..variants import Convention, nested

CELLS = (
    (
        "an LSTM with a second forget gate, **five** blocks; it keeps $7H + I$ numbers",
        5,
        7,
    ),
    ("an LSTM with two more gates, **six** blocks; it keeps $8H + I$ numbers", 6, 8),
)


def blocks(seed):
    """Another cell, with fewer blocks."""
    says, n, kept = draw(seed, "cell", CELLS)
    words = {5: "five", 6: "six"}
    return Convention(
        says=f"The cell is {says} for each step and row.",
        words=(
            ("$4H$", f"${n}H$"),
            ("$6H + I$", f"${kept}H + I$"),
            ("an LSTM layer", "a layer of your class's cell"),
            ("(I + H, 4H)", f"(I + H, {n}H)"),
            ("B * 4H", f"B * {n}H"),
            ("6H + I", f"{kept}H + I"),
            ("An LSTM has four, and its products are 4H wide.",
             f"The cell has {words[n]}, and its products are {n}H wide."),
        ),
        edits=(("(I + H) * 4 * H", f"(I + H) * {n} * H"),
               ("I * 4 * H", f"I * {n} * H"),
               ("(6 * H + I)", f"({kept} * H + I)")),
    )  # fmt: skip


SIZES = (("four", 4), ("two", 2))


def in_bytes(seed):
    """The peak in bytes, a share in place of a factor, in another order."""
    name, n = draw(seed, "bytes", SIZES)
    return Convention(
        says=f"Returned are the peak in **bytes** ({name} for a number), the **share** "
        "that it is of keeping everything, and then the length.",
        words=(
            ("`length`, `peak` and `factor`", "`peak`, `share` and `length`"),
            ("`peak`, the most numbers that are kept at any moment",
             f"`peak`, the most that is kept at any moment, {name} bytes for a number"),
            ("`factor`, how many times less that is than keeping all $T K$ numbers",
             "`share`, which share that is of keeping all $T K$ numbers"),
            ("-> length, peak, factor.", "-> peak in bytes, share, length."),
            ("The factor compares with", "The share compares with"),
            ("factor: that is what is left, as a share. Asked is how many times less "
             "it is.",
             "share: that is how many times less it is. Asked is what is left, as a "
             "share."),
        ),
        answer=lambda a: (n * a[1], 1 / a[2], a[0]),
        parts=("peak", "share", "length"),
    )  # fmt: skip


def transposed(value):
    square = isinstance(value, np.ndarray) and value.ndim == 2
    return np.array(value.T, order="C") if square else value


def rows(seed):
    """Vectors are rows: d -> d J + e."""
    return Convention(
        says="Vectors are **rows**: a map takes $d$ to $d J + e$.",
        words=(
            ("$d \\mapsto J_1 d + e_1$", "$d \\mapsto d J_1 + e_1$"),
            ("$d \\mapsto J_2 d + e_2$", "$d \\mapsto d J_2 + e_2$"),
            ("J2 (J1 d + e1) + e2", "(d J1 + e1) J2 + e2"),
            ("stands next to d, on the right.", "stands next to d, on the left."),
            ("What stands in front of d", "What d is multiplied with"),
        ),
        elsewhere=(
            ("joined(M2, e2, M1, e1)", "joined(M2.T, e2, M1.T, e1)"),
            ("M.ravel()", "M.T.ravel()"),
        ),
        out=nested(transposed),
        back=nested(transposed),
        answer=nested(transposed),
    )  # fmt: skip


def speedup(seed):
    """How many times as fast a is, in place of how much time it takes."""
    usual = 'print(f"a / b: {ratio:.2f}, from {low:.2f} to {high:.2f}: {winner}")'
    return Convention(
        says="Asked is how many times **as fast** `a` is: time of `b` divided by time "
        "of `a`.",
        words=(
            ("of $a$ divided by that of $b$", "of $b$ divided by that of $a$"),
            ("d = log(a / b)", "d = log(b / a)"),
            ("If the whole interval lies below 1, a takes less time; if it lies above, "
             "b.",
             "If the whole interval lies above 1, a takes less time; if it lies below, "
             "b."),
            ("asked is a divided by b.", "asked is b divided by a."),
            ("a ratio below 1 means that a takes LESS", "a ratio above 1 means that a "
             "takes LESS"),
        ),
        elsewhere=((usual, usual.replace("a / b", "b / a")),),
        answer=lambda a: (1 / a[0], 1 / a[2], 1 / a[1], a[3]),
    )  # fmt: skip


PRICE, MEMORY, AFFINE, FASTER = (blocks,), (in_bytes,), (rows,), (speedup,)
