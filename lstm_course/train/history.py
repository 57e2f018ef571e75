"""What happened in a run: one entry per step, one per validation."""

from dataclasses import dataclass, field

import numpy as np

SMALL = ("loss", "bits", "mse", "perplexity", "error")  # smaller is better


@dataclass
class History:
    """What happened: one entry per step, and one per validation."""

    loss: list[float] = field(default_factory=list)
    grad_norm: list[float] = field(default_factory=list)  # before clipping
    valid: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = "steps"  # or "patience", or "solved"


def since_best(valid: list[dict], watch: str) -> int:
    """Validations since the best value of ``watch``; 0: the last one is the best."""
    if watch not in valid[-1]:
        raise ValueError(
            f"watch is {watch!r}, but valid gives {sorted(valid[-1])}. Early stopping "
            f"and the best checkpoint follow one of them. "
            f"Pass watch={sorted(valid[-1])[0]!r}?"
        )
    sign = 1.0 if watch.endswith(SMALL) else -1.0
    values = [sign * v[watch] for v in valid]
    return len(values) - 1 - int(np.argmin(values))
