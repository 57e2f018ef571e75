"""Elementary functions that vectorise inside compiled loops.

Every function is one branchless text for float32 and float64.  exp takes its power
of two from the bits of the number and the rest from its Taylor series; tanh is a
ratio of polynomials (the continued fraction of Lambert 1768, cut off) near 0 and of
exponentials elsewhere, with a single division.  Errors, measured by the tests: at most
3 units in the last place.
"""

import llvmlite.binding as llvm
import numpy as np
from numba import njit, types
from numba.extending import intrinsic

# A step's arrays never overlap, but LLVM must check it before it vectorises a loop;
# with a dozen arrays that takes more checks than it allows by default.
llvm.set_option("lstm_course", "--runtime-memory-check-threshold=512")
llvm.set_option("lstm_course", "--memory-check-merge-threshold=512")

fast = dict(nogil=True, fastmath={"contract", "nsz"}, error_model="numpy")
part = fast | dict(no_cpython_wrapper=True, no_cfunc_wrapper=True)  # not for Python
inner = part | dict(nogil=False, forceinline=True)


@intrinsic
def _bits(context, x):
    """The bits of a float as an integer of the same width, and back."""
    pairs = {
        types.float32: types.int32,
        types.float64: types.int64,
        types.int32: types.float32,
        types.int64: types.float64,
    }
    to = pairs[x]

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(to))

    return to(x), codegen


def _polynomial(terms, F):
    """A polynomial with fixed coefficients, lowest first, as a compiled function."""
    body = f"F({terms[-1]!r})"
    for a in terms[-2::-1]:
        body = f"({body}) * x + F({a!r})"
    space = {"F": F}
    exec(f"def polynomial(x): return {body}", space)  # noqa: S102
    return njit(**inner)(space["polynomial"])


def _exp(F, I, mantissa, magic, largest, ln2_high, ln2_low, degree):
    factorial = [1.0]
    for n in range(1, degree + 1):
        factorial.append(factorial[-1] / n)
    series = _polynomial(factorial, F)
    inverse, magic, largest = F(1.4426950408889634), F(magic), F(largest)
    ln2_high, ln2_low = F(ln2_high), F(ln2_low)

    @njit(**inner)
    def exp(x):
        x = min(max(x, -largest), largest)
        shifted = x * inverse + magic  # its low bits are the power of two
        power = shifted - magic
        rest = (x - power * ln2_high) - power * ln2_low
        return _bits(I(_bits(series(rest)) + (_bits(shifted) << mantissa)))

    return exp


def _tanh(F, near, exp):
    top = _polynomial([135135.0, 17325.0, 378.0, 1.0], F)
    bottom = _polynomial([135135.0, 62370.0, 3150.0, 28.0], F)
    near, one, minus_two, largest = F(near * near), F(1.0), F(-2.0), F(20.0)

    @njit(**inner)
    def tanh(x):
        x = min(max(x, -largest), largest)
        e = exp(minus_two * x)
        square = x * x
        near_top, near_bottom = x * top(square), bottom(square)
        is_near = square < near
        above = near_top if is_near else one - e
        below = near_bottom if is_near else one + e
        return above / below

    return tanh


def _log(F, I, mantissa, ln2_high, ln2_low, degree):
    series = _polynomial([2.0 / (2 * k + 1) for k in range(degree)], F)
    root = I(np.array(np.sqrt(0.5), F).view(I))  # the mantissa starts at sqrt(1/2)
    mask, one = I((1 << mantissa) - 1), F(1.0)
    ln2_high, ln2_low = F(ln2_high), F(ln2_low)

    @njit(**inner)
    def log(x):
        k = _bits(x) - root
        power = F(I(k >> mantissa))
        m = _bits(I((k & mask) + root))
        s = (m - one) / (m + one)
        return power * ln2_high + (power * ln2_low + s * series(s * s))

    return log


def _functions(F, I, mantissa, magic, largest, ln2, degree, near, terms):
    """exp, tanh and log of one precision."""
    exp = _exp(F, I, mantissa, magic, largest, *ln2, degree)
    return exp, _tanh(F, near, exp), _log(F, I, mantissa, *ln2, terms)


# ln 2 stands in two parts, the first short enough that its multiples are exact.
float32 = _functions(
    np.float32,
    np.int32,
    23,
    1.5 * 2**23,
    87.0,
    (0.693145751953125, 1.428606765330187e-06),
    7,
    1.25,
    4,
)
float64 = _functions(
    np.float64,
    np.int64,
    52,
    1.5 * 2**52,
    708.0,
    (0.6931471803691238, 1.9082149292705877e-10),
    13,
    0.3,
    12,
)


# A step's arrays never overlap.  LLVM would check that before every row of a loop, two
# comparisons for each pair of arrays; so each view has a number, and reads and writes
# under different numbers are declared to be of different memory.
VIEWS = 40


def _declare_apart(builder, instruction, view):
    module = builder.module
    domain = module.add_metadata(["lstm_course"])
    scopes = [module.add_metadata([f"view {k}", domain]) for k in range(VIEWS)]
    mine = module.add_metadata([scopes[view]])
    others = module.add_metadata([s for k, s in enumerate(scopes) if k != view])
    instruction.set_metadata("alias.scope", mine)
    instruction.set_metadata("noalias", others)


@intrinsic
def place(context, F, places, number, row, column):
    """Where row and column of an array lie; ``places`` is where a table of whole
    numbers lies, two for every array: its address, and the bytes from row to row.
    """

    def codegen(context, builder, signature, args):
        _, places, number, row, column = args
        table = builder.inttoptr(places, number.type.as_pointer())
        twice = builder.mul(number, number.type(2))
        address = builder.load(builder.gep(table, [twice]))
        step = builder.load(builder.gep(table, [builder.add(twice, number.type(1))]))
        address = builder.add(address, builder.mul(row, step))
        kind = context.get_value_type(signature.return_type)
        return builder.gep(builder.inttoptr(address, kind), [column])

    dtype = F.instance_type
    return types.CPointer(dtype)(F, *[types.intp] * 4), codegen


@intrinsic
def alive(context, lengths, row, t):
    """Is step t inside the sequence of this row? ``lengths`` is where they lie."""

    def codegen(context, builder, signature, args):
        lengths, row, t = args
        table = builder.inttoptr(lengths, t.type.as_pointer())
        return builder.icmp_signed("<", t, builder.load(builder.gep(table, [row])))

    return types.boolean(*[types.intp] * 3), codegen


@intrinsic
def get(context, place, j, view):
    """The number j steps after a place, seen through the view of that number."""

    def codegen(context, builder, signature, args):
        load = builder.load(builder.gep(args[0], [args[1]]))
        _declare_apart(builder, load, view.literal_value)
        return load

    if not isinstance(view, types.IntegerLiteral):
        return None
    return place.dtype(place, types.intp, view), codegen


@intrinsic
def put(context, place, j, value, view):
    """Write a number j steps after a place, through the view of that number."""

    def codegen(context, builder, signature, args):
        store = builder.store(args[2], builder.gep(args[0], [args[1]]))
        _declare_apart(builder, store, view.literal_value)
        return context.get_dummy_value()

    if not isinstance(view, types.IntegerLiteral):
        return None
    return types.void(place, types.intp, place.dtype, view), codegen


_tanh32 = float32[1]


@njit(**fast)
def tanh_of(x, y):
    """y = tanh(x), one thread: what a compiled loop reaches on float32."""
    for k in range(x.size):
        y[k] = _tanh32(x[k])
