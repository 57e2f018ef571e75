"""Keras weights without their model: .weights.h5 of Keras 3, .h5 of save_weights.

Shapes say the kind of a layer: of H units, its kernel has H, 3 H or 4 H columns.  What
no array can say is taken as Keras 3 has it by default, and told; of Keras 1 and 2,
whose default was a hard sigmoid in some versions, the gate has to be said.
"""

import re

import numpy as np

from . import keras_config

KINDS = {1: "SimpleRNN", 3: "GRU", 4: "LSTM"}
SIGMOID = (2, 3)  # the version since which gates are sigmoid by default
PER_GATE = {12: "LSTM", 9: "GRU"}  # Keras 1: three arrays for each gate
TAKEN = (
    "these are weights without their model: {}; say activation=, gate=, turned=True or "
    "way=reverse if it is otherwise"
)


def found_in(h5, array, say):
    """Recurrent layers of an open file: (name, class, arrays of each direction).

    Parameters
    ----------
    h5 : h5py.File
    array : callable
        (group, name) -> ndarray, checked.
    say : dict
        What the caller says of them, field -> value.

    Returns
    -------
    version : str
    layers : list of (Found, sides, arrays)
        As ``keras_file`` takes them.
    """
    if "layer_names" in h5.attrs:
        version = keras_config.text(h5.attrs.get("keras_version", "1"))
        pairs = list(_by_names(h5, array))
    else:
        version, pairs = "3", list(_by_groups(h5, array))
    made = [_layer(name, arrays, say) for name, arrays in pairs]
    made = [m for m in made if m is not None]
    gated = any(cls != "SimpleRNN" for _, sides, _ in made for _, cls, _ in sides)
    number = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
    if made and number < SIGMOID and gated and "gate" not in say:
        raise ValueError(
            f"The file holds weights of Keras {version} without their model, and their "
            "gates were a hard sigmoid by default up to 2.2, a sigmoid since 2.3. "
            "Expected the gate to be said. Say gate=sigmoid or gate=hard_sigmoid "
            "(--say), or save the whole model with model.save?"
        )
    return version, made


def _by_names(h5, array):
    for name in map(keras_config.text, h5.attrs["layer_names"]):
        group = h5[name]
        yield (
            name,
            [
                array(group, k)
                for k in map(keras_config.text, group.attrs["weight_names"])
            ],
        )


def _by_groups(group, array, path=()):
    """Of Keras 3: a layer is a group with a cell, or with two directions."""
    sides = ("forward_layer", "backward_layer")
    if all(s in group for s in sides):
        arrays = [a for s in sides for _, a in _by_groups(group[s], array, path)]
        yield path[-1], [a for one in arrays for a in one]
    elif {"cells", "vars"} & {*group.get("cell", ())}:
        one = group["cell"]
        inner = one["cells"] if "cells" in one else {"cell": one}
        for k, cell in enumerate(sorted(inner, key=_number)):
            held = inner[cell]["vars"]
            name = path[-1] if len(inner) == 1 else f"{path[-1]}_{k}"
            yield name, [array(held, v) for v in sorted(held, key=int)]
    else:
        for name in sorted(group, key=_number):
            if hasattr(group[name], "keys"):
                place = path if name in ("layers", "cell") else (*path, name)
                yield from _by_groups(group[name], array, place or (name,))


def _number(name):
    """lstm, lstm_1, ..., lstm_10: by name, then by number."""
    stem, _, tail = name.rpartition("_")
    return (stem, int(tail)) if tail.isdigit() else (name, -1)


def _layer(name, arrays, say):
    """The layer that arrays of these shapes are, or None."""
    floats = [a for a in arrays if np.issubdtype(a.dtype, np.floating)]
    config = {"name": name, "return_sequences": True}
    if isinstance(say.get("activation"), str):
        config["activation"] = say["activation"]  # of candidate and cell state
    if [_class(floats), "reset" in say] == ["GRU", False] and len(floats) == 2:
        raise ValueError(
            f"{name} is a GRU without biases, whose shapes would say where its reset "
            "gate acts. Expected it to be said: after, Keras' default since 2.2, or "
            "before. Say reset=after or reset=before (--say)?"
        )
    if len(floats) in PER_GATE:
        cls = PER_GATE[len(floats)]
        return _found(name, [cls], config, [floats])
    for directions in (2, 1):
        n = len(floats) // directions
        parts = [floats[d * n : (d + 1) * n] for d in range(directions)]
        classes = [_class(p) for p in parts]
        if n * directions == len(floats) and len({*classes}) == 1 and classes[0]:
            return _found(name, classes, config, parts)
    return None


def _class(arrays):
    """Of kernel, recurrent kernel and bias, or None."""
    if len(arrays) not in (2, 3) or any(a.ndim != 2 for a in arrays[:2]):
        return None
    (_, wide), (H, wide_too) = (a.shape for a in arrays[:2])
    cls = KINDS.get(wide // H) if wide == wide_too and wide % H == 0 else None
    if cls and arrays[2:] and arrays[2].shape == (2 * wide,):
        return f"CuDNN{cls}"
    return cls


def _found(name, classes, config, parts):
    kind = keras_config.KINDS[classes[0]]
    where = keras_config.Found((name,), classes[0], config, ())
    sides = [(kind, cls, config) for cls in classes]
    return where, sides, parts


def told(version, say):
    """What was taken, where nothing was said."""
    taken = [] if "activation" in say else ["tanh"]
    taken += [] if "gate" in say else ["a sigmoid for the gates"]
    taken.append("from the first step to the last")
    return TAKEN.format(", ".join(taken))


def place(name):
    """lstm_2 -> lstm, 2, so that layers which feed each other are a stack."""
    m = re.fullmatch(r"(.+?)_(\d+)", name)
    return (m[1], int(m[2])) if m else (name, 0)
