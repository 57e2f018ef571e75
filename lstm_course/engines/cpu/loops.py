"""The loops over a sequence: the same for every cell and precision, compiled once.

What differs between cells they read from tables of whole numbers (``program``): where
arrays lie, the products of a step, and the functions made of a cell's own lines
(``text``).  A step forward is a list of products ``z += h W`` and of such functions, a
step back one of functions and of products ``dh += z W^T``.  Weight gradients and
products with x are taken for a group of steps, while the slab's rows are in cache.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from lstm_course.engines.cpu.machine import fast, inner, part
from lstm_course.engines.cpu.program import (
    ADD,
    AROUND,
    BASE,
    BATCH,
    CLEAR,
    OFFSET,
    ROW,
    ROWS,
    STEP,
    THREAD,
)
from lstm_course.engines.cpu.threads import fork


@intrinsic
def _call(context, function, arguments):
    """Call the function at an address with whole numbers."""
    if not all(isinstance(a, types.Integer) for a in arguments):
        return None

    def codegen(context, builder, signature, args):
        values = cgutils.unpack_tuple(builder, args[1])
        kind = ir.FunctionType(ir.VoidType(), [v.type for v in values])
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), values)
        return context.get_dummy_value()

    return types.void(function, arguments), codegen


@intrinsic
def _copy(context, to, of, size):
    """Copy so many bytes from one address to another."""

    def codegen(context, builder, signature, args):
        to, of = (builder.inttoptr(a, cgutils.voidptr_t) for a in args[:2])
        cgutils.raw_memcpy(builder, to, of, args[2], 1)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 3), codegen


@intrinsic
def _clear(context, to, size):
    """Set so many bytes to zero."""

    def codegen(context, builder, signature, args):
        to = builder.inttoptr(args[0], cgutils.voidptr_t)
        cgutils.memset(builder, to, args[1], 0)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 2), codegen


@intrinsic
def _read(context, at):
    """The whole number at an address."""

    def codegen(context, builder, signature, args):
        number = context.get_value_type(types.intp)
        return builder.load(builder.inttoptr(args[0], number.as_pointer()))

    return types.intp(types.intp), codegen


@njit(**inner)
def _start(a):
    """Where an array begins."""
    return np.int64(a.ctypes.data)


@njit(**inner)
def _address(array, k, b0, t):
    """Where a thread's rows of step t begin."""
    t += array[OFFSET]
    if t >= array[AROUND]:
        t %= array[AROUND]
    return array[BASE] + k * array[THREAD] + b0 * array[BATCH] + t * array[STEP]


@njit(**part)
def _find(places, arrays, k, b0, t):
    """Addresses of all arrays at step t."""
    for a in range(len(arrays)):
        places[a, 0] = _address(arrays[a], k, b0, t)
        places[a, 1] = arrays[a, ROW]


@njit(**part)
def _rows_of(base, t, m, b0, n, B, row, work):
    """Rows b0 ... b0 + n of m steps of an array, one after the other: -> address."""
    if n == B:
        return base + t * B * row
    for i in range(m):
        _copy(work + i * n * row, base + ((t + i) * B + b0) * row, n * row)
    return work


@njit(**part)
def _gather(codes, t, m, b0, n, B, table, z, width, row):
    """Into the rows of the slab from z on: the rows of a table that codes name."""
    for i in range(m):
        for r in range(n):
            code = _read(codes + ((t + i) * B + b0 + r) * 8)
            _copy(z + (i * n + r) * row, table + code * width, width)


@njit(**part)
def _sum_by_code(codes, t, m, b0, n, B, to, z, N, size, ld, sum_rows):
    """The way back: each row of the slab is added to the sum of its code."""
    for i in range(m):
        for r in range(n):
            code = _read(codes + ((t + i) * B + b0 + r) * 8)
            at = to + code * N * size, z + (i * n + r) * ld * size
            _call(sum_rows, (at[0], at[1], 1, N, ld))


@njit(**part)
def _forward(k, edges, shape, x, arrays, todo, rows, weights, lengths, machine):
    T, B, I, H, K, S, size = shape
    product, _, _ = machine
    b0, n, unit = edges[k], edges[k + 1] - edges[k], H * size
    arrays, places = arrays.copy(), np.empty((len(arrays), 2), np.int64)
    arrays[0, STEP] = n * S * unit  # the slab: a step is a thread's own n rows
    work, over = np.empty(K * n * I * size, np.uint8), lengths[b0:]
    for t in range(T):
        _find(places, arrays, k, b0, t)
        z = places[0, 0]
        if x[1] >= 0 and t % K == 0:
            m = min(K, T - t)
            W, C, N = weights[x[1], 0], z + x[2] * unit, (x[3] - x[2]) * H
            if I == 0:
                _gather(x[0], t, m, b0, n, B, W, C, N * size, S * unit)
            else:
                A = _rows_of(x[0], t, m, b0, n, B, I * size, _start(work))
                _call(product, (A, W, C, m * n, I, N, I, 1, S * H, 0))
        for what, a, column, w, lo, hi in todo:
            if what == ROWS:
                to = _start(places), _start(over)
                _call(rows[a], (to[0], to[1], t, n, H))
            elif what == CLEAR:
                for r in range(n):
                    _clear(z + (r * S + lo) * unit, (hi - lo) * unit)
            else:
                A, ld = places[a, 0] + column * unit, places[a, 1] // size
                panels, C, N = weights[w, 0], z + lo * unit, (hi - lo) * H
                _call(product, (A, panels, C, n, H, N, ld, 1, S * H, 1))


@njit(**part)
def _backward(
    k, edges, shape, x, arrays, todo, rows, weights, lengths, machine, groups, sums
):
    T, B, I, H, K, S, size = shape
    product, _, _ = machine
    b0, n, unit = edges[k], edges[k + 1] - edges[k], H * size
    arrays, places = arrays.copy(), np.empty((len(arrays), 2), np.int64)
    arrays[0, STEP] = n * S * unit
    work, over = np.empty(K * n * max(I, H) * size, np.uint8), lengths[b0:]
    panels = np.empty(K * n * (S * H + 64) * size, np.uint8)
    for t in range(T - 1, -1, -1):
        _find(places, arrays, k, b0, t)
        z = places[0, 0]
        for what, a, _, w, lo, hi in todo:
            if what == ROWS:
                to = _start(places), _start(over)
                _call(rows[a], (to[0], to[1], t, n, H))
            else:
                C, N = places[a, 0], (hi - lo) * H
                A, adds = z + lo * unit, int(what == ADD)
                _call(product, (A, weights[w, 0], C, n, N, H, S * H, 1, H, adds))
        if t % K == 0:
            m = min(K, T - t)
            at = _start(work), _start(panels)
            _gradients(k, b0, n, m, t, shape, x, arrays, z, at, machine, groups, sums)
            if x[4] > 0:
                A, W, N = z + x[2] * unit, weights[x[1], 0], (x[3] - x[2]) * H
                _call(product, (A, W, at[0], m * n, N, I, S * H, 1, I, 0))
                for i in range(m):
                    to = x[4] + ((t + i) * B + b0) * I * size
                    _copy(to, at[0] + i * n * I * size, n * I * size)


@njit(**part)
def _gradients(k, b0, n, m, t, shape, x, arrays, z, at, machine, groups, sums):
    """Add a group of steps to a thread's sums: bias, and every matrix."""
    _, B, I, H, _, S, size = shape
    product, pack, sum_rows = machine
    work, panels = at
    bias, _, columns = sums[-1]
    _call(sum_rows, (bias + k * columns * size, z, m * n, columns, S * H))
    for a, column, w, lo, hi, fresh in groups:
        N, d = (hi - lo) * H, z + lo * H * size
        to, many, columns = sums[w]
        to += k * many * columns * size
        if a < 0 and I == 0:
            _sum_by_code(x[0], t, m, b0, n, B, to, d, N, size, S * H, sum_rows)
            continue
        if fresh:
            _call(pack, (panels, d, m * n, N, S * H, 1))
        if a < 0:
            A, ld = _rows_of(x[0], t, m, b0, n, B, I * size, work), I
        elif a == 0:
            A, ld = z + column * H * size, S * H
        else:
            seq = _address(arrays[a], 0, 0, 0)
            A, ld = _rows_of(seq, t, m, b0, n, B, H * size, work), H
        _call(product, (A, panels, to, many, m * n, N, 1, ld, columns, 1))


@njit(**part)
def _pack(weights, machine):
    """Every matrix into panels; at 0 lies one that was packed before."""
    for panels, k, N, W, row, step in weights:
        if W != 0:
            _call(machine[1], (panels, W, k, N, row, step))


@njit(cache=True, **fast)
def forward(edges, shape, x, arrays, todo, rows, weights, lengths, machine):
    """All steps of a piece of the sequence: -> how many threads failed.

    Parameters
    ----------
    edges : int array
        First row of the batch for every thread, and B.
    shape : tuple
        T, B, I, H; steps of a group; width of the slab in H; bytes of a number.  I is 0
        where x holds codes: rows of a table of products, in the place of its weights.
    x : tuple
        Address; number of its weights or -1; the first of the blocks it feeds and the
        first after them; address of its gradient or 0.
    arrays, todo, rows, weights : int arrays
        See ``program``: where arrays lie, what a step does, addresses of the cell's
        own functions, panels and matrices.
    lengths : int array
        Steps in every row: (B,).
    machine : tuple
        Addresses of ``product.product``, ``pack`` and ``sum_rows``.
    """
    _pack(weights, machine)
    given = edges, shape, x, arrays, todo, rows, weights, lengths, machine
    return fork(_forward, given, len(edges) - 1)


@njit(cache=True, **fast)
def backward(
    edges, shape, x, arrays, todo, rows, weights, lengths, machine, groups, sums
):
    """All steps back: what ``forward`` takes, products of a group, sums by weights."""
    _pack(weights, machine)
    given = edges, shape, x, arrays, todo, rows, weights, lengths, machine
    return fork(_backward, (*given, groups, sums), len(edges) - 1)
