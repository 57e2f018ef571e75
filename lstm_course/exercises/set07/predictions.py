"""07.6: five numbers about speed, with a calculator."""

import math

from ..definition import Exercise
from ..making import mistakes


def predictions():
    """operations, time, faster, rounds, memory: with a calculator."""
    operations = 3 * 50 * 2 * 64 * (256 + 256) * 4 * 256 / 1e9
    time = 500 * (60 * 3 + 20) / 1000
    faster = (60 * 3 + 20) / (10 * 3 + 20)
    rounds = math.ceil(math.log2(1000))
    memory = 4 * 1000 * 32 * (6 * 128 + 64) / 1e6
    return operations, time, faster, rounds, memory


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "07.6",
    "predictions",
    10,
    cases,
    predictions,
    answer=("operations", "time", "faster", "rounds", "memory"),
    rtol=5e-3,
    atol=0.0,
    digits=3,
    hints=(
        "operations: 2 B (I + H) 4H for a step forward, three times that with the way "
        "back, T times.",
        "time: a step takes its calls and its arithmetic, one after the other. faster: "
        "both times in full, then the quotient; the arithmetic stays.",
        "rounds: how often do you have to double 1 to reach 1000? memory: 6H + I "
        "numbers for each step and row, of four bytes.",
    ),
    misconceptions=mistakes(
        predictions,
        (
            "3 * 50 * 2",
            "50 * 2",
            "operations: that is the forward pass. A training step takes three times "
            "as many.",
        ),
        (
            "3 * 50 * 2",
            "3 * 50",
            "operations: those are the multiplications. Each comes with an addition.",
        ),
        (
            "* 4 * 256",
            "* 256",
            "operations: an LSTM has four blocks.",
        ),
        (
            "500 * (60 * 3 + 20)",
            "500 * (60 * 3)",
            "time: the arithmetic is missing.",
        ),
        (
            "500 * (60 * 3 + 20)",
            "500 * 20",
            "time: the calls are missing.",
        ),
        (
            "(60 * 3 + 20) / (10 * 3 + 20)",
            "60 / 10",
            "faster: so many times fewer calls. The arithmetic is still there, and "
            "takes what it took.",
        ),
        (
            "(60 * 3 + 20) / (10 * 3 + 20)",
            "(10 * 3 + 20) / (60 * 3 + 20)",
            "faster: the quotient is turned round.",
        ),
        (
            "math.ceil(math.log2(1000))",
            "999",
            "rounds: one after the other takes so many. A scan joins all pairs of a "
            "round at once.",
        ),
        (
            "math.ceil(math.log2(1000))",
            "9",
            "rounds: nine rounds reach 512 steps.",
        ),
        (
            "4 * 1000",
            "8 * 1000",
            "memory: a number has four bytes here.",
        ),
        (
            "4 * 1000",
            "1000",
            "memory: those are numbers. Asked are bytes, in millions.",
        ),
        (
            "(6 * 128 + 64)",
            "(128 + 64)",
            "memory: the four gates, c and h of every step have to wait for the way "
            "back, not h alone.",
        ),
    ),
)
