"""The conventions of a class in set 5, and the texts that change with them."""

from ..conventions import GRU, LSTM, blocks_of
from ..variants import Convention

COLUMNS = {0: ("0 to H", "[..., :H]"), 2: ("2H to 3H", "[..., 2 * H :]")}


def gru(new):
    return ((" (Keras puts the update gate first.)", ""),)


def convert(new):
    columns, index = COLUMNS[new.index("u")]
    return (
        ("the columns H to 2H of W_x, W_h, b and b_h: [..., H : 2 * H].",
         f"the columns {columns} of W_x, W_h, b and b_h: {index}."),
    )  # fmt: skip


def interval(seed):
    """Both ends of the interval in place of its middle and its margin."""
    usual = "mean, margin = paired_difference("
    shown = 'print(f"lstm - gru: {mean:.1f} points, plus or minus {margin:.1f}")'
    return Convention(
        says="A result is given as an interval, by **its lower and its upper end**.",
        words=(
            ("Return the\nmean difference $a - b$ and the margin around it, "
             "$t \\cdot s / \\sqrt{n}$, where",
             "Return the\ntwo ends of the interval around the mean difference $a - b$: "
             "the mean minus, and plus, the\nmargin $t \\cdot s / \\sqrt{n}$, where"),
            ("-> mean of a - b, margin.", "-> lower, upper end for a - b."),
            ("The margin is t times that.",
             "The margin is t times that; the ends are the mean minus and plus it."),
        ),
        elsewhere=(
            (usual, "low, high = paired_difference("),
            (shown, 'print(f"lstm - gru: {low:.1f} to {high:.1f} points")'),
        ),
        answer=lambda answer: (answer[0] - answer[1], answer[0] + answer[1]),
        parts=("low", "high"),
    )  # fmt: skip


PEEPHOLE = (blocks_of(LSTM),)
STEP, CONVERT = (blocks_of(GRU, gru),), (blocks_of(GRU, convert),)
COMPARE = (interval,)
