"""08.6: five numbers about the systems of chapter 8, with a calculator."""

import math

from ..definition import Exercise
from ..making import mistakes


def predictions():
    """best, leftmost, divergence, penalty, weights: with a calculator."""
    best = 3 / (3 + 1 + 1)
    leftmost = 6.5 + (1 - 4 / 2 - 0.5) * 1.5
    divergence = math.log(1 / 0.5) + (0.5**2 + 1**2) / 2 - 0.5
    penalty = (1 - 1) ** 2 + (1 - 0.5) ** 2 + (1 - 0.5) ** 2
    weights = 2 * 2 * 4 * (2 * 50 * 50 + 50)
    return best, leftmost, divergence, penalty, weights


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "08.6",
    "predictions",
    10,
    cases,
    predictions,
    answer=("best", "leftmost", "divergence", "penalty", "weights"),
    rtol=2e-3,
    atol=0.0,
    digits=3,
    hints=(
        "best: exp(log 3) is 3, and exp(0) is 1. leftmost: i = 1 in the formula of "
        "question 8.4. divergence: the formula of question 8.5.",
        "penalty: add up what each place was given in both looks together, then how "
        "far that is from 1, squared.",
        "weights: each of the two LSTMs of a block reads 100 numbers and has four "
        "blocks of 50 rows of weights and 50 biases.",
    ),
    misconceptions=mistakes(
        predictions,
        (
            "3 / (3 + 1 + 1)",
            "math.log(3) / (math.log(3) + 1 + 1)",
            "best: exp(log 3) is 3. The exponentials of the scores share the weight.",
        ),
        (
            "3 / (3 + 1 + 1)",
            "3 / 3",
            "best: exp(0) is 1, so the other two places have weights as well.",
        ),
        (
            "(1 - 4 / 2 - 0.5)",
            "(0 - 4 / 2 - 0.5)",
            "leftmost: the filters are counted from 1.",
        ),
        (
            "(1 - 4 / 2 - 0.5)",
            "(1 - 4 / 2)",
            "leftmost: four centres lie evenly around 6.5, two on either side: the "
            "half is missing.",
        ),
        (
            "(0.5**2 + 1**2) / 2 - 0.5",
            "(0.5**2 + 1**2) / 2",
            "divergence: the 1/2 is missing. Two equal Gaussians have to cost 0.",
        ),
        (
            "(0.5**2 + 1**2)",
            "(0.5 + 1**2)",
            "divergence: 0.5 is the standard deviation. Its square counts.",
        ),
        (
            "math.log(1 / 0.5)",
            "math.log2(1 / 0.5)",
            "divergence: asked are nats, so the logarithm is the natural one.",
        ),
        (
            "(1 - 1) ** 2 + (1 - 0.5) ** 2 + (1 - 0.5) ** 2",
            "0.0",
            "penalty: that the weights of ONE look add up to 1 is always true. Add up "
            "over the looks, place by place.",
        ),
        (
            "(1 - 1) ** 2 + (1 - 0.5) ** 2 + (1 - 0.5) ** 2",
            "((1 - 1) ** 2 + (1 - 0.5) ** 2 + (1 - 0.5) ** 2) / 3",
            "penalty: that is a mean over the places. They are added up.",
        ),
        (
            "(1 - 1) ** 2 + (1 - 0.5) ** 2 + (1 - 0.5) ** 2",
            "(1 - 1) + (1 - 0.5) + (1 - 0.5)",
            "penalty: the differences are squared.",
        ),
        (
            "2 * 2 * 4 * (2 * 50 * 50 + 50)",
            "2 * 4 * (2 * 50 * 50 + 50)",
            "weights: every block holds two LSTMs, one for each dimension.",
        ),
        (
            "2 * 2 * 4 * (2 * 50 * 50 + 50)",
            "2 * 2 * (2 * 50 * 50 + 50)",
            "weights: an LSTM has four blocks, i, f, g and o.",
        ),
        (
            "2 * 2 * 4 * (2 * 50 * 50 + 50)",
            "2 * 2 * 4 * 2 * 50 * 50",
            "weights: the biases are missing.",
        ),
    ),
)
