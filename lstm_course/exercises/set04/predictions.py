"""04.4: numbers predicted before they are measured."""

import math

from ..definition import Exercise
from ..making import mistakes

NAMES = ("kept", "piled_up", "degenerate", "gradient", "parameters")


def gate(z):
    return 1 / (1 + math.exp(-z))


def predictions():
    """The five numbers, as a student with a calculator finds them."""
    kept = gate(1.0) ** 20
    piled_up = 30 * gate(0.0) * math.tanh(1.0)
    degenerate = math.tanh(math.tanh(1.0))
    gradient = 0.9**50
    parameters = 4 * ((32 + 100) * 100 + 100)
    return kept, piled_up, degenerate, gradient, parameters


def cases(rng):
    return [()]


MISCONCEPTIONS = mistakes(
    predictions,
    (
        "gate(1.0) ** 20",
        "gate(0.0) ** 20",
        "kept: with a pre-activation of 1 the gate is sigmoid(1), not one half.",
    ),
    (
        "gate(1.0) ** 20",
        "1 - gate(1.0) ** 20",
        "kept: that is the share which is LOST.",
    ),
    (
        "gate(1.0) ** 20",
        "20 * gate(1.0)",
        "kept: each step multiplies by the gate; twenty factors, not twenty terms.",
    ),
    (
        "30 * gate(0.0) * math.tanh(1.0)",
        "1.0",
        "piled_up: nothing holds the cell state between -1 and 1. With a forget gate "
        "of 1 every step adds to it.",
    ),
    (
        "30 * gate(0.0) * math.tanh(1.0)",
        "30 * math.tanh(1.0)",
        "piled_up: the input gate is only half open.",
    ),
    (
        "30 * gate(0.0) * math.tanh(1.0)",
        "30 * gate(0.0)",
        "piled_up: zg = 1 is the pre-activation. The candidate is its tanh.",
    ),
    (
        "math.tanh(math.tanh(1.0))",
        "math.tanh(1.0)",
        "degenerate: that is a plain RNN. c holds tanh(zg), and h takes tanh of c.",
    ),
    (
        "math.tanh(math.tanh(1.0))",
        "math.tanh(gate(1.0))",
        "degenerate: the candidate is a tanh, not a sigmoid.",
    ),
    (
        "0.9**50",
        "0.9 * 50",
        "gradient: fifty factors, not fifty terms.",
    ),
    (
        "0.9**50",
        "1.0",
        "gradient: the cell state does not protect a gradient by itself. Along c it "
        "is multiplied by the forget gate at every step.",
    ),
    (
        "4 * ((32 + 100) * 100 + 100)",
        "4 * (32 + 100) * 100",
        "parameters: the biases are missing.",
    ),
    (
        "4 * ((32 + 100) * 100 + 100)",
        "4 * ((32 + 100) * 100 + 200)",
        "parameters: that is torch's count, with two biases for each block. One of "
        "them would do, and this course has one.",
    ),
    (
        "4 * ((32 + 100) * 100 + 100)",
        "(32 + 100) * 100 + 100",
        "parameters: that is one block. There are four.",
    ),
)

HINTS = (
    "kept and gradient are powers: the same factor at every step.",
    "piled_up: write down c after one step, two steps, three steps.",
    "degenerate: with f = 0, i = 1, o = 1 the update is c = g, then h = tanh(c). "
    "parameters: one block is a matrix of (I + H) rows and H columns, and a bias.",
)

EXERCISE = Exercise(
    "04.4",
    "predictions",
    10,
    cases,
    predictions,
    answer=NAMES,
    rtol=2e-3,
    atol=0.0,
    digits=3,
    hints=HINTS,
    misconceptions=MISCONCEPTIONS,
)
