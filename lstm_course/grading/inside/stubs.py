"""What a student's imports find in the jail where the real thing is not needed.

A plot, a widget or a progress bar is swallowed, and ``check`` says what it would say of
a right answer.  The rest of ``lstm_course``, and packages that compute, may be imported
and called at the top of a notebook; inside a graded call they raise Unavailable: they
compute no answer.
"""

import sys
from importlib.machinery import ModuleSpec

from .anything import BARS, COMPUTES, SPECIAL, Anything, Bar, StubModule

SHOWS = {
    "IPython", "PIL", "altair", "anywidget", "beartype", "bokeh", "colorama",
    "cycler", "fastprogress", "graphviz", "icecream", "ipykernel", "ipywidgets",
    "jaxtyping", "line_profiler", "loguru", "matplotlib", "memory_profiler", "mlflow",
    "mpl_toolkits", "nbgrader", "nest_asyncio", "numba", "otter", "plotly", "pooch",
    "psutil", "pylab", "rich", "seaborn", "snoop", "tabulate", "tensorboard",
    "termcolor", "torchinfo", "torchsummary", "torchviz", "tqdm", "typeguard",
    "typing_extensions", "wandb",
}  # fmt: skip
POINTS = {}  # id of a question -> its points, as the book shows them
FUNCTIONS, CHECKED = {}, {}  # id -> name of its function; name -> what was checked


class Finder:
    """Comes last: makes a StubModule for known names that nothing else provides."""

    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in SHOWS | COMPUTES:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StubModule(spec.name)

    def exec_module(self, module):
        """Put in what is known of its names, which a star import takes."""
        known = (path.rpartition(".") for path in SPECIAL)
        mine = {n: SPECIAL[f"{m}.{n}"] for m, _, n in known if m == module.__name__}
        module.__dict__.update(BARS.get(module.__name__.partition(".")[0], {}) | mine)


def nothing(*args, **kwargs):
    """Stands for ``progress`` and ``hint``."""


def display(*args, **kwargs):
    """Stands for ``display``, which gives a handle where one is asked for."""
    return Anything("IPython.display.handle") if kwargs.get("display_id") else None


def never(*args):
    """Stands for ``is_tensor``: there is none here."""
    return False


def told(*args):
    """Stands for icecream's ``ic``, which gives back what it shows."""
    return args[0] if len(args) == 1 else args or None


def check(id, function=None):
    """Stands for ``check``: the points of a right answer."""
    asked = FUNCTIONS.get(id)
    if asked and callable(function) and getattr(function, "__name__", "") != asked:
        CHECKED[asked] = function
    return float(POINTS.get(str(id), 0.0))


def points(number):
    """Stands for ``points``: those of a set, every answer taken for right."""
    mine = (p for id, p in POINTS.items() if id.partition(".")[0] == str(number)[:2])
    return round(float(sum(mine)), 2)


def trange(*args, **kwargs):
    """Stands for ``tqdm.trange``."""
    return Bar(range(*args))


def vectorize(*args, **kwargs):
    """Stands for ``numba.vectorize``, with a signature or without."""
    import numpy as np

    if args and callable(args[0]):
        return np.vectorize(args[0])
    return np.vectorize


class TypedDict(dict):
    """Stands for ``numba.typed.Dict``."""

    @classmethod
    def empty(cls, *types, **named):
        return cls()


def subplots(rows=1, columns=1, *args, **kwargs):
    """Stands for ``plt.subplots``: a figure and axes of the right number."""
    import numpy as np

    rows, columns = kwargs.get("nrows", rows), kwargs.get("ncols", columns)
    axes = np.empty((rows, columns), dtype=object)
    for k in np.ndindex(axes.shape):
        axes[k] = Anything("matplotlib.axes")
    squeezed = axes.squeeze() if kwargs.get("squeeze", True) else axes
    shown = squeezed.item() if squeezed.ndim == 0 else squeezed
    return Anything("matplotlib.figure"), shown


OURS = {  # lstm_course.check
    "check": check, "hint": nothing, "points": points, "progress": nothing,
    "variant": nothing,
}  # fmt: skip
SPECIAL |= {f"lstm_course.check.{name}": stub for name, stub in OURS.items()}
SPECIAL |= {
    "IPython.display.display": display,
    "icecream.ic": told,
    "torch.is_tensor": never,
    "tensorflow.is_tensor": never,
    "matplotlib.pyplot.subplots": subplots,
    "matplotlib.figure.subplots": lambda *args, **kwargs: subplots(*args, **kwargs)[1],
    "matplotlib.pyplot.figure.subplots":
        lambda *args, **kwargs: subplots(*args, **kwargs)[1],
    "numba.prange": range,
    "numba.typed.Dict": TypedDict,
    "numba.typed.List": list,
    "numba.vectorize": vectorize,
}  # fmt: skip
BARS |= {
    "tqdm": {"tqdm": Bar, "tqdm_notebook": Bar, "trange": trange, "tnrange": trange},
    "rich": {"track": Bar},
    "fastprogress": {"progress_bar": Bar, "master_bar": Bar},
}


def starred(module):
    """True where ``from module import *`` would bring names that are not here."""
    named = module.partition(".")[0] in SHOWS | COMPUTES
    return named and module != "lstm_course.ops"


def leave(*args):
    """Stands for ``exit`` and ``quit``."""
    raise SystemExit


def names(shell):
    """What every cell finds without an import: as in IPython, and what checks.

    A student's kernel knows ``check`` from a cell further down, run before.
    """
    SPECIAL["IPython.get_ipython"] = SPECIAL["IPython.core.getipython.get_ipython"] = (
        lambda: shell
    )
    return OURS | {
        "get_ipython": lambda: shell, "display": display, "help": nothing,
        "exit": leave, "quit": leave, "__IPYTHON__": True,
    }  # fmt: skip


def install():
    """Make the stubs importable, after everything real."""
    sys.meta_path.append(Finder())
