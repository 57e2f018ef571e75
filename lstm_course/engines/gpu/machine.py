"""What kernels are made of: elementary functions, a product, a barrier.

Errors of tanh are those of the sigmoid it is made of: 1e-7 absolute in float32.
"""

import triton
import triton.language as tl


@triton.jit
def exp(x):
    return tl.exp(x)


@triton.jit
def log(x):
    return tl.log(x)


@triton.jit
def tanh(x):
    return 2.0 * tl.sigmoid(2.0 * x) - 1.0


@triton.jit
def square(x):
    return x * x


@triton.jit
def power(x, n):
    """x ** n for x > 0."""
    return tl.exp2(n * tl.log2(x))


@triton.jit
def load(place, mask):
    """Numbers of any precision as float32, 0 outside the mask."""
    return tl.load(place, mask, 0.0).to(tl.float32)


@triton.jit
def load_shared(place, mask):
    """The same of what other tiles wrote: past the cache of one processor."""
    return tl.load(place, mask, 0.0, cache_modifier=".cg").to(tl.float32)


@triton.jit
def load_tile(place, mask):
    """A part of a matrix in its own precision."""
    return tl.load(place, mask, 0.0)


@triton.jit
def dot(a, W, PRECISION):
    """a W in float32, for a tile W in the precision of the weights."""
    return tl.dot(a.to(W.dtype), W, input_precision=PRECISION)


@triton.jit
def barrier(gate, target):
    """Wait until so many tiles came here; what they wrote is seen after it."""
    tl.debug_barrier()
    tl.atomic_add(gate, 1, sem="release", scope="gpu")
    while tl.atomic_add(gate, 0, sem="acquire", scope="gpu") < target:
        pass
    tl.debug_barrier()
