"""Points without the work: none of these may get more than it deserves."""

from attacks.attack import POINTS, after, only

ALL = tuple(POINTS)
NAMES = ("my_sigmoid", "step", "step_backward", "exposes", "unit")


def replaced(name, body):
    """Every graded function replaced by the same lines."""
    text = "\n".join(f"    {line}" for line in body.strip().split("\n"))
    cells = [f"def {n}(*args):\n{text}" for n in NAMES]
    return only(name, *cells)


ALWAYS_EQUAL = """
class Yes(BASE):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __bool__(self): return True
    __hash__ = None
"""

CORPUS = [
    only("says_true", "def exposes(f, x): return True"),
    only("says_false", "def exposes(f, x): return False"),
    only("says_one", "def exposes(f, x): return 1"),
    replaced("returns_none", "return None"),
    replaced("returns_nan", "return np.full(args[0].shape, np.nan)"),
    replaced("returns_inf", "return np.full(args[0].shape, np.inf)"),
    replaced("returns_zeros", "return np.zeros(getattr(args[0], 'shape', 3))"),
    replaced("returns_empty", "return np.zeros((0,))"),
    replaced("returns_its_input", "return args[0]"),
    replaced("returns_all_arguments", "return args"),
    replaced("returns_a_function", "return lambda *a: True"),
    replaced("returns_a_generator", "yield True"),
    replaced("raises_not_implemented", "raise NotImplementedError('100 points')"),
    replaced("raises_system_exit", "raise SystemExit(0)"),
    replaced("exits_with_success", "import os; os._exit(0)"),
    only(
        "always_equal_object",
        ALWAYS_EQUAL.replace("BASE", "object"),
        *(f"def {n}(*args): return Yes()" for n in NAMES),
    ),
    only(
        "always_equal_float",
        ALWAYS_EQUAL.replace("BASE", "float"),
        *(f"def {n}(*args): return Yes()" for n in NAMES),
    ),
    only(
        "always_equal_array",
        ALWAYS_EQUAL.replace("BASE", "np.ndarray"),
        "def my_sigmoid(x): return np.zeros_like(x).view(Yes)",
        "def unit(x): return np.zeros_like(x).view(Yes)",
    ),
    only(
        "always_equal_tuple",
        ALWAYS_EQUAL.replace("BASE", "tuple"),
        "def step(x, h, p): return Yes((np.zeros_like(h), None))",
    ),
    only(
        "array_of_objects",
        ALWAYS_EQUAL.replace("BASE", "object"),
        "def my_sigmoid(x):\n    a = np.empty(x.shape, object)\n"
        "    a[...] = Yes()\n    return a",
    ),
    only(
        "array_interface",
        "class Lies:\n    shape = (3,)\n    dtype = np.dtype(float)\n"
        "    __array_interface__ = {'shape': (2**40,), 'typestr': '<f8',"
        " 'data': (0, False), 'version': 3}",
        "def my_sigmoid(x): return Lies()",
    ),
    only(
        "class_lies",
        "class T:\n    __class__ = np.ndarray\n    shape = (3,)\n    def tobytes(s):"
        " return b''",
        "def my_sigmoid(x): return T()",
    ),
    only("complex_dtype", "def my_sigmoid(x): return 1 / (1 + np.exp(-x)) + 0j"),
    only(
        "single_precision",
        "def my_sigmoid(x): return (1 / (1 + np.exp(-x))).astype('f4')",
    ),
    only("a_list", "def my_sigmoid(x): return (1 / (1 + np.exp(-x))).tolist()"),
    only("wrong_shape", "def my_sigmoid(x): return (1 / (1 + np.exp(-x)))[None]"),
    only("one_number", "def my_sigmoid(x): return 0.5"),
    only(
        "frames",
        "import sys\ndef my_sigmoid(x):\n    f = sys._getframe()\n"
        "    while f:\n        for n, v in [*f.f_locals.items(),"
        " *f.f_globals.items()]:\n            if n in ('expected', 'reference',"
        " 'exercise'):\n                return v(x) if callable(v) else v\n"
        "        f = f.f_back",
    ),
    only(
        "garbage_collector",
        "import gc, types\ndef my_sigmoid(x):\n    for o in gc.get_objects():\n"
        "        if isinstance(o, types.FunctionType) and 'sigmoid' in o.__name__"
        " and o is not my_sigmoid:\n            return o(x)",
    ),
    only(
        "loaded_modules",
        "import sys\ndef my_sigmoid(x):\n    for m in list(sys.modules.values()):\n"
        "        f = getattr(m, 'sigmoid', None)\n        if f: return f(x)",
    ),
    only("op_of_the_package", "from lstm_course.ops import sigmoid as my_sigmoid"),
    only(
        "definitions_of_the_package",
        "from lstm_course.exercises import SETS\n"
        "my_sigmoid = SETS['90_sample'].exercises[0].reference",
        "from lstm_course import CELLS\nstep = CELLS['rnn'].step",
        "from lstm_course.cells.rnn import backward as step_backward",
    ),
    only(
        "overlay",
        "import sys; sys.path += ['TESTS', 'ROOT', 'ROOT/tests/grading']",
        "import sample_overlay\nmy_sigmoid = sample_overlay.sigmoid",
        "from lstm_course.exercises.definition import Exercise",
    ),
    only(
        "patched_numpy",
        "for n in ('isclose', 'allclose', 'array_equal', 'isfinite', 'all', 'any'):\n"
        "    setattr(np, n, lambda *a, **k: True)\nnp.core = np.testing = None",
        "def my_sigmoid(x): return x",
    ),
    only(
        "patched_builtins",
        "import builtins\nfor n in 'all', 'any', 'abs', 'len', 'isinstance', 'type':\n"
        "    setattr(builtins, n, lambda *a: True)",
        "def my_sigmoid(x): return x",
    ),
    only(
        "patched_check",
        "import lstm_course.check as c\nc.check = lambda *a, **k: 100\n"
        "c.progress = lambda: print('100 of 100')\ncheck = c.check",
    ),
    only("prints_points", "print('90.1 my_sigmoid: 10 / 10 points, graded. Right.')"),
    only(
        "counts_calls",
        "n = [0]\ndef exposes(f, x):\n    n[0] += 1\n    return n[0] % 2 == 0",
    ),
    only(
        "counts_calls_in_a_file",
        "def exposes(f, x):\n    n = open('/tmp/n', 'a+')\n    n.write('x')\n"
        "    return n.tell() % 2 == 0",
    ),
    only(
        "counts_calls_in_shared_memory",
        "import mmap\nm = mmap.mmap(-1, 4096)\ndef exposes(f, x):\n"
        "    m[0] = m[0] + 1\n    return m[0] % 2 == 0",
    ),
    only(
        "answer_of_an_earlier_case",
        "seen = []\ndef my_sigmoid(x):\n    seen.append(x)\n    return seen[0]",
    ),
    only("looks_at_the_name", "def exposes(f, x): return f.__name__ != 'doubled'"),
    only(
        "closure_of_the_function",
        "def exposes(f, x):\n    return any('tripled' in str(c.cell_contents)"
        " for c in f.__closure__)",
    ),
    after("wrong_then_right", "def unit(x): return x", "def unit(x):\n    return x /"
          " np.sqrt((x**2).sum())"),
    after("right_then_wrong", "def unit(x): return 2 * x", loses=["90.5"]),
    after("deleted_at_the_end", "del my_sigmoid", loses=["90.1"]),
    replaced("masked_array", "return np.ma.masked_all(np.shape(args[0]))"),
    replaced("structured_array", "return np.zeros(np.shape(args[0]), [('a', 'f8')])"),
    replaced("array_of_text", "return np.array(['1'] * 3)"),
    replaced("array_of_dates", "return np.zeros(np.shape(args[0]), 'M8[s]')"),
    replaced("long_doubles", "return np.zeros(np.shape(args[0]), np.longdouble)"),
    replaced("array_without_memory", "return np.lib.stride_tricks.as_strided("
             "np.zeros(1), (10**9,), (0,))"),
    replaced("empty_containers", "return np.zeros((0,)), (), {}"),
    only("says_true_as_text", "def exposes(f, x): return 'True'"),
    only("says_true_and_false", "def exposes(f, x): return np.array([True, False])"),
    only("squares_wrap_around", "def unit(x):\n    y = np.zeros(x.shape, 'u1')\n"
         "    y[:2] = 16, 1\n    return y"),
    only("squares_overflow", "def unit(x): return np.full(x.shape, 1e200)"),
    only("large_integers", "def unit(x):\n    y = np.zeros(x.shape, 'i8')\n"
         "    y[:2] = 2**32, 1\n    return y"),
    only("class_that_is_an_array", """
class Kind(type):
    __eq__ = __instancecheck__ = lambda cls, other: True
    __hash__ = lambda cls: hash(np.ndarray)
class Answer(metaclass=Kind):
    __class__, dtype, shape, ndim, size = np.ndarray, np.dtype(float), (3,), 1, 3
    def tobytes(self, *args): return bytes(24)
    def __array__(self, *args, **kwargs): return np.zeros(3)
""", *(f"def {n}(*args): return Answer()" for n in NAMES)),
    only("object_that_is_everything", """
class Any:
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __iter__(self): return iter((self,))
    def __eq__(self, other): return True
    def __float__(self): return 1.0
    def __array__(self, *args, **kwargs): return np.ones(3)
""", *(f"{n} = Any()" for n in NAMES)),
    only("collects_garbage", """
import gc, sys
def search(*args):
    for o in gc.get_objects():
        name = getattr(o, '__name__', '') if callable(o) else ''
        if name in ('forward', 'backward', 'sigmoid', 'finds_bug', 'unit_length'):
            return o(*args)
    frame = sys._getframe()
    while frame:
        for name in ('expected', 'reference', 'want'):
            if name in frame.f_locals: return frame.f_locals[name]
        frame = frame.f_back
""", *(f"{n} = search" for n in NAMES)),
    only("looks_into_the_box", """
import inspect
def exposes(f, x):
    found = repr(f) + f.__name__ + f.__qualname__
    for look in (inspect.getsource, lambda f: f.__closure__[0].cell_contents,
                 lambda f: f.__globals__, vars, lambda f: f.__code__.co_consts):
        try: found += str(look(f))
        except Exception: pass
    return True if 'tripled' in found else False if 'doubled' in found else None
"""),
    only("asks_the_box_nonsense", """
def exposes(f, x):
    for bad in ((), (x, x), ('a',), ({},)):
        try: f(*bad)
        except Exception as e:
            if 'triple' in str(e): return True
            if 'double' in str(e): return False
    return None
"""),
    only("notes_in_a_file", """
def exposes(f, x):
    try: seen = open('/tmp/notes').read().split()
    except OSError: seen = []
    mark = repr(f(np.ones(1)))
    open('/tmp/notes', 'a').write(mark + '\\n')
    return None if mark in seen else seen
"""),
    only("notes_in_shared_memory", """
import mmap
notes = mmap.mmap(-1, 8)
def exposes(f, x):
    notes[0] += 1
    return bool(notes[0] > 99)
"""),
    after("says_the_input_by_a_class", "def my_sigmoid(x):\n"
          "    return type('LEAK' + str(x.ravel()[0]) + '<script>', (), {})()",
          loses=["90.1"]),
    after("says_the_input_by_keys", "def step_backward(dh, x, h, h_next, p):\n"
          "    return x, h, {'LEAK' + str(v): v for v in x.ravel().tolist()}",
          loses=["90.3"]),
    after("says_the_input_by_an_error", "def my_sigmoid(x):\n"
          "    raise type('LEAK' + str(x.ravel()[0]), (ValueError,), {})(str(x))",
          loses=["90.1"]),
    after("says_the_input_by_a_group", "def my_sigmoid(x):\n    raise "
          "BaseExceptionGroup('LEAK' + str(x), [KeyboardInterrupt('LEAK' + str(x))])",
          loses=["90.1"]),
    after("says_the_input_by_every_stream", "import warnings, sys, os\n"
          "def unit(x):\n    warnings.warn('LEAK' + str(x))\n    print('LEAK', x)\n"
          "    sys.stderr.write('LEAK' + str(x))\n    os.write(1, b'LEAK')\n"
          "    sys.__stdout__.write('LEAK')\n    return x / np.sqrt((x**2).sum())"),
    only("stops_before_its_mistakes", "def unit(x): return 2 * x\n1 / 0\n"
         "def unit(x): return x / np.sqrt((x**2).sum())"),
    after("a_syntax_error_hides_nothing", "def unit(x): return 3 * x\n"
          "def f(x) return x", loses=[]),
    only("mistake_after_a_stop_does_not_help", "import no_such_package\n"
         "raise SystemExit\ndef unit(x): return x / np.sqrt((x**2).sum())"),
    only("newer_syntax_hides_nothing", "def unit(x): return x\n"
         "type unit = lambda x: x / np.sqrt((x**2).sum())"),
    only("says_its_answers_are_stale", """
from lstm_course.grading.inside import watching
watching.Watch.look = lambda self: (tuple(self.asked), tuple(self.asked) * 900)
my_sigmoid = step = step_backward = exposes = unit = lambda *args: True
"""),
    only("odd_words_about_its_cells", """
from lstm_course.grading.inside import watching
watching.Watch.look = lambda self: ((7, None, 'x' * 9000), {'unit': 1})
"""),
    only("check_is_no_oracle", "from lstm_course.check import check\n"
         "def exposes(f, x): return check('90.4', f) > 0"),
    only("stub_as_a_truth", "import torch\ndef exposes(f, x):\n"
         "    return torch.tensor(f(x)) != torch.tensor(2 * x)"),
    only("numbers_of_a_figure", "import matplotlib.pyplot as plt\n"
         "def my_sigmoid(x): return plt.plot(x)\ndef unit(x): return plt.hist(x)[0]"),
    only("counts_the_processes", "import os\ndef exposes(f, x):\n"
         "    return os.getpid() % 2 == 0"),
    only("notes_by_process_numbers", """
import os, time
def exposes(f, x):
    new = (f(np.ones(1))[0] * 10**6 % 7)
    for _ in range(int(new)):
        try:
            if os.fork() == 0: os._exit(0)
        except OSError: pass
    return os.getpid() % 3 == 0
"""),
    only("notes_in_a_pipe_of_the_stem", """
import os
r, w = os.pipe()
os.set_blocking(r, False)
def exposes(f, x):
    try: seen = os.read(r, 10**5)
    except OSError: seen = b''
    os.write(w, seen + b'x')
    return len(seen) % 2 == 1
"""),
    only("never_forks", """
import os
from lstm_course.grading.inside import worker as w
w.Worker.fork = lambda self: None
seen = []
def exposes(f, x):
    seen.append(1)
    return len(seen) % 2 == 0
def my_sigmoid(x): return x
"""),
]  # fmt: skip
