"""Compare an answer with the expected one: type, shape, dtype, finite, value."""

import numpy as np

from .definition import Finding
from .forms import MISSING, fault
from .values import Opaque, plain

LISTED = "A list is no array: np.array(...) or np.stack(...) makes one of it."


def compare(exercise, expected, got):
    """What is wrong with an answer: a list of Finding, empty when it is right."""
    return differences(exercise, plain(expected), plain(got))


def differences(exercise, expected, got):
    """The same for values that are plain already."""
    return [f for part in by_part(exercise, expected, got) for f in part]


def by_part(exercise, expected, got):
    """Findings for each top-level part of the answer."""
    names = exercise.answer
    if type(expected) is not tuple or type(names) is not tuple:
        return [_walk(exercise, expected, got, names)]
    if type(got) is not tuple or len(got) != len(expected):
        return [[_wrong_type("", expected, got)]] * sum(n is not None for n in names)
    return [
        _walk(exercise, e, g, n)
        for e, g, n in zip(expected, got, names, strict=True)
        if n is not None
    ]


def _walk(exercise, expected, got, name):
    """Findings for one part, nested parts one after the other."""
    if name is None:
        return []
    nested = isinstance(expected, tuple | dict)
    label = name if isinstance(name, str) else ""
    if nested and type(got) is not type(expected):
        return [_wrong_type(label, expected, got)]
    if isinstance(expected, tuple) and len(got) != len(expected):
        return [_wrong_type(label, expected, got)]
    if isinstance(expected, dict):
        if expected.keys() != got.keys():
            return [_wrong_keys(label, expected, got)]
        rows = [(expected[k], got[k], f"{label}[{k}]") for k in expected]
    elif isinstance(expected, tuple):
        names = name if isinstance(name, tuple) else [
            f"{label}[{k}]" for k in range(len(expected))
        ]  # fmt: skip
        rows = list(zip(expected, got, names, strict=True))
    else:
        return _leaf(exercise, expected, got, label)
    return [f for e, g, n in rows for f in _walk(exercise, e, g, n)]


def named(exercise, value):
    """The parts of an answer by the names that findings give them: dict."""
    made = {}

    def walk(value, name):
        label = name if isinstance(name, str) else ""
        if name is None:
            return
        if isinstance(value, dict):
            for k, v in value.items():
                walk(v, f"{label}[{k}]")
        elif isinstance(value, tuple):
            for k, v in enumerate(value):
                walk(v, name[k] if isinstance(name, tuple) else f"{label}[{k}]")
        else:
            made[label] = value

    walk(value, exercise.answer)
    return made


def _leaf(exercise, expected, got, name):
    """Type, shape, dtype, finite, value: the first that fails."""
    if isinstance(expected, np.ndarray):
        return _array(exercise, expected, got, name)
    number = type(expected) in (int, float)
    if number and type(got) in (int, float):
        if not np.isfinite(got) and np.isfinite(expected):
            return [Finding("finite", name, f"{name} is {got}.")]
        tol = (exercise.rtol, exercise.atol) if type(expected) is float else (0, 0)
        same = np.isclose(float(got), float(expected), *tol, equal_nan=True)
    elif type(got) is not type(expected):
        return [_wrong_type(name, expected, got)]
    else:
        same = got == expected
    text = f"{got:.6g}" if type(got) is float else got
    text = repr(got[:40]) if type(got) is str else text
    return [] if same else [Finding("value", name, f"{name} = {text} is not right.")]


def _array(exercise, expected, got, name):
    if not isinstance(got, np.ndarray):
        return [_wrong_type(name, expected, got)]
    if got.shape != expected.shape:
        text = f"{name} has shape {got.shape}, expected {expected.shape}."
        said = fault(expected, got)
        return [Finding("shape", name, text, also=said, hint=said)]
    if got.dtype != expected.dtype:
        text = f"{name} has dtype {got.dtype}, expected {expected.dtype}."
        return [Finding("dtype", name, text)]
    axes = (exercise.axes or {}).get(name)
    bad = ~np.isfinite(got) & np.isfinite(expected)
    if bad.any():
        text = f"{name} holds {bad.sum()} value(s) that are NaN or infinite, the first"
        return [Finding("finite", name, f"{text} at {_first(bad, axes)}.")]
    bad = _differs(exercise, expected, got)
    if not bad.any():
        return []
    value = got[tuple(np.argwhere(bad)[0])]
    text = f"{name}: {bad.sum()} of {bad.size} values are wrong, the first at"
    text = f"{text} {_first(bad, axes)}, where you have {value:.4g}."
    return [Finding("value", name, text)]


def _differs(exercise, expected, got):
    """True where an entry is off: floats by tolerance, everything else exactly."""
    if expected.dtype.kind != "f":
        return got != expected
    with np.errstate(over="ignore", invalid="ignore"):
        return ~np.isclose(got, expected, exercise.rtol, exercise.atol, equal_nan=True)


def _first(bad, axes):
    """The first True in words: "step 2, row 0, gate f of unit 3"."""
    index = [int(k) for k in np.argwhere(bad)[0]]
    if axes is None or len(axes) != len(index):
        return f"index {index}"
    words = []
    for k, axis, size in zip(index, axes, bad.shape, strict=True):
        blocks = axis.split()
        if len(blocks) > 1:
            block, unit = divmod(k, size // len(blocks))
            words.append(f"block {blocks[block]}, unit {unit}")
        else:
            words.append(f"{axis} {k}")
    return ", ".join(words)


def _wrong_type(name, expected, got):
    if got is None and not name:
        text = f"Nothing was returned, expected {_kind(expected)}. Is a return missing?"
        return Finding("type", name, text)
    if isinstance(got, Opaque) and got == MISSING:
        return Finding("type", name, f"{name} is missing.")
    listed = isinstance(got, tuple) and isinstance(expected, np.ndarray)
    kind = f"a list of {len(got)}" if listed else _kind(got)
    text = f"{name or 'The answer'} is {kind}, expected {_kind(expected)}."
    said = LISTED if listed else ""
    return Finding("type", name, text, also=said, hint=said)


def _wrong_keys(name, expected, got):
    """Which keys of a dict are missing, and which nobody asked for."""
    rows = (
        ("It lacks", sorted(expected.keys() - got.keys())),
        ("Nobody asked for", sorted(got.keys() - expected.keys())[:12]),
    )
    said = " ".join(f"{text} {', '.join(keys)}." for text, keys in rows if keys)
    lacks = rows[0][1]
    hint = f"It lacks {', '.join(lacks)}." if lacks else "It has a key too many."
    finding = _wrong_type(name, expected, got)
    return Finding("type", name, finding.message, also=said, hint=hint)


def _kind(value):
    """A value's kind in words, without its numbers."""
    if isinstance(value, Opaque):
        return f"something else ({value.name})"
    if isinstance(value, np.ndarray):
        return "an array"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if isinstance(value, dict):
        return "a dict with " + ", ".join(sorted(value)[:12])
    return "None" if value is None else f"a {type(value).__name__}"
