"""07.7: a test that finds what grows faster than the sequence.

``count(T)`` is a black box: how many numbers a program writes for T steps.
"""

from ..definition import Exercise
from ..making import Suspect, clinic

LONGEST = 1_000_000

LESSONS = {
    "index": "Your test lets a program through that touches a gradient of the whole "
    "length at every step, as x[t] does. With few steps the rest hides it: ask for "
    "longer sequences, and compare twice the length with the length.",
    "late": "Your test lets a program through that is linear for some thousand steps "
    "and quadratic after that. Ask for hundreds of thousands.",
    "scan": "Your test lets a program through that writes everything once in each of "
    "log2(T) rounds. For twice the length that is a little more than twice as much: "
    "take long sequences and a tolerance of a few percent.",
    "copies": "Your test lets a program through that copies all it has so far, not at "
    "every step, but every few hundred. Ask for many times that.",
    "root": "Your test lets a program through that grows like T to the power of 1.5.",
    "start": "Your test lets a quadratic program through that hides behind a large "
    "cost of starting. Subtract: what do the second T steps cost more than the first?",
}

STRICT = (
    "Your test calls a program wrong that is linear. Some cost much to start with, "
    "some work in blocks or chunks, quadratic inside of one: ask for long sequences, "
    "and look at what MORE steps cost more."
)


def make(bug, rng, size=1.0):
    """A program with a growth of some size, or a linear one: T -> numbers written."""
    a, L = int(rng.integers(40, 400)), int(rng.integers(200, 600))
    late, first = int(rng.integers(2000, 6000)), int(rng.integers(1, 9)) * 10**7

    def grown(T):
        rest = T % L
        return {
            "": a * T,
            "prepared": a * (first // 100 + T),
            "blocks": a * 64 * -(-T // 64),
            "chunks": a * (T // L * L * L + rest * rest),
            "index": a * T + int(0.002 * size * a * T * T),
            "late": a * T + int(size * a * max(0, T - late) ** 2 / 500),
            "scan": a * T * max(T - 1, 1).bit_length(),
            "copies": a * T + int(size * a * L * (T // L) * (T // L + 1) / 2),
            "root": int(size * a * T**1.5),
            "start": a * first + a * T + int(0.02 * size * a * T * T),
        }[bug]

    def count(T):
        if type(T) is not int or not 1 <= T <= LONGEST:
            raise ValueError(
                f"count got T = {T!r}, expected a whole number of steps from 1 to "
                f"{LONGEST:,}. Is it an int?"
            )
        return grown(T)

    return count


def suspects(bug, rng, size=1.0):
    return (Suspect(make(bug, rng, size), bug),)


EXERCISE = Exercise(
    "07.7",
    "grows_linearly",
    10,
    answer="verdict",
    hints=(
        "A linear program is a + b T. What does count(2 * T) - count(T) say of it, and "
        "what count(4 * T) - count(2 * T)?",
        "The quotient of these two differences is 2 for everything linear, whatever it "
        "costs to start; 4 for what is quadratic, and 2.1 for T log T.",
        "Take T = 250_000, so that 4 * T is as long as may be, and call everything "
        "linear whose quotient is below 2.05.",
    ),
    **clinic(
        suspects, ("", "prepared", "blocks", "chunks"), LESSONS, STRICT, signs=(1,)
    ),
)
