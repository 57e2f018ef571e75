"""Python calls on the threads that torch already has.

Torch's operators leave their OpenMP threads spinning for some milliseconds, in case
more work comes.  Other threads would have to share the cores with them, so the loops
run on those same threads: ``GOMP_parallel`` is the entry of the OpenMP runtime that
compilers call.  Where torch came with another runtime, a pool of Python threads does.
"""

import ctypes
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

BODY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def on_threads(call, n):
    """[call(0), ..., call(n - 1)], all at once; the calls should release the GIL."""
    if n == 1:
        return [call(0)]
    runtime = openmp()
    if runtime is None:
        return list(_pool(n).map(call, range(n)))
    done, failed, waiting = [None] * n, [], list(range(n))

    def body(_):
        while waiting:  # also where the runtime grants fewer threads than asked for
            try:
                k = waiting.pop()
                done[k] = call(k)
            except BaseException as error:
                failed.append(error)
                return

    runtime.GOMP_parallel(BODY(body), None, n, 0)
    if failed:
        raise failed[0]
    return done


@lru_cache
def openmp():
    """The OpenMP runtime that torch has loaded, if it is GNU's; else None."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libgomp.so.1", mode=os.RTLD_NOW | os.RTLD_NOLOAD)
        unsigned = ctypes.c_uint
        library.GOMP_parallel.argtypes = [BODY, ctypes.c_void_p, unsigned, unsigned]
        library.GOMP_parallel.restype = None
    except (OSError, AttributeError):
        return None
    return library


@lru_cache
def _pool(n):
    return ThreadPoolExecutor(n, thread_name_prefix="lstm_course")
