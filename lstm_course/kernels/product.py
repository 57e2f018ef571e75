"""Matrix products with a matrix that stays: packed once, used at every time step.

A library's product packs its operands anew at each call; over a sequence the weights
are the same, so here they lie ready in panels of a few vectors' width.  ``tile``
multiplies a few rows by one panel with all sums held in registers.
"""

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from .machine import fast, get, put

_WIDE = llvm.get_host_cpu_features().get("avx512f", False)
BYTES = 64 if _WIDE else 32  # of one vector register
ROWS = 8 if _WIDE else 4  # rows a tile holds, with two vectors each


@intrinsic
def tile(context, like, rows, A, row, step, B, k, C, ldc, add, columns):
    """C[rows, columns] (+)= A[rows, k] B[k, panel], a panel two vectors wide.

    A, B, C are addresses; A[r, k] lies at r * row + k * step, in numbers.
    """
    if not isinstance(rows, types.IntegerLiteral):
        return None
    number = ir.FloatType() if like == types.float32 else ir.DoubleType()
    size = 4 if like == types.float32 else 8
    width, m = BYTES // size, rows.literal_value
    vector = ir.VectorType(number, width)
    index = ir.IntType(64)

    def codegen(context, builder, signature, args):
        _, _, A, row, step, B, k, C, ldc, add, columns = args
        pointer, wide = number.as_pointer(), vector.as_pointer()
        A, C = builder.inttoptr(A, pointer), builder.inttoptr(C, pointer)
        B = builder.inttoptr(B, pointer)
        fma = _declare(
            builder.module,
            f"llvm.fma.v{width}f{8 * size}",
            ir.FunctionType(vector, [vector] * 3),
        )
        rows_of = [builder.gep(A, [builder.mul(row, index(r))]) for r in range(m)]
        before, loop = builder.block, builder.append_basic_block("sums")
        after = builder.append_basic_block("store")
        builder.branch(loop)
        builder.position_at_end(loop)
        at = builder.phi(index)
        sums = [[builder.phi(vector) for _ in range(2)] for _ in range(m)]
        here = builder.gep(B, [builder.mul(at, index(2 * width))])
        b = [
            _load(builder, builder.gep(here, [index(v * width)]), wide, size)
            for v in range(2)
        ]
        along, new = builder.mul(at, step), []
        for r in range(m):
            a = _spread(builder, builder.load(builder.gep(rows_of[r], [along])), vector)
            new.append([builder.call(fma, [a, b[v], sums[r][v]]) for v in range(2)])
        following = builder.add(at, index(1))
        builder.cbranch(builder.icmp_signed("<", following, k), loop, after)
        at.add_incoming(index(0), before)
        at.add_incoming(following, loop)
        for r in range(m):
            for v in range(2):
                sums[r][v].add_incoming(ir.Constant(vector, None), before)
                sums[r][v].add_incoming(new[r][v], loop)
        builder.position_at_end(after)
        for v in range(2):
            mask = _mask(builder, builder.sub(columns, index(v * width)), width)
            for r in range(m):
                place = builder.add(builder.mul(ldc, index(r)), index(v * width))
                place = builder.bitcast(builder.gep(C, [place]), wide)
                _store(builder, new[r][v], place, mask, add, vector, size)
        return context.get_dummy_value()

    return types.void(like, rows, *[types.intp] * 7, types.boolean, types.intp), codegen


def _load(builder, place, wide, size):
    return builder.load(builder.bitcast(place, wide), align=size)


def _spread(builder, number, vector):
    one = builder.insert_element(
        ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), zeros)


def _mask(builder, columns, width):
    kind = ir.VectorType(ir.IntType(64), width)
    steps = ir.Constant(kind, list(range(width)))
    return builder.icmp_signed(">", _spread(builder, columns, kind), steps)


def _store(builder, value, place, mask, add, vector, size):
    """Where the mask is set: place = value, plus what was there if add."""
    module, align = builder.module, ir.IntType(32)(size)
    name = f"v{vector.count}f{8 * size}.p0"
    load = _declare(
        module,
        f"llvm.masked.load.{name}",
        ir.FunctionType(vector, [place.type, align.type, mask.type, vector]),
    )
    store = _declare(
        module,
        f"llvm.masked.store.{name}",
        ir.FunctionType(ir.VoidType(), [vector, place.type, align.type, mask.type]),
    )
    zero = ir.Constant(vector, None)
    full = ir.Constant(mask.type, [1] * vector.count)
    adding = builder.select(add, full, ir.Constant(mask.type, None))
    old = builder.call(load, [place, align, builder.and_(mask, adding), zero])
    builder.call(store, [builder.fadd(value, old), place, align, mask])


def _declare(module, name, kind):
    return module.globals.get(name) or ir.Function(module, kind, name)


@njit(**fast)
def pack(panels, W, turned):
    """W (k, N), or its transpose, into panels (N / width, k, width); zeros beyond N."""
    width = panels.shape[2]
    k, N = (W.shape[1], W.shape[0]) if turned else W.shape
    for j in range((N + width - 1) // width):
        first, n, panel = j * width, min(width, N - j * width), panels[j]
        if turned:
            for c in range(n):
                for i in range(k):
                    panel[i, c] = W[first + c, i]
        else:
            for i in range(k):
                to, of = panel[i], W[i, first : first + n]
                for c in range(n):
                    put(to, c, get(of, c, 0), 1)
        if n < width:
            panel[:, n:] = 0


@njit(**fast)
def panels_for(k, N, like):
    """Room for k rows of N columns in panels (N / width, k, width)."""
    width = 2 * BYTES // like.itemsize
    return np.empty((-(-N // width), k, width), like.dtype)


@njit(**fast)
def packed(W, turned):
    """W (k, N), or its transpose, in panels of its own."""
    k, N = (W.shape[1], W.shape[0]) if turned else W.shape
    panels = panels_for(k, N, W)
    pack(panels, W, turned)
    return panels


@njit(**fast)
def product(A, panels, C, add, turned=False):
    """C = A W, or C += A W, for packed W; with turned, A is given as its transpose."""
    like, size = C[0, 0], C.itemsize
    m, k = (A.shape[1], A.shape[0]) if turned else A.shape
    width, ldc = panels.shape[2], C.strides[0] // size
    row, step = A.strides[0] // size, 1
    if turned:
        row, step = step, row
    for j in range((C.shape[1] + width - 1) // width):
        B = panels[j].ctypes.data
        columns = min(width, C.shape[1] - j * width)
        a, c = A.ctypes.data, C.ctypes.data + j * width * size
        r = 0
        while r + ROWS <= m:
            tile(like, ROWS, a, row, step, B, k, c, ldc, add, columns)
            a, c, r = a + ROWS * row * size, c + ROWS * ldc * size, r + ROWS
        while r + 2 <= m:
            tile(like, 2, a, row, step, B, k, c, ldc, add, columns)
            a, c, r = a + 2 * row * size, c + 2 * ldc * size, r + 2
        if r < m:
            tile(like, 1, a, row, step, B, k, c, ldc, add, columns)


@njit(**fast)
def rows_of(a, t, m, b0, n, work):
    """Rows b0 ... b0 + n of m steps of a (T, B, k) as one matrix (m n, k)."""
    if n == a.shape[1]:
        return a[t : t + m].reshape(m * n, a.shape[2])
    for k in range(m):
        work[k * n : (k + 1) * n] = a[t + k, b0 : b0 + n]
    return work[: m * n]


@njit(**fast)
def room(slab, B, b0, n, width):
    """A thread's part of the slab: rows (steps n, width) for its n of B sequences."""
    steps = slab.size // (B * width)
    return slab[b0 * steps * width : (b0 + n) * steps * width].reshape(-1, width)
