"""What a machine is, in seven numbers, and machines whose makers publish theirs."""

from typing import NamedTuple

from ..doors import check_number


class Machine(NamedTuple):
    """Seven numbers, and where they are from.

    Parameters
    ----------
    name, source : str
    products : float
        Operations of matrix products per second.
    functions : float
        Exponentials (exp, tanh, sigmoid) per second.
    cache, memory : float
        Bytes per second: of weights that are read at every step, of what streams by.
    call : float
        Seconds that a small operation costs because it is called.
    step : float
        Seconds from a step that does nothing to the next.
    layer : float
        Seconds of Python around a made loop, there and back: 1 ms where we measured.
    """

    name: str
    products: float
    functions: float
    cache: float
    memory: float
    call: float
    step: float
    source: str
    layer: float = 1e-3


def machine_of(given):
    """A Machine from itself, from a name in MACHINES, or from a dict of its fields.

    Raises
    ------
    ValueError
    """
    if isinstance(given, str) and given in MACHINES:
        return MACHINES[given]
    try:
        made = Machine(**(given._asdict() if isinstance(given, Machine) else given))
    except TypeError as error:
        raise ValueError(
            f"machine is {given!r}, of which no machine is made: {error}. Expected a "
            f"name ({', '.join(MACHINES)}), a cost.Machine, or its fields as a dict. "
            "Leave it out to measure this machine?"
        ) from None
    for name, value in made._asdict().items():
        if name not in ("name", "source") and check_number(name, value) <= 0:
            raise ValueError(
                f"{name} of the machine is {value!r}. It is a rate or a time, so it "
                "must be more than 0. Measure it with cost.here.measure()?"
            )
    return made


# A multiprocessor of these cards gives 16 special functions in a clock (CUDA C++
# Programming Guide, "Arithmetic Instructions"), of which tanh takes two; the clock
# follows from the peak of its ordinary cores.
SPECIAL = 16 / 2
LAUNCH = 5e-6  # s; a plain GRU loop, 64 steps in 11.1 ms (pytorch/rl #3725)
GAP = 1.3e-6  # s; between recorded kernels on an H100 (Hazy Research 2025)


def _card(name, peak, cores, products, memory, sheet):
    """A graphics card from its data sheet: TFLOP/s, cores of a multiprocessor, GB/s."""
    functions = peak * 1e12 / 2 / cores * SPECIAL
    source = (f"{sheet}; calls after pytorch/rl #3725, steps after Hazy Research "
              "(2025), both on an H100; not measured by us")  # fmt: skip
    return Machine(name, products * 1e12, functions, memory * 1e9, memory * 1e9,
                   LAUNCH, GAP, source)  # fmt: skip


MACHINES = {
    "T4": _card("NVIDIA T4", 8.1, 64, 8.1, 320, "NVIDIA T4 data sheet (2019)"),
    "A100": _card("NVIDIA A100, TF32", 19.5, 64, 156, 2039,
                  "NVIDIA A100 80GB SXM data sheet (2021)"),
    "H100": _card("NVIDIA H100, TF32", 67, 128, 494, 3350,
                  "NVIDIA H100 SXM data sheet (2023), dense"),
    "H200": _card("NVIDIA H200, TF32", 67, 128, 494, 4800,
                  "NVIDIA H200 SXM data sheet (2024), dense"),
}  # fmt: skip
