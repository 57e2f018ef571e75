"""03.5: five numbers about gates."""

import math

from ..definition import Exercise
from ..making import mistakes


def gate(z):
    return 1 / (1 + math.exp(-z))


def predictions():
    """half_life, at_bias_1, chrono, hard, hard6: with a calculator."""
    half_life = math.log(0.5) / math.log(0.9)
    at_bias_1 = math.log(0.5) / math.log(gate(1.0))
    chrono = math.log(100 - 1)
    hard = 0.2 * 1.5 + 0.5
    hard6 = 1.5 / 6 + 0.5
    return half_life, at_bias_1, chrono, hard, hard6


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "03.5",
    "predictions",
    10,
    cases,
    predictions,
    answer=("half_life", "at_bias_1", "chrono", "hard", "hard6"),
    rtol=2e-3,
    atol=0.0,
    digits=3,
    hints=(
        "half_life: f**n = 1/2. Take logarithms on both sides.",
        "at_bias_1: with nothing else the gate is sigmoid(1); then as before.",
        "chrono: biases are the logarithm of a number drawn between 1 and T_max - 1. "
        "hard and hard6: a straight line, slope times z plus one half.",
    ),
    misconceptions=mistakes(
        predictions,
        (
            "math.log(0.5) / math.log(0.9)",
            "5.0",
            "half_life: each step takes a tenth of what is LEFT, not of the whole.",
        ),
        (
            "math.log(0.5) / math.log(0.9)",
            "1 / (1 - 0.9)",
            "half_life: 1 / (1 - f) is the time after which 1/e is left, roughly. "
            "Asked is one half.",
        ),
        (
            "math.log(gate(1.0))",
            "math.log(gate(0.0))",
            "at_bias_1: with a bias of 1 the gate is sigmoid(1), not one half.",
        ),
        (
            "math.log(100 - 1)",
            "math.log(100)",
            "chrono: the largest number is T_max - 1.",
        ),
        (
            "math.log(100 - 1)",
            "99.0",
            "chrono: the bias is the LOGARITHM of the number drawn.",
        ),
        (
            "math.log(100 - 1)",
            "-math.log(100 - 1)",
            "chrono: that is the bias of the input gate. The forget gate's is "
            "positive: long memories need open gates.",
        ),
        (
            "0.2 * 1.5 + 0.5",
            "0.2 * 1.5",
            "hard: at z = 0 the gate is half open.",
        ),
        (
            "1.5 / 6 + 0.5",
            "0.2 * 1.5 + 0.5",
            "hard6: the slope is 1/6 in this form.",
        ),
        (
            "1.5 / 6 + 0.5",
            "gate(1.5)",
            "hard6: that is the smooth sigmoid.",
        ),
    ),
)
