"""The numbers of this machine, measured on the spot, in about two seconds.

Each is the best of several tries: what the machine can do when nobody else asks.  On
one thread seconds of this process count, on several those of the clock.
"""

import time
from functools import cache

import numpy as np
import torch

from ..cells import CELLS
from ..recurrent import Recurrent
from .machines import Machine

COPIED = 1 << 24  # numbers, 64 MB: no cache holds them
WEIGHTS = 512  # rows and columns, 1 MB: a cache near the core holds them
CHAIN = 200  # small operations in a row
STEPS = 2000


def clock():
    """The clock to measure with: of this process where it has one thread."""
    one = torch.get_num_threads() == 1
    return time.process_time if one else time.perf_counter


def best(call, tries):
    """The least seconds of a call."""
    now, found = clock(), []
    for _ in range(tries + 1):
        began = now()
        call()
        found.append(now() - began)
    return min(found[1:])


def matrix_speed(n=1536):
    """Floating-point operations per second of torch's matrix product, float32."""
    a, b = torch.randn(n, n), torch.randn(n, n)
    return 2 * n**3 / best(lambda: a @ b, 7)


def exponential_speed(n=1 << 16):
    """tanh per second of the compiled loops on all threads, or of NumPy on one."""
    try:
        from ..engines.cpu.machine import tanh_of
    except ImportError:
        tanh_of = np.tanh
    x, y = np.linspace(-3, 3, n, dtype=np.float32), np.empty(n, np.float32)
    return n / best(lambda: tanh_of(x, y), 50) * torch.get_num_threads()


def cache_speed(n=WEIGHTS):
    """Bytes per second of a matrix that lies in a cache, times a vector."""
    W, v = torch.randn(n, n), torch.randn(n)
    return W.nbytes / best(lambda: [W @ v for _ in range(20)], 20) * 20


def memory_speed(n=COPIED):
    """Bytes per second, read and written, of a copy that no cache holds."""
    a, b = torch.ones(n), torch.empty(n)
    return 2 * a.nbytes / best(lambda: b.copy_(a), 5)


def call_seconds(n=CHAIN):
    """Seconds of one small call: a chain of products of two numbers, there and back.

    Going back takes two for each.
    """
    x = torch.ones(1, requires_grad=True)

    def chain():
        y = x
        for _ in range(n):
            y = y * x
        y.backward()

    return best(chain, 30) / (3 * n)


def step_seconds(T=STEPS):
    """Seconds from step to step in the made loop of one unit and one row."""
    try:
        from ..engines.cpu.engine import run
    except ImportError:
        return 5 * call_seconds()
    p = CELLS["lstm"].init(1, 1, np.random.default_rng(0))
    p = {k: torch.tensor(v, dtype=torch.float32) for k, v in p.items()}
    state = torch.zeros(1, 1), torch.zeros(1, 1)

    def run_through(x):
        return lambda: run(CELLS["lstm"], p, x, state)

    many, one = (best(run_through(torch.randn(n, 1, 1)), 9) for n in (T + 1, 1))
    return max(many - one, 1e-9) / T


def layer_seconds():
    """Seconds of a made loop that has next to nothing to do, there and back."""
    layer, x = Recurrent("lstm", 1, 1, seed=0), torch.randn(1, 1, 1)
    return best(lambda: layer(x)[0].sum().backward(), 50)


@cache
def _measure(threads):
    return Machine(
        f"this machine, {threads} thread" + "s" * (threads > 1),
        matrix_speed(),
        exponential_speed(),
        cache_speed(),
        memory_speed(),
        call_seconds(),
        step_seconds(),
        f"measured on {time.strftime('%Y-%m-%d')}",
        layer_seconds(),
    )


def measure():
    """This machine on the threads that torch has now, measured once: Machine."""
    return _measure(torch.get_num_threads())
