"""Matrix products with a matrix that stays: packed once, used at every time step.

A library's product packs its operands anew at each call; over a sequence the weights
are the same, so here they lie ready in panels of a few vectors' width.  ``tile``
multiplies a few rows by one panel with all sums held in registers.
"""

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from .machine import at, fast, get, inner, put

_WIDE = llvm.get_host_cpu_features().get("avx512f", False)
BYTES = 64 if _WIDE else 32  # of one vector register
ROWS = 8 if _WIDE else 4  # rows a tile holds, with two vectors each
INDEX = ir.IntType(64)


@intrinsic
def tile(context, like, rows, A, row, step, B, k, C, ldc, add, columns):
    """C[rows, columns] (+)= A[rows, k] B[k, panel], a panel two vectors wide.

    A, B, C are addresses; A[r, k] lies at r * row + k * step, in numbers.  Where the
    columns fit into one vector, the second is left out.
    """
    if not isinstance(rows, types.IntegerLiteral):
        return None
    number = ir.FloatType() if like == types.float32 else ir.DoubleType()

    def codegen(context, builder, signature, args):
        _, _, A, row, step, B, k, C, ldc, add, columns = args
        A, B, C = (builder.inttoptr(a, number.as_pointer()) for a in (A, B, C))
        places = [
            builder.gep(A, [builder.mul(row, INDEX(r))])
            for r in range(rows.literal_value)
        ]
        width = BYTES // (4 if like == types.float32 else 8)
        narrow = builder.icmp_signed("<=", columns, INDEX(width))
        with builder.if_else(narrow) as (one, two):
            for vectors, branch in ((1, one), (2, two)):
                with branch:
                    sums = _sums(builder, places, step, B, k, number, vectors, width)
                    _store(builder, sums, C, ldc, add, columns)
        return context.get_dummy_value()

    return types.void(like, rows, *[types.intp] * 7, types.boolean, types.intp), codegen


def _sums(builder, places, step, B, k, number, vectors, width):
    """The loop over k with every sum in a register: a row of vectors per place of A."""
    vector, n = ir.VectorType(number, width), len(places)
    name = f"llvm.fma.v{width}f{32 if number == ir.FloatType() else 64}"
    fma = _declare(builder, name, vector, [vector] * 3)
    before, loop = builder.block, builder.append_basic_block("sums")
    after = builder.append_basic_block("store")
    builder.branch(loop)
    builder.position_at_end(loop)
    at = builder.phi(INDEX)
    sums = [[builder.phi(vector) for _ in range(vectors)] for _ in range(n)]
    here, along = builder.mul(at, INDEX(2 * width)), builder.mul(at, step)
    b = [
        _load(builder, builder.gep(B, [builder.add(here, INDEX(v * width))]), vector)
        for v in range(vectors)
    ]
    a = (
        _spread(builder, builder.load(builder.gep(p, [along])), vector) for p in places
    )
    new = [
        [builder.call(fma, [a_r, b_v, s]) for b_v, s in zip(b, mine, strict=True)]
        for a_r, mine in zip(a, sums, strict=True)
    ]
    following = builder.add(at, INDEX(1))
    builder.cbranch(builder.icmp_signed("<", following, k), loop, after)
    pairs = [(at, INDEX(0), following)]
    pairs += [
        (s, ir.Constant(vector, None), x)
        for r in range(n)
        for s, x in zip(sums[r], new[r], strict=True)
    ]
    for phi, first, later in pairs:
        phi.add_incoming(first, before)
        phi.add_incoming(later, loop)
    builder.position_at_end(after)
    return new


def _load(builder, place, vector):
    size = 4 if vector.element == ir.FloatType() else 8
    return builder.load(builder.bitcast(place, vector.as_pointer()), align=size)


def _spread(builder, number, vector):
    """A vector with the same number in every lane."""
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    return builder.shuffle_vector(one, nothing, zeros)


def _store(builder, sums, C, ldc, add, columns):
    """The sums to C, plus what is there if add; columns beyond the last stay."""
    vector = sums[0][0].type
    bits = 32 if vector.element == ir.FloatType() else 64
    name, align = f"v{vector.count}f{bits}.p0", ir.IntType(32)(bits // 8)
    pointer, number = vector.as_pointer(), ir.VectorType(INDEX, vector.count)
    mask = ir.VectorType(ir.IntType(1), vector.count)
    ends = ir.VoidType()
    load = _declare(
        builder, f"llvm.masked.load.{name}", vector, [pointer, align.type, mask, vector]
    )
    store = _declare(
        builder, f"llvm.masked.store.{name}", ends, [vector, pointer, align.type, mask]
    )
    adding = builder.select(add, mask([1] * vector.count), ir.Constant(mask, None))
    for v in range(len(sums[0])):
        left = builder.sub(columns, INDEX(v * vector.count))
        inside = builder.icmp_signed(
            ">", _spread(builder, left, number), number(list(range(vector.count)))
        )
        for r, row in enumerate(sums):
            at = builder.add(builder.mul(ldc, INDEX(r)), INDEX(v * vector.count))
            place = builder.bitcast(builder.gep(C, [at]), pointer)
            was = [
                place,
                align,
                builder.and_(inside, adding),
                ir.Constant(vector, None),
            ]
            value = builder.fadd(row[v], builder.call(load, was))
            builder.call(store, [value, place, align, inside])


def _declare(builder, name, result, arguments):
    kind = ir.FunctionType(result, arguments)
    return cgutils.get_or_insert_function(builder.module, kind, name)


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
                to, of = at(panel, i, 0), at(W, i, first)
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


@njit(**inner)
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
def multiply(A, panels, C):
    """C = A W."""
    product(A, panels, C, False)


@njit(**fast)
def add(A, panels, C):
    """C += A W."""
    product(A, panels, C, True)


@njit(**fast)
def gradient(A, panels, C):
    """C += A^T D, a gradient by weights; D is packed."""
    product(A, panels, C, True, True)


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
