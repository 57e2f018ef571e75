"""Notebooks for the tests: a right solution, and ways to change it."""

import json
from pathlib import Path

OVERLAY = Path(__file__).with_name("sample_overlay.py")

IMPORTS = """import numpy as np
import matplotlib.pyplot as plt
from lstm_course.check import check, progress
from lstm_course.ops import tanh"""

SIGMOID = """def my_sigmoid(x):
    return 1 / (1 + np.exp(-x))
check("90.1", my_sigmoid)"""

STEP = """def step(x, h, p):
    h_next = tanh(x @ p["W_x"] + h @ p["W_h"] + p["b"])
    return h_next, (x, h, h_next)"""

BACKWARD = """def step_backward(dh, x, h, h_next, p):
    dz = dh * (1 - h_next**2)
    grads = {"W_x": x.T @ dz, "W_h": h.T @ dz, "b": dz.sum(0)}
    return dz @ p["W_x"].T, dz @ p["W_h"].T, grads"""

EXPOSES = """def exposes(f, x):
    return bool(np.abs(f(x) - 2 * x).max() > 1e-9)"""

UNIT = """def unit(x):
    return x / np.sqrt((x**2).sum())"""

CELLS = [IMPORTS, SIGMOID, STEP, BACKWARD, EXPOSES, UNIT, "progress()"]


def notebook(cells, **changed):
    """A notebook of format 4 with these code cells: dict."""
    rows = [
        {"cell_type": "code", "execution_count": None, "id": f"c{k}", "metadata": {},
         "outputs": [], "source": source}
        for k, source in enumerate(cells)
    ]  # fmt: skip
    made = {"cells": rows, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return made | changed


def write(path, cells):
    """Write a notebook file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(cells)))
    return path
