"""mLSTM: the cell state is a matrix that stores pairs of keys and values.

    m = max(log sigmoid(zf) + m_prev, zi)           one number per head
    i = exp(zi - m),  f = exp(log sigmoid(zf) + m_prev - m)
    C = f * C_prev + i * k^T v                      k and v are rows: an outer product
    n = f * n_prev + i * k
    s = max(|q . n|, exp(-m))
    h = o * (q C) / s
    where [q k v o] = x W_x + b with k divided by sqrt(D) and o put through a sigmoid,
    and [zi zf] = x W_g + b_g, one column per head

H units are ``heads`` memories of D = H / heads dimensions each.  No gate reads h, so
given x the recurrence is linear in C.

Shapes: x (B, I), h (B, H), C (B, heads, D, D), n (B, heads, D), m (B, heads, 1),
W_x (I, 4H), b (4H,), W_g (I, 2 heads), b_g (2 heads,); blocks in the order q, k, v, o
and i, f.  Row d of C belongs to entry d of the key.  The state starts at zero.

What it is for: a memory of H * D numbers from H units, written and read by content.

Source: Beck et al., xLSTM, arXiv 2405.04517.
"""

import numpy as np

from ..ops import d_log_sigmoid, d_sigmoid, exp, log_sigmoid, maximum, positive, sigmoid
from .any_cell import AnyCell
from .cell import Phase
from .options import remembered

ROOM = __doc__  # inside a class the name means the text of the class
FORGET_BIAS = 3.0  # the lowest start value in the authors' code, which goes up to 6


def forward(zq, zk, zv, zo, zi, zf, C_prev, n_prev, m_prev, D):
    """Of each head: q, k, v, o, n (..., 1, D), C (..., D, D), i, f, m (..., 1, 1)."""
    q, k, v, o = zq, zk / D**0.5, zv, sigmoid(zo)
    lf = log_sigmoid(zf)
    m = maximum(lf + m_prev, zi)
    i, f = exp(zi - m), exp(lf + m_prev - m)
    C = f * C_prev + i * (k.mT @ v)
    n = f * n_prev + i * k
    r, qn = q @ C, q @ n.mT  # what is read, and how much of it there is
    s = maximum(abs(qn), exp(-m))
    h = o * r / s
    return h, C, n, m, q, k, v, o, i, f, lf, zi, r, qn, s


WRITTEN = Phase(forward, gives="h C n m", keeps="q k v o i f lf li r qn s")


class MLSTM(AnyCell):
    """The interface of a ``Cell`` for states that are not all (B, H)."""

    name, states, blocks = "mlstm", ("h", "C", "n", "m"), tuple("qkvoif")
    reads = "q k v o = x W_x + b\ni f = x W_g + b_g"
    form, bias, cell_path, doc = "matrix", {"f": FORGET_BIAS}, "C", ROOM

    arithmetic = (WRITTEN,)

    def __init__(self, heads=1):
        self.heads, self.constants = heads, {"D": self.width}

    def __repr__(self):
        return f"<cell mlstm: {self.heads} head(s)>"

    def shapes(self, I, H):
        """Names and shapes of the parameters for I inputs and H units: dict."""
        n = 2 * self.heads
        return {"W_x": (I, 4 * H), "b": (4 * H,), "W_g": (I, n), "b_g": (n,)}

    def sizes(self, p):
        """(I, H) of a set of parameters."""
        return p["W_x"].shape[-2], p["W_x"].shape[-1] // 4

    def init(self, I, H, rng, gain=1.0, bias=None):
        """Start values: dict; there is no recurrent matrix for gain to scale."""
        self.width(H)
        start = self.bias | (bias or {})
        p = {k: np.zeros(s) for k, s in self.shapes(I, H).items()}
        for k in ("W_x", "W_g"):
            p[k] = rng.uniform(-1.0, 1.0, p[k].shape) * np.sqrt(6.0 / (I + H))
        for k, b in enumerate("qkvo"):
            p["b"][k * H : (k + 1) * H] = start.get(b, 0.0)
        p["b_g"][: self.heads] = start.get("i", 0.0)
        p["b_g"][self.heads :] = start.get("f", 0.0)
        return p

    def initial(self, B, H, dtype=float):
        """The state before the first step: zeros."""
        D, n = self.width(H), self.heads
        shapes = (B, H), (B, n, D, D), (B, n, D), (B, n, 1)
        return tuple(np.zeros(s, dtype) for s in shapes)

    def width(self, H):
        """Dimensions D of a head."""
        if H % self.heads:
            raise ValueError(
                f"mlstm with {self.heads} heads cannot share out H = {H} units. Every "
                f"head has H / heads of them, a whole number. Use H = "
                f"{H + self.heads - H % self.heads}, or other heads?"
            )
        return H // self.heads

    def gates(self, p, x):
        """x (B, I) -> zq, zk, zv, zo (B, heads, 1, D) and zi, zf (B, heads, 1, 1)."""
        z, zg = x @ p["W_x"] + p["b"], x @ p["W_g"] + p["b_g"]
        H, n = z.shape[-1] // 4, self.heads
        parts = [z[..., b * H : (b + 1) * H] for b in range(4)]
        heads = [a.reshape((*a.shape[:-1], n, 1, H // n)) for a in parts]
        return *heads, zg[..., :n, None, None], zg[..., n:, None, None]

    def step(self, p, x, state):
        """One step forward: x (B, I), state (h, C, n, m) -> state, cache."""
        h_prev, C_prev, n_prev, m_prev = state
        old = C_prev, n_prev[..., None, :], m_prev[..., None]
        new = forward(*self.gates(p, x), *old, n_prev.shape[-1])
        values = dict(zip(WRITTEN.names, new, strict=True))
        flat = {k: v[..., 0, :] for k, v in values.items() if k != "C"}
        values |= flat | {"h": flat["h"].reshape(h_prev.shape)}
        cache = values | dict(x=x, C_prev=C_prev, n_prev=n_prev, m_prev=m_prev)
        return tuple(values[s] for s in self.states), cache

    def step_torch(self, p, x, state):
        """One step forward on torch tensors, same text: -> state."""
        return self.step(p, x, state)[0]

    def step_backward(self, p, dstate, cache):
        """One step back: dstate like the state -> dx (B, I), dstate_prev, grads."""
        dh, dC, dn, dm = dstate
        q, k, v, o, i, f, s = (cache[a] for a in "qkvoifs")
        dh = dh.reshape(q.shape)
        dr = dh * o / s
        ds = -(dr * cache["r"]).sum(-1)[..., None] / s
        dzo = dh * cache["r"] / s * d_sigmoid(o)
        read = positive(abs(cache["qn"]) - exp(-cache["m"]))  # 1 where s = |q . n|
        dqn = ds * read * np.sign(cache["qn"])
        dm = dm - ds * (1.0 - read) * exp(-cache["m"])
        dC = dC + q[..., :, None] * dr[..., None, :]
        dn = dn + dqn * q
        dq = (cache["C"] @ dr[..., :, None])[..., 0] + dqn * cache["n"]
        dCv = (dC @ v[..., :, None])[..., 0]
        dk = i * (dCv + dn)
        dv = i * (k[..., None, :] @ dC)[..., 0, :]
        dzi, dzf, dm_prev = self.exponents(dC, dn, dm, (k * (dCv + dn)).sum(-1), cache)
        back = np.zeros_like(dstate[0]), f[..., None] * dC, f * dn, dm_prev
        parts = dq, dk / q.shape[-1] ** 0.5, dv, dzo
        rows = [a.reshape(len(a), -1) for a in (*parts, dzi, dzf)]
        dz, dzg = np.hstack(rows[:4]), np.hstack(rows[4:])
        dx, grads = self.products(p, cache["x"], dz, dzg)
        return dx, back, grads

    def exponents(self, dC, dn, dm, di, cache):
        """Gradients by zi, zf and m_prev, through i, f and the maximum m."""
        df = (dC * cache["C_prev"]).sum((-2, -1)) + (dn * cache["n_prev"]).sum(-1)
        dli, dlf = di[..., None] * cache["i"], df[..., None] * cache["f"]
        dm = dm - dli - dlf
        kept = positive(cache["lf"] + cache["m_prev"] - cache["li"])
        dlf = dlf + dm * kept
        return dli + dm * (1.0 - kept), dlf * d_log_sigmoid(cache["lf"]), dlf

    def products(self, p, x, dz, dzg):
        """Gradients by x and the parameters."""
        grads = {"W_x": x.T @ dz, "b": dz.sum(0), "W_g": x.T @ dzg, "b_g": dzg.sum(0)}
        return dz @ p["W_x"].T + dzg @ p["W_g"].T, grads

    def named(self, cache, state):
        """Everything a step knows by name, for ``trace``."""
        return dict(cache) | dict(zip(self.states, state, strict=True))


@remembered
def make(heads=1):
    """An mLSTM of ``heads`` memories; heads must divide H."""
    if not isinstance(heads, int) or isinstance(heads, bool) or heads < 1:
        raise ValueError(
            f"mlstm.make got heads={heads!r}. It counts memories. Expected a whole "
            "number of at least 1 that divides H. Write heads=1?"
        )
    return MLSTM(heads)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
