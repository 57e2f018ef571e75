"""What a layer is given: checked, unpacked, in the precision of its weights.

As ``torch.nn.LSTM`` does, a layer takes a ``PackedSequence`` and works under autocast.
A value is looked at only where there is one: not while torch traces or transforms.
"""

from contextlib import nullcontext
from typing import NamedTuple

import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from ..doors import check_floats, check_state, check_x
from .choose import ordinary
from .rows import Rows


class Given(NamedTuple):
    """The input of a layer, time first, and what gives its outputs their form back."""

    x: torch.Tensor
    lengths: torch.Tensor | None
    form: object

    def back(self, h):
        """Outputs (T, B, H) in the form in which x came."""
        if self.form is None:
            return h
        if self.form == "batch first":
            return h.transpose(0, 1)
        order, lengths = self.form.sorted_indices, self.lengths.cpu()
        if order is not None:
            h, lengths = h.index_select(1, order), lengths[order.cpu()]
        return self.form._replace(data=pack_padded_sequence(h, lengths).data)


def unpack(x, lengths, batch_first, axes=3):
    """-> Given, from a tensor of so many axes or a PackedSequence."""
    if isinstance(x, PackedSequence):
        if lengths is not None:
            raise ValueError(
                "x is a PackedSequence, which knows the lengths of its sequences, but "
                f"lengths={lengths} came with it. Expected one of the two. Leave out "
                "lengths?"
            )
        return Given(*pad_packed_sequence(x), x)
    _check_tensor("x", x, "(T, B, I)")
    swap = batch_first and x.dim() == axes
    x = x.transpose(0, 1) if swap else x
    return Given(x, lengths, "batch first" if swap else None)


def _check_tensor(name, x, shape):
    if not isinstance(x, torch.Tensor):
        raise ValueError(
            f"{name} is a {type(x).__module__}.{type(x).__name__}. This layer computes "
            f"with torch tensors. Expected a tensor {shape} in the dtype of the "
            f"weights. Write torch.as_tensor({name}, dtype=torch.float32)?"
        )
    if x.layout != torch.strided:
        raise ValueError(
            f"{name} has the layout {x.layout}. This layer reads plain tensors "
            f"{shape}, sequences of unequal length with lengths=. Expected "
            f"torch.strided. Write {name}.to_dense(), or {name}.to_padded_tensor(0.0)?"
        )


def may_look(tensor):
    """Whether a tensor's numbers are looked at: on a card that would wait for it."""
    return ordinary([tensor]) and tensor.device.type == "cpu"


def check_input(x, weight, I, who):
    """x (T, B, I) as the weights want it, in their precision; under autocast cast."""
    check_x(x, I, who, values=may_look(x))
    return _as_weights("x", x, weight)


def _as_weights(name, x, weight, dtype=None):
    """x in the dtype of the weights, or in ``dtype``; cast under autocast only."""
    dtype = dtype or weight.dtype
    if x.device == weight.device and x.dtype != dtype and reduced(weight):
        if x.is_floating_point() and x.dtype.itemsize < 8:
            return x.to(dtype)
    if x.dtype != dtype or x.device != weight.device:
        raise ValueError(
            f"{name} is {x.dtype} on {x.device}, but the weights are {weight.dtype} on "
            f"{weight.device}; expected {dtype} there. Move it with "
            f"{name}.to({str(weight.device)!r}, {dtype}), or the layer with layer.to?"
        )
    return x


def reduced(weight):
    """The precision that autocast asks for, or None; as in torch, not for float64."""
    kind = weight.device.type
    if weight.dtype == torch.float64 or weight.is_meta:
        return None
    if not torch.is_autocast_enabled(kind):
        return None
    return torch.get_autocast_dtype(kind)


def own_precision(x):
    """Where autocast changes nothing; on the device "meta" there is none."""
    return nullcontext() if x.is_meta else torch.autocast(x.device.type, enabled=False)


def check_states(state, cell, starts, weight, n):
    """States (n, B, H) of n layers and directions -> n tuples, one for each."""
    names = cell.states
    if isinstance(state, torch.Tensor) and len(names) == 1:
        state = (state,)  # as nn.GRU and nn.RNN take it
    if not isinstance(state, tuple | list) or len(state) != len(names):
        check_state(state, names, (n, *starts[0].shape), "state")
    out = []
    for s, name, start in zip(state, names, starts, strict=True):
        _check_tensor(name, s, f"{(n, *start.shape)}")
        check_state((s,), (name,), (n, *start.shape), "state", values=may_look(s))
        out.append(_as_weights(name, s, weight, start.dtype))
    return [tuple(s[k] for s in out) for k in range(n)]


def start_states(cell, B, H, weight):
    """The state before the first step of one layer: tensors like the weights.

    What a cell counts in whole numbers has at least 32 bits.  While torch traces,
    compiles or exports, B stays free.
    """
    long = torch.promote_types(weight.dtype, torch.float32)
    kinds = [long if s in cell.whole else weight.dtype for s in cell.states]
    free = torch.jit.is_tracing() or torch.compiler.is_compiling()
    first = cell.initial(1 if free else B, H)
    if weight.dtype.itemsize < long.itemsize:  # nothing below what half precision holds
        first = [s.clip(torch.finfo(k).min) for s, k in zip(first, kinds, strict=True)]
    starts = (
        torch.as_tensor(s, dtype=k, device=weight.device)
        for s, k in zip(first, kinds, strict=True)
    )
    return tuple(s.expand(B, *s.shape[1:]) if free else s for s in starts)


def check_lengths(lengths, T, B, device):
    """Lengths as a tensor (B,) of whole numbers between 1 and T, or None."""
    if lengths is None:
        return None
    given = torch.as_tensor(lengths, device=device)
    whole = not (given.is_floating_point() or given.is_complex())
    if given.shape != (B,) or given.dtype == torch.bool or not whole:
        raise ValueError(
            f"lengths has shape {tuple(given.shape)} and dtype {given.dtype}; it "
            f"holds one whole number for each of the B = {B} sequences. Expected "
            f"shape ({B},). Pass a list of ints, of a mask (B, T) mask.sum(1)?"
        )
    if may_look(given) and not 1 <= int(given.min()) <= int(given.max()) <= T:
        raise ValueError(
            f"lengths run from {int(given.min())} to {int(given.max())}, but x has "
            f"T = {T} steps. Expected 1 to {T}. Drop empty sequences before the batch?"
        )
    return given.long()


def check_weights(p, wanted, where):
    """Parameters of the wanted names and shapes, with finite values."""
    if set(p) != set(wanted):
        raise ValueError(
            f"The names of these parameters are wrong: got {sorted(p)}, {where} wants "
            f"{sorted(wanted)}. Were they made for this cell?"
        )
    for k, v in p.items():
        if tuple(v.shape) != tuple(wanted[k].shape):
            raise ValueError(
                f"{k} does not fit: its shape is {tuple(v.shape)}, {where} wants "
                f"{tuple(wanted[k].shape)}. Check input_size and hidden_size?"
            )
        check_floats(k, v)


def check_dtype(dtype):
    """Weights are floating-point numbers of torch."""
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise ValueError(
            f"dtype is {dtype}. Weights are floating-point numbers. Expected a "
            "torch.dtype of that kind. Write dtype=torch.float32?"
        )


def check_rows(codes, table, weight, I):
    """-> Rows, of a table that fits the layer in width, precision and place."""
    tensor = isinstance(table, torch.Tensor)
    kind = weight.dtype, weight.device
    if not tensor or table.shape[1:] != (I,) or (table.dtype, table.device) != kind:
        got = f"{tuple(table.shape)} of {table.dtype}" if tensor else type(table)
        raise ValueError(
            f"table is {got}. Its rows are the features that codes stand for. Expected "
            f"(K, {I}) of {weight.dtype} on {weight.device}. Pass embedding.weight, of "
            "an embedding as wide as the layer's input_size?"
        )
    return Rows(check_codes(codes, len(table)), table)


def check_codes(x, K):
    """Codes x (T, B) as a tensor of long: whole numbers, of K things."""
    whole = isinstance(x, torch.Tensor) and not (
        x.is_floating_point() or x.is_complex() or x.dtype == torch.bool
    )
    if not whole or x.dim() != 2 or 0 in x.shape:
        kind = f"{type(x).__module__}.{type(x).__name__}"
        if isinstance(x, torch.Tensor):
            kind = f"tensor {tuple(x.shape)} of {x.dtype}"
        raise ValueError(
            f"x is a {kind}. It holds codes, a whole number for every symbol; a packed "
            "batch is padded first. Expected a tensor (T, B) of torch.long, no axis of "
            "it empty. Write torch.as_tensor(codes)?"
        )
    if ordinary([x]) and not 0 <= int(x.min()) <= int(x.max()) < K:
        raise ValueError(
            f"x holds codes from {int(x.min())} to {int(x.max())}. This model "
            f"knows {K} of them. Expected 0 to {K - 1}. Was it coded with another "
            "vocabulary?"
        )
    return x.long()
