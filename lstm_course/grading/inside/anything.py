"""What stands for a thing that is not here: it accepts every use and computes nothing.

In the cells of a notebook that is enough for plots, widgets and training.  Inside a
graded call what belongs to a package that computes raises Unavailable: it computes no
answer.
"""

import sys
import types
from opcode import opmap

COMPUTES = {
    "jax", "keras", "lstm_course", "pandas", "requests", "sklearn", "statsmodels",
    "sympy", "tensorflow", "torch", "torchvision",
}  # fmt: skip
IDLE = {
    "empty_cache", "is_available", "inference_mode", "is_tensor", "manual_seed",
    "manual_seed_all", "no_grad", "set_default_dtype", "set_grad_enabled",
    "set_num_threads", "set_printoptions", "set_seed", "synchronize",
}  # fmt: skip  # what an answer may say by habit: it gives no number
SPECIAL, BARS = {}, {}  # names for which more is known, see stubs
UNPACK, UNPACK_MORE = opmap["UNPACK_SEQUENCE"], opmap["UNPACK_EX"]
HELD, DEEP = 100, 3  # of a container: how many things are looked at, and how deep


class Unavailable(RuntimeError):
    """Code under test used something the jail does not have."""


class Phase:
    calls = False  # True while a graded function runs
    used = ""  # which stub was used last


def touch(path):
    """Note a use; in a graded call refuse what should have computed something."""
    Phase.used = path
    if Phase.calls and path.partition(".")[0] in COMPUTES:
        if path.rpartition(".")[2] not in IDLE:
            raise Unavailable(path)


def part(owner, name):
    """The stub of a name of a stub; asking for it is a use, but computes nothing."""
    if name.startswith("__") and name != "__version__":
        raise AttributeError(name)
    Phase.used = f"{owner}.{name}"
    return attribute(owner, name)


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


def holds(value, depth=DEEP):
    """True for what is a stub, is made of one, or holds some."""
    if isinstance(value, Anything | Based | StubModule):
        return True
    if isinstance(value, types.ModuleType):
        return value.__name__.partition(".")[0] in COMPUTES
    if isinstance(value, type):
        return issubclass(value, Based)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if depth and isinstance(value, list | tuple | set | frozenset):
        return any(holds(v, depth - 1) for v in list(value)[:HELD])
    return getattr(getattr(value, "dtype", None), "hasobject", False)


class Anything:
    """Accepts every use; as a decorator it returns what it was given unchanged."""

    __array_ufunc__ = None  # NumPy leaves operators to it

    def __init__(self, name):
        self.__dict__["_name"] = name

    def __getattr__(self, name):
        return part(self.__dict__["_name"], name)

    def _touch(self, *args):
        touch(self._name)
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
        if len(args) == 1 and not kwargs and decorated(args[0]):
            return args[0]
        return self

    def __mro_entries__(self, bases):
        first = next(b for b in bases if isinstance(b, Anything))
        return (type("Based", (Based,), {"_of": self._name}),) if first is self else ()

    def __instancecheck__(self, value):
        return False  # nothing here is a tensor or a table

    __subclasscheck__ = __instancecheck__

    def __setattr__(self, name, value):
        pass

    __delattr__ = __setitem__ = __delitem__ = lambda self, *args: None

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

    def __reduce__(self):
        return Anything, (self._name,)  # copied and pickled with what holds it

    def __repr__(self):
        return f"<{self._name}, not shown here>"

    def __or__(self, other):
        if isinstance(other, type | Either) or other is None:
            return Either(self._name, other)
        return self._touch()

    __ror__ = __or__


class Either(Anything):
    """A union of a stub with a real class, for ``isinstance`` and annotations."""

    def __init__(self, name, *kinds):
        super().__init__(name)
        self.__dict__["_kinds"] = kinds

    def __or__(self, other):
        return Either(self._name, *self._kinds, other)

    __ror__ = __or__

    def __instancecheck__(self, value):
        kinds = (type(None) if kind is None else kind for kind in self._kinds)
        return any(isinstance(value, kind) for kind in kinds)


OPERATORS = "add sub mul truediv floordiv mod divmod pow matmul and xor"
for _name in OPERATORS.split():
    setattr(Anything, f"__{_name}__", Anything._touch)
    setattr(Anything, f"__r{_name}__", Anything._touch)
for _name in "neg pos abs invert round getitem floor ceil trunc".split():
    setattr(Anything, f"__{_name}__", Anything._touch)
for _name in "float int index complex len".split():
    setattr(Anything, f"__{_name}__", Anything._no_number)
for _name in "lt le gt ge".split():  # a loop that waits for a small loss ends
    setattr(Anything, f"__{_name}__", Anything._never)


def decorated(value):
    """True for a function or class of the notebook's, also a wrapped one."""
    if isinstance(value, type):
        return value.__module__ not in ("builtins", "numpy")
    wrapped = hasattr(type(value), "__wrapped__") or hasattr(value, "__wrapped__")
    known = type(value).__name__ in ("function", "partial", "vectorize")
    return known or (wrapped and not isinstance(value, Anything | Based))


class Based:
    """The base of a class that inherits from a stub: a network, a formatter."""

    _of = ""

    def __init__(self, *args, **kwargs):
        pass

    def __init_subclass__(cls, **kwargs):
        pass

    def __getattr__(self, name):
        return part(self._of, name)

    def __call__(self, *args, **kwargs):
        touch(self._of)
        return Anything(self._of)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


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
        return part(self.__name__, name)
