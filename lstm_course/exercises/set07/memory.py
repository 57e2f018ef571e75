"""07.3: how much memory is left when a pass keeps a few states and computes again."""

from ..definition import Exercise
from ..making import mistakes


def checkpoints(T, S, K):
    """T steps, S numbers of a state, K of a step -> length, peak, factor saved."""
    best = None
    for L in range(1, T + 1):
        segments = -(-T // L)
        peak = segments * S + L * K
        if best is None or peak < best[1]:
            best = (L, peak)
    return best[0], best[1], T * K / best[1]


def cases(rng):
    """Sizes in which a rounded root is not the best, and one with two best lengths."""
    made = [(126, 16, 52), (77, 40, 90), (100, 9, 9), (36, 500, 20), (400, 2, 3)]
    sizes = [
        (T + int(rng.integers(4)), S + int(rng.integers(5)), K + int(rng.integers(7)))
        for T, S, K in made
    ]
    both = int(rng.integers(5, 50))
    return [*sizes, (12, both, both)]  # 3 segments of 4, or 4 of 3


PEAK = "segments * S + L * K"

EXERCISE = Exercise(
    "07.3",
    "checkpoints",
    10,
    cases,
    checkpoints,
    answer=("length", "peak", "factor"),
    hints=(
        "T steps in segments of L: how many states are kept, when the last segment may "
        "be shorter? -(-T // L) is T / L rounded up.",
        "At any moment of the way back one segment is unfolded, L steps of K numbers, "
        "and the S numbers of every segment's first state are there as well.",
        "Try every L from 1 to T and keep the best; a later one only if it is really "
        "better. The factor compares with T * K numbers.",
    ),
    misconceptions=mistakes(
        checkpoints,
        (
            "-(-T // L)",
            "T // L",
            "You lose the last segment where T is no multiple of L. It is shorter, but "
            "its first state is kept as well: round up.",
        ),
        (
            "-(-T // L)",
            "T / L",
            "There are no fractions of a segment: round up.",
        ),
        (
            PEAK,
            "segments * S + T * K",
            "You keep everything as well. Only one segment is unfolded at a time: L "
            "steps, not T.",
        ),
        (
            PEAK,
            "segments * K + L * S",
            "S and K are exchanged: a state is kept for each segment, the rest for "
            "each step of one segment.",
        ),
        (
            "peak < best[1]",
            "peak <= best[1]",
            "Of equal peaks the SHORTEST segments are asked for.",
        ),
        (
            PEAK,
            "segments * S + (L - 1) * K",
            "The segment that is unfolded has L steps, and each keeps K numbers.",
        ),
        (
            "T * K / best[1]",
            "best[1] / T / K",
            "factor: that is what is left, as a share. Asked is how many times less it "
            "is.",
        ),
        (
            "range(1, T + 1)",
            "[n for n in range(1, T + 1) if T % n == 0]",
            "You tried the divisors of T only. The last segment may be shorter.",
        ),
        (
            "range(1, T + 1)",
            "[round(T**0.5)]",
            "The root of T is best only where a state has as many numbers as a step "
            "keeps. Try every length.",
        ),
    ),
)
