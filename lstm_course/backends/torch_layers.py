"""torch.nn's layers, or a class that is built and called like them, on any device."""

import contextlib

import numpy as np

from ..convert import from_torch

KINDS = ("rnn", "lstm", "gru")


class TorchLayers:
    """What is asked: torch.nn on a device, compiled or not.

    Parameters
    ----------
    device : str
        "cpu", "cuda", "mps", ...
    dtype : str
        "float32" or "float64".
    compiled : bool
        Run through torch.compile, with ``allow_rnn`` (else Dynamo leaves recurrent
        layers as they are).  It writes out every step: no case of 200 steps, and about
        half a minute for each shape.
    make : dict, optional
        Kind -> a class with the arguments, the parameters' names and the outputs of
        nn.RNN, nn.LSTM or nn.GRU: your own layer.  torch's by default.

    Raises
    ------
    ValueError
        For a device that this torch does not have.
    """

    tool, can = "torch", {"gradients", "lengths", "dropout", "layouts"}

    def __init__(self, device="cpu", dtype="float32", compiled=False, make=None):
        import torch

        self.torch, self.device, self.dtype = torch, device, dtype
        self.compiled, self.longest = compiled, 20 if compiled else np.inf
        self.make = make or dict(
            zip(KINDS, (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU), strict=True)
        )
        self.kinds = [k for k in KINDS if k in self.make]
        try:
            torch.zeros(1, device=device, dtype=getattr(torch, dtype)) + 1
        except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
            raise ValueError(
                f"This torch ({torch.__version__}) computes nothing in {dtype} on "
                f"{device!r}: {str(error).splitlines()[0]}. Expected a device that "
                "torch finds here. Try --device cpu, or another --dtype?"
            ) from None

    @property
    def version(self):
        return self.torch.__version__

    def __str__(self):
        compiled = ", compiled" if self.compiled else ""
        return f"torch {self.version} on {self.device}, {self.dtype}{compiled}"

    def build(self, kind, I, H, **options):
        return TorchLayer(self, kind, I, H, **options)


class TorchLayer:
    """One layer to be asked; arrays go in and come out as NumPy's, time first."""

    def __init__(
        self, of, kind, I, H, *, layers=1, directions=1, dropout=0.0, scale=0.6,
        seed=0, batch_first=False,
    ):  # fmt: skip
        torch, self.of, self.kind, self.batch_first = of.torch, of, kind, batch_first
        self.module = of.make[kind](
            I, H, num_layers=layers, bidirectional=directions == 2, dropout=dropout,
            batch_first=batch_first,
        )  # fmt: skip
        rng = np.random.default_rng((seed, layers, directions))
        with torch.no_grad():
            for p in self.module.parameters():
                p.copy_(torch.as_tensor(scale * rng.normal(size=tuple(p.shape))))
        self.module.to(of.device, getattr(torch, of.dtype))
        each = [(k, d) for k in range(layers) for d in range(directions)]
        self.params = {(k, d): from_torch(self.module, k, bool(d)) for k, d in each}
        self.call = self.module
        if of.compiled:
            self.call = torch.compile(self.module)

    def run(self, x, starts, lengths=None, training=False, seed=None):
        """-> y (T, B, D * H), ends; dropout draws from ``seed``."""
        with self.of.torch.no_grad():
            y, ends, *_ = self._run(x, starts, lengths, training, seed)
        return _numpy(y), tuple(map(_numpy, ends))

    def gradients(self, x, starts, dy, dends, lengths=None, training=False, seed=None):
        """Of sum(y * dy) + sum(ends * dends), as ``Reference.gradients``."""
        self.module.zero_grad()
        y, ends, x, starts = self._run(x, starts, lengths, training, seed, True)
        loss = (y * self._tensor(dy)).sum()
        for end, d in zip(ends, dends, strict=True):
            loss = loss + (end * self._tensor(d)).sum()
        loss.backward()
        grads = {at: self._read(*at) for at in self.params}
        return {
            "x": _numpy(x.grad),
            "starts": tuple(_numpy(s.grad) for s in starts),
            "params": grads,
        }

    def _run(self, x, starts, lengths, training, seed, grad=False):
        torch = self.of.torch
        self.module.train(training)
        if seed is not None:
            torch.manual_seed(seed)
        x, starts = self._tensor(x, grad), [self._tensor(s, grad) for s in starts]
        given = x.transpose(0, 1) if self.batch_first else x
        T = x.shape[0]
        if lengths is not None:
            given = torch.nn.utils.rnn.pack_padded_sequence(
                given, torch.as_tensor(lengths), self.batch_first, enforce_sorted=False
            )
        with self._tracing():
            y, ends = self.call(given, *self._states(starts))
        if lengths is not None:
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(
                y, self.batch_first, total_length=T
            )
        y = y.transpose(0, 1) if self.batch_first else y
        return y, ends if isinstance(ends, tuple) else (ends,), x, starts

    def _states(self, starts):
        return (tuple(starts),) if self.kind == "lstm" else (starts[0],)

    def _tracing(self):
        if not self.of.compiled:
            return contextlib.nullcontext()
        import torch._dynamo as dynamo

        return dynamo.config.patch(allow_rnn=True, recompile_limit=64)

    def _tensor(self, a, grad=False):
        kind = getattr(self.of.torch, self.of.dtype)
        made = self.of.torch.as_tensor(np.asarray(a), dtype=kind)
        return made.to(self.of.device).requires_grad_(grad)

    def _read(self, layer, direction):
        """Gradients in our layout, from a copy whose weights they are.  Both biases
        of a block have the same gradient; where they do not, the larger shows."""
        torch = self.of.torch
        copy = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
        I, H = self.module.input_size, self.module.hidden_size
        layers, two = self.module.num_layers, self.module.bidirectional
        copy = copy[self.kind](I, H, layers, bidirectional=two).double()
        with torch.no_grad():
            for name, p in copy.named_parameters():
                p.copy_(getattr(self.module, name).grad)
        p = from_torch(copy, layer, bool(direction))
        if "b_h" in p:
            return p
        end = f"_l{layer}{'_reverse' if direction else ''}"
        b, b_h = (_numpy(getattr(copy, f"bias_{k}{end}")) for k in ("ih", "hh"))
        return p | {"b": np.where(abs(b_h) > abs(b), b_h, b)}


def _numpy(tensor):
    return tensor.detach().cpu().double().numpy()
