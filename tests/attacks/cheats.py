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
]  # fmt: skip
