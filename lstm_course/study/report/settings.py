"""What the settings decide: shares of variance, pairs of settings, single effects.

All cells met the same few draws, so their trials tell little more about the settings
than one cell's do: 345 rows of a task are 15 settings.  Therefore a draw is one point
here, its standing the mean over cells, each less its own mean.  How large a share the
same forest finds where there is nothing to find stands beside it, as "by chance".
"""

from itertools import combinations

import numpy as np

from . import forest
from .compare import percentiles, widened
from .trials import LOGS, SETTINGS, stands

SHUFFLES, BOOTS, SMALL = 20, 50, 16  # SMALL: trees of a forest that is one of many
DRAWN_ANEW = 1000  # bootstrap samples of a straight line
FROM, TO = 0.0, 1.0  # biases that Jozefowicz et al. (2015) compare


def parts(by_task):
    """Table: how much of the standings' variance cell, setting and both together hold.

    "both" is a cell's liking for a setting, and the luck of a seed.
    """
    out = []
    for task, t in by_task.items():
        y = stands(t)
        y = y[:, ~np.isnan(y).any(axis=0)]
        if min(y.shape) < 2 or not y.std():
            continue
        cell = y.mean(axis=1).var() / y.var()
        setting = y.mean(axis=0).var() / y.var()
        out.append({
            "task": task, "draws": y.shape[1], "cell": float(cell),
            "setting": float(setting), "both": float(1 - cell - setting),
        })  # fmt: skip
    return out


def scopes(by_task):
    """(kind, name, X (n, D), y (n,), group (n,)): everything, each task, each cell.

    ``group`` counts draws: rows of one are drawn together.
    """
    cells = dict.fromkeys(cell for t in by_task.values() for cell in t.cells)
    yield "all", "all", *stacked(by_task)
    for task, t in by_task.items():
        yield "task", task, *stacked({task: t})
    for cell in cells:
        having = {task: t for task, t in by_task.items() if cell in t.cells}
        yield "cell", cell, *stacked(having, [cell])


def stacked(by_task, cells=None):
    """Settings X (n, D), levels y (n,), number of the draw (n,), all tasks in a row."""
    X, y, group = [], [], []
    for k, t in enumerate(by_task.values()):
        X.append(numbers(t.settings))
        y.append(levels(t, cells))
        group.append(np.array([f"{k} {draw}" for draw in t.draws]))
    X, y, group = np.vstack(X), np.concatenate(y), np.concatenate(group)
    there = ~np.isnan(y)
    return X[there], y[there], np.unique(group[there], return_inverse=True)[1]


def levels(t, cells=None):
    """(n,): mean standing of some cells, or all, each less its own mean."""
    y = stands(t)
    y = y - np.nanmean(y, axis=1, keepdims=True)
    rows = [t.row(cell) for cell in cells or t.cells if cell in t.cells]
    known = ~np.isnan(y[rows])
    total = np.where(known, y[rows], 0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def numbers(settings):
    """Settings as columns (n, D) in the order of SETTINGS, some as logarithms."""
    out = []
    for name in SETTINGS:
        values = settings[name]
        if name == "start":
            values = np.unique(values, return_inverse=True)[1]
        out.append(np.log10(values) if name in LOGS else values.astype(float))
    return np.stack(out, axis=1)


def shares(X, y, seed=0, trees=forest.TREES):
    """Shares (D,) of single settings and (D, D) of pairs; constant ones have none."""
    D = X.shape[1]
    single, pairs = np.zeros(D), np.zeros((D, D))
    vary = np.flatnonzero(np.ptp(X, axis=0) > 0) if len(X) > 2 else np.array([], int)
    if len(vary):
        bounds = np.stack([X[:, vary].min(axis=0), X[:, vary].max(axis=0)], axis=1)
        grown = forest.fit(X[:, vary], y, seed, trees)
        single[vary], pairs[np.ix_(vary, vary)] = forest.shares(grown, bounds)
    return single, pairs


def decomposed(by_task):
    """Two tables: the share of variance of each setting, and of each pair.

    In one scope (everything, a task, a cell) they and what three and more settings do
    together add up to 1.
    """
    single, pairs = [], []
    for kind, name, X, y, _ in scopes(by_task):
        one, two = shares(X, y)
        luck = by_chance(X, y) if kind != "cell" else [None] * len(SETTINGS)
        about = {"of": kind, "name": name, "draws": len(y)}
        for j, setting in enumerate(SETTINGS):
            single.append(about | {
                "setting": setting, "share": float(one[j]), "by_chance": luck[j],
            })  # fmt: skip
        for j, k in combinations(range(len(SETTINGS)), 2):
            pairs.append(about | {
                "first": SETTINGS[j], "second": SETTINGS[k], "share": float(two[j, k]),
            })  # fmt: skip
    return single, pairs


def by_chance(X, y):
    """Shares that a forest finds where settings and results are shuffled: D floats."""
    rng = np.random.default_rng(len(y))
    found = [shares(X, rng.permutation(y), k, SMALL)[0] for k in range(SHUFFLES)]
    return [float(share) for share in np.mean(found, axis=0)]


def share_boots(X, y, group):
    """Shares where draws are drawn anew: single (BOOTS, D), pairs together (BOOTS,)."""
    rng = np.random.default_rng(len(y))
    members = [np.flatnonzero(group == g) for g in range(group.max() + 1)]
    single, pairs = [], []
    for k in range(BOOTS):
        draws = rng.integers(0, len(members), len(members))
        rows = np.concatenate([members[g] for g in draws])
        one, two = shares(X[rows], y[rows], k, SMALL)
        single.append(one)
        pairs.append(two.sum())
    return np.array(single), np.array(pairs)


# ------------------------------------------------------------------- single effects


def effects(by_task, cells=None, name="all"):
    """Table: what a setting does to the standing, the others held fixed.

    ``bias`` is the step from 0 to 1, ``chrono`` stands against a bias of 1; the others
    go from the lowest value tried to the highest.
    """
    gains, boots, freedom = fitted(by_task, cells)
    if gains is None:
        return []
    out = []
    for effect, gain, other in zip(EFFECTS, gains, boots.T, strict=True):
        low, high = percentiles(other, freedom)
        out.append({
            "cells": name, "effect": effect, "gain": float(gain),
            "low": low, "high": high,
        })  # fmt: skip
    return out


def fitted(by_task, cells=None):
    """Effects (5,), those of redrawn draws (B, 5), and degrees of freedom.

    A straight line for each setting, a parabola for the learning rate and for the bias
    of gates that keep.  (None, None, 0) where there are too few draws.
    """
    found = [
        (_design(t.settings), levels(t, cells), t.draws + 10_000 * k)
        for k, t in enumerate(by_task.values())
        if cells is None or set(cells) & set(t.cells)
    ]
    if not found:
        return None, None, 0
    X, y, group = (np.concatenate(part) for part in zip(*found, strict=True))
    there = ~np.isnan(y)
    X, y = X[there], y[there]
    group = np.unique(group[there], return_inverse=True)[1]
    n, rng = group.max(initial=-1) + 1, np.random.default_rng(len(y))
    if n < 2 * X.shape[1]:
        return None, None, 0
    counts = rng.multinomial(n, np.full(n, 1 / n), DRAWN_ANEW)[:, group]
    gains = STEPS @ _solved(X, y, np.ones(len(y)))
    boots = np.stack([STEPS @ _solved(X, y, weight) for weight in counts])
    freedom = n - X.shape[1]
    return gains, widened(gains, boots, n, freedom), freedom


EFFECTS = ("width", "clip", "noise", "bias", "chrono")
# columns of a design: 1, lr, lr^2, width, clip, noise, chrono, bias, bias^2
STEPS = np.zeros((5, 9))
STEPS[0, 3] = STEPS[1, 4] = STEPS[2, 5] = 1
STEPS[3, 7:] = TO - FROM, TO**2 - FROM**2
STEPS[4, 6:] = 1, -TO, -(TO**2)


def _design(settings):
    X = numbers(settings)
    low, high = X.min(axis=0), X.max(axis=0)
    unit = (X - low) / np.where(high > low, high - low, 1)
    of = dict(zip(SETTINGS, unit.T, strict=True))
    start = settings["start"]
    bias = np.where(start == "bias", settings["bias"].astype(float), 0.0)
    return np.stack([
        np.ones(len(bias)), of["lr"], of["lr"]**2, of["width"], of["clip"],
        of["noise"], (start == "chrono").astype(float), bias, bias**2,
    ], axis=1)  # fmt: skip


def _solved(X, y, weight):
    root = np.sqrt(weight)
    return np.linalg.lstsq(X * root[:, None], y * root, rcond=None)[0]
