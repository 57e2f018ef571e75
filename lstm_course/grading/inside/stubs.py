"""What a student's imports find in the jail where the real thing is not needed.

A plot, a widget or a progress bar is swallowed, and ``check`` says what it would say of
a right answer.  The rest of ``lstm_course``, and packages that compute, may be imported
and called at the top of a notebook; inside a graded call they raise Unavailable: they
compute no answer.
"""

import sys
import types
from importlib.machinery import ModuleSpec
from opcode import opmap

SHOWS = {
    "IPython", "PIL", "altair", "anywidget", "bokeh", "fastprogress", "ipywidgets",
    "matplotlib", "mpl_toolkits", "nbgrader", "numba", "otter", "plotly", "pooch",
    "psutil", "pylab", "rich", "seaborn", "tabulate", "tqdm", "wandb",
}  # fmt: skip
COMPUTES = {
    "jax", "keras", "lstm_course", "pandas", "requests", "sklearn", "statsmodels",
    "sympy", "tensorflow", "torch", "torchvision",
}  # fmt: skip
POINTS = {}  # id of a question -> its points, as the book shows them
UNPACK, UNPACK_MORE = opmap["UNPACK_SEQUENCE"], opmap["UNPACK_EX"]


class Unavailable(RuntimeError):
    """Code under test used something the jail does not have."""


class Phase:
    calls = False  # True while a graded function runs
    used = ""  # which stub was used last


class Anything:
    """Accepts every use; as a decorator it returns the function unchanged."""

    __array_ufunc__ = None  # NumPy leaves operators to it

    def __init__(self, name):
        self.__dict__["_name"] = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return attribute(self._name, name)

    def _touch(self, *args):
        Phase.used = self._name
        if Phase.calls and self._name.partition(".")[0] in COMPUTES:
            raise Unavailable(self._name)
        return self

    def _never(self, *args):
        self._touch()
        return False

    def _no_number(self):
        self._touch()
        raise TypeError(f"{self._name} is not computed here")

    def __bool__(self):
        return True

    def __call__(self, *args, **kwargs):
        self._touch()
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return args[0]
        return self

    def __mro_entries__(self, bases):
        return ()

    def __instancecheck__(self, value):
        return False  # nothing here is a tensor or a table

    __subclasscheck__ = __instancecheck__

    def __setattr__(self, name, value):
        pass

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        """Once itself in a loop, and as many as are asked for in ``a, b = ...``."""
        self._touch()
        frame = sys._getframe(1)
        code, at = frame.f_code.co_code, frame.f_lasti
        n = 1
        if 0 <= at < len(code) - 1 and code[at] == UNPACK:
            n = code[at + 1]
        elif 0 <= at < len(code) - 1 and code[at] == UNPACK_MORE:
            n = code[at + 1]  # those before the star; those after it go with it
        return iter((self,) * n)

    def __format__(self, spec):
        return repr(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __repr__(self):
        return f"<{self._name}, not shown here>"


OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor"
for _name in OPERATORS.split():
    setattr(Anything, f"__{_name}__", Anything._touch)
    setattr(Anything, f"__r{_name}__", Anything._touch)
for _name in "neg pos abs invert round getitem".split():
    setattr(Anything, f"__{_name}__", Anything._touch)
for _name in "float int index complex len".split():
    setattr(Anything, f"__{_name}__", Anything._no_number)
for _name in "lt le gt ge".split():  # a loop that waits for a small loss ends
    setattr(Anything, f"__{_name}__", Anything._never)


class Bar(Anything):
    """A progress bar of any kind: a loop over what it was given."""

    def __init__(self, iterable=(), *args, **kwargs):
        super().__init__("tqdm.bar")
        self.__dict__["_over"] = kwargs.get("sequence", iterable)

    def __iter__(self):
        return iter(self._over or ())

    def __len__(self):
        return len(self._over or ())

    write = pandas = staticmethod(lambda *args, **kwargs: None)


class StubModule(types.ModuleType):
    """A module whose every name is an Anything."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        return attribute(self.__name__, name)


def attribute(owner, name):
    """The stub of a name of a package, or of something that came from it."""
    path, top = f"{owner}.{name}", owner.partition(".")[0]
    if name == "__version__":
        return "0"
    if path in SPECIAL:
        return SPECIAL[path]
    if top in BARS and name in BARS[top]:
        return BARS[top][name]
    return Anything(path)


class Finder:
    """Comes last: makes a StubModule for known names that nothing else provides."""

    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in SHOWS | COMPUTES:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StubModule(spec.name)

    def exec_module(self, module):
        pass


def nothing(*args, **kwargs):
    """Stands for ``progress`` and ``display``."""


def check(id, function=None):
    """Stands for ``check``: the points of a right answer."""
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


SPECIAL = {
    "lstm_course.check.check": check,
    "lstm_course.check.hint": nothing,
    "lstm_course.check.points": points,
    "lstm_course.check.progress": nothing,
    "lstm_course.check.variant": nothing,
    "IPython.display.display": nothing,
    "matplotlib.pyplot.subplots": subplots,
    "matplotlib.figure.subplots": lambda *args, **kwargs: subplots(*args, **kwargs)[1],
    "matplotlib.pyplot.figure.subplots":
        lambda *args, **kwargs: subplots(*args, **kwargs)[1],
    "numba.prange": range,
    "numba.vectorize": vectorize,
}  # fmt: skip
BARS = {
    "tqdm": {"tqdm": Bar, "tqdm_notebook": Bar, "trange": trange, "tnrange": trange},
    "rich": {"track": Bar},
    "fastprogress": {"progress_bar": Bar, "master_bar": Bar},
}


def leave(*args):
    """Stands for ``exit`` and ``quit``."""
    raise SystemExit


def names(shell):
    """What every cell finds without an import, as in IPython."""
    SPECIAL["IPython.get_ipython"] = SPECIAL["IPython.core.getipython.get_ipython"] = (
        lambda: shell
    )
    return {
        "get_ipython": lambda: shell, "display": nothing, "help": nothing,
        "exit": leave, "quit": leave,
    }  # fmt: skip


def install():
    """Make the stubs importable, after everything real."""
    sys.meta_path.append(Finder())
