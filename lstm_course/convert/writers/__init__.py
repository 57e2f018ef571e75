"""Layers -> a file that another tool loads by a line that is told.

In this folder:

    rules     what becomes of every field; a field without a rule is refused
    named     tools whose files are named arrays
    files     their containers
    keras_file   a whole model of Keras 3
    onnx_file, openvino_ir    one node per layer
    lines     the line by which each tool loads its file
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

from ..layer import cast
from ..readers import NEEDED
from ..readers.bounds import check_here
from . import files, keras_file, named, onnx_file, openvino_ir
from .lines import line_of
from .rules import check

NAMED = {
    ".pt": files.save_torch,
    ".pth": files.save_torch,
    ".safetensors": files.save_safetensors,
    ".npz": files.save_npz,
    ".eqx": files.save_eqx,
    ".pdparams": files.save_pdparams,
    ".msgpack": files.save_msgpack,
}
# Tool -> suffixes it loads; the first tool of a suffix is meant where none is said.
TOOLS = {
    "torch": (".pt", ".pth", ".safetensors"),
    "nnx": (".safetensors", ".npz", ".msgpack"),
    "linen": (".msgpack", ".safetensors", ".npz"),
    "equinox": (".eqx", ".safetensors"),
    "haiku": (".npz", ".safetensors"),
    "paddle": (".pdparams", ".safetensors"),
    "mlx": (".safetensors", ".npz"),
    "keras": (".keras",),
    "onnx": (".onnx",),
    "openvino": (".xml",),
}
WHOLE = {
    "keras": keras_file,
    "onnx": onnx_file,
    "openvino": openvino_ir,
}  # tools whose files are models, of one stack
MEANT = {".npz": None, ".msgpack": "linen"}


class Written(NamedTuple):
    """What was written: for whom, how it is loaded, and what the file cannot say."""

    path: Path
    tool: str
    line: str
    remarks: tuple


def write(layers, path, tool=None, leave_out=(), floats=None):
    """Write layers as a file of another tool.

    Parameters
    ----------
    layers : list of Layer
        As ``read`` gives them.
    path : str or path
    tool : str, optional
        torch, keras, onnx, openvino, nnx, linen, equinox, haiku, paddle or mlx; by
        default the one that the suffix belongs to.
    leave_out : collection of str
        Fields of ``Layer`` to write as if they said nothing; the result tells which.
    floats : str, optional
        "float32" or "float64"; by default those of the layers.

    Returns
    -------
    Written
        Path, tool, the line that loads the file, and remarks: what it cannot say.

    Raises
    ------
    ValueError
        For a layer that the tool cannot say, with the way out; no file is written.

    Examples
    --------
    >>> import tempfile, torch
    >>> from lstm_course.convert import read
    >>> folder = tempfile.mkdtemp()
    >>> torch.save(torch.nn.GRU(4, 6).state_dict(), folder + "/a.pt")
    >>> write(read(folder + "/a.pt"), folder + "/a.eqx").tool
    'equinox'
    """
    path = Path(path)
    tool = _tool(path, tool)
    if path.suffix.lower() in NEEDED:
        check_here(NEEDED[path.suffix.lower()], path.name)
    checked, remarks = [], []
    layers = layers if floats is None else [_in(layer, floats) for layer in layers]
    if tool in OF_FLOAT64 and any(layer.dtype == float for layer in layers):
        remarks.append(OF_FLOAT64[tool])
    for layer in layers:
        layer, said = check(layer, tool, rules_for(tool, layer.kind), leave_out)
        checked.append(layer)
        remarks += said
    _save(checked, path, tool)
    return Written(path, tool, line_of(checked, path, tool), tuple(remarks))


def _in(layer, floats):
    if floats not in ("float32", "float64"):
        raise ValueError(
            f"A file's numbers are to be {floats!r}. Expected float32 or "
            "float64. In which of the two does the model run?"
        )
    return cast(layer, floats)


JAX = "float64: JAX makes float32 of it unless jax_enable_x64 is set"
OF_FLOAT64 = dict.fromkeys(("nnx", "linen", "equinox", "haiku"), JAX) | {
    "mlx": "float64: MLX has it on the CPU alone, and its sigmoid is right to 2e-8",
    "openvino": "float64: its CPU device computes in float32, or in less where it may",
    "onnx": "float64: onnxruntime 1.31 refuses to run such nodes; float32 it runs "
    "(floats='float32', --floats float32)",
}


def rules_for(tool, kind):
    """Field -> ``Rule`` of a tool for "rnn", "lstm" or "gru"."""
    return dict(WHOLE[tool].RULES) if tool in WHOLE else named.rules_of(tool, kind)


def _save(layers, path, tool):
    names = sorted({repr(layer.name) for layer in layers})
    if len(names) > 1 and (tool in WHOLE or path.suffix == ".eqx"):
        raise ValueError(
            f"A file of {tool} holds one stack here, and there are {', '.join(names)}. "
            "Expected one. Pick it, with --layer NAME, or write .safetensors?"
        )
    _check_place(path, tool)
    real = path.resolve()  # behind a link
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=real.parent) as folder:
            new = Path(folder, real.name)
            if tool in WHOLE:
                WHOLE[tool].save(layers, new)
            else:
                save = NAMED[path.suffix.lower()]
                save(new, named.named_arrays(layers, tool))
            for made in sorted(Path(folder).iterdir()):  # whole, or not at all
                made.replace(real.with_name(made.name))
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written: {error.strerror or error}. Expected a folder "
            "that may be written to, with room. Pass another TARGET?"
        ) from None


def _check_place(path, tool):
    """Is there a folder for the file, and nothing that must not be lost?"""
    if not path.parent.is_dir():
        raise ValueError(
            f"{path} is to be written, and there is no folder {path.parent}. Expected "
            f"one. mkdir -p {str(path.parent)!r}?"
        )
    if path.is_dir():
        raise ValueError(
            f"{path} is to be written, and it is a folder. Expected the name of a "
            f"file. Pass {str(path / f'model{path.suffix}')!r}?"
        )
    beside = path.with_suffix(".bin")
    if tool == "openvino" and beside.exists() and not path.exists():
        raise ValueError(
            f"{path} is to be written, its weights in {beside}, and a file of this "
            "name is there. Expected none: OpenVINO keeps them beside the .xml. Pass "
            f"{str(path.with_stem(path.stem + '_openvino'))!r}?"
        )


def _tool(path, tool):
    """The tool meant by a suffix, or the one said, if it loads such files."""
    suffix = path.suffix.lower()
    fits = [t for t, suffixes in TOOLS.items() if suffix in suffixes]
    if tool is None and suffix in MEANT:
        tool = MEANT[suffix]
    elif tool is None and fits:
        tool = fits[0]
    if tool not in fits:
        known = [s for suffixes in TOOLS.values() for s in suffixes]
        wanted = f"a tool among {', '.join(fits or TOOLS)}"
        if tool in TOOLS or not fits:
            suffixes = TOOLS.get(tool, dict.fromkeys(known))
            wanted = f"a name that ends with one of {', '.join(suffixes)}"
        raise ValueError(
            f"{path.name} is to be written for {tool or 'no tool in particular'}. "
            f"Expected {wanted}. Pass tool=, --to TOOL, or another suffix?"
        )
    return tool


__all__ = ["TOOLS", "Written", "rules_for", "write"]
