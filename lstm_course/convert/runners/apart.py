"""Tools in processes of their own: some crash when they meet in one.

TensorFlow 2.21 and Paddle 3.3.1 do, imported in this order.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

TOGETHER = {"torch", "onnx"}  # run in this process
PLACES = {  # tool -> module of this folder, packages that it needs
    "torch": ("in_torch", "torch"),
    "paddle": ("in_paddle", "paddle"),
    "nnx": ("in_flax", "flax"),
    "linen": ("in_flax", "flax"),
    "equinox": ("in_equinox", "equinox"),
    "haiku": ("in_haiku", "haiku"),
    "mlx": ("in_mlx", "mlx"),
    "keras": ("in_keras", "keras"),
    "onnx": ("in_onnxruntime", "onnxruntime"),
    "openvino": ("in_openvino", "openvino"),
}


class CannotRun(Exception):
    """Why a tool does not run a layer, in words."""


class Runner(NamedTuple):
    """A tool that is installed.

    Attributes
    ----------
    name : str
        Package and version.
    floats : tuple of str
        In which it computes.
    run : callable
        (layer, x (T, B, I), lengths) -> y (T, B, width), in the floats of x.
    why : str
        Why not in all floats.
    """

    name: str
    floats: tuple
    run: object
    why: str = "it computes in float32 alone"


def runner_here(layer, tool):
    """The runner of a layer in this process."""
    return import_module(f".{PLACES[tool][0]}", __package__).runner(layer, tool)


def tool_of(layer, tool=None):
    """Whose file a layer is of.

    Raises
    ------
    CannotRun
        Where the tool is not installed, or there is no runner for it.
    """
    own = layer.weights[0].own
    if not own:
        raise CannotRun("what it computes there cannot be asked layer by layer")
    tool = tool or ("paddle" if ".pdparams" in layer.source else own[0])
    if tool not in PLACES:
        raise CannotRun(f"there is no runner for {tool}")
    if find_spec(PLACES[tool][1]) is None:
        raise CannotRun(f"{PLACES[tool][1]} is not installed")
    return tool


class Process:
    """Layers in a process that has been handed them once."""

    def __init__(self, layers, tool):
        spawn = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(1, spawn, _begin, (list(layers), tool))

    def runner(self, k):
        """The runner of layer k there."""
        answer = self.pool.submit(_runner, k).result()
        if isinstance(answer, str):
            raise CannotRun(answer)
        return Runner(answer[0], answer[1], lambda *a: self._run(k, *a), answer[2])

    def _run(self, k, layer, x, lengths):
        return self.pool.submit(_run, k, x, lengths).result()

    def close(self):
        self.pool.shutdown(cancel_futures=True)


THERE = {}  # in such a process: its layers and their runners


def _begin(layers, tool):
    backends = (k for k in ("tensorflow", "jax", "torch") if find_spec(k))
    os.environ.setdefault("KERAS_BACKEND", next(backends, "tensorflow"))
    THERE.update(layers=layers, tool=tool, runners={})


def _runner(k):
    try:
        r = THERE["runners"][k] = _plainly(
            runner_here, THERE["layers"][k], THERE["tool"]
        )
    except CannotRun as why:
        return str(why)
    return r.name, r.floats, r.why


def _run(k, x, lengths):
    return _plainly(THERE["runners"][k].run, THERE["layers"][k], x, lengths)


def _plainly(function, *args):
    """A tool's own exceptions may not travel; their words do."""
    try:
        return function(*args)
    except CannotRun:
        raise
    except Exception as error:
        raise RuntimeError(f"{type(error).__name__}: {error}") from None
