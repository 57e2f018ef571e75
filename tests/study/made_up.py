"""A study whose truth is known: trials as rows, made up from settings and a cell."""

import numpy as np

STEPS, POINTS = 100, 10


def settings(rng):
    return {
        "lr": float(10 ** rng.uniform(-3, -1)),
        "width": int(2 ** rng.uniform(3, 5)),
        "clip": float(10 ** rng.uniform(-1, 1)),
        "bias": float(rng.uniform(-2, 4)),
        "start": str(rng.choice(["bias", "chrono"])),
        "noise": float(10 ** rng.uniform(-2.5, -0.5)),
    }


def hidden(s, harm=0.0):
    """How bad a setting is, by the learning rate above all."""
    return (np.log10(s["lr"]) + 2) ** 2 + harm * (np.log10(s["noise"]) + 2.5) / 2


def rows(
    cells, tasks=("a", "b"), draws=20, seed=0, luck=0.2, harm=0.0, start=0, common=True
):
    """Trials of cells {name: nats better than the first, or None: mostly diverges}.

    ``common``: what luck a seed brings to all cells; ``harm``: of noise, in nats.
    """
    out = []
    for k, task in enumerate(tasks):
        for draw in range(start, start + draws):
            rng = np.random.default_rng([seed, k, draw])
            s, fate = settings(rng), rng.normal() * common
            for name, better in cells.items():
                out.append(trial(rng, task, name, draw, s, better, luck, fate, harm))
    return out


def trial(rng, task, name, draw, s, better, luck, fate, harm):
    diverged = better is None and (s["lr"] > 3e-3 or rng.random() < 0.5)
    loss = np.exp(hidden(s, harm) - (better or 0) + luck * (fate + rng.normal()) - 1)
    time = np.arange(1, POINTS + 1) / POINTS
    curve = loss + 2 * (np.exp(-5 * time) - np.exp(-5))
    return {
        **{"task": task, "cell": name, "draw": draw, "seed": 0, **s},
        "state": "diverged" if diverged else "finished",
        "units": s["width"],
        "weights": 4 * s["width"] ** 2,
        "operations": 1e6,
        "seconds": 2.0,
        "steps": STEPS,
        "loss": np.inf if diverged else float(loss),
        "test": np.inf if diverged else float(loss * np.exp(0.02 * rng.normal())),
        "accuracy": 0.0 if diverged else float(np.exp(-loss)),
        "curve": [] if diverged else [float(v) for v in curve],
    }
