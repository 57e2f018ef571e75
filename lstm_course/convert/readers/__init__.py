"""Files of any tool -> layers. Nothing in a file is run, no size is believed.

In this folder:

    safetensors, torch_file, numpy_file    containers of named arrays
    pickled, msgpack                       the same of Paddle and of Flax
    tensorflow                             the same of TensorFlow 1
    named, places                          layers among named arrays; stacks of them
    keras_file, keras_config               Keras 1, 2 and 3: weights; what is said
    keras_weights, hdf5                    weights without their model; their container
    onnx_file                              nodes of a graph, weights folded
    openvino_ir, openvino_graph            the same of OpenVINO
    bounds                                 what a file may ask for
"""

from dataclasses import replace
from pathlib import Path

from ..activations import Activation, activation_of
from ..layer import WAYS, neutral
from . import (
    keras_file,
    msgpack,
    numpy_file,
    onnx_file,
    openvino_ir,
    pickled,
    safetensors,
    tensorflow,
    torch_file,
)
from .bounds import check_here, refuse
from .named import flat, layers_of
from .places import both_ways

SUFFIXES = {
    ".safetensors": ("safetensors", safetensors.load),
    ".pt": ("torch.save", torch_file.load),
    ".pth": ("torch.save", torch_file.load),
    ".ckpt": ("torch.save", torch_file.load),
    ".bin": ("torch.save", torch_file.load),
    ".npz": ("NumPy .npz", numpy_file.load),
    ".eqx": ("Equinox .eqx", numpy_file.load_eqx),
    ".pdparams": ("Paddle .pdparams", pickled.load),
    ".msgpack": ("Flax .msgpack", msgpack.load),
}


def read(path, **say):
    """The recurrent layers of a model file.

    Parameters
    ----------
    path : str or path
        A state dict of torch, safetensors, .npz, Equinox' .eqx, Paddle's .pdparams,
        Flax' .msgpack, or a whole model: Keras' .keras or .h5,
        .onnx, OpenVINO's .xml with its .bin beside it, or a checkpoint of TensorFlow 1,
        by its .index or the name without.
    **say
        Fields of ``Layer`` that the file cannot say, as ``activation="relu"``.

    Returns
    -------
    list of Layer
        Stacks one after the other, each from the bottom up.

    Raises
    ------
    ValueError
        For a file that is no model, that holds no recurrent layer, or one of which
        something would be lost.

    Examples
    --------
    >>> import tempfile, torch
    >>> path = tempfile.mkdtemp() + "/model.pt"
    >>> torch.save(torch.nn.LSTM(4, 6, bidirectional=True).state_dict(), path)
    >>> [(layer.cell, layer.way, layer.input_size) for layer in read(path)]
    [('lstm', 'both', 4)]
    """
    path = Path(path)
    index = Path(f"{path}.index")
    if index.is_file() and not path.is_file():
        path = index  # model.ckpt, as TensorFlow calls what it wrote
    if not path.is_file():
        folder = path.is_dir()
        raise ValueError(
            f"{f'{path} is a folder' if folder else f'There is no file {path}'}. "
            f"Expected a model file, one of {', '.join([*SUFFIXES, *MODELS])}. "
            f"{'Pass the file in it?' if folder else 'Is the path right?'}"
        )
    said = _said(say)
    layers = _opened(path, say)
    if not layers:
        raise ValueError(
            f"{path} holds no recurrent layer that is known here. Expected weights of "
            "an RNN, LSTM or GRU under their tool's own names. Does the tool's reader "
            "show such layers?"
        )
    if said.get("way") == "both" and all(v.way == "forward" for v in layers):
        layers = both_ways(layers)
    return [replace(layer, **said) for layer in layers] if said else layers


MODELS = {".keras": keras_file.load, ".h5": keras_file.load_h5}
MODELS |= {".hdf5": keras_file.load_h5, ".onnx": onnx_file.load}
MODELS |= {".xml": openvino_ir.load, ".index": tensorflow.load}


def _opened(path, say):
    """The layers; what a library says of a broken file becomes a refusal."""
    try:
        return _layers(path, say)
    except ImportError:
        raise
    except Exception as error:
        if isinstance(error, ValueError) and "Expected" in str(error):
            raise  # it is one already
        text = f"{type(error).__name__}: {str(error).strip()[:200]}"
        refuse(path, f"a {path.suffix} file", text)


def _layers(path, say):
    if path.suffix.lower() in NEEDED:
        check_here(NEEDED[path.suffix.lower()], path.name)
    if not path.stat().st_size:
        refuse(path, f"a model, {path.suffix or 'without suffix'}", "it is empty")
    if path.suffix.lower() in (".h5", ".hdf5"):
        return keras_file.load_h5(path, say)
    if path.suffix.lower() in MODELS:
        return MODELS[path.suffix.lower()](path)
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(
            f"{path.name} ends with {path.suffix or 'nothing'!r}. Expected one of "
            f"{', '.join([*SUFFIXES, *MODELS])}. Rename it to what its tool calls it?"
        )
    kind, load = SUFFIXES[path.suffix.lower()]
    return layers_of(flat(load(path)), kind)


NEEDED = dict.fromkeys((".pt", ".pth", ".ckpt", ".bin"), "torch")
NEEDED |= {".keras": "h5py", ".h5": "h5py", ".hdf5": "h5py", ".onnx": "onnx"}


NOT_SAID = ("level", "source", "notes", "start", "lengths")
WORDS = {
    "way": tuple(WAYS),
    "reset": ("after", "before"),
    "update": ("keeps_old", "takes_new"),
    "merge": ("concat", "sum", "mul", "ave"),
    "layout": ("time_first", "batch_first", "unsaid"),
    "returns": ("sequence", "last", "unsaid"),
}


def _said(say):
    """What the caller says for the file, checked."""
    known = {k: v for k, v in neutral().items() if k not in NOT_SAID}
    made = {}
    for name, value in say.items():
        if name not in known:
            raise ValueError(
                f"A layer has no field {name!r} to be said. Got {name}={value!r}, "
                f"expected one of {', '.join(known)}. A typing slip?"
            )
        if isinstance(known[name], Activation) and isinstance(value, str):
            value = activation_of(value, where="say")
        _check_said(name, value, known[name])
        made[name] = value
    return made


def _check_said(name, value, default):
    """Is it of the kind of the field?"""
    if name in WORDS:
        fits, wanted = value in WORDS[name], f"one of {', '.join(WORDS[name])}"
    elif isinstance(default, bool):
        fits, wanted = isinstance(value, bool), "True or False"
    elif isinstance(default, Activation):
        fits, wanted = isinstance(value, Activation), "a function's name"
    else:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        fits, wanted = (fits and abs(value) < float("inf")), "a number"
        fits = fits or value is None is default
    if not fits:
        raise ValueError(
            f"A layer's {name} is said to be {value!r}. Got {name}={value!r}, expected "
            f"{wanted}. Say {name}=, --say {name}=VALUE, with one of these?"
        )


__all__ = ["read"]
