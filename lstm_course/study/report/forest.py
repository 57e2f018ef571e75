"""Functional analysis of variance of a random forest: single settings, and pairs.

How good a trial was, as a function of its settings, is a mean, plus a function of each
setting, plus one of each pair, and so on; their variances add up (Hutter, Hoos and
Leyton-Brown, 2014).  Optuna computes the shares of single settings this way, and no
pairs.  A tree is constant on boxes, so all of it is sums over pairs of leaves: exact,
and quick.  The shares of single settings are Optuna's (a test says so).
"""

from itertools import combinations

import numpy as np
from sklearn.ensemble import RandomForestRegressor

TREES = 64


def fit(X, y, seed=0, trees=TREES):
    """The forest that Optuna's evaluator fits."""
    forest = RandomForestRegressor(trees, max_depth=64, random_state=seed)
    return forest.fit(X, y)


def shares(forest, bounds):
    """Shares of the variance of a forest over a box.

    Parameters
    ----------
    forest : RandomForestRegressor
    bounds : ndarray (D, 2)
        Of each setting; all values between are equally likely.

    Returns
    -------
    single : ndarray (D,)
        Of each setting alone.
    pairs : ndarray (D, D)
        Of two together, beyond each alone; above the diagonal.
    """
    found = [_tree(tree.tree_, np.asarray(bounds, float)) for tree in forest]
    found = [f for f in found if f is not None]
    if not found:
        D = len(bounds)
        return np.zeros(D), np.zeros((D, D))
    single, pairs = (np.mean(part, axis=0) for part in zip(*found, strict=True))
    return single, pairs


def _tree(tree, bounds):
    low, high, value = leaves(tree, bounds)
    size = bounds[:, 1] - bounds[:, 0]
    wide = ((high - low) / size).T  # (D, L): share of the range
    mass = wide.prod(axis=0)
    value = value - mass @ value
    total = mass @ value**2
    if total <= 1e-15:
        return None
    D = len(bounds)
    overlap = np.minimum(high.T[:, :, None], high.T[:, None]) - np.maximum(
        low.T[:, :, None], low.T[:, None]
    )
    overlap = np.maximum(overlap, 0) / size[:, None, None]  # (D, L, L)

    def variance(*of):
        others = np.delete(wide, of, axis=0).prod(axis=0) * value
        return others @ overlap[list(of)].prod(axis=0) @ others

    single, pairs = np.array([variance(j) for j in range(D)]), np.zeros((D, D))
    for j, k in combinations(range(D), 2):
        pairs[j, k] = variance(j, k) - single[j] - single[k]
    return single / total, np.maximum(pairs, 0) / total


def leaves(tree, bounds):
    """The boxes of a tree: low (L, D), high (L, D), value (L,)."""
    out, todo = [], [(0, bounds[:, 0].copy(), bounds[:, 1].copy())]
    while todo:
        node, low, high = todo.pop()
        feature = tree.feature[node]
        if feature < 0:
            out.append((low, high, tree.value[node].item()))
            continue
        middle = tree.threshold[node]
        left, right = high.copy(), low.copy()
        left[feature] = right[feature] = middle
        todo.append((tree.children_left[node], low, left))
        todo.append((tree.children_right[node], right, high))
    low, high, value = zip(*out, strict=True)
    return np.array(low), np.array(high), np.array(value)
