"""07.1: what a layer costs: operations, bytes, seconds, and which bound it meets."""

from ..definition import Exercise
from ..making import mistakes


def price(T, B, I, H, calls, machine):
    """Sizes, calls of a step, a machine -> operations, bytes, seconds, bound."""
    operations = 3 * T * 2 * B * (I + H) * 4 * H
    bytes = 3 * 4 * T * B * (6 * H + I)
    parts = {
        "arithmetic": operations / machine["product"],
        "traffic": bytes / machine["copy"],
        "calls": T * calls * machine["call"],
    }
    seconds = sum(parts.values())
    return operations, bytes, seconds, max(parts, key=parts.get)


SIZES = (  # T, B, I, H, calls: one for each bound on the machines below
    (100, 32, 64, 512, 2),
    (400, 64, 700, 12, 2),
    (900, 2, 30, 40, 60),
    (300, 48, 20, 90, 11),
)


def cases(rng):
    made = []
    for T, B, I, H, calls in SIZES:
        machine = {
            "product": 5e10 * rng.uniform(0.7, 1.4),
            "copy": 6e9 * rng.uniform(0.7, 1.4),
            "call": 3e-6 * rng.uniform(0.7, 1.4),
        }
        sizes = (int(n * rng.uniform(0.8, 1.2)) + 1 for n in (T, B, I, H))
        made.append((*sizes, calls, machine))
    return made


EXERCISE = Exercise(
    "07.1",
    "price",
    15,
    cases,
    price,
    answer=("operations", "bytes", "seconds", "bound"),
    hints=(
        "A product of (B, I + H) by (I + H, 4H) has B * 4H results, each a sum of "
        "I + H products: that many multiplications and as many additions, and that at "
        "every step.",
        "Going back, every product comes twice more. And what is kept, 6H + I numbers "
        "of four bytes for each step and row, is moved three times.",
        "Divide operations by machine['product'], bytes by machine['copy'], and "
        "multiply all calls of all steps with machine['call']. One core does one thing "
        "at a time: the sum is the time, the largest of the three names the bound.",
    ),
    misconceptions=mistakes(
        price,
        (
            "= 3 * T * 2",
            "= T * 2",
            "Those are the operations of the forward pass. On the way back every "
            "product comes twice more.",
        ),
        (
            "3 * T * 2 * B",
            "3 * T * B",
            "You counted multiplications only. Each comes with an addition.",
        ),
        (
            "(I + H) * 4 * H",
            "(I + H) * H",
            "That is one block. An LSTM has four, and its products are 4H wide.",
        ),
        (
            "(I + H) * 4 * H",
            "I * 4 * H",
            "The products with h are missing.",
        ),
        (
            "= 3 * 4 * T * B",
            "= 4 * T * B",
            "Your bytes are moved once. They are written, read, and overwritten by "
            "gradients: three times.",
        ),
        (
            "= 3 * 4 * T * B",
            "= 3 * 8 * T * B",
            "A number has four bytes here, not eight.",
        ),
        (
            "= 3 * 4 * T * B",
            "= 3 * T * B",
            "You counted numbers. Asked are bytes, four for each number.",
        ),
        (
            "T * calls * machine",
            "calls * machine",
            "Your calls are those of one step. Every step makes them.",
        ),
        (
            "sum(parts.values())",
            "max(parts.values())",
            "seconds: that is the largest part. One core does one thing at a time, so "
            "the parts add up.",
        ),
        (
            "max(parts, key",
            "min(parts, key",
            "bound: that is the smallest part. The bound is what takes most.",
        ),
        (
            "T * calls * machine",
            "0 * T * calls * machine",
            "The calls are missing. A small call takes its time however little it "
            "has to do.",
        ),
    ),
)
