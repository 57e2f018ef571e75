"""Shared by all tests; read before anything imports a numerical library."""

import os
from pathlib import Path

import matplotlib
import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two workers on two cores
os.environ.setdefault("KERAS_BACKEND", "torch")  # which is here
matplotlib.use("agg")  # of this process: notebooks keep the backend of Jupyter


def pytest_configure(config):
    """Kernels of a card are run by Triton's interpreter, but for ``pytest -m gpu``."""
    if config.getoption("markexpr", "") != "gpu":
        os.environ["TRITON_INTERPRET"] = "1"
    config.pluginmanager.import_plugin("order")
    if getattr(config.option, "nbval", False):
        config.pluginmanager.import_plugin("kept_runs")


@pytest.fixture(scope="session")
def root():
    """The folder of the checkout."""
    return Path(__file__).resolve().parent.parent
