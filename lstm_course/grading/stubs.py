"""What a student's imports find in the jail where the real thing is not needed.

A plot, a widget or a progress bar is swallowed; ``check`` and ``progress`` do nothing;
the rest of ``lstm_course`` may be imported and called at the top of a notebook, but
inside a graded call it raises Unavailable: it computes no answer.
"""

import sys
import types
from importlib.machinery import ModuleSpec

SILENT = {
    "IPython", "PIL", "altair", "anywidget", "bokeh", "google", "ipywidgets", "jax",
    "keras", "matplotlib", "mpl_toolkits", "nbgrader", "numba", "otter", "pandas",
    "plotly", "pooch", "psutil", "pylab", "requests", "rich", "seaborn", "sklearn",
    "statsmodels", "sympy", "tabulate", "tensorflow", "torch", "torchvision", "tqdm",
    "wandb",
}  # fmt: skip


class Unavailable(RuntimeError):
    """Code under test used something the jail does not have."""


class Phase:
    calls = False  # True while a graded function runs
    used = ""  # what of lstm_course was used last


class Anything:
    """Accepts every use; as a decorator it returns the function unchanged."""

    def __init__(self, name):
        self.__dict__["_name"] = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(f"{self._name}.{name}")

    def _touch(self, *args):
        if self._name.startswith("lstm_course"):
            Phase.used = self._name
            if Phase.calls:
                raise Unavailable(self._name)
        return self

    def __call__(self, *args, **kwargs):
        self._touch()
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return args[0]
        return self

    def __mro_entries__(self, bases):
        return ()

    def __setattr__(self, name, value):
        pass

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter((self._touch(),))

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
for _name in "neg pos abs invert round getitem lt le gt ge".split():
    setattr(Anything, f"__{_name}__", Anything._touch)


class StubModule(types.ModuleType):
    """A module whose every name is an Anything."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return SPECIAL.get(f"{self.__name__}.{name}") or Anything(
            f"{self.__name__}.{name}"
        )


class Finder:
    """Comes last: makes a StubModule for known names that nothing else provides."""

    def find_spec(self, name, path, target=None):
        top = name.partition(".")[0]
        if top in SILENT or top == "lstm_course":
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StubModule(spec.name)

    def exec_module(self, module):
        pass


def nothing(*args, **kwargs):
    """Stands for ``check``, ``progress`` and ``display``."""


def same(iterable=(), *args, **kwargs):
    """Stands for a progress bar."""
    return iterable


def subplots(rows=1, columns=1, *args, **kwargs):
    """Stands for ``plt.subplots``: a figure and axes of the right number."""
    import numpy as np

    axes = np.empty((rows, columns), dtype=object)
    for k in np.ndindex(axes.shape):
        axes[k] = Anything("axes")
    squeezed = axes.squeeze() if kwargs.get("squeeze", True) else axes
    return Anything("figure"), squeezed.item() if squeezed.ndim == 0 else squeezed


SPECIAL = {
    "lstm_course.check.check": nothing,
    "lstm_course.check.hint": nothing,
    "lstm_course.check.points": nothing,
    "lstm_course.check.progress": nothing,
    "IPython.display.display": nothing,
    "matplotlib.pyplot.subplots": subplots,
    "tqdm.tqdm": same,
    "tqdm.auto.tqdm": same,
    "tqdm.notebook.tqdm": same,
    "tqdm.trange": lambda *args, **kwargs: range(*args),
}


def install():
    """Make the stubs importable, after everything real."""
    sys.meta_path.append(Finder())
