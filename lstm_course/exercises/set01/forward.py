"""01.1 and 01.2: a recurrent network forward, one step and a sequence."""

import numpy as np

from ..definition import Exercise
from ..making import SIZES, mistakes, weights


def rnn_step(p, x, h_prev):
    """x (B, I), h_prev (B, H) -> h (B, H)."""
    return np.tanh(x @ p["W_x"] + h_prev @ p["W_h"] + p["b"])


def rnn_forward(step, x, h0):
    """x (T, B, I), h0 (B, H) -> h (T, B, H)."""
    h, out = h0, []
    for x_t in x:
        h = step(x_t, h)
        out.append(h)
    return np.stack(out)


def step_cases(rng):
    return [
        (weights(rng, I, H, 1, 0.5), rng.normal(size=(B, I)),
         rng.uniform(-0.9, 0.9, (B, H)))
        for _, B, I, H in SIZES
    ]  # fmt: skip


def forward_cases(rng):
    made = []
    for T, B, I, H in SIZES:
        p = weights(rng, I, H, 1, 0.5)

        def given(x, h, p=p):
            return rnn_step(p, x, h)

        h0 = rng.uniform(-0.9, 0.9, (B, H))
        made.append((given, rng.normal(size=(T, B, I)), h0))
    return made


STEP = Exercise(
    "01.1",
    "rnn_step",
    10,
    step_cases,
    rnn_step,
    answer="h",
    axes={"h": ("row", "unit")},
    hints=(
        "Three things are added before the nonlinearity: what comes from the input, "
        "what comes from the last state, and a bias.",
        "Vectors are rows here, so a matrix stands on the right: x @ W_x has shape "
        "(B, H), and so has h_prev @ W_h.",
        "The nonlinearity is np.tanh, around the whole sum.",
    ),
    misconceptions=mistakes(
        rnn_step,
        (
            ' + h_prev @ p["W_h"]',
            "",
            "The old state is not read: the term h_prev @ W_h is missing. Without it "
            "this is a plain layer.",
        ),
        (
            '+ p["b"]',
            "",
            "The bias b is missing.",
        ),
        (
            "np.tanh(",
            "(",
            "The nonlinearity is missing: h is a tanh of the sum.",
        ),
        (
            "return np.tanh(",
            "return (lambda z: 1 / (1 + np.exp(-z)))(",
            "You used sigmoid. A hidden state lies between -1 and 1: it is a tanh.",
        ),
        (
            'h_prev @ p["W_h"]',
            'h_prev @ p["W_h"].T',
            "W_h is transposed. Vectors are rows, h_prev @ W_h; only texts with "
            "columns write the matrix first.",
        ),
        (
            'x @ p["W_x"] + h_prev',
            'np.tanh(x @ p["W_x"]) + h_prev',
            "tanh is applied twice to the input: it goes around the whole sum, once.",
        ),
    ),
)

FORWARD = Exercise(
    "01.2",
    "rnn_forward",
    10,
    forward_cases,
    rnn_forward,
    answer="h",
    axes={"h": ("step", "row", "unit")},
    hints=(
        "Time is axis 0: `for x_t in x` gives the steps, each (B, I).",
        "What a step returns is the state that the next step reads. Before the first "
        "step it is h0.",
        "Collect every state in a list; np.stack turns the list into (T, B, H).",
    ),
    misconceptions=mistakes(
        rnn_forward,
        (
            "step(x_t, h)",
            "step(x_t, h0)",
            "Every step starts from h0. The state has to be handed on: what one step "
            "returns, the next one reads.",
        ),
        (
            "h, out = h0, []",
            "h, out = 0 * h0, []",
            "You start from zeros. The state before the first step is given: h0.",
        ),
        (
            "for x_t in x:",
            "for x_t in x[::-1]:",
            "The sequence is read from its end.",
        ),
        (
            "np.stack(out)",
            "np.stack(out[::-1])",
            "The states are right, but in reversed order of time.",
        ),
        (
            "        h = step(x_t, h)\n        out.append(h)\n",
            "        out.append(h)\n        h = step(x_t, h)\n",
            "Off by one in time: you kept the state BEFORE each step. h[t] is the one "
            "after reading x[t].",
        ),
        (
            "np.stack(out)",
            "np.stack(out, axis=1)",
            "The axes are batch, time, unit. Here time comes first: (T, B, H).",
        ),
        (
            "np.stack(out)",
            "out[-1]",
            "Only the last state is returned. Asked are all of them, (T, B, H).",
        ),
    ),
)
