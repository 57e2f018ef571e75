"""What a run is given: checked before anything runs."""

import json
from collections.abc import Mapping
from numbers import Integral

import torch
from torch import nn

from ..doors import check_number, check_seed, check_size


def check_model(model):
    """A module with something to learn."""
    if isinstance(model, nn.Module) and any(
        p.requires_grad for p in model.parameters()
    ):
        return model
    raise ValueError(
        f"model is {type(model).__name__} without a parameter to train. Training moves "
        "numbers along their gradients. Expected a torch.nn.Module that has some. Pass "
        "the model itself, and unfreeze what shall learn?"
    )


def check_functions(**given):
    """Functions, or None where a name has no need of one."""
    for name, f in given.items():
        if f is not None and not callable(f) or f is None and name in CALLED:
            raise ValueError(
                f"{name} is {type(f).__name__}. It is called again and again. Expected "
                f"a function {CALLED.get(name, f'{name}(...)')}. Pass it without "
                "calling it?"
            )


CALLED = {"loss": "loss(model, batch)", "batches": "batches(rng)"}


def check_numbers(*, steps, every, warmup, lr, weight_decay, clip, patience, seed):
    """Counts and factors of a run."""
    check_size("steps", steps), check_size("every", every), check_seed(seed)
    check_size("warmup + 1", warmup + 1 if isinstance(warmup, Integral) else warmup)
    check_number("lr", lr, low=0.0), check_number("weight_decay", weight_decay, low=0.0)
    if patience is not None:
        check_size("patience", patience)
    if clip is not None and not check_number("clip", clip, low=0.0):
        raise ValueError(
            f"clip is {clip}. It is the longest gradient that is left as it is, and "
            "nothing would be learned from one of length 0. Expected more than 0, or "
            "None for no clipping. Write clip=1.0?"
        )


def check_stops(valid, **given):
    """What stops a run by its validations needs some."""
    for name, value in given.items():
        if value is not None and valid is None:
            raise ValueError(
                f"{name} is given, but no valid: it looks at validations, so nothing "
                f"would ever stop this run. Expected both or none. Pass valid=, or "
                f"leave {name} out?"
            )


def check_about(about):
    """What a checkpoint can hold: a dict that is also JSON."""
    try:
        json.dumps(about)
        fine = about is None or isinstance(about, Mapping)
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise ValueError(
            f"about is {str(about)[:60]!r}. A checkpoint keeps it as JSON, to build "
            "the model again. Expected a dict of texts, numbers and lists. Leave out "
            "what is none of these?"
        )


def check_loss(value):
    """A scalar tensor with a gradient."""
    if isinstance(value, torch.Tensor) and value.numel() == 1 and value.requires_grad:
        return value
    shape = f" of shape {tuple(value.shape)}" if hasattr(value, "shape") else ""
    raise ValueError(
        f"loss gave a {type(value).__name__}{shape}. Its gradient is what the model "
        "learns from. Expected one number, a tensor computed from the model's "
        "parameters. End it with .mean(), and leave out item() and detach()?"
    )


def check_values(values):
    """What a validation gives: a dict of numbers."""
    if isinstance(values, Mapping) and "step" not in values:
        return {k: float(v) for k, v in values.items()}
    raise ValueError(
        f"valid gave {str(values)[:60]!r}. Every validation is kept by name beside its "
        "'step'. Expected a dict of other names to numbers. Return {'loss': loss}?"
    )


def check_batch(batch):
    """Arrays or tensors, alone or in a tuple or dict."""
    parts = batch.values() if isinstance(batch, Mapping) else batch
    whole = isinstance(batch, Mapping | tuple | list)
    first = next(iter(parts), None) if whole else batch
    if hasattr(first, "shape") or isinstance(first, tuple | list) and first:
        return batch
    raise ValueError(
        f"batches gave {type(batch).__name__} {str(batch)[:40]!r}. It is drawn anew "
        "for every step. Expected a tensor, a NumPy array, or a tuple or dict of them. "
        "Put them into a tuple and take them apart in loss?"
    )
