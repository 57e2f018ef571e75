"""A layer of a Keras model, by the Keras that is of the file's version."""

from importlib import import_module
from importlib.util import find_spec

import numpy as np

from .apart import CannotRun, Runner

LOADED = {}  # the last model, by its file


def runner(layer, tool):
    _, version, path, name = layer.weights[0].own
    keras = _keras(version)
    backend = keras.backend.backend() if hasattr(keras.backend, "backend") else ""
    floats = ("float32",) if backend in ("torch", "jax") else ("float32", "float64")
    why = f"on {backend}, products of its float64 layers are float32 (Keras 3.15.1)"
    said = f"keras {keras.__version__}{f' on {backend}' * bool(backend)}"
    found = _found(keras, path, name)
    return Runner(said, floats, lambda *args: _run(keras, found, *args), why)


def _keras(version):
    """Keras 3, or for files of Keras 2 tf_keras, which is Keras 2."""
    major = int(version.split(".")[0])
    package = {2: "tf_keras", 3: "keras"}.get(major)
    if package is None or find_spec(package) is None:
        raise CannotRun(f"a file of Keras {version}, and no such Keras is installed")
    return import_module(package)


def _found(keras, path, name):
    stamp = str(path), path.stat().st_mtime_ns, path.stat().st_size
    if stamp not in LOADED:
        LOADED.clear()
        LOADED[stamp] = keras.models.load_model(path, compile=False)
    every = LOADED[stamp]._flatten_layers()
    named = [v for v in every if v.name == name]
    if len(named) != 1:
        raise CannotRun(f"the model has {len(named)} layers named {name!r}")
    return named[0]


def _run(keras, found, layer, x, lengths):
    """The layer as its own configuration has it, but in these floats."""
    config = _config(found.get_config(), x.dtype.name)
    one = type(found).from_config(config)
    one.build((None, None, x.shape[-1]))
    one.set_weights([np.asarray(w).astype(x.dtype) for w in found.get_weights()])
    mask = (np.arange(len(x))[:, None] < np.asarray(lengths)).T
    tensor = keras.ops.convert_to_tensor if hasattr(keras, "ops") else _tensor
    y = one(tensor(np.ascontiguousarray(x.transpose(1, 0, 2))), mask=tensor(mask))
    y = keras.ops.convert_to_numpy(y) if hasattr(keras, "ops") else y.numpy()
    return y.transpose(1, 0, 2)


def _tensor(a):
    import tensorflow

    return tensorflow.convert_to_tensor(a)


def _config(config, dtype):
    config = dict(config)
    for key in ("layer", "backward_layer"):
        if isinstance(config.get(key), dict):
            inner = _config(config[key]["config"], dtype)
            config[key] = config[key] | {"config": inner}
    said = {"dtype": dtype, "return_sequences": True, "return_state": False}
    said |= {"stateful": False}
    return config | {k: v for k, v in said.items() if k in config or k == "dtype"}
