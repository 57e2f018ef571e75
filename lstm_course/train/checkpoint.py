"""Checkpoints that a crash cannot break: the old file or the new one, always whole."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import torch

from .history import History


def best_path(path):
    """Where the best model is kept beside the last one: run.pt -> run.best.pt."""
    path = Path(path)
    return path.with_name(f"{path.stem}.best{path.suffix}")


def write(path, state):
    """Write to a neighbour, force it to the disk, and only then take the name."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    if hasattr(os, "O_DIRECTORY"):  # make the new name itself durable, where possible
        folder = os.open(path.parent, os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)


def save(path, run, about=None):
    """Write everything a run needs to go on as if it had not stopped."""
    own = {"rng": torch.get_rng_state(), "carry": getattr(run.model, "carry", None)}
    if torch.cuda.is_available():
        own["cuda_rng"] = torch.cuda.get_rng_state()
    each, scaler = run.team.gather(own), run.mixed.scaler
    if run.team.rank:
        return
    write(
        path,
        {
            "model": run.model.state_dict(),
            "adam": run.adam.state_dict(),
            "each": each,
            "scaler": scaler and scaler.state_dict(),
            "history": json.dumps(asdict(run.history)),
            "seed": run.seed,
            "about": json.dumps(about or {}),
        },
    )


def load(path, device="cpu"):
    """Read a checkpoint: "model" (a state dict), "about", "history", and the rest.

    Raises
    ------
    ValueError
        If there is no such file or it is no checkpoint of this course.
    """
    path = Path(path)
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*.pt"))[:5]
        raise ValueError(
            f"There is no checkpoint {str(path)!r}. Found beside it: "
            f"{', '.join(near) or 'none'}. Expected a file that training wrote. "
            "Check the path?"
        )
    try:
        state = torch.load(path, map_location=device, weights_only=True)
        state["history"] = History(**json.loads(state["history"]))
        state["about"] = json.loads(state["about"])
    except Exception as error:  # torch raises many kinds for a file that is not its own
        raise ValueError(
            f"{str(path)!r} is no checkpoint of this course: {type(error).__name__}. "
            "Expected a file that training wrote. Delete it and train again?"
        ) from error
    return state


def resume(path, run):
    """Continue from a checkpoint where there is one: -> history so far."""
    if path is None or not Path(path).exists():
        return History()
    state, team, scaler = load(path, run.device), run.team, run.mixed.scaler
    if state["seed"] != run.seed:
        raise ValueError(
            f"{Path(path).name} belongs to a run with seed {state['seed']}, but this "
            f"one has seed {run.seed}. A run resumes with its own seed. Pass seed="
            f"{state['seed']}, or another checkpoint file?"
        )
    if len(state["each"]) != team.size:
        raise ValueError(
            f"{Path(path).name} was saved by {len(state['each'])} processes, but "
            f"{team.size} resume it. Each goes on with its own sequences, so it takes "
            f"as many. Use torchrun --nproc_per_node {len(state['each'])}?"
        )
    try:
        run.model.load_state_dict(state["model"])
    except RuntimeError as error:
        raise ValueError(
            f"{Path(path).name} was saved from another model: "
            f"{str(error).splitlines()[-1].strip()} Expected the same sizes. "
            "Choose another checkpoint file, or delete this one?"
        ) from None
    run.adam.load_state_dict(state["adam"])
    if scaler is not None and state["scaler"] is not None:
        scaler.load_state_dict(state["scaler"])
    own = state["each"][team.rank]
    torch.set_rng_state(own["rng"].cpu())
    if "cuda_rng" in own and torch.cuda.is_available():
        torch.cuda.set_rng_state(own["cuda_rng"].cpu())
    if own["carry"] is not None:
        run.model.carry = own["carry"]
    return state["history"]
