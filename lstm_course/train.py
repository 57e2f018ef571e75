"""One training loop for everything: clipped, recorded, resumable.

A run is determined by its seed: batch number n is drawn by a generator seeded with
(seed, n), so a run that stops and resumes sees the same batches and, on a CPU, ends
in the same bits.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm


@dataclass
class History:
    """What happened: one entry per step, and one per validation."""

    loss: list[float] = field(default_factory=list)
    grad_norm: list[float] = field(default_factory=list)  # before clipping
    valid: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = "steps"


def choose_device(device: str | None = None) -> torch.device:
    """The device asked for, or a GPU where there is one, else the CPU; printed."""
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    print(f"device: {device}")
    return torch.device(device)


def fit(
    model: nn.Module,
    loss: Callable[[nn.Module, Any], torch.Tensor],
    batches: Callable[[np.random.Generator], Any],
    *,
    steps: int,
    lr: float = 1e-3,
    clip: float | None = 1.0,
    weight_decay: float = 0.0,
    valid: Callable[[nn.Module], dict[str, float]] | None = None,
    every: int = 100,
    watch: str = "loss",
    patience: int | None = None,
    seed: int = 0,
    device: str | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
) -> History:
    """Train a model.

    Parameters
    ----------
    model : nn.Module
        Is moved to the device and changed in place.
    loss : callable
        ``loss(model, batch)`` -> scalar tensor.
    batches : callable
        ``batches(rng)`` -> one batch: a tuple of tensors, drawn with the generator.
    steps : int
        Number of updates in all, those before a resume included.
    lr, weight_decay : float
        Of AdamW (Loshchilov & Hutter 2019).
    clip : float or None
        Largest norm of the whole gradient (Pascanu et al. 2013); None: no clipping.
        The norm before clipping is recorded either way.
    valid : callable, optional
        ``valid(model)`` -> dict of floats, called every ``every`` steps in eval mode.
    watch : str
        Key of ``valid``'s dict that early stopping follows; smaller is better where
        the key is or ends in "loss" or "bits", larger otherwise.
    patience : int, optional
        Stop after this many validations without a better value.
    seed : int
        Of the batches and of dropout.
    device : str, optional
        "cpu", "cuda", ...; chosen and printed by default.
    checkpoint : path, optional
        File to save to every ``every`` steps; where it exists the run resumes from it.
    progress : bool
        Show a progress bar.

    Returns
    -------
    History

    Raises
    ------
    FloatingPointError
        If the loss or a gradient is NaN or infinite; names the step and parameter.
    """
    device = choose_device(device)
    model.to(device).train()
    adam = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
    torch.manual_seed(seed)
    history, first = _resume(checkpoint, model, adam, device)
    began = time.perf_counter() - history.seconds
    bar = tqdm(range(first, steps), initial=first, total=steps, disable=not progress)
    for step in bar:
        batch = batches(np.random.default_rng([seed, step]))
        value, norm = _update(model, loss, _to(batch, device), adam, clip, step)
        history.loss.append(value)
        history.grad_norm.append(norm)
        bar.set_postfix(loss=f"{value:.4f}", refresh=False)
        if (step + 1) % every == 0 or step + 1 == steps:
            history.seconds = time.perf_counter() - began
            if valid is not None:
                history.valid.append({"step": step + 1, **_evaluate(model, valid)})
            if checkpoint is not None:
                save(checkpoint, model, adam, history)
            if _stalled(history.valid, watch, patience):
                history.stopped = "patience"
                break
    bar.close()
    history.seconds = time.perf_counter() - began
    return history


def _update(model, loss, batch, adam, clip, step):
    """One update: -> loss, norm of the gradient before clipping."""
    adam.zero_grad(set_to_none=True)
    value = loss(model, batch)
    if not torch.isfinite(value):
        raise FloatingPointError(
            f"The loss is {float(value)} at step {step}. It was finite before. "
            "Expected a finite number. Lower lr, clip more, or look at this batch?"
        )
    value.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip or float("inf"))
    if not torch.isfinite(norm):
        bad = [k for k, p in model.named_parameters()
               if p.grad is not None and not torch.isfinite(p.grad).all()]
        raise FloatingPointError(
            f"The gradient of {', '.join(bad) or 'the whole model'} is not finite at step "
            f"{step}. Expected finite numbers. Lower lr or start from smaller weights?"
        )
    adam.step()
    return float(value.detach()), float(norm)


def _evaluate(model, valid):
    model.eval()
    with torch.no_grad():
        result = {k: float(v) for k, v in valid(model).items()}
    model.train()
    return result


def _stalled(valid, watch, patience):
    if patience is None or not valid:
        return False
    if watch not in valid[-1]:
        raise ValueError(
            f"watch is {watch!r}, but valid gives {sorted(valid[-1])}. Early stopping "
            f"follows one of them. Pass watch={sorted(valid[-1])[0]!r}?"
        )
    sign = 1.0 if watch.endswith(("loss", "bits")) else -1.0
    values = [sign * v[watch] for v in valid]
    return len(values) - 1 - int(np.argmin(values)) >= patience


def _to(batch, device):
    if isinstance(batch, torch.Tensor):
        return batch.to(device)
    return tuple(_to(b, device) for b in batch) if isinstance(batch, tuple) else batch


def save(path: str | Path, model: nn.Module, adam, history: History) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, whole."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    state = {"model": model.state_dict(), "adam": adam.state_dict(),
             "torch_rng": torch.get_rng_state(), "history": json.dumps(asdict(history))}
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _resume(path, model, adam, device):
    """Load a checkpoint where there is one: -> history so far, next step."""
    if path is None or not Path(path).exists():
        return History(), 0
    state = torch.load(path, map_location=device, weights_only=True)
    model.load_state_dict(state["model"])
    adam.load_state_dict(state["adam"])
    torch.set_rng_state(state["torch_rng"].cpu())
    history = History(**json.loads(state["history"]))
    return history, len(history.loss)
