"""Too much of everything: time, memory, processes, files, output."""

from attacks.attack import after, before, only

HOLD = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
SLEEP = "import time\n" + HOLD.replace("while True: pass", "time.sleep(100)")


def inside(body):
    """The body of a function that never ends well."""
    return "def unit(x):\n" + "\n".join(f"    {line}" for line in body.split("\n"))


CORPUS = [
    before("loop_in_a_cell", "while True: pass"),
    before("stubborn_loop_in_a_cell", HOLD),
    before("stubborn_sleep_in_a_cell", SLEEP),
    before("ignores_alarms", "import signal\nsignal.signal(signal.SIGALRM,"
           " signal.SIG_IGN)\nsignal.pthread_sigmask(0, range(1, 65))\nwhile 1: pass"),
    before("long_number_in_a_cell", "x = 7 ** (7 ** 10)"),
    before("slow_pattern", "import re\nre.match('(a+)+$', 'a' * 40 + 'b')"),
    after("loop_in_a_call", inside("while True: pass"), loses=["90.5"]),
    after("stubborn_loop_in_a_call", inside(HOLD), loses=["90.5"]),
    after("stubborn_sleep_in_a_call", inside(SLEEP), loses=["90.5"]),
    after("long_number_in_a_call", inside("return 7 ** (7 ** 10)"), loses=["90.5"]),
    after("input_in_a_call", inside("return input('?')"), loses=["90.5"]),
    before("input_in_a_cell", "name = input('your name?')"),
    before("memory_at_once", "x = bytearray(64 << 30)"),
    before("memory_in_pieces", "x = []\nwhile True: x.append(bytearray(16 << 20))"),
    after("memory_in_a_call", inside("y = []\nwhile True:"
          " y.append(bytearray(1 << 24))"), loses=["90.5"]),
    before("memory_in_a_mapping", "import mmap\nm = [mmap.mmap(-1, 1 << 28) for _ in"
           " range(100)]"),
    before("forks", "import os\nfor _ in range(200):\n    try:\n"
           "        if os.fork() == 0:\n            while True: pass\n"
           "    except OSError: break"),
    before("forks_of_forks", "import os\nfor _ in range(6):\n    try: os.fork()\n"
           "    except OSError: pass"),
    before("memory_of_many_processes", "import os, time\nfor _ in range(8):\n"
           "    try: pid = os.fork()\n    except OSError: break\n    if pid == 0:\n"
           "        x = bytearray(200 << 20); x[::4096] = b'1' * len(x[::4096])\n"
           "        time.sleep(100)"),
    before("threads", "import threading, time\ntry:\n    for _ in range(500):\n"
           "        threading.Thread(target=time.sleep, args=(100,),"
           " daemon=True).start()\nexcept RuntimeError: pass"),
    before("busy_thread", "import threading\ndef spin():\n    while True: pass\n"
           "threading.Thread(target=spin, daemon=True).start()"),
    before("daemon", "import os\nif os.fork() == 0:\n    os.setsid()\n"
           "    if os.fork() == 0:\n        while True: pass\n    os._exit(0)"),
    before("fills_the_disk", "f = open('/tmp/big', 'wb')\nfor _ in range(4000):\n"
           "    f.write(bytes(1 << 20))"),
    before("many_files", "for k in range(200000): open(f'/tmp/{k}', 'w').write('x')"),
    before("many_descriptors", "f = [open('/dev/null') for _ in range(10000)]"),
    before("prints_a_lot", "while True: print('x' * 1000000)"),
    before("writes_a_lot_to_descriptor_1", "import os\nfor _ in range(2000):"
           " os.write(1, bytes(1 << 20))"),
    after("prints_in_a_call", "def my_sigmoid(x):\n    for _ in range(1000):"
          " print('x' * 10000)\n    return 1 / (1 + np.exp(-x))"),
    after("returns_a_giant", inside("return np.ones(8_000_000)"), loses=["90.5"]),
    after("returns_a_long_text", inside("return 'x' * 50_000_000"), loses=["90.5"]),
    after("returns_a_deep_list", inside("y = []\nfor _ in range(10**5): y = [y]\n"
          "return y"), loses=["90.5"]),
    after("returns_a_ring", inside("y = []; y.append(y)\nreturn y"), loses=["90.5"]),
    after("returns_a_wide_dict", inside("return {str(k): k for k in range(10**6)}"),
          loses=["90.5"]),
    before("deep_recursion", "import sys\nsys.setrecursionlimit(10**9)\n"
           "def f(n): return f(n + 1)\nf(0)"),
    before("deep_source", "x = " + "(" * 20000 + ")" * 20000),
    before("deep_source_of_signs", "x = " + "-" * 50000 + "1"),
    before("segmentation_fault", "import ctypes; ctypes.string_at(0)"),
    after("segmentation_fault_in_a_call", inside("import ctypes\n"
          "return ctypes.string_at(0)"), loses=["90.5"]),
    before("abort", "import os; os.abort()"),
    before("exit_in_a_cell", "import os; os._exit(0)"),
    before("polite_exit_in_a_cell", "import sys; sys.exit('done')"),
    before("interrupt_in_a_cell", "raise KeyboardInterrupt"),
    before("kills_itself", "import os; os.kill(os.getpid(), 9)"),
    before("unpacks_a_bomb", "import zlib\nc = zlib.compressobj(9)\nd ="
           " c.compress(bytes(1 << 24)) + c.flush()\nx = [zlib.decompress(d) for _"
           " in range(1000)]"),
    after("asks_for_ever", "def exposes(f, x):\n    while True: f(x)", loses=["90.4"]),
    after("asks_too_much", "def exposes(f, x): return f(np.ones(10**6)).sum() > 0",
          loses=["90.4"]),
    only("every_cell_exits", *["import os; os._exit(1)"] * 30),
    only("every_cell_hangs", *["while True: pass"] * 30),
    before("memory_in_a_file", "import os\nfd = os.memfd_create('x')\ntry:\n"
           "    for _ in range(2000): os.write(fd, bytes(1 << 20))\n"
           "except OSError: pass\nos.close(fd)"),
    before("memory_in_pipes", "import fcntl, os\ntry:\n    while True:\n"
           "        r, w = os.pipe()\n        fcntl.fcntl(w, 1031, 1 << 20)\n"
           "        os.set_blocking(w, False)\n        os.write(w, bytes(1 << 20))\n"
           "except OSError: pass\nos.closerange(9, 64)"),
    before("memory_of_the_system", "import ctypes\nc = ctypes.CDLL(None)\n"
           "c.shmat.restype = ctypes.c_void_p\nfor _ in range(40):\n"
           "    p = c.shmat(c.shmget(0, 1 << 25, 0o1600), None, 0)\n"
           "    if p and p != 2**64 - 1: ctypes.memset(p, 1, 1 << 25)"),
    before("one_long_line", "print('x' * (100 << 20))"),
    before("prints_without_end", "while True: print('x' * 10000)"),
    before("floods_the_error_stream", "import sys\n"
           "for _ in range(2000): sys.stderr.write('y' * 10000)"),
    before("printing_recurses", "class R:\n    def __repr__(self): return repr(self)\n"
           "print(R())"),
    before("threads_that_fork", "import os, threading\ndef f():\n    while True:\n"
           "        try: os.fork()\n        except OSError: pass\n"
           "for _ in range(5): threading.Thread(target=f, daemon=True).start()"),
    before("alarms_all_the_time", "import signal\n"
           "signal.signal(signal.SIGALRM, lambda *a: 1 / 0)\n"
           "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)"),
    before("slow_hooks", "import sys, time\n"
           "sys.addaudithook(lambda e, a: time.sleep(0.0002))\n"
           "sys.setswitchinterval(1e9)\nsys.set_int_max_str_digits(640)"),
    before("unpickles_depth", "import pickle\n"
           "pickle.loads(b'(lp0\\n' + b'(l' * 10**6)"),
    after("returns_a_long_number", "def my_sigmoid(x): return 7**100000",
          loses=["90.1"]),
    after("returns_a_million", "def my_sigmoid(x): return tuple(range(10**6))",
          loses=["90.1"]),
    after("returns_a_tree", "def my_sigmoid(x):\n    a = [0.0] * 1000\n"
          "    for _ in range(6): a = [a] * 1000\n    return a", loses=["90.1"]),
    after("returns_many_arrays", "def my_sigmoid(x):\n"
          "    return [[np.zeros(1)] * 2000] * 200", loses=["90.1"]),
    after("returns_long_keys", "def my_sigmoid(x):\n"
          "    return {'k' * 10**6 + str(k): 1 for k in range(20)}", loses=["90.1"]),
    after("forks_in_a_call", "import os\ndef my_sigmoid(x):\n    while True:\n"
          "        try: os.fork()\n        except OSError: pass", loses=["90.1"]),
    after("trickles", "import os, time\ndef my_sigmoid(x):\n    while True:\n"
          "        for fd in range(3, 32):\n            try: os.write(fd, b'\\0')\n"
          "            except OSError: pass\n        time.sleep(0.1)", loses=["90.1"]),
    after("asks_a_lot", "def exposes(f, x):\n    while True: f(np.zeros(10000))",
          loses=["90.4"]),
    after("asks_about_empty_axes", "def exposes(f, x):\n"
          "    f(np.zeros((2**30, 0)))\n    return f(x)[0] != 2 * x[0]",
          loses=["90.4"]),
]  # fmt: skip
