"""The loop: step after step, a validation now and then, until it is time to stop.

A run is determined by its seed: batch number n is drawn by a generator seeded with
(seed, n), so a run that stops - or is killed - and resumes sees the same batches and,
on a CPU, ends in the same bits.  Started by ``torchrun`` it shares each batch among the
processes.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from . import entry, schedules
from .history import History, since_best
from .report import Report
from .run import Run, count_tokens


def fit(
    model: nn.Module,
    loss: Callable[[nn.Module, Any], torch.Tensor],
    batches: Callable[..., Any],
    *,
    steps: int,
    lr: float = 1e-3,
    clip: float | None = 1.0,
    weight_decay: float = 0.0,
    schedule: str | Callable[[int, int], float] = "constant",
    warmup: int = 0,
    valid: Callable[[nn.Module], dict[str, float]] | None = None,
    every: int = 100,
    watch: str = "loss",
    patience: int | None = None,
    until: Callable[[dict[str, float]], bool] | None = None,
    seed: int = 0,
    device: str | None = None,
    precision: str = "float32",
    checkpoint: str | Path | None = None,
    about: dict | None = None,
    log: str | Path | None = None,
    tensorboard: str | Path | None = None,
    tokens: Callable[[Any], int] | None = None,
    weigh: Callable[[Any], float] | None = None,
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
        ``batches(rng)`` or ``batches(rng, step)`` -> one batch: a tuple of tensors or
        NumPy arrays (floating ones become float32), drawn with the generator.
    steps : int
        Number of updates in all, those before a resume included.
    lr, weight_decay : float
        Of AdamW (Loshchilov & Hutter 2019).
    clip : float or None
        Largest norm of the whole gradient (Pascanu et al. 2013); None: no clipping.
        The norm before clipping is recorded either way.
    schedule, warmup : str or callable, int
        "constant", "linear", "cosine" or ``f(step, steps)`` -> factor on lr, after
        that many steps of an even rise.
    valid : callable, optional
        ``valid(model)`` -> dict of floats, called every ``every`` steps in eval mode.
    watch : str
        Key of ``valid``'s dict that early stopping and the best checkpoint follow;
        smaller is better where it ends in loss, bits, mse, perplexity or error.
    patience : int, optional
        Stop after this many validations without a better value.
    until : callable, optional
        ``until(values)`` -> bool: stop when a validation satisfies it.
    seed : int
        Of the batches and of dropout.
    device : str, optional
        "cpu", "cuda", ...; chosen and printed by default.
    precision : str
        "float32", or mixed: "bfloat16" or "float16" products, float32 weights.
    checkpoint : path, optional
        File to save to every ``every`` steps; where it exists the run resumes from it.
        The best model by ``watch`` is kept beside it: run.pt -> run.best.pt.
    about : dict, optional
        Stored in the checkpoint: what is needed to build the model again.
    log, tensorboard : path, optional
        A file of JSON lines; a folder for TensorBoard, if that is installed.
    tokens : callable, optional
        ``tokens(batch)`` -> how many steps of sequences it holds, for the tokens/s;
        T * B of its first array by default.
    weigh : callable, optional
        ``weigh(batch)`` -> how many terms the loss is a mean of, if not the same for
        each sequence; only several processes need it.
    progress : bool
        Show a progress bar.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        For what cannot be meant, before anything runs.
    FloatingPointError
        If the loss or a gradient is NaN or infinite; names the step and parameter.
    """
    entry.check_model(model)
    entry.check_functions(
        loss=loss, batches=batches, valid=valid, until=until, tokens=tokens, weigh=weigh
    )
    entry.check_numbers(
        steps=steps,
        every=every,
        warmup=warmup,
        lr=lr,
        clip=clip,
        weight_decay=weight_decay,
        patience=patience,
        seed=seed,
    )
    entry.check_stops(valid, patience=patience, until=until)
    entry.check_about(about)
    run = Run(
        model,
        loss,
        batches,
        steps=steps,
        lr=lr,
        clip=clip,
        seed=seed,
        weight_decay=weight_decay,
        device=device,
        precision=precision,
    )
    run.rate = schedules.make(schedule, warmup)
    run.tokens, run.weigh = tokens or count_tokens, weigh
    history = run.resume(checkpoint)
    log, tensorboard, progress = run.team.only_first(log, tensorboard, progress)
    report = Report(
        steps, len(history.loss), log=log, tensorboard=tensorboard, progress=progress
    )
    began = time.perf_counter() - history.seconds
    try:
        while len(history.loss) < steps and history.stopped == "steps":
            report.step(len(history.loss) + 1, **run.step())
            done = len(history.loss)
            if done % every and done < steps:
                continue
            if valid is not None:
                values = run.validate(valid)
                report.valid(done, values)
                history.stopped = _reason(history, values, watch, patience, until)
            history.seconds = time.perf_counter() - began
            if checkpoint is not None:
                run.keep(checkpoint, watch, about)
    finally:
        report.close()
    history.seconds = time.perf_counter() - began
    return history


def _reason(
    history: History,
    values: dict[str, float],
    watch: str,
    patience: int | None,
    until: Callable | None,
) -> str:
    """Why to stop after this validation; "steps": go on."""
    if until is not None and until(values):
        return "solved"
    if patience is not None and since_best(history.valid, watch) >= patience:
        return "patience"
    return "steps"
