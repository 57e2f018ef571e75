"""Right solutions in unusual clothes: each of these gets every point."""

from attacks.attack import POINTS, Attack, after, before, sample

LOOPS = """import math
class Sigmoid:
    def __call__(self, x):
        flat = [1 / (1 + math.exp(-v)) for v in x.ravel().tolist()]
        return np.array(flat).reshape(x.shape)
my_sigmoid = Sigmoid()"""

NAMED = """from collections import namedtuple
Step = namedtuple("Step", "h cache")
def step(x, h, p):
    joined = np.hstack([x, h]) @ np.vstack([p["W_x"], p["W_h"]])
    return Step(np.asfortranarray(np.tanh(joined + p["b"])), None)"""

SUMMED = """from collections import defaultdict
def step_backward(dh, x, h, h_next, p):
    grads = defaultdict(float)
    for row in range(len(dh)):
        dz = dh[row] * (1 - h_next[row] ** 2)
        grads["W_x"] += np.outer(x[row], dz)
        grads["W_h"] += np.outer(h[row], dz)
        grads["b"] += dz
    dz = dh * (1 - h_next**2)
    return [dz @ p["W_x"].T, dz @ p["W_h"].T, grads]"""

IN_PLACE = """def step_backward(dh, x, h, h_next, p):
    h_next **= 2
    h_next -= 1
    dh *= -h_next
    p["W_x"], p["W_h"] = p["W_x"].T, p["W_h"].T
    grads = dict(b=dh.sum(0), W_h=np.einsum("bi,bj->ij", h, dh))
    grads.update(W_x=x.T.dot(dh))
    dx, dh_prev = dh @ p["W_x"], dh @ p["W_h"]
    p.clear()
    return dx, dh_prev, grads"""

WRAPPED = """import functools, time
def timed(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print(function.__name__, time.perf_counter() - start)
    return inner
@timed
def exposes(f, x, *, tolerance: float = 1e-6) -> bool:
    return not np.allclose(f(x), 2 * x, rtol=tolerance)
unit = functools.partial(lambda order, x: x / np.linalg.norm(x, order), 2)"""

WRITTEN = """%%writefile -a mine.py
import numpy as np
def unit(x):
    return x / np.sqrt((x**2).sum())"""


def instead(name, **cells):
    """A right solution with some of its cells replaced."""
    names = ("IMPORTS", "SIGMOID", "STEP", "BACKWARD", "EXPOSES", "UNIT")
    made = tuple(cells.get(n, getattr(sample, n)) for n in names)
    return Attack(name, made, dict(POINTS))


CORPUS = [
    instead("object_with_loops", SIGMOID=LOOPS),
    instead("named_tuple", STEP=NAMED),
    instead("defaultdict_and_list", BACKWARD=SUMMED),
    instead("changes_its_arguments", BACKWARD=IN_PLACE),
    instead("decorated_and_partial", EXPOSES=WRAPPED, UNIT="unit"),
    instead("matrix", SIGMOID="def my_sigmoid(x):\n    y = 1 / (1 + np.exp(-x))\n"
            "    return np.asmatrix(y) if x.ndim == 2 else y"),
    instead("numpy_bool", EXPOSES=sample.EXPOSES.replace("bool(", "np.bool_(")),
    instead("bool_of_no_axes", EXPOSES=sample.EXPOSES.replace("bool(", "np.array(")),
    instead("lambda", UNIT="unit = lambda x: x / (x @ x) ** 0.5"),
    instead("vectorized", SIGMOID="@np.vectorize\ndef my_sigmoid(v):\n"
            "    return 1.0 / (1.0 + np.exp(-v))"),
    instead("scipy", SIGMOID="from scipy.special import expit as my_sigmoid"),
    instead("indented_cell", UNIT="\n    " + sample.UNIT.replace("\n", "\n    ")),
    instead("timed_cell", UNIT="# notes\n" + sample.UNIT, SIGMOID="%%time\n" + LOOPS),
    instead("main_guard", UNIT="if __name__ == '__main__':\n    "
            + sample.UNIT.replace("\n", "\n    ")),
    instead("future_annotations", UNIT="from __future__ import annotations\n"
            + sample.UNIT.replace("(x)", "(x: Undefined) -> Missing")),
    after("written_to_a_file", "del unit", WRITTEN, "from mine import unit"),
    instead("builtins_as_names", IMPORTS=sample.IMPORTS + "\nlist = [1]\nstr = 'x'\n"
            "type = 'lstm'\ninput = sum = max = min = dict = tuple = id = object = 0\n"
            "set = map = filter = bytes = dir = vars = next = iter = open = repr = 0\n"
            "isinstance = getattr = all = any = exec = callable = None"),
    before("star_imports", "from numpy import *\nfrom math import *"),
    before("from_colab", "from google.colab import drive, files\n"
           "drive.mount('/content/drive')\nimport math",
           "!pip install -q something\n%cd /content", "assert math.pi > 3"),
    before("many_imports", "import sys, os, re, json, random, itertools, functools\n"
           "import multiprocessing, asyncio, subprocess, socket, sqlite3, logging\n"
           "import scipy.linalg, scipy.stats\nimport pandas as pd\nimport torch\n"
           "from tqdm.auto import tqdm\nimport ipywidgets as widgets\ndone = True",
           "assert done"),
    before("warnings_are_errors", "import warnings, numpy\n"
           "warnings.filterwarnings('error')\nnumpy.seterr(all='raise')"),
    before("logs_and_seeds", "import logging, sys, random, numpy\n"
           "logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)\n"
           "logging.debug('x')\nrandom.seed(0); numpy.random.seed(0)"),
    before("plots_and_files", "import os, numpy as np, matplotlib.pyplot as plt\n"
           "os.makedirs('figures')\nnp.save('figures/x.npy', np.ones(3))\n"
           "assert np.load('figures/x.npy').sum() == 3\nfig, ax = plt.subplots(2, 2)\n"
           "ax[0, 1].plot([1, 2])\nfig.savefig('figures/x.png')\nplt.show()"),
    before("threads", "from concurrent.futures import ThreadPoolExecutor\n"
           "with ThreadPoolExecutor(2) as pool: print(list(pool.map(abs, [-1, 2])))"),
    after("fails_in_other_cells", "1 / 0", "assert False", "raise NotImplementedError",
          "def f(:", "print(undefined)"),
    after("defined_twice", "def unit(x): raise NotImplementedError", sample.UNIT),
    instead("box_called_by_name", EXPOSES=sample.EXPOSES.replace("f(x)", "f(x=x)")),
    after("error_of_the_box_is_caught", "old = exposes\ndef exposes(f, x):\n"
          "    for bad in ('a', None, object(), 10**30, {}, lambda: 1):\n"
          "        try: f(bad)\n        except Exception: pass\n    return old(f, x)"),
]  # fmt: skip
