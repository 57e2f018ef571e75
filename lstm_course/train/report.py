"""What a run tells while it goes: a bar, lines of JSON, and TensorBoard if asked."""

import json
import time
from pathlib import Path

from tqdm.auto import tqdm

SMOOTH = 0.1  # weight of the newest step in the tokens per second


class Report:
    """Progress bar with loss, tokens per second and time left; a log; TensorBoard.

    The log has one JSON object per line: every step's ``step, loss, grad_norm, lr,
    tokens_per_second``, and every validation's ``step, valid``.
    """

    def __init__(self, steps, first, *, log=None, tensorboard=None, progress=True):
        self.bar = tqdm(total=steps, initial=first, disable=not progress, unit="step")
        self.file = open_log(log, first) if log is not None else None
        self.board = open_board(tensorboard, first) if tensorboard is not None else None
        self.rate, self.last = None, time.perf_counter()

    def step(self, step, tokens, **values):
        now = time.perf_counter()
        rate = tokens / max(now - self.last, 1e-9)
        self.rate = (
            rate if self.rate is None else (SMOOTH * rate + (1.0 - SMOOTH) * self.rate)
        )
        self.last = now
        self.bar.update()
        self.bar.set_postfix_str(
            f"loss={values['loss']:.4f}, {self.rate:,.0f} tokens/s", refresh=False
        )
        self._write(step, values | {"tokens_per_second": round(self.rate, 1)})

    def valid(self, step, values):
        scalars = {f"valid/{k}": v for k, v in values.items()}
        self._write(step, {"valid": values}, scalars)
        if self.file:
            self.file.flush()
        self.last = time.perf_counter()  # validation is not training speed

    def _write(self, step, values, scalars=None):
        if self.file:
            self.file.write(json.dumps({"step": step, **values}) + "\n")
        if self.board:
            for name, value in (scalars or values).items():
                self.board.add_scalar(name, value, step)

    def close(self):
        self.bar.close()
        for target in (self.file, self.board):
            if target:
                target.close()


def open_log(path, first):
    """A log to append to; lines of steps that a resumed run repeats are dropped."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = []
    if first and path.exists():
        kept = [
            line
            for line in path.read_text(encoding="utf-8").splitlines()
            if _step_of(line) <= first
        ]
    path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
    return path.open("a", encoding="utf-8")


def _step_of(line):
    """The step of a log line; infinity for one that a crash cut short."""
    try:
        return json.loads(line)["step"]
    except (ValueError, KeyError, TypeError):
        return float("inf")


def open_board(folder, first):
    """A TensorBoard writer, if the package is there."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise ValueError(
            f"tensorboard={str(folder)!r} was asked for, but the package tensorboard "
            "is not installed. It is optional; log='run.jsonl' records the same "
            "numbers. Run 'pip install tensorboard'?"
        ) from None
    return SummaryWriter(str(folder), purge_step=first + 1 if first else None)
