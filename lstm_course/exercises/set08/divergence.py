"""08.5: what a latent variable costs at each step: the KL of two Gaussians."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def kl(mean, std, mean0, std0):
    """All (T, B, Z) -> nats of each step (T, B)."""
    apart = (std**2 + (mean - mean0) ** 2) / (2 * std0**2)
    return (np.log(std0 / std) + apart - 0.5).sum(axis=-1)


def cases(rng):
    made = []
    for shape in ((5, 3, 4), (4, 2, 3)):
        mean, mean0 = rng.normal(size=(2, *shape))
        std, std0 = rng.uniform(0.3, 1.7, (2, *shape))
        made.append((mean, std, mean0, std0))
    return made


EXERCISE = Exercise(
    "08.5",
    "kl",
    10,
    cases,
    kl,
    answer="kl",
    axes={"kl": ("step", "row")},
    hints=(
        "For one latent variable: log(std0 / std) + (std^2 + (mean - mean0)^2) / "
        "(2 std0^2) - 1/2. Test it: for two equal Gaussians it has to be 0.",
        "Latent variables are independent here, so their costs add up, over the last "
        "axis alone.",
        "Everything belongs into the sum, the 1/2 too: it is subtracted once for each "
        "latent variable.",
    ),
    misconceptions=mistakes(
        kl,
        (
            " - 0.5).sum(axis=-1)",
            ").sum(axis=-1) - 0.5",
            "The 1/2 is subtracted once for each step. It belongs to every latent "
            "variable: a port that many have copied makes this mistake, and it trains "
            "all the same.",
        ),
        (
            " - 0.5)",
            ")",
            "The 1/2 is missing. Two equal Gaussians have to cost 0. No gradient shows "
            "that mistake, the number does.",
        ),
        (
            "np.log(std0 / std)",
            "np.log(std / std0)",
            "The logarithm is turned round: a posterior narrower than the prior costs "
            "more, not less.",
        ),
        (
            "(std**2 +",
            "(std +",
            "std is a standard deviation: the formula has its square.",
        ),
        (
            "(2 * std0**2)",
            "(2 * std0)",
            "std0 is a standard deviation: the distance is divided by its square.",
        ),
        (
            "(2 * std0**2)",
            "std0**2",
            "The 2 below is missing.",
        ),
        (
            "(mean - mean0) ** 2",
            "np.abs(mean - mean0)",
            "The distance of the means is squared.",
        ),
        (
            "(mean - mean0) ** 2",
            "mean**2",
            "That is the distance from 0. The prior has a mean of its own, mean0.",
        ),
        (
            ".sum(axis=-1)",
            ".mean(axis=-1)",
            "You averaged over the latent variables. They are independent, and their "
            "costs add up.",
        ),
        (
            ".sum(axis=-1)",
            ".sum(axis=1)",
            "You summed over the rows of the batch. The latent variables lie along the "
            "last axis.",
        ),
        (
            "apart = (std**2 + (mean - mean0) ** 2) / (2 * std0**2)",
            "mean, std, mean0, std0 = mean0, std0, mean, std\n"
            "    apart = (std**2 + (mean - mean0) ** 2) / (2 * std0**2)",
            "That is the divergence the other way round, of the prior from the "
            "posterior. It is averaged over the posterior, which stands first.",
        ),
    ),
)
