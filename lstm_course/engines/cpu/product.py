"""Matrix products with a matrix that stays: packed once, used at every time step.

A library's product packs its operands anew at each call; over a sequence the weights
are the same, so here they lie ready in panels of a few vectors' width.  ``tile``
multiplies a few rows by one panel with all sums held in registers.
"""

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from lstm_course.engines.cpu.machine import get, put

_WIDE = llvm.get_host_cpu_features().get("avx512f", False)
BYTES = 64 if _WIDE else 32  # of one vector register
ROWS = 8 if _WIDE else 4  # rows a tile holds, with two vectors each
INDEX = ir.IntType(64)


@intrinsic
def tile(context, rows, A, row, step, B, k, C, ldc, add, columns):
    """C[rows, columns] (+)= A[rows, k] B[k, panel], a panel two vectors wide.

    A[r, k] lies at r * row + k * step.  Where the columns fit into one vector, the
    second is left out.
    """
    if not isinstance(rows, types.IntegerLiteral):
        return None
    number = ir.FloatType() if A.dtype == types.float32 else ir.DoubleType()
    width = width_of(A.dtype.bitwidth // 8) // 2

    def codegen(context, builder, signature, args):
        _, A, row, step, B, k, C, ldc, add, columns = args
        add = builder.icmp_signed("!=", add, INDEX(0))
        places = [
            builder.gep(A, [builder.mul(row, INDEX(r))])
            for r in range(rows.literal_value)
        ]
        narrow = builder.icmp_signed("<=", columns, INDEX(width))
        with builder.if_else(narrow) as (one, two):
            for vectors, branch in ((1, one), (2, two)):
                with branch:
                    sums = _sums(builder, places, step, B, k, number, vectors, width)
                    _store(builder, sums, C, ldc, add, columns)
        return context.get_dummy_value()

    three = A, types.intp, types.intp, A, types.intp, A
    return types.void(rows, *three, *[types.intp] * 3), codegen


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


@intrinsic
def after(context, pointer, n):
    """The place n numbers after a place."""

    def codegen(context, builder, signature, args):
        return builder.gep(args[0], [args[1]])

    return pointer(pointer, types.intp), codegen


@intrinsic
def _width(context, pointer):
    """Columns of a panel: two vectors."""

    def codegen(context, builder, signature, args):
        return INDEX(width_of(pointer.dtype.bitwidth // 8))

    return types.intp(pointer), codegen


def width_of(size):
    """Columns of a panel of numbers of so many bytes: two vectors."""
    return 2 * BYTES // size


def room_for(k, N, size):
    """Numbers in the panels of k rows of N columns."""
    width = width_of(size)
    return -(-N // width) * width * k


def product(A, panels, C, m, k, N, row, step, ldc, add):
    """C (m, N) = A (m, k) W, or C += A W, for packed W.

    A[r, j] lies at r row + j step: A can be given as its transpose.
    """
    width = _width(C)
    for j in range(0, N, width):
        columns, B, r = min(width, N - j), after(panels, j * k), 0
        while r + ROWS <= m:
            a, c = after(A, r * row), after(C, r * ldc + j)
            tile(ROWS, a, row, step, B, k, c, ldc, add, columns)
            r += ROWS
        while r + 2 <= m:
            a, c = after(A, r * row), after(C, r * ldc + j)
            tile(2, a, row, step, B, k, c, ldc, add, columns)
            r += 2
        if r < m:
            a, c = after(A, r * row), after(C, r * ldc + j)
            tile(1, a, row, step, B, k, c, ldc, add, columns)


def pack(panels, W, k, N, row, step):
    """W (k, N) into panels (N / width, k, width), zeros beyond N.

    W[i, c] lies at i row + c step.
    """
    width = _width(W)
    for j in range(0, N, width):
        n, panel, of = min(width, N - j), after(panels, j * k), after(W, j * step)
        if step == 1:
            for i in range(k):
                to, line = after(panel, i * width), after(of, i * row)
                for c in range(n):
                    put(to, c, get(line, c, 0), 1)
        else:
            for c in range(n):
                to, line = after(panel, c), after(of, c * step)
                for i in range(k):
                    put(to, i * width, get(line, i * row, 0), 1)
        for i in range(k):
            for c in range(n, width):
                put(panel, i * width + c, 0, 1)


def sum_rows(total, D, rows, columns, row):
    """Add all rows of D to the total; a row lies so many numbers after the last."""
    for r in range(rows):
        line = after(D, r * row)
        for j in range(columns):
            put(total, j, get(total, j, 0) + get(line, j, 1), 0)
