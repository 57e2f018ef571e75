"""Layers among named arrays: state dicts, trees of parameters, flattened or not."""

import re
from dataclasses import replace
from itertools import product

import numpy as np

from ..layer import Layer
from ..parts import weights_of
from ..tools import FORMS
from .places import beside, stacked

LEVELLED = re.compile(r"(.*?)(weight_[ih]h|weight_hr|bias_[ih]h)_l(\d+)(_reverse)?$")
STEM = re.compile(r"(.*?)((?:weight|bias)_[a-z0-9]+)_l(\d+)(_reverse)?$")
STEMS = {"weight_ih", "weight_hh", "weight_hr", "bias_ih", "bias_hh"}
FORWARD = {"forward", "forward_rnn", "forward_layer", "cell_fw", "fw"}
BACKWARD = {"backward", "backward_rnn", "backward_layer", "cell_bw", "bw", "reverse"}
MODULES = {"lstm", "gru", "vanilla_rnn"}
WRAPPERS = ("state_dict", "model_state_dict", "params")
UNSAID = {
    "torch": "a state dict says neither batch_first nor dropout",
    "mlx": "the file does not say how the layer is called",
}
RNN_UNSAID = (
    "the file does not say whether this RNN has tanh or relu: {} is taken; "
    "say activation=relu or activation=tanh if it is not"
)


def flat(tree, path=()):
    """Nested dicts and lists of arrays -> "a.b.c" -> array."""
    if isinstance(tree, dict):
        pairs = tree.items()
    elif isinstance(tree, list | tuple):
        pairs = enumerate(tree)
    else:
        return {".".join(path): tree} if isinstance(tree, np.ndarray) else {}
    found = {}
    for key, value in pairs:
        found |= flat(value, (*path, str(key).replace("/", ".")))
    return found


def layers_of(arrays, source):
    """Every recurrent layer among named arrays.

    Parameters
    ----------
    arrays : dict
        Name -> ndarray; a name's parts are parted by dots or slashes.
    source : str
        What the file is, for messages and reports.

    Returns
    -------
    list of Layer
        Stacks one after the other, each from the bottom up; empty if there is none.

    Raises
    ------
    ValueError
        For layers of which some arrays are missing, or some would be lost.
    """
    _check_levels(arrays)
    arrays = _canonical(arrays)
    found, used = {}, set()
    for form in FORMS:
        for prefix in _places(form, arrays):
            if prefix in found:
                if len(found[prefix][1]) >= len(_present(form, prefix, arrays)):
                    continue
            found[prefix] = form, _present(form, prefix, arrays)
    for prefix, (_, names) in found.items():
        used |= {prefix + n for n in names}
    for prefix in found:
        _check_siblings(prefix, arrays, used)
    sides = [
        (*_place(prefix), _side(prefix, form, names, arrays, source))
        for prefix, (form, names) in found.items()
    ]
    return beside(stacked(_paired(sides)))


def _canonical(arrays):
    """One spelling of names: dots, and torch's _l1_reverse as a path."""
    made = {}
    for key, a in arrays.items():
        name = key.replace("/", ".").removesuffix(".value").removesuffix("[...]")
        name = name.replace("_orig_mod.", "").replace("._flat_cell", "")
        for wrapper in WRAPPERS:
            name = name.removeprefix(f"{wrapper}.")
        if m := LEVELLED.fullmatch(name):
            side = "backward" if m[4] else "forward"
            name = f"{m[1]}{'' if m[1][-1:] in ('.', '') else '.'}{m[3]}.{side}.{m[2]}"
        elif m := re.fullmatch(r"(.*?)cell_([fb])w\.(.*)", name):
            side = "forward" if m[2] == "f" else "backward"
            name = f"{m[1]}{side}.{m[3]}"
        elif m := re.fullmatch(r"((?:.*\.)?\d+\.)cell\.((?:weight|bias)_[ih]h)", name):
            name = f"{m[1]}forward.{m[2]}"
        if name in made and not np.array_equal(made[name], a):
            raise ValueError(
                f"The file holds two different arrays for {name}, one of them {key!r}. "
                "Expected one, or the same twice as Paddle saves it. Save the state "
                "dict of one model?"
            )
        made[name] = a
    return made


def _check_levels(arrays):
    """Every level and side of a module of torch has the same arrays, and no others."""
    stacks = {}
    for key in arrays:
        if m := STEM.fullmatch(key.replace("/", ".")):
            place = int(m[3]), m[4] or ""
            stacks.setdefault(m[1], {}).setdefault(m[2], set()).add(place)
    for stack, stems in stacks.items():
        if not {"weight_ih", "weight_hh"} <= {*stems}:
            continue
        there = set().union(*stems.values())
        levels = range(1 + max(level for level, _ in there))
        sides = {side for _, side in there}
        for stem, (level, side) in product(sorted(stems), product(levels, sides)):
            name, has = f"{stack}{stem}_l{level}{side}", (level, side) in stems[stem]
            if has and stem in STEMS:
                continue
            raise ValueError(
                f"Of the module {repr(stack.rstrip('.')) if stack else 'at the top'} "
                "the file holds "
                f"{f'{name}, which would be lost' if has else f'no {name}'}. Expected "
                f"of every level and direction the same of {', '.join(sorted(STEMS))}. "
                "Save the whole module's state dict?"
            )


def _places(form, arrays):
    """Prefixes under which all that a form needs is there, in shapes that fit it."""
    needed = [p for p in form.parts if p.needed]
    ending = needed[0].name
    for key in arrays:
        if key != ending and not key.endswith(f".{ending}"):
            continue
        prefix = key[: len(key) - len(ending)]
        if form.below not in prefix.lower():
            continue
        if all(prefix + p.name in arrays for p in needed) and _fits(
            form, prefix, arrays
        ):
            yield prefix


def _fits(form, prefix, arrays):
    """Is the number of blocks that of the form?"""
    part = next(p for p in form.parts if p.what in ("h", "hT", "xh"))
    a = arrays[prefix + part.name]
    if a.ndim != 2 or not np.issubdtype(a.dtype, np.floating):
        return False
    n = len(part.blocks)
    if part.what == "xh":
        return a.shape[1] % n == 0 and a.shape[0] > a.shape[1] // n
    rows, width = a.shape if part.what == "hT" else a.shape[::-1]
    out = prefix + "weight_hr"
    H = arrays[out].shape[1] if out in arrays else width
    return rows == n * H


def _present(form, prefix, arrays):
    return [p.name for p in form.parts if prefix + p.name in arrays]


def _check_siblings(prefix, arrays, used):
    """Nothing beside the arrays of a cell that would be lost."""
    near = [
        k
        for k in arrays
        if prefix and k.startswith(prefix) and k not in used
        if "." not in k[len(prefix) :] or prefix.endswith("cell.")
    ]
    if near:
        raise ValueError(
            f"Beside the recurrent weights of {prefix.rstrip('.')!r} lies {near[0]!r}, "
            "which no such layer has: it would be lost. Expected only weights and "
            "biases, as of a plain cell. Is it a cell of somebody's own, with "
            "normalisation or a projection?"
        )


def _side(prefix, form, names, arrays, source):
    """A layer of one direction."""
    a = {n: _floats(prefix + n, arrays[prefix + n]) for n in names}
    _check_shapes(prefix, form, a)
    notes = [UNSAID[form.tool]] if form.tool in UNSAID else []
    if form.kind == "rnn":
        said = form.says.get("activation", "tanh")
        notes.append(RNN_UNSAID.format(said))
    if form.says.get("forget_bias"):
        notes.append("this tool adds 1 to the forget gate when the layer is called")
    return Layer(
        "",
        form.kind,
        (weights_of(form, a)._replace(own=(form.tool, a)),),
        source=f"{form.tool}, {source}",
        notes=tuple(notes),
        **form.says,
    )


def _floats(name, a):
    if not np.issubdtype(a.dtype, np.floating):
        raise ValueError(
            f"{name} holds {a.dtype}. Expected floats. Is the model quantised? Convert "
            "the one it was made from."
        )
    return a.astype(np.float32) if a.dtype == np.float16 else a


def _check_shapes(prefix, form, arrays):
    """All arrays of a layer are of one H and I."""
    part = next(p for p in form.parts if p.what in ("h", "hT", "xh"))
    a, n = arrays[part.name], len(part.blocks)
    H = (a.shape[0] if part.what == "hT" else a.shape[1]) // n
    for p in form.parts:
        if p.name not in arrays:
            continue
        shape, wide = arrays[p.name].shape, len(p.blocks) * H
        good = {"b": shape == (wide,), "b2": shape == (wide,), "inner": shape == (H,)}
        good |= {k: len(shape) == 2 and shape[-1] == wide for k in ("x", "h", "xh")}
        good |= {k: len(shape) == 2 and shape[0] == wide for k in ("xT", "hT")}
        good["outT"] = len(shape) == 2 and shape[1] == H
        if not good[p.what]:
            raise ValueError(
                f"{prefix}{p.name} has shape {shape}, which is no part of a "
                f"{form.kind} of H = {H} units in {form.tool}'s form. Expected "
                f"{n} blocks of that size. Is the file of one model?"
            )


def _place(prefix):
    """Path -> name of the stack, level, whether backward."""
    parts = [p for p in prefix.split(".") if p]
    while parts and parts[-1] == "cell":
        parts.pop()
    known = FORWARD | BACKWARD
    if parts[1:] and parts[-1] in MODULES:
        if parts[-2].isdigit() or parts[-2] in known:
            parts.pop()  # Haiku's own word, below a level or a side
    backward = bool(parts) and parts[-1] in BACKWARD
    if parts and parts[-1] in known:
        parts.pop()
    while parts and parts[-1] == "cell":
        parts.pop()
    level = 0
    if parts and parts[-1].isdigit():
        level = int(parts.pop())
    elif parts and (m := re.fullmatch(r"(.+?)_(\d+)", parts[-1])):
        parts[-1], level = m[1], int(m[2])
    return ".".join(parts), level, backward


def _paired(sides):
    """Two directions of a place become one layer."""
    layers = {}
    for name, level, backward, layer in sorted(sides, key=lambda s: s[:3]):
        layer = replace(
            layer, name=name, level=level, way="reverse" if backward else "forward"
        )
        below = layers.get((name, level))
        if below is not None:
            layer = replace(below, way="both", weights=below.weights + layer.weights)
        layers[name, level] = layer
    return list(layers.values())
