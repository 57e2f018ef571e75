"""A run under way: what one step of the training loop does."""

import inspect
from collections.abc import Mapping
from contextlib import nullcontext

import numpy as np
import torch

from . import checkpoint as files
from . import entry, faults
from .history import since_best
from .parallel import Team, is_first, own

RANKS_APART = 1_000_003  # between the seeds of dropout of two processes
PRECISIONS = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(device=None):
    """The device asked for; else a GPU where there is one or the CPU, printed."""
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        print(f"device: {device}")
    try:
        return torch.empty(0, device=own(device)).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(
            f"The device {str(device)!r} cannot be used: {str(error).splitlines()[0]}. "
            "Expected one that this torch has, such as cpu. Pass device='cpu', or "
            "--device cpu?"
        ) from None


class Run:
    """A run under way: the model, its optimiser, its history, and the processes."""

    def __init__(
        self,
        model,
        loss,
        batches,
        *,
        steps,
        lr,
        clip,
        weight_decay,
        seed,
        device,
        precision,
    ):
        self.device = choose_device(device)
        self.team = Team(self.device)
        self.model = model.to(self.device).train()
        self.adam = torch.optim.AdamW(
            model.parameters(), lr=lr, weight_decay=weight_decay
        )
        self.steps, self.lr, self.clip, self.seed = steps, lr, clip, seed
        self.batches, self.loss = _with_step(batches), self.team.wrap(model, loss)
        self.mixed = Mixed(precision, self.device)
        self.dtype = next(model.parameters()).dtype
        torch.manual_seed(seed + RANKS_APART * self.team.rank)

    def resume(self, checkpoint):
        """Go on from a checkpoint where there is one."""
        self.history = files.resume(checkpoint, self)
        return self.history

    def step(self):
        """One update; -> what to report of it."""
        step = len(self.history.loss)
        for group in self.adam.param_groups:
            group["lr"] = self.lr * self.rate(step, self.steps)
        batch = self.batches(np.random.default_rng([self.seed, step]), step)
        entry.check_batch(batch)
        whole = each(batch, lambda part: as_tensor(part, self.dtype))
        mine = each(self.team.share(whole), self.on_device)
        part = self.team.fraction(self.weigh(mine)) if self.weigh else 1.0
        value, norm = self.update(mine, step, part)
        value = self.team.total(value) / self.team.size
        self.history.loss.append(value)
        self.history.grad_norm.append(norm)
        return {
            "tokens": self.tokens(whole),
            "loss": value,
            "grad_norm": norm,
            "lr": self.adam.param_groups[0]["lr"],
        }

    def on_device(self, part):
        """A part of a batch where the model is, if it can be moved at all."""
        return part.to(self.device) if isinstance(part, torch.Tensor) else part

    def update(self, batch, step, part):
        """-> this share's loss, norm of the gradient before clipping."""
        self.adam.zero_grad(set_to_none=True)
        with self.mixed.context():
            value = entry.check_loss(self.loss(batch))
        faults.check_loss(value, self.model, step)
        value = value * part
        self.mixed.backward(value, self.adam)
        norm = gradient_norm(self.model)
        if self.mixed.scaler is None:
            faults.check_gradient(norm, self.model, step)
        self.mixed.count(norm, step)
        clip_gradient(self.model, norm, self.clip)
        self.mixed.advance(self.adam)
        return float(value.detach()), float(norm)

    def validate(self, valid):
        """Evaluate in process 0, in eval mode; every process learns the result."""
        self.model.eval()
        with torch.no_grad():
            values = self.team.told(
                entry.check_values(valid(self.model)) if is_first() else None
            )
        self.model.train()
        self.history.valid.append({"step": len(self.history.loss), **values})
        return values

    def keep(self, checkpoint, watch, about):
        """Save the run, and first the model if it is the best so far."""
        paths = [checkpoint]
        if self.history.valid and since_best(self.history.valid, watch) == 0:
            paths = [files.best_path(checkpoint), checkpoint]
        for path in paths:
            files.save(path, self, about)


class Mixed:
    """Mixed precision: which products are narrow, and the scale of float16's loss."""

    def __init__(self, precision, device):
        if precision not in PRECISIONS:
            raise ValueError(
                f"precision is {precision!r}. Products are taken in one of "
                f"{', '.join(map(repr, PRECISIONS))}. Write precision='bfloat16'?"
            )
        dtype = PRECISIONS[precision]
        self.context = (
            nullcontext
            if dtype is None
            else (lambda: torch.autocast(device.type, dtype=dtype))
        )
        half = precision == "float16"
        self.scaler = torch.amp.GradScaler(device.type) if half else None
        self.skipped = 0

    def backward(self, value, adam):
        """Gradients, with float16's scale taken out again."""
        if self.scaler is None:
            value.backward()
        else:
            self.scaler.scale(value).backward()
            self.scaler.unscale_(adam)

    def count(self, norm, step):
        """Steps in a row that are skipped; too many are an error."""
        self.skipped = 0 if bool(torch.isfinite(norm)) else self.skipped + 1
        faults.check_skipped(self.skipped, step)

    def advance(self, adam):
        """The update; float16 skips it while it searches for its scale."""
        if self.scaler is None:
            adam.step()
        else:
            self.scaler.step(adam)
            self.scaler.update()


def gradient_norm(model):
    """Euclidean norm of the whole gradient, as a tensor."""
    norms = [p.grad.norm() for p in model.parameters() if p.grad is not None]
    return torch.stack(norms).norm()


def clip_gradient(model, norm, clip):
    """Scale the gradient down to the norm ``clip`` where it is longer."""
    if clip is None or not norm > clip:
        return
    for p in model.parameters():
        if p.grad is not None:
            p.grad.mul_(clip / norm)


def _with_step(batches):
    """``batches`` as a function of (rng, step), whether it asks for the step or not."""
    wants = inspect.signature(batches).parameters.values()
    needed = [
        p
        for p in wants
        if p.default is p.empty
        and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return batches if len(needed) > 1 else lambda rng, step: batches(rng)


def each(batch, change):
    """A batch with each of its parts changed."""
    if isinstance(batch, tuple | list):
        return tuple(each(part, change) for part in batch)
    if isinstance(batch, Mapping):
        return {name: each(part, change) for name, part in batch.items()}
    return change(batch)


def as_tensor(part, dtype=torch.float32):
    """A NumPy array as a tensor, a floating one in the model's dtype."""
    if not isinstance(part, np.ndarray):
        return part
    tensor = torch.from_numpy(np.ascontiguousarray(part))
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def count_tokens(batch):
    """T * B of the first array of a batch."""
    while isinstance(batch, Mapping | tuple | list):
        batch = next(iter(batch.values() if isinstance(batch, Mapping) else batch))
    return int(np.prod(batch.shape[:2]))
