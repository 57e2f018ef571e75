"""01.5: a network of one unit on paper."""

import math

from ..definition import Exercise
from ..making import mistakes


def predictions():
    """h1, h2, slope, parameters, longer: as found with a calculator."""
    h1 = math.tanh(0.5 * 1 - 0.1)
    h2 = math.tanh(0.5 * 2 + 0.8 * h1 - 0.1)
    slope = 0.8 * (1 - h2**2)
    parameters = 32 * 100 + 100 * 100 + 100
    longer = 1 * parameters
    return h1, h2, slope, parameters, longer


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "01.5",
    "predictions",
    10,
    cases,
    predictions,
    answer=("h1", "h2", "slope", "parameters", "longer"),
    rtol=2e-3,
    atol=0.0,
    digits=4,
    hints=(
        "h1: there is no old state yet, so h1 = tanh(w_x * x1 + b).",
        "slope: h2 = tanh(z2), and z2 contains w_h * h1. The derivative of tanh at z2 "
        "is 1 - h2**2; multiply by the inner derivative.",
        "parameters: a matrix (I, H), a matrix (H, H) and a bias. Then ask which of "
        "these depends on the length of a sequence.",
    ),
    misconceptions=mistakes(
        predictions,
        ("0.5 * 1 - 0.1)", "0.5 * 1)", "h1, h2: the bias of -0.1 is missing in h1."),
        (
            "0.5 * 2 + 0.8 * h1 - 0.1",
            "0.5 * 2 - 0.1",
            "h2: the note from step 1 is missing, w_h * h1.",
        ),
        (
            "0.5 * 2 + 0.8 * h1 - 0.1",
            "0.5 * 2 + 0.8 * 0.4 - 0.1",
            "h2: the state that is handed on is h1, not the sum inside its tanh.",
        ),
        ("0.8 * (1 - h2**2)", "0.8", "slope: the derivative of tanh is missing."),
        (
            "0.8 * (1 - h2**2)",
            "1 - h2**2",
            "slope: the inner derivative is missing; h1 enters multiplied by w_h.",
        ),
        (
            "(1 - h2**2)",
            "(1 - h1**2)",
            "slope: tanh's derivative is taken at step 2, where h1 goes in.",
        ),
        (
            "32 * 100 + 100 * 100 + 100",
            "32 * 100 + 100 * 100",
            "parameters: the bias is missing.",
        ),
        (
            "32 * 100 + 100 * 100 + 100",
            "32 * 100 + 100",
            "parameters: the recurrent matrix W_h is missing.",
        ),
        (
            "32 * 100 + 100 * 100 + 100",
            "32 * 100 + 100 * 100 + 200",
            "parameters: that is torch's count, with two biases. This course has one.",
        ),
        (
            "1 * parameters",
            "10 * parameters",
            "longer: all copies of the layer share their weights, however many there "
            "are.",
        ),
    ),
)
