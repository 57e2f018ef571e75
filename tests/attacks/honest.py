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
    instead("shell_line_over_three_lines", IMPORTS="!pip install -q \\\n    numpy \\\n"
            "    matplotlib\n" + sample.IMPORTS),
    instead("unknown_package_first", IMPORTS="from packaging import version\n"
            "import torchinfo, einops.layers\n" + sample.IMPORTS),
    instead("helper_file_that_was_not_handed_in", IMPORTS="from utils import *\n"
            + sample.IMPORTS),
    instead("drive_folder", IMPORTS="import os, sys\nfrom google.colab import drive\n"
            "drive.mount('/content/drive', force_remount=True)\n"
            "os.chdir('/content/drive/MyDrive/Colab Notebooks')\n"
            "sys.path.append('/content/drive/MyDrive')\n" + sample.IMPORTS),
    instead("asks_whether_it_is_colab", IMPORTS="import sys\nIN_COLAB = 'google.colab'"
            " in sys.modules\nif IN_COLAB:\n    raise SystemExit('wrong machine')\n"
            "try:\n    import google.colab\n    raise SystemExit('wrong machine')\n"
            "except ImportError:\n    pass\n" + sample.IMPORTS),
    instead("kaggle_folder", IMPORTS="import os\n"
            "for name in os.listdir('/kaggle/input'): print(name)\n"
            "import pandas as pd\ntrain = pd.read_csv('/kaggle/input/train.csv')\n"
            "print(train.shape[0] + 1, train.describe())\n" + sample.IMPORTS),
    instead("jupyterlite", IMPORTS="import piplite\nawait piplite.install('numpy')\n"
            "import micropip\nawait micropip.install(['scipy'])\n" + sample.IMPORTS),
    instead("top_level_await", IMPORTS="import asyncio\nawait asyncio.sleep(0)\n"
            + sample.IMPORTS),
    instead("loop_with_await", UNIT="async def later(x):\n    return x\n"
            "found = [await later(k) for k in range(3)]\nassert found == [0, 1, 2]\n"
            + sample.UNIT),
    instead("vs_code_cells", IMPORTS="# %%\n#%% [markdown]\n" + sample.IMPORTS,
            UNIT="# %% unit\n" + sample.UNIT),
    instead("prompts_of_a_terminal", UNIT=">>> def unit(x):\n...     return x / "
            "np.sqrt((x**2).sum())"),
    instead("syntax_of_3_12", UNIT=sample.UNIT + "\n\nd = {'a': 1}\n"
            "print(f\"{d[\"a\"]}\")\ntype Vector = list[float]\n"
            "def first[T](x: T) -> T: return x"),
    instead("download_fails", IMPORTS="import urllib.request\n"
            "urllib.request.urlretrieve('https://example.org/a.py', 'a.py')\n"
            "import a\nprint(a.version)\n" + sample.IMPORTS),
    instead("no_graphics_card", IMPORTS="import torch\n"
            "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\n"
            "print(torch.__version__, f'{torch.cuda.memory_allocated():.2f}')\n"
            "n = int(torch.randn(3).sum())\nprint(n)\n" + sample.IMPORTS),
    instead("asks_for_a_name", IMPORTS="name = input('Name: ')\nprint(name.title())\n"
            + sample.IMPORTS),
    instead("future_in_the_first_cell", IMPORTS="from __future__ import annotations\n"
            + sample.IMPORTS, UNIT=sample.UNIT.replace("(x)", "(x: Gone) -> Away")),
    after("helper_redefined_later", "def size(x): return np.sqrt((x**2).sum())\n"
          "def unit(x): return x / size(x)", "def size(x): return len(x)"),
    after("helper_of_a_helper_redefined_later", "def square(x): return x * x\n"
          "def size(x): return np.sqrt(square(x).sum())\n"
          "def unit(x): return x / size(x)", "square = np.sqrt"),
    after("constant_changed_later", "ORDER = 2\n"
          "def unit(x): return x / np.linalg.norm(x, ORDER)", "ORDER = 1"),
    after("helper_defined_below", "def unit(x): return x / below(x)",
          "def below(x): return np.sqrt((x**2).sum())"),
    before("training_takes_all_the_time", *["import numpy as np\nfor k in range(10**9):"
           "\n    np.tanh(k)\nmodel = k"] * 5, "def late(): return 1",
           "assert late() == 1"),
    instead("training_above_the_answer", UNIT="loss = 1.0\nwhile loss > 0:\n"
            "    loss += 1\nprint(loss)\n" + sample.UNIT),
    before("magics_of_every_kind", "%pylab inline",
           "%config InlineBackend.figure_format = 'retina'\n"
           "%load_ext tensorboard\n%tensorboard --logdir runs",
           "%env X=1\n%precision 3\n%who\n%reset_selective -f nothing",
           "%%javascript\nalert(1)", "%%capture --no-stderr kept\nprint(1)",
           "kept.show()\nlines = !ls -l\nprint(len(lines))", "%run other.ipynb",
           "display(help(len))\n%history\n?len\nlen??"),
    before("figures_are_taken_apart", "import numpy as np, matplotlib.pyplot as plt\n"
           "line, = plt.plot([1])\nn, bins, patches = plt.hist([1])\n"
           "fig, (a, b) = plt.subplots(1, 2)\nfor ax in (a, b): ax.set_title('x')\n"
           "fig, ax = plt.subplots(nrows=2, ncols=2)\nax[1, 1].plot([1])\n"
           "low, high = ax.flat[0].get_ylim()\nplt.ylim(0, 1.1 * high)\n"
           "colour = plt.cm.viridis(np.linspace(0, 1, 3))\nplt.plot([1], c=colour[0])\n"
           "for artist, k in zip([line], range(1)): artist.set_alpha(k)\ndone = True",
           "assert done"),
    before("progress_bars", "from tqdm import tqdm, trange\n"
           "from tqdm.auto import tqdm as auto\n"
           "from rich.progress import track\nfrom rich import print as show\n"
           "bar = trange(4)\nk = sum(bar) + sum(tqdm([1, 2])) + len(auto(range(3)))\n"
           "bar.set_postfix(loss=k); tqdm.write('x')\nwith tqdm(total=3) as bar:\n"
           "    bar.update(1)\nfor _ in track(range(2), description='x'): k += 1\n"
           "assert k == 14, k\nshow(k)"),
    before("trusts_its_checks", "from lstm_course.check import check, points\n"
           "assert check('90.1', len) == 10.0\n"
           "print(f\"{check('90.2', len) + points('90'):.1f}\")\nfine = 1",
           "assert fine"),
    instead("numba_functions", UNIT="from numba import njit, prange, vectorize\n"
            "@vectorize(['float64(float64)'])\ndef square(v): return v * v\n"
            "@njit(parallel=True, cache=True)\ndef unit(x):\n    s = 0.0\n"
            "    for k in prange(len(x)): s += square(x)[k]\n    return x / s**0.5"),
    instead("all_the_ops", IMPORTS=sample.IMPORTS + "\nimport lstm_course.ops\n"
            "from lstm_course.ops import sigmoid, softmax, hard_sigmoid"),
    after("error_in_one_case_of_a_test", "old = exposes\ndef exposes(f, x):\n"
          "    f(x)\n    return old(f, x)"),
    before("a_test_of_another_version", "import numpy as np\nnp.product([1, 2])\n"
           "y = np.trapezoidal([1, 2])\nprint(y)\nok = 1", "assert ok"),
    before("class_on_a_stub", "import torch\nfrom torch import nn\n"
           "class Net(nn.Module):\n    def __init__(self):\n"
           "        super().__init__()\n        self.cell = nn.LSTM(3, 4)\n"
           "    def forward(self, x):\n        out, (h, c) = self.cell(x)\n"
           "        return out\nnet = Net()\n"
           "optimiser = torch.optim.Adam(net.parameters())\nok = 1", "assert ok"),
    instead("takes_tensors_as_well", IMPORTS="import torch, pandas as pd\n"
            + sample.IMPORTS, UNIT="def unit(x):\n    if isinstance(x, torch.Tensor):\n"
            "        x = x.numpy()\n    if isinstance(x, (pd.Series, pd.DataFrame)):\n"
            "        x = x.values\n    return x / np.sqrt((x**2).sum())"),
    instead("object_that_refuses_questions", UNIT="class Unit:\n"
            "    def __getattr__(self, name): raise KeyboardInterrupt(name)\n"
            "    def __call__(self, x): return x / np.sqrt((x**2).sum())\n"
            "unit = Unit()"),
    before("shell_by_its_import", "from IPython import get_ipython\n"
           "from IPython.display import clear_output, HTML\nshell = get_ipython()\n"
           "shell.run_line_magic('matplotlib', 'inline')\nshell.magic('cd ..')\n"
           "clear_output(wait=True)\nif shell is not None: HTML('<b>x</b>')\nok = 1",
           "assert ok"),
]  # fmt: skip
