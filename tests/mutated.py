"""A module with one text replaced, beside the real one: for proofs of proofs."""

from pathlib import Path
from types import ModuleType


def mutated(module, old, new):
    """The module again with ``old``, which stands in its code once, made ``new``."""
    text = Path(module.__file__).read_text(encoding="utf-8")
    at = text.index('"""', 3)  # its docstring is left alone
    text, code = text[:at], text[at:]
    if code.count(old) != 1:
        raise LookupError(f"{old!r} must be once in {module.__name__}")
    twin = ModuleType(module.__name__)
    twin.__package__ = module.__package__
    exec(compile(text + code.replace(old, new), module.__file__, "exec"), vars(twin))
    return twin


def survives(prove, module):
    """Whether a module passes; one that does not run at all is an error."""
    try:
        prove(module)
    except AssertionError:
        return False
    return True
