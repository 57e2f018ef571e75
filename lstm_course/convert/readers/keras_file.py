"""Keras' .keras and .h5 files, read with h5py alone; Keras 1, 2 and 3 wrote them."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np

from ..keras_layout import KERAS_1, _from_cudnn
from ..layer import Layer, Weights
from ..parts import columns
from ..tools import ORDERS
from . import hdf5, keras_weights
from . import keras_config as said
from .bounds import check_zip, refuse
from .places import stacked

PLACES = ("layers", "_layer_checkpoint_dependencies", "_layers")


def load(path):
    """Path of a .keras file -> list of Layer."""
    if "config.json" not in check_zip(path, ".keras"):
        refuse(path, ".keras", "it has no config.json")
    with zipfile.ZipFile(path) as z:
        config = json.loads(z.read("config.json"))
        meta = (
            json.loads(z.read("metadata.json"))
            if "metadata.json" in z.namelist()
            else {}
        )
        if "model.weights.h5" not in z.namelist():
            refuse(path, ".keras", "it has no model.weights.h5")
        info = z.getinfo("model.weights.h5")
        stored = info.compress_type == zipfile.ZIP_STORED
        source = hdf5.Source(path, info if stored else None)
        packed = None if stored else io.BytesIO(z.read(info))
    with source.opened(path, packed) as h5:
        version = meta.get("keras_version", "3")
        return _layers(path, config, version, lambda v: _by_path(h5, v, source))


def load_h5(path, say=None):
    """Path of an .h5 file of ``save`` or ``save_weights`` -> list of Layer."""
    source = hdf5.Source(path)
    with source.opened(path) as h5:
        if "model_config" not in h5.attrs:
            return _weights_alone(path, h5, source, say or {})
        config = json.loads(said.text(h5.attrs["model_config"]))
        version = said.text(h5.attrs.get("keras_version", "1"))
        group = h5["model_weights"] if "model_weights" in h5 else h5
        return _layers(path, config, version, lambda v: _by_names(group, v, source))


def _weights_alone(path, h5, source, say):
    """Layers of a file that has no model, as their shapes say."""
    version, found = keras_weights.found_in(h5, source.array, say)
    note, made = keras_weights.told(version, say), []
    for where, sides, arrays in found:
        two = {"way": "both", "turned": False} if len(sides) == 2 else {}
        layer = _layer(where, sides, arrays, two, version, path)
        name, level = keras_weights.place(layer.name)
        weights = tuple(w._replace(own=()) for w in layer.weights)
        notes = (*layer.notes, note)
        made.append(
            replace(layer, name=name, level=level, weights=weights, notes=notes)
        )
    return stacked(made)


def _by_path(h5, found, source):
    """Arrays of a layer of Keras 3, in order, by the path of its classes."""
    at = h5
    for step in found.path:
        at = next((at[p] for p in PLACES if p in at), at)
        if step not in at:
            return []
        at = at[step]
    return list(_walk(at, source))


def _walk(group, source):
    """Arrays below a group: a layer's own, forward before backward, cell by cell."""
    if "vars" in group and not {"cell", "cells"} & {*group}:  # states are no weights
        for k in sorted(group["vars"], key=int):
            yield source.array(group["vars"], k)
    order = ["forward_layer", "cell", "layer", "backward_layer", "cells"]
    for name in order:
        if name in group and name == "cells":
            for cell in sorted(group[name], key=_number):
                yield from _walk(group[name][cell], source)
        elif name in group:
            yield from _walk(group[name], source)


def _number(name):
    tail = name.rsplit("_", 1)[-1]
    return int(tail) if tail.isdigit() else 0


def _by_names(group, found, source):
    """Arrays of a layer of an .h5 file, in the order of its weight_names."""
    name = found.config["name"]
    names = [found.path[0], name] if name not in group else [name]
    at = next((group[n] for n in names if n in group), None)
    if at is None:
        return []
    return [
        source.array(at, n) if n in at else source.array(group, n)
        for n in map(said.text, at.attrs["weight_names"])
    ]


def _layers(path, config, version, arrays_of):
    """Recurrent layers of a model, stacked where one feeds the next."""
    found = said.layers_in(config)
    made = {}
    for one in found:
        parts = list(_parts(one))
        if not parts:
            continue
        arrays = [a for a in arrays_of(one) if np.issubdtype(a.dtype, np.floating)]
        mask, stack = said.mask_of(one, found), []
        for k, (sides, fields) in enumerate(parts):
            each, arrays = _take(arrays, len(parts) - k, len(sides))
            stack.append(_layer(one, sides, each, fields, version, path))
        if len(stack) > 1:
            stack = [replace(v, way="forward", turned=False) for v in stack]
        made[one.config["name"]] = one, _with_mask(stack, mask)
    return _named(made, found)


def _parts(found):
    """(configurations of the directions, more fields) of each level of a layer."""
    config, cls = found.config, found.cls
    if cls == "TimeDistributed" and config["layer"]["class_name"] in said.KINDS:
        raise ValueError(
            f"{config['name']} is a TimeDistributed {config['layer']['class_name']}. "
            "Expected a layer that runs along the model's own time. Save the inner "
            "layer in a model of its own?"
        )
    if cls in said.KINDS:
        yield [(said.KINDS[cls], cls, config)], {}
    elif cls == "RNN":
        cell = config["cell"]
        cells = cell["config"].get("cells", [cell])
        for inner in cells:
            kind = said.KINDS.get(inner["class_name"].removesuffix("Cell"))
            if kind is None:
                _unknown_cell(config["name"], inner["class_name"])
            outer = {k: config.get(k) for k in said.READ if k in config}
            yield [(kind, inner["class_name"], outer | inner["config"])], {}
    elif cls == "Bidirectional":
        inner = config.get("layer") or config["forward_layer"]
        if inner["class_name"] not in said.KINDS:
            _unknown_cell(config["name"], inner["class_name"])
        other = config.get("backward_layer") or inner
        sides = [
            (said.KINDS[v["class_name"]], v["class_name"], v["config"])
            for v in (inner, other)
        ]
        mode = config.get("merge_mode", "concat")
        yield sides, {"way": "both", "turned": False, "merge": mode or "concat"}


def _unknown_cell(name, cls):
    raise ValueError(
        f"{name} holds a {cls}, a cell that is not known here. Expected SimpleRNN, "
        "LSTM or GRU. Is it somebody's own? Write it as a room of lstm_course.cells?"
    )


def _take(arrays, levels, sides):
    """Arrays of the first of so many levels, parted by side; and the rest."""
    n = len(arrays) // levels
    mine, rest = arrays[:n], arrays[n:]
    m = len(mine) // sides
    return [mine[s * m : (s + 1) * m] for s in range(sides)], rest


def _layer(found, sides, arrays, fields, version, path):
    kind, cls, config = sides[0]
    where, notes = found.config["name"], []
    if found.config.get("registered_name"):
        _unknown_cell(where, found.config["registered_name"])
    words = said.said_by(config, version, where)
    if len(sides) == 2:
        _check_alike(where, words, said.said_by(sides[1][2], version, where))
    for word in said.unknown(config):
        notes.append(f"{where} says {word}, which is not known here: passed over")
    if "hard" in str(words["gate"]):
        notes.append(f"hard_sigmoid of a file of Keras {version}: {words['gate']}")
    if config.get("unit_forget_bias"):
        notes.append("unit_forget_bias is a start value: the bias holds it")
    if kind == "rnn":
        del words["gate"]
    pairs = [_weights(where, kind, cls, a, config, version) for a in arrays]
    if kind == "gru":
        words["reset"] = pairs[0][1]
    words["shown"] = words["activation"] if kind == "lstm" else Layer.shown
    words |= fields
    if found.states_fed:
        words["start"] = "fed"
    own = ("keras", version, path, where)
    weights = tuple(w._replace(own=own) for w, _ in pairs)
    return Layer(
        where, kind, weights, source=f"Keras {version}", notes=tuple(notes), **words
    )


def _check_alike(where, one, other):
    other = other | {k: one[k] for k in ("turned", "way", "dropout", "returns")}
    odd = [k for k in one if one[k] != other[k]]
    if odd:
        raise ValueError(
            f"The two directions of {where} differ in {odd[0]}: {one[odd[0]]} and "
            f"{other[odd[0]]}. Expected the same. Save each in a model of its own?"
        )


def _weights(where, kind, cls, arrays, config, version):
    """get_weights() of one direction -> ``Weights``, and the form of the reset."""
    blocks = getattr(ORDERS["keras"], kind)
    n = len(blocks)
    old = KERAS_1.get(kind.upper(), "")
    if old and len(arrays) == 3 * n:
        mine = {b: arrays[3 * k : 3 * k + 3] for k, b in enumerate(old)}
        x, h, b = ({k: a[j] for k, a in mine.items()} for j in range(3))
        return Weights(x, h, b), "before"
    if len(arrays) not in (2, 3) or any(a.ndim != 2 for a in arrays[:2]):
        raise ValueError(
            f"{where} is a {cls} with {len(arrays)} arrays in the file. Expected "
            "kernel, recurrent kernel and bias. Is the file whole, and unquantised?"
        )
    kernel, recurrent, bias = [*arrays, None][:3]
    H = len(recurrent)
    if kernel.shape[1] != n * H or recurrent.shape[1] != n * H:
        raise ValueError(
            f"{where} is a {cls} with arrays of shapes {kernel.shape} and "
            f"{recurrent.shape}. Expected {n} blocks of H = {H}. Is the file whole?"
        )
    if "CuDNN" in cls:
        bias = np.zeros(2 * n * H, kernel.dtype) if bias is None else bias
        kernel, recurrent, bias = _from_cudnn(kernel, recurrent, bias, n)
    default = int(version.split(".")[0]) >= 3
    after = bias.ndim == 2 if bias is not None else config.get("reset_after", default)
    if bias is None:
        bias = np.zeros(n * H, kernel.dtype)
    x, h = columns(kernel, blocks), columns(recurrent, blocks)
    if bias.ndim == 1:
        form = "after" if after and kind == "gru" else "before"
        return Weights(x, h, columns(bias, blocks)), form
    b, more = columns(bias[0], blocks), columns(bias[1], blocks)
    inner = more.pop("n")
    b |= {k: b[k] + v for k, v in more.items()}
    return Weights(x, h, b, inner), "after"


def _with_mask(stack, mask):
    if mask is None:
        return stack
    note = "steps are masked by a layer below: pass their lengths when you run it"
    if mask == "fed":
        return [replace(v, lengths="fed", notes=(*v.notes, note)) for v in stack]
    return [replace(stack[0], masked=mask), *stack[1:]]


def _named(made, found):
    """Layers that feed each other through nothing but dropout are one stack."""
    by_name = {f.config["name"]: f for f in found}
    place, layers = {}, []
    for name, (one, stack) in made.items():
        below = one
        while below.feeds and (below := by_name.get(below.feeds[0])) is not None:
            if below.cls not in ("Dropout", "SpatialDropout1D"):
                break
        under = below.config["name"] if below is not None else None
        stem, level = place.get(under, (name, -1))
        above = [v for v in layers if (v.name, v.level) == (stem, level)]
        if above and (
            above[0].returns == "last" or above[0].width != stack[0].input_size
        ):
            stem, level = name, -1
        for layer in stack:
            level += 1
            layers.append(replace(layer, name=stem, level=level))
        place[name] = stem, level
    names = [v.name for v in layers]
    return sorted(layers, key=lambda v: names.index(v.name))
