"""torch.save: read by torch itself with ``weights_only``, which runs nothing."""

import os
import re

import numpy as np

from .bounds import check_zip, refuse

KIND = "a file of torch.save"


def load(path):
    """Path -> nested dict of ndarray, mapped where the file allows it.

    Raises
    ------
    ValueError
        For a file that holds more than tensors and plain containers.
    """
    import torch

    zipped = open(path, "rb").read(2) == b"PK"
    if zipped and any(
        name.endswith("/constants.pkl") for name in check_zip(path, KIND)
    ):
        raise ValueError(
            f"{path} is TorchScript, a program with its weights. Expected a state "
            "dict, tensors by name. Where you trust it, write "
            "torch.save(torch.jit.load(path).state_dict(), new_path)?"
        )
    try:
        tree = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except Exception as error:
        raise ValueError(
            f"{path} cannot be read without running it: {_first(error)}. Expected a "
            "state dict, tensors by name. Load the model where you trust it and write "
            "torch.save(model.state_dict(), path)?"
        ) from None
    return _arrays(tree, os.path.getsize(path), path, torch)


def _first(error):
    """What torch says, without its colours and without its advice to run the file."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    first = re.split(r"[.\n] *(?:\s|$)", plain.strip(), maxsplit=1)[0]
    return f"{type(error).__name__}{': ' * bool(first)}{first[:200].rstrip(' .')}"


def _arrays(tree, most, path, torch):
    if isinstance(tree, dict):
        return {str(k): _arrays(v, most, path, torch) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [_arrays(v, most, path, torch) for v in tree]
    if not isinstance(tree, torch.Tensor):
        return None
    if tree.is_quantized or tree.is_sparse or tree.device.type == "meta":
        return np.zeros(tuple(0 for _ in tree.shape), np.int8)  # no floats
    if tree.numel() * tree.element_size() > most:
        refuse(path, KIND, f"a tensor {tuple(tree.shape)} is larger")
    tree = tree.detach()
    return (tree.float() if tree.dtype == torch.bfloat16 else tree).numpy()
