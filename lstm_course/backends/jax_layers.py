"""Flax' SimpleCell, OptimizedLSTMCell and GRUCell under nnx.RNN, on JAX' device."""

import numpy as np

CELLS = {"rnn": "SimpleCell", "lstm": "OptimizedLSTMCell", "gru": "GRUCell"}


class JaxLayers:
    """What is asked: Flax nnx on JAX.

    Parameters
    ----------
    dtype : str
        "float32" or, with JAX' x64 mode switched on, "float64".
    compiled : bool
        Under nnx.jit.
    """

    tool, can = "flax", {"gradients", "lengths"}

    def __init__(self, dtype="float32", compiled=False):
        import flax
        import jax

        self.flax, self.jax, self.dtype, self.compiled = flax, jax, dtype, compiled
        self.kinds, self.device = [*CELLS], jax.default_backend()
        if dtype == "float64":
            jax.config.update("jax_enable_x64", True)

    @property
    def version(self):
        return self.flax.__version__

    def __str__(self):
        compiled = ", compiled" if self.compiled else ""
        return (
            f"flax {self.version} (nnx) with jax {self.jax.__version__} on "
            f"{self.device}, {self.dtype}{compiled}"
        )

    def build(self, kind, I, H, **options):
        return JaxLayer(self, kind, I, H, **options)


class JaxLayer:
    """One stack to be asked; arrays go in and come out as NumPy's, time first."""

    lacks = ("b_h",)

    def __init__(
        self, of, kind, I, H, *, layers=1, directions=1, scale=0.6, seed=0
    ):  # fmt: skip
        from flax import nnx

        self.of, self.kind, self.nnx = of, kind, nnx
        self.layers, self.directions = layers, directions
        rng = np.random.default_rng((seed, layers, directions))
        self.weights, self.shape = {}, {}
        for k in range(layers):
            for d in range(directions):
                part = self._cell(H * directions if k else I, H)
                graph, state = nnx.split(part, nnx.Param)[:2]
                draw = lambda a: self._in(scale * rng.normal(size=a.shape))  # noqa: E731
                self.weights[k, d] = of.jax.tree.map(draw, state)
                self.shape[k, d] = graph
        self.params = self._read(self.weights)
        self.call = of.jax.jit(self._run) if of.compiled else self._run

    def run(self, x, starts, lengths=None, training=False, seed=None):
        """-> y (T, B, D * H), ends; these layers have no dropout."""
        lengths = None if lengths is None else np.asarray(lengths)
        starts = [*map(self._in, starts)]
        y, ends = self.call(self.weights, self._in(x), starts, lengths)
        return np.asarray(y, float), tuple(np.asarray(e, float) for e in ends)

    def gradients(self, x, starts, dy, dends, lengths=None, training=False, seed=None):
        """Of sum(y * dy) + sum(ends * dends), as ``Reference.gradients``."""
        lengths = None if lengths is None else np.asarray(lengths)

        def loss(weights, x, starts):
            y, ends = self.call(weights, x, starts, lengths)
            total = (y * self._in(dy)).sum()
            for end, d in zip(ends, dends, strict=True):
                total += (end * self._in(d)).sum()
            return total

        slopes = self.of.jax.grad(loss, argnums=(0, 1, 2))
        given = self.weights, self._in(x), [*map(self._in, starts)]
        weights, dx, states = slopes(*given)
        return {
            "x": np.asarray(dx, float),
            "starts": tuple(np.asarray(s, float) for s in states),
            "params": self._read(weights),
        }

    def _cell(self, I, H):
        make = getattr(self.nnx, CELLS[self.kind])
        kind = getattr(self.of.jax.numpy, self.of.dtype)
        return make(I, H, param_dtype=kind, dtype=kind, rngs=self.nnx.Rngs(0))

    def _run(self, weights, x, starts, lengths):
        jnp, ends = self.of.jax.numpy, []
        for k in range(self.layers):
            out = []
            for d in range(self.directions):
                at = k * self.directions + d
                cell = self._cell(x.shape[-1], starts[0].shape[-1])
                self.nnx.update(cell, weights[k, d])
                layer = self.nnx.RNN(cell, time_major=True, rngs=self.nnx.Rngs(0))
                state = tuple(s[at] for s in starts)[::-1]  # Flax: c first
                carry, y = layer(
                    x, initial_carry=state if len(state) > 1 else state[0],
                    seq_lengths=lengths, return_carry=True, reverse=d == 1,
                    keep_order=True,
                )  # fmt: skip
                out.append(y)
                ends.append(carry[::-1] if isinstance(carry, tuple) else (carry,))
            x = jnp.concatenate(out, axis=-1)
        return x, [jnp.stack(e) for e in zip(*ends, strict=True)]

    def _read(self, weights):
        """Weights of every layer -> parameters in our layout.  Flax has no bias in the
        product that the reset gate multiplies: b_h is 0, and has no gradient."""
        params = {}
        for at, state in weights.items():
            x, h = state["dense_i"], state["dense_h"]
            bias = (x if self.kind != "lstm" else h)["bias"]
            read = lambda a: np.asarray(a[...], float)  # noqa: E731
            p = {"W_x": read(x["kernel"]), "W_h": read(h["kernel"]), "b": read(bias)}
            more = {"b_h": np.zeros_like(p["b"])} if self.kind == "gru" else {}
            params[at] = p | more
        return params

    def _in(self, a):
        return self.of.jax.numpy.asarray(np.asarray(a), self.of.dtype)
