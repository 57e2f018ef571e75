"""03.1 and 03.4: three gates, and the bias that gives a memory its length."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def three_gates(z):
    """z of any shape -> sigmoid, hard_sigmoid (slope 0.2), hard_sigmoid6 (1/6)."""
    soft = 0.5 * np.tanh(0.5 * z) + 0.5
    hard = np.clip(0.2 * z + 0.5, 0.0, 1.0)
    hard6 = np.clip(z / 6 + 0.5, 0.0, 1.0)
    return soft, hard, hard6


def forget_bias(steps):
    """steps (n,) of half-life -> bias b (n,) with sigmoid(b)**steps = 1/2."""
    f = 0.5 ** (1 / steps)
    return np.log(f / (1 - f))


def gate_cases(rng):
    return [(scale * rng.normal(size=shape),) for scale, shape in
            ((1.0, (3, 4)), (3.0, (40,)), (900.0, (5, 2)))]  # fmt: skip


def bias_cases(rng):
    return [(rng.uniform(1.5, 60.0, n),) for n in (5, 3)]


GATES = Exercise(
    "03.1",
    "three_gates",
    10,
    gate_cases,
    three_gates,
    answer=("soft", "hard", "hard6"),
    rtol=1e-9,
    atol=1e-14,
    hints=(
        "Both hard forms are a straight line through one half at z = 0, cut off below "
        "0 and above 1: np.clip.",
        "The straight parts have the slopes 0.2 and 1/6. Everything else is the same.",
        "1 / (1 + np.exp(-z)) gives the right values, but np.exp(900) overflows on the "
        "way and NumPy warns. np.tanh never does: sigmoid(z) = (1 + tanh(z / 2)) / 2.",
    ),
    misconceptions=mistakes(
        three_gates,
        (
            "0.5 * np.tanh(0.5 * z) + 0.5",
            "np.tanh(z)",
            "soft: a gate lies between 0 and 1. You returned tanh, which goes down to "
            "-1.",
        ),
        (
            "0.5 * np.tanh(0.5 * z) + 0.5",
            "0.5 * np.tanh(z) + 0.5",
            "soft: nearly. sigmoid(z) = (1 + tanh(z / 2)) / 2: your curve is twice as "
            "steep.",
        ),
        (
            "0.5 * np.tanh(0.5 * z) + 0.5",
            "0.5 - 0.5 * np.tanh(0.5 * z)",
            "soft: the sign of z is turned round. A large z opens a gate.",
        ),
        (
            "np.clip(0.2 * z + 0.5, 0.0, 1.0)",
            "0.2 * z + 0.5",
            "hard: it is not cut off. A gate never lets more than everything through.",
        ),
        (
            "np.clip(0.2 * z + 0.5, 0.0, 1.0)",
            "np.clip(0.2 * z, 0.0, 1.0)",
            "hard: at z = 0 the gate is half open.",
        ),
        (
            "np.clip(0.2 * z + 0.5, 0.0, 1.0)",
            "np.clip(z / 6 + 0.5, 0.0, 1.0)",
            "hard: that is the form with slope 1/6, of torch and Keras 3. This one has "
            "slope 0.2.",
        ),
        (
            "np.clip(z / 6 + 0.5, 0.0, 1.0)",
            "np.clip(0.2 * z + 0.5, 0.0, 1.0)",
            "hard6: that is the form with slope 0.2, of Theano and Keras 1 and 2. This "
            "one has slope 1/6.",
        ),
        (
            "z / 6 + 0.5",
            "(z + 0.5) / 6",
            "hard6: at z = 0 the gate is half open; add one half after the division.",
        ),
    ),
)

BIAS = Exercise(
    "03.4",
    "forget_bias",
    10,
    bias_cases,
    forget_bias,
    answer="b",
    axes={"b": ("entry",)},
    hints=(
        "First the gate: f**steps = 1/2. Solve for f.",
        "Then the bias: f = sigmoid(b). Solve for b; the inverse of sigmoid is called "
        "logit.",
        "From f = 1 / (1 + exp(-b)) follows exp(-b) = (1 - f) / f. Take the logarithm.",
    ),
    misconceptions=mistakes(
        forget_bias,
        (
            "np.log(f / (1 - f))",
            "f",
            "That is the gate's value. Asked is the bias: the z with sigmoid(z) = f.",
        ),
        (
            "np.log(f / (1 - f))",
            "np.log((1 - f) / f)",
            "The sign is turned round: a long memory needs an open gate, so a large "
            "positive bias.",
        ),
        (
            "0.5 ** (1 / steps)",
            "0.5 ** steps",
            "That f is what would be left of one half after so many steps. You need "
            "f with f**steps = 1/2.",
        ),
        (
            "0.5 ** (1 / steps)",
            "np.exp(-1 / steps)",
            "With this f a share of 1/e is left after so many steps. Half-life means "
            "one half.",
        ),
        (
            "0.5 ** (1 / steps)",
            "(1 - 0.5 / steps)",
            "That f loses the half in equal parts. But each step takes a share of "
            "what is LEFT.",
        ),
        (
            "np.log(f / (1 - f))",
            "np.log(steps)",
            "log(steps) is the rule of thumb of chrono initialisation: with it about "
            "1/e is left after so many steps. Work out the gate first, then its bias.",
        ),
        (
            "np.log(f / (1 - f))",
            "np.log(steps - 1)",
            "log(steps - 1) makes the gate 1 - 1 / steps: with it about 1/e is left "
            "after so many steps, roughly. Work out the gate first, then its bias.",
        ),
        (
            "np.log(f / (1 - f))",
            "np.log(f)",
            "That is the logarithm of the gate. Asked is the z with sigmoid(z) = f.",
        ),
        (
            "np.log(f / (1 - f))",
            "np.arctanh(f)",
            "You inverted tanh. A gate is a sigmoid.",
        ),
    ),
)
