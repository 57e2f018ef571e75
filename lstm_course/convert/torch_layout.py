"""torch.nn: matrices are the transpose of ours, and every block has two biases.

    weight_ih_l0 (nH, I)   weight_hh_l0 (nH, H)   bias_ih_l0, bias_hh_l0 (nH,)

Block order is ours (i, f, g, o and r, z, n).  In nn.RNN and nn.LSTM only the sum of
the two biases matters; in nn.GRU the second one sits inside the reset gate's product
for block n, so it is kept as b_h.
"""

from numbers import Integral

import numpy as np

from ..doors import as_cell, check_parameters
from .blocks import check_shape


def from_torch(module, layer=0, reverse=False):
    """Parameters of an nn.RNN, nn.LSTM, nn.GRU or their Cell classes.

    Parameters
    ----------
    module : torch.nn.Module
    layer : int
        Which layer of a stack.
    reverse : bool
        The backward direction of a bidirectional module.

    Returns
    -------
    dict
        Parameters of the cell "rnn", "lstm" or "gru" (reset after), float64.

    Raises
    ------
    ValueError
        For another module, a quantised one, nonlinearity="relu", proj_size, a layer it
        lacks, or weights that are computed from others.

    Examples
    --------
    >>> import torch
    >>> p = from_torch(torch.nn.LSTM(4, 6))
    >>> {k: v.shape for k, v in p.items()}
    {'W_x': (4, 24), 'W_h': (6, 24), 'b': (24,)}
    """
    name = _kind(module)
    q = {
        k: v.detach().cpu().double().numpy()
        for k, v in _tensors(module, layer, reverse, read=True).items()
    }
    b_ih = q.get("bias_ih", np.zeros(len(q["weight_ih"])))
    b_hh = q.get("bias_hh", np.zeros(len(q["weight_ih"])))
    p = {"W_x": q["weight_ih"].T.copy(), "W_h": q["weight_hh"].T.copy()}
    if name == "gru":
        return p | {"b": b_ih.copy(), "b_h": b_hh.copy()}
    return p | {"b": b_ih + b_hh}


def to_torch(p, module, layer=0, reverse=False):
    """Write parameters into a torch module; the inverse of ``from_torch``.

    The bias goes into bias_ih and bias_hh becomes 0 (nn.GRU: b_h).

    Parameters
    ----------
    p : dict
    module : torch.nn.Module
        Is changed in place.
    layer : int
    reverse : bool

    Returns
    -------
    torch.nn.Module
        The module.
    """
    import torch

    name = _kind(module)
    I, H = check_parameters(as_cell(name), p)
    tensors = _tensors(module, layer, reverse)
    new = {
        "weight_ih": p["W_x"].T,
        "weight_hh": p["W_h"].T,
        "bias_ih": p["b"],
        "bias_hh": p.get("b_h", np.zeros_like(p["b"])),
    }
    _check_target(new, tensors, I, H, layer)
    with torch.no_grad():
        for k, t in tensors.items():
            t.copy_(torch.as_tensor(np.ascontiguousarray(new[k])))
    return module


def _kind(module):
    """The cell that a torch module computes."""
    from torch import nn

    kinds = {
        "rnn": (nn.RNN, nn.RNNCell),
        "lstm": (nn.LSTM, nn.LSTMCell),
        "gru": (nn.GRU, nn.GRUCell),
    }
    name = next((k for k, types in kinds.items() if isinstance(module, types)), None)
    if name is None and "quant" in type(module).__module__:
        raise ValueError(
            f"This {type(module).__name__} is quantised, from {type(module).__module__}"
            ": its weights are rounded to 8 bits or prepared for it. Expected a float "
            "module of torch.nn. Pass the module it was made from, before quantising?"
        )
    if name is None:
        raise ValueError(
            f"{type(module).__name__} is no recurrent module of torch.nn. Expected "
            "RNN, LSTM, GRU or their Cell classes. Pass the layer inside your model, "
            "or for a Recurrent call layer.numpy()?"
        )
    if getattr(module, "nonlinearity", "tanh") != "tanh":
        raise ValueError(
            f"This {type(module).__name__} has nonlinearity={module.nonlinearity!r}. "
            "The cell 'rnn' is Elman's, with tanh. Build it with nonlinearity='tanh'?"
        )
    if getattr(module, "proj_size", 0):
        raise ValueError(
            f"This {type(module).__name__} has proj_size={module.proj_size}, so its h "
            "is a projection. No cell here has one. Build it with proj_size=0?"
        )
    return name


def _tensors(module, layer, reverse, read=False):
    """The module's own tensors of one layer and direction, by plain name; to be read
    they may also be what a parametrization computes at this moment."""
    layers = getattr(module, "num_layers", 1)
    suffix = f"_l{layer}{'_reverse' if reverse else ''}" * hasattr(module, "num_layers")
    two = getattr(module, "bidirectional", False)
    whole = isinstance(layer, Integral) and not isinstance(layer, bool)
    if not whole or not 0 <= layer < layers or (reverse and not two):
        raise ValueError(
            f"This {type(module).__name__} has no layer={layer}, reverse={reverse}. "
            f"It has {layers} layer(s), counted from 0, and {2 if two else 1} "
            "direction(s). Ask for one of these?"
        )
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    found = {n: getattr(module, n + suffix, None) for n in names}
    fine = {
        *module._parameters,
        *(getattr(module, "parametrizations", ()) if read else ()),
    }
    if computed := [
        n + suffix for n in names if found[n] is not None and n + suffix not in fine
    ]:
        raise ValueError(
            f"{computed[0]} of this {type(module).__name__} is computed from other "
            "parameters, as weight_norm and pruning do. Expected a parameter. Make "
            "it one with torch.nn.utils.remove_weight_norm, "
            "parametrize.remove_parametrizations or prune.remove?"
        )
    return {n: t for n, t in found.items() if t is not None}


def _check_target(new, tensors, I, H, layer):
    for k, t in tensors.items():
        check_shape(
            f"{k} made from p",
            new[k],
            tuple(t.shape),
            f"p has I = {I}, H = {H}. Is it meant for layer {layer}?",
        )
    for k in ("bias_ih", "bias_hh"):
        if k not in tensors and np.any(new[k]):
            raise ValueError(
                f"p has a bias of size up to {abs(new[k]).max():.3g}, but the module "
                "was built with bias=False. Expected zeros. Build it with bias=True?"
            )
