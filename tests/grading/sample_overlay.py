"""A private overlay with an exercise set made for the tests of the grader."""

import numpy as np

from lstm_course.exercises import Exercise, ExerciseSet, Finding

SEED = "for the tests"


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(x, h, p):
    """x (B, I), h (B, H) -> h_next (B, H), cache."""
    h_next = np.tanh(x @ p["W_x"] + h @ p["W_h"] + p["b"])
    return h_next, (x, h, h_next)


def backward(dh, x, h, h_next, p):
    dz = dh * (1 - h_next**2)
    grads = {"W_x": x.T @ dz, "W_h": h.T @ dz, "b": dz.sum(0)}
    return dz @ p["W_x"].T, dz @ p["W_h"].T, grads


def no_derivative(dh, x, h, h_next, p):
    grads = {"W_x": x.T @ dh, "W_h": h.T @ dh, "b": dh.sum(0)}
    return dh @ p["W_x"].T, dh @ p["W_h"].T, grads


def parameters(rng, I, H):
    shapes = {"W_x": (I, H), "W_h": (H, H), "b": (H,)}
    return {k: rng.normal(size=s) for k, s in shapes.items()}


def sigmoid_cases(rng):
    return [(rng.normal(size=shape),) for shape in ((3,), (2, 5))]


def forward_cases(rng):
    sizes = [(3, 4, 6), (2, 5, 3)]
    return [
        (rng.normal(size=(B, I)), rng.normal(size=(B, H)), parameters(rng, I, H))
        for B, I, H in sizes
    ]


def backward_cases(rng):
    cases = []
    for x, h, p in forward_cases(rng):
        h_next, _ = forward(x, h, p)
        cases.append((rng.normal(size=h_next.shape), x, h, h_next, p))
    return cases


def doubled(x):
    return 2 * x


def tripled(x):
    return 3 * x


def bug_cases(rng):
    return [(doubled, rng.normal(size=4)), (tripled, rng.normal(size=4))] * 4


def finds_bug(f, x):
    """True when the function does not double its argument."""
    return not np.allclose(f(x), 2 * x)


def unit_cases(rng):
    return [(rng.normal(size=n),) for n in (3, 4)]


def unit_length(args, got):
    """Any vector of length 1 in the direction of the argument's first half."""
    if not isinstance(got, np.ndarray) or got.shape != args[0].shape:
        return [Finding("type", "unit", "unit must have the shape of x.")]
    if got.dtype != float:  # squares of small integers wrap around
        return [Finding("dtype", "unit", "unit must hold floats.")]
    right = abs(np.sqrt((got**2).sum()) - 1) < 1e-9
    return [] if right else [Finding("value", "unit", "unit has not length 1.")]


EXERCISES = (
    Exercise("90.1", "my_sigmoid", 10, sigmoid_cases, sigmoid, "sigmoid"),
    Exercise(
        "90.2", "step", 20, forward_cases, forward, ("h_next", None),
    ),
    Exercise(
        "90.3", "step_backward", 30, backward_cases, backward,
        ("dx", "dh_prev", "grads"),
        misconceptions=((no_derivative, "The derivative of tanh is missing."),),
    ),
    Exercise("90.4", "exposes", 20, bug_cases, finds_bug, "found"),
    Exercise("90.5", "unit", 20, unit_cases, verify=unit_length),
    Exercise("90.6", "essay", 0, manual=True),
)  # fmt: skip

SETS = {"90_sample": ExerciseSet("90_sample", EXERCISES, helpers=("tanh",))}
