"""06.1: what a model costs: nats, bits, perplexity, over rows of unequal length."""

import numpy as np

from ..definition import Exercise
from ..making import edited, mistakes


def cost(scores, y, mask):
    """Scores (T, B, K), y and mask (T, B) -> nats, bits, perplexity of a symbol."""
    top = scores.max(axis=-1, keepdims=True)
    total = top[..., 0] + np.log(np.exp(scores - top).sum(axis=-1))
    each = total - np.take_along_axis(scores, y[..., None], axis=-1)[..., 0]
    nats = each[mask].mean()
    return float(nats), float(nats / np.log(2)), float(np.exp(nats))


def by_text(each, mask):
    """Mean cost of each text (B,), for the mistakes that average these."""
    return (each * mask).sum(axis=0) / mask.sum(axis=0)


def cases(rng):
    made = []
    for T, B, K, shift in ((7, 5, 4, 0.0), (5, 3, 6, 900.0)):
        scores = 2 * rng.normal(size=(T, B, K)) + shift * rng.normal(size=(T, B, 1))
        mask = np.arange(T)[:, None] < rng.integers(2, T + 1, B)
        made.append((scores, rng.integers(K, size=(T, B)) * mask, mask))
    return made


TOP = "top = scores.max(axis=-1, keepdims=True)"
PERPLEXITY = "float(np.exp(nats))"
SOFTMAX = (
    "scores = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
    "    scores = scores / scores.sum(axis=-1, keepdims=True)\n"
)

EXERCISE = Exercise(
    "06.1",
    "cost",
    10,
    cases,
    cost,
    answer=("nats", "bits", "perplexity"),
    hints=(
        "The cost of a symbol is -log of its probability, and the probability is "
        "exp(score) / sum of exp(all scores). So the cost is the logarithm of that sum "
        "minus the score of the right symbol.",
        "Take the largest score out of the sum first: log(sum(exp(s))) = m + "
        "log(sum(exp(s - m))). np.take_along_axis(scores, y[..., None], -1) picks the "
        "right scores.",
        "costs[mask] are the costs of the symbols that count; average these and "
        "nothing else. A bit is log(2) nats, and the perplexity is made from the mean, "
        "once.",
    ),
    misconceptions=mistakes(
        cost,
        (
            "each[mask].mean()",
            "each.mean()",
            "You averaged over the padding as well. Only the symbols of a text count: "
            "take the mean over those alone.",
        ),
        (
            "each[mask].mean()",
            "(each * mask).mean()",
            "The padding costs nothing in your version, but it is counted: the sum has "
            "to be divided by the number of symbols, not of places.",
        ),
        (
            "each[mask].mean()",
            "by_text(each, mask).mean()",
            "You averaged the means of the texts. A short text then counts as much as "
            "a long one: every symbol counts alike.",
        ),
        (
            "each[mask].mean()",
            "(each * mask).sum(axis=0).mean()",
            "That is the cost of a whole text, on average. Asked is that of a symbol.",
        ),
        (
            PERPLEXITY,
            "float(np.exp(by_text(each, mask)).mean())",
            "perplexity: you averaged the perplexities of the texts. Average the costs "
            "of all symbols, then turn them into a perplexity once.",
        ),
        (
            PERPLEXITY,
            "float(np.exp(each[mask]).mean())",
            "perplexity: you averaged 1 / p over the symbols. Average the costs, then "
            "turn the mean into a perplexity once.",
        ),
        (
            PERPLEXITY,
            "float(2**nats)",
            "perplexity: 2 belongs to bits. With nats it is the exponential.",
        ),
        (
            "nats / np.log(2)",
            "nats * np.log(2)",
            "bits: multiplied where it should be divided. A bit is less than a nat, so "
            "there are more of them.",
        ),
        (
            "each = total - np",
            "each = -np",
            "You took the scores for logarithms of probabilities. They become that "
            "when the logarithm of the sum of their exponentials is subtracted.",
        ),
        (
            TOP,
            SOFTMAX + f"    {TOP}",
            "You applied softmax twice: first to the scores, then to the "
            "probabilities. It flattens all differences, and every model looks bad.",
        ),
        (
            "each[mask].mean()",
            "-each[mask].mean()",
            "The sign is turned round: a cost is MINUS the logarithm.",
        ),
        (
            TOP,
            f"{TOP} * 0",
            "Your exponentials overflow where scores are large. Subtract the largest "
            "score of each place first: the probabilities stay what they are.",
        ),
    )
    + (
        (
            edited(
                cost,
                ("each[mask].mean()", "by_text(each, mask).mean()"),
                (PERPLEXITY, "float(np.exp(by_text(each, mask)).mean())"),
            ),
            "You worked out nats and perplexity of every text and averaged these. "
            "Average the costs of all symbols, and turn them into a perplexity once.",
        ),
    ),
)
