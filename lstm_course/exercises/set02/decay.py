"""02.7: over how many steps does a gradient halve? Used on real digits."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def half_life(norms):
    """norms (T,) of dL / dh[t] -> steps of lag after which the fitted line halves."""
    lag = np.arange(len(norms))[::-1]
    slope = np.polyfit(lag, np.log(norms), 1)[0]
    return float(np.log(0.5) / slope)


def cases(rng):
    made = []
    for T, rate in ((9, 0.8), (14, 0.6), (11, 1.15)):
        lag = np.arange(T)[::-1]
        made.append((rate**lag * np.exp(0.2 * rng.normal(size=T)),))
    return made


EXERCISE = Exercise(
    "02.7",
    "half_life",
    15,
    cases,
    half_life,
    answer="half_life",
    hints=(
        "Halving at every so many steps is a straight line for the logarithm: fit "
        "log(norms) against the lag with np.polyfit(lag, ..., 1).",
        "The lag counts from the end: it is 0 at the last step and T - 1 at the first.",
        "If the line falls by `slope` per step of lag, log(1/2) is reached after "
        "log(0.5) / slope steps. A negative half-life means that the norm grows.",
    ),
    misconceptions=mistakes(
        half_life,
        (
            "[::-1]",
            "",
            "The sign is wrong: you fitted against the time step, which runs the "
            "other way. The lag is 0 at the LAST step.",
        ),
        (
            "np.log(0.5) / slope",
            "slope",
            "That is the slope of the line, the change of the logarithm per step. "
            "Asked is after how many steps the norm has halved.",
        ),
        (
            "np.log(0.5) / slope",
            "1 / slope",
            "After 1 / slope steps the logarithm has changed by 1, so the norm by a "
            "factor of e. Asked is a factor of one half.",
        ),
        (
            "np.log(norms)",
            "norms",
            "You fitted a straight line to the norms. It is their logarithm that "
            "falls in a straight line.",
        ),
        (
            "np.log(norms)",
            "np.log10(norms)",
            "Two kinds of logarithm are mixed: log10 in the fit and log in the half.",
        ),
        (
            "np.polyfit(lag, np.log(norms), 1)[0]",
            "(np.log(norms)[0] - np.log(norms)[-1]) / (len(norms) - 1)",
            "You used the first and the last norm only. Fit all of them: two numbers "
            "are at the mercy of chance.",
        ),
        (
            "1)[0]",
            "1)[1]",
            "np.polyfit gives the slope first and the intercept second.",
        ),
    ),
)
