"""06.6: five numbers about language models, with a calculator."""

import math

from ..definition import Exercise
from ..making import mistakes


def predictions():
    """alike, both, cold, nucleus, weights: with a calculator."""
    alike = math.log2(32)
    both = 2 ** ((100 * 2 + 300 * 4) / 400)
    cold = 0.8**2 / (0.8**2 + 0.2**2)
    nucleus = 3
    weights = 65 * 64 + 4 * ((64 + 128) * 128 + 128) + (128 + 1) * 65
    return alike, both, cold, nucleus, weights


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "06.6",
    "predictions",
    10,
    cases,
    predictions,
    answer=("alike", "both", "cold", "nucleus", "weights"),
    rtol=2e-3,
    atol=0.0,
    digits=3,
    hints=(
        "alike: each letter has probability 1/32, and costs -log2 of it. both: average "
        "the costs of all 400 letters first, then take 2 to that power.",
        "cold: dividing scores by 0.5 doubles them, and exp of a doubled score is the "
        "square of what it was. Then let the two add up to 1 again.",
        "nucleus: add up from the largest on until 0.8 is reached; the last one added "
        "belongs to it. weights: a table of rows, four blocks with one bias each, and "
        "a matrix with a bias for the scores.",
    ),
    misconceptions=mistakes(
        predictions,
        ("math.log2(32)", "math.log(32)", "alike: those are nats. Asked are bits."),
        (
            "math.log2(32)",
            "32.0",
            "alike: that is the perplexity. A letter costs its logarithm.",
        ),
        (
            "2 ** ((100 * 2 + 300 * 4) / 400)",
            "(100 * 2**2 + 300 * 2**4) / 400",
            "both: that is a mean of perplexities. Average the bits of all letters, "
            "and turn them into a perplexity once.",
        ),
        (
            "2 ** ((100 * 2 + 300 * 4) / 400)",
            "2.0**3",
            "both: the second text has three times as many letters, and every letter "
            "counts alike.",
        ),
        (
            "2 ** ((100 * 2 + 300 * 4) / 400)",
            "(100 * 2 + 300 * 4) / 400",
            "both: those are the bits. Asked is the perplexity.",
        ),
        (
            "0.8**2 / (0.8**2 + 0.2**2)",
            "0.8**0.5 / (0.8**0.5 + 0.2**0.5)",
            "cold: a temperature below 1 makes the model surer, not less sure.",
        ),
        (
            "0.8**2 / (0.8**2 + 0.2**2)",
            "0.8",
            "cold: it is the scores that are divided. Divided probabilities would be "
            "what they were as soon as they add up to 1.",
        ),
        (
            "0.8**2 / (0.8**2 + 0.2**2)",
            "0.8**2",
            "cold: the two do not add up to 1 yet.",
        ),
        (
            "nucleus = 3",
            "nucleus = 2",
            "nucleus: two hold less than 0.8 together. The one at which it is reached "
            "belongs to it.",
        ),
        (
            "65 * 64 + 4 *",
            "4 *",
            "weights: the embedding is missing, a row of 64 numbers for each symbol.",
        ),
        (
            "+ (128 + 1) * 65",
            "",
            "weights: the readout is missing, from 128 units to 65 scores.",
        ),
        (
            "* 128 + 128)",
            "* 128 + 256)",
            "weights: that is torch's count, with two biases. This course has one.",
        ),
    ),
)
