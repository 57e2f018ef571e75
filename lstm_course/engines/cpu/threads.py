"""Compiled loops on the threads that torch already has.

Torch's operators leave their OpenMP threads spinning for some milliseconds, in case
more work comes.  Other threads would have to share the cores with them, so the loops
run on those same threads: ``GOMP_parallel`` is the entry of the OpenMP runtime that
compilers call.  Where torch came with another runtime, Python's own threads do it.
"""

import ctypes
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

BODY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
PARALLEL = ctypes.CFUNCTYPE(None, BODY, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)
NAME = "lstm_course_parallel"  # under which compiled code finds the runtime
INDEX, BYTES, VOID = ir.IntType(64), ir.IntType(8).as_pointer(), ir.VoidType()


@intrinsic
def fork(context, part, arguments, n):
    """part(0, *arguments), ..., part(n - 1, *arguments) on n threads; -> failures.

    Every thread takes the next number from a counter until none is left, so all parts
    are done also where the runtime grants fewer threads than asked for.
    """
    call = part.get_call_type(context, (types.intp, *arguments.types), {})

    def codegen(context, builder, signature, args):
        compiled = part.dispatcher.get_compile_result(call)
        context.active_code_library.add_linking_library(compiled.library)
        kind = ir.LiteralStructType([INDEX, INDEX, INDEX, args[1].type])
        task = cgutils.alloca_once(builder, kind)
        for k, v in enumerate((INDEX(0), INDEX(0), args[2], args[1])):
            builder.store(v, cgutils.gep_inbounds(builder, task, 0, k))
        body = ir.Function(
            builder.module,
            ir.FunctionType(VOID, [BYTES]),
            f"{builder.function.name}.body",
        )
        body.linkage = "internal"
        _work(context, body, task.type, compiled.fndesc, call)
        number = ir.IntType(32)
        start = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(VOID, [body.type, BYTES, *[number] * 2]),
            NAME,
        )
        n = builder.trunc(args[2], number)
        builder.call(start, [body, builder.bitcast(task, BYTES), n, number(0)])
        return builder.load(cgutils.gep_inbounds(builder, task, 0, 1))

    return types.intp(part, arguments, n), codegen


def _work(context, body, task, part, call):
    """What a thread does: while a number is left, part(number, *arguments)."""
    b = ir.IRBuilder(body.append_basic_block())
    task = b.bitcast(body.args[0], task)
    counter, failed, n, values = (cgutils.gep_inbounds(b, task, 0, k) for k in range(4))
    following, work, end = (body.append_basic_block() for _ in range(3))
    b.branch(following)
    b.position_at_end(following)
    k = b.atomic_rmw("add", counter, INDEX(1), "seq_cst")
    b.cbranch(b.icmp_signed("<", k, b.load(n)), work, end)
    b.position_at_end(work)
    values = cgutils.unpack_tuple(b, b.load(values))
    status, _ = context.call_internal_no_propagate(b, part, call, [k, *values])
    b.atomic_rmw("add", failed, b.zext(status.is_error, INDEX), "seq_cst")
    b.branch(following)
    b.position_at_end(end)
    b.ret_void()


def openmp():
    """``GOMP_parallel`` of the runtime that torch has loaded, if it is GNU's."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libgomp.so.1", mode=os.RTLD_NOW | os.RTLD_NOLOAD)
        return library.GOMP_parallel
    except (OSError, AttributeError):
        return None


@PARALLEL
def python_threads(body, task, n, flags):
    """The same on threads of Python; the compiled body needs no lock of Python's."""
    list(_pool(n).map(lambda _: body(task), range(n)))


@lru_cache
def _pool(n):
    return ThreadPoolExecutor(n, thread_name_prefix="lstm_course")


llvm.add_symbol(NAME, ctypes.cast(openmp() or python_threads, ctypes.c_void_p).value)
