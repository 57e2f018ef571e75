"""torch.save: read by torch itself with ``weights_only``, which runs nothing."""

import os

import numpy as np

from .bounds import check_zip, refuse


def load(path):
    """Path -> nested dict of ndarray, mapped where the file allows it.

    Raises
    ------
    ValueError
        For a file that holds more than tensors and plain containers.
    """
    import torch

    zipped = open(path, "rb").read(2) == b"PK"
    if zipped:
        check_zip(path, "a file of torch.save")
    try:
        tree = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except Exception as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else ""
        raise ValueError(
            f"{path} cannot be read without running it: {type(error).__name__}: "
            f"{first[:200]} Expected a state dict, tensors by name. Load the model "
            "where you trust it and write torch.save(model.state_dict(), path)?"
        ) from None
    return _arrays(tree, os.path.getsize(path), path, torch)


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
        refuse(path, "a file of torch.save", f"a tensor {tuple(tree.shape)} is larger")
    tree = tree.detach()
    return (tree.float() if tree.dtype == torch.bfloat16 else tree).numpy()
