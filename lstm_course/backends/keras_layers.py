"""Keras' SimpleRNN, LSTM and GRU on the backend that KERAS_BACKEND names."""

import numpy as np

from ..convert import from_keras

LAYERS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


class KerasLayers:
    """What is asked: Keras 3's layers on its backend.

    ``dropout`` is Keras' own: on what a layer reads, the same units at every step.

    Parameters
    ----------
    dtype : str
        "float32" or "float64".
    options : dict
        More arguments for every layer, as ``use_cudnn=False`` or ``unroll=True``.
    """

    tool, can = "keras", {"gradients", "lengths", "dropout"}

    def __init__(self, dtype="float32", **options):
        import keras

        self.keras, self.dtype, self.options = keras, dtype, options
        self.kinds, self.device = [*LAYERS], keras.backend.backend()

    @property
    def version(self):
        return self.keras.__version__

    def __str__(self):
        return f"keras {self.version} on its {self.device} backend, {self.dtype}"

    def build(self, kind, I, H, **options):
        return KerasLayer(self, kind, I, H, **options)


class KerasLayer:
    """One stack to be asked; arrays go in and come out as NumPy's, time first."""

    def __init__(
        self, of, kind, I, H, *, layers=1, directions=1, dropout=0.0, scale=0.6, seed=0
    ):  # fmt: skip
        self.of, self.kind, self.directions, self.parts = of, kind, directions, []
        keras, rng = of.keras, np.random.default_rng((seed, layers, directions))
        for k in range(layers):
            make = getattr(keras.layers, LAYERS[kind])
            layer = make(
                H, return_sequences=True, return_state=True, dtype=of.dtype,
                dropout=dropout if k else 0.0, seed=1, **of.options,
            )  # fmt: skip
            if directions == 2:
                layer = keras.layers.Bidirectional(layer, dtype=of.dtype)
            layer.build((None, None, H * directions if k else I))
            layer.set_weights([scale * rng.normal(size=w.shape) for w in layer.weights])
            self.parts.append(layer)
        self.params = self._read([layer.get_weights() for layer in self.parts])

    def run(self, x, starts, lengths=None, training=False, seed=None):
        """-> y (T, B, D * H), ends; dropout draws from ``seed``."""
        self._seed(seed)
        y, ends = self._run(self._in(x), [*map(self._in, starts)], lengths, training)
        y, ends = self._out(y), self._stacked([[*map(self._out, e)] for e in ends])
        return np.swapaxes(y, 0, 1), ends

    def gradients(self, x, starts, dy, dends, lengths=None, training=False, seed=None):
        """Of sum(y * dy) + sum(ends * dends), as ``Reference.gradients``."""
        self._seed(seed)
        ops, weights = self.of.keras.ops, [w for p in self.parts for w in p.weights]
        dy, dends = self._in(np.swapaxes(dy, 0, 1)), [*map(self._in, dends)]
        n = len(starts)

        def loss(leaves):
            y, ends = self._run(leaves[0], leaves[1 : n + 1], lengths, training)
            total = ops.sum(y * dy)
            for k, states in enumerate(ends):
                for j, end in enumerate(states):
                    d, s = divmod(j, n)
                    total += ops.sum(end * dends[s][k * self.directions + d])
            return total

        grads = self._slopes(loss, [self._in(x), *map(self._in, starts)], weights)
        grads = [self._out(g) for g in grads]
        by = iter(grads[n + 1 :])
        params = self._read([[next(by) for _ in p.weights] for p in self.parts])
        return {"x": grads[0], "starts": tuple(grads[1 : n + 1]), "params": params}

    def _run(self, x, starts, lengths, training):
        ops, ends = self.of.keras.ops, []
        x, mask = ops.swapaxes(x, 0, 1), None
        if lengths is not None:
            mask = ops.convert_to_tensor(
                np.arange(x.shape[1]) < np.asarray(lengths)[:, None]
            )
        for k, layer in enumerate(self.parts):
            state = [
                s[k * self.directions + d]
                for d in range(self.directions)
                for s in starts
            ]
            x, *end = layer(x, initial_state=state, mask=mask, training=training)
            ends.append(end)
        return x, ends

    def _slopes(self, loss, leaves, weights):
        """Gradients by leaves and weights, the backend's way."""
        made = {"torch": self._by_torch, "tensorflow": self._by_tape}
        return made.get(self.of.device, self._by_jax)(loss, leaves, weights)

    def _by_torch(self, loss, leaves, weights):
        leaves = [t.clone().requires_grad_(True) for t in leaves]
        for w in weights:
            w.value.grad = None
        loss(leaves).backward()
        return [t.grad for t in leaves] + [w.value.grad for w in weights]

    def _by_tape(self, loss, leaves, weights):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            for t in leaves:
                tape.watch(t)
            total = loss(leaves)
        return tape.gradient(total, [*leaves, *(w.value for w in weights)])

    def _by_jax(self, loss, leaves, weights):
        import jax

        def total(leaves, values):
            mapping = list(zip(weights, values, strict=True))
            with self.of.keras.StatelessScope(state_mapping=mapping):
                return loss(leaves)

        made = jax.grad(total, argnums=(0, 1))(leaves, [w.value for w in weights])
        return [*made[0], *made[1]]

    def _seed(self, seed):
        """Keras' masks are drawn from generators that layers keep: set them."""
        for layer in self.parts if seed is not None else ():
            for one in layer._flatten_layers():
                if (generator := getattr(one, "seed_generator", None)) is not None:
                    generator.state.assign([seed, 0])

    def _read(self, arrays):
        """Arrays of every layer -> parameters in our layout."""
        params = {}
        for k, weights in enumerate(arrays):
            for d in range(self.directions):
                reverse = bool(d) if self.directions == 2 else None
                params[k, d] = from_keras(weights, self.kind, reverse)
        return params

    def _stacked(self, ends):
        n = len(ends[0]) // self.directions
        flat = [e[d * n : (d + 1) * n] for e in ends for d in range(self.directions)]
        return tuple(np.stack(states) for states in zip(*flat, strict=True))

    def _in(self, a):
        return self.of.keras.ops.convert_to_tensor(np.asarray(a), dtype=self.of.dtype)

    def _out(self, t):
        return np.asarray(self.of.keras.ops.convert_to_numpy(t), np.float64)
