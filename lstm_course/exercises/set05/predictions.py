"""05.5: how many numbers does each variant learn?"""

from ..definition import Exercise
from ..making import mistakes


def predictions():
    """lstm, peephole, coupled, gru, rnn: parameters for I = 32, H = 100."""
    block = (32 + 100) * 100 + 100
    lstm = 4 * block
    peephole = 4 * block + 3 * 100
    coupled = 3 * block
    gru = 3 * block + 3 * 100
    rnn = block
    return lstm, peephole, coupled, gru, rnn


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "05.5",
    "predictions",
    10,
    cases,
    predictions,
    answer=("lstm", "peephole", "coupled", "gru", "rnn"),
    rtol=1e-6,
    atol=0.0,
    hints=(
        "Count one block first: a matrix (I, H), a matrix (H, H) and a bias (H,). The "
        "RNN is one block.",
        "peephole: one number for each unit and each gate that looks; the candidate "
        "does not look. coupled: one gate is made from another and learns nothing.",
        "gru: three blocks. With reset after, the part from h_prev has a bias of its "
        "own, in all three blocks.",
    ),
    misconceptions=mistakes(
        predictions,
        (
            "lstm = 4 * block",
            "lstm = 4 * block + 400",
            "lstm: that is torch's count, with two biases. This course has one.",
        ),
        (
            "lstm = 4 * block",
            "lstm = 3 * block",
            "lstm: three gates AND a candidate are four blocks.",
        ),
        (
            "4 * block + 3 * 100",
            "4 * block + 3 * 100 * 100",
            "peephole: a peephole is one number for each unit, not a matrix. A unit "
            "looks at its own cell state only.",
        ),
        (
            "4 * block + 3 * 100",
            "4 * block + 4 * 100",
            "peephole: the candidate has no peephole; three gates have one.",
        ),
        (
            "coupled = 3 * block",
            "coupled = 4 * block",
            "coupled: one gate is 1 minus the other. It has no weights of its own.",
        ),
        (
            "gru = 3 * block + 3 * 100",
            "gru = 3 * block",
            "gru: that is the form with reset before. With reset after, as in torch, "
            "there is a second bias of 3H.",
        ),
        (
            "gru = 3 * block + 3 * 100",
            "gru = 3 * block + 100",
            "gru: the second bias is there in all three blocks.",
        ),
        (
            "rnn = block",
            "rnn = block - 100",
            "rnn: the bias is missing.",
        ),
        (
            "+ 100\n",
            "\n",
            "The bias of a block is missing.",
        ),
    ),
)
