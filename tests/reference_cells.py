"""The papers' equations, one vector and one gate at a time, in column form W x.

Nothing here is shared with the package: plain NumPy, one example without a batch.
``REFERENCE[room](p, I, H, **options)`` takes the package's parameters apart into one
matrix per gate and returns ``step(x, *state) -> state``.
"""

import numpy as np


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def apart(p, name, H, order):
    """{gate: its matrix (H, n) in column form, or its vector (H,)}."""
    parts = {}
    for k, gate in enumerate(order):
        parts[gate] = p[name].T[k * H : (k + 1) * H]
    assert p[name].shape[-1] == len(order) * H
    return parts


def rnn(p, I, H):
    W, U, b = p["W_x"].T, p["W_h"].T, p["b"]
    return lambda x, h: (np.tanh(W @ x + U @ h + b),)


SQUASH = {
    "sigmoid": sigma,
    "hard_sigmoid": lambda z: np.minimum(1, np.maximum(0, 0.2 * z + 0.5)),
    "hard_sigmoid6": lambda z: np.minimum(6, np.maximum(0, z + 3)) / 6,
}


def lstm(p, I, H, gate=None):
    W, U, b = (apart(p, n, H, "ifgo") for n in ("W_x", "W_h", "b"))
    squash = SQUASH[getattr(gate, "__name__", "sigmoid")]

    def step(x, h, c):
        i = squash(W["i"] @ x + U["i"] @ h + b["i"])
        f = squash(W["f"] @ x + U["f"] @ h + b["f"])
        o = squash(W["o"] @ x + U["o"] @ h + b["o"])
        c = f * c + i * np.tanh(W["g"] @ x + U["g"] @ h + b["g"])
        return o * np.tanh(c), c

    return step


def lstm1997(p, I, H, squash="tanh", gates_read_gates=False):
    W, U, b = (apart(p, n, H, "igo") for n in ("W_x", "W_h", "b"))
    in_, out = np.tanh, np.tanh
    if squash == "1997":
        in_, out = (lambda z: 4 * sigma(z) - 2), (lambda z: 2 * sigma(z) - 1)

    def step(x, h, c, *old):
        z = {k: W[k] @ x + U[k] @ h + b[k] for k in "igo"}
        if gates_read_gates:
            V_i, V_o = apart(p, "W_i", H, "igo"), apart(p, "W_o", H, "igo")
            z = {k: z[k] + V_i[k] @ old[0] + V_o[k] @ old[1] for k in "igo"}
        i, o = sigma(z["i"]), sigma(z["o"])
        c = c + i * in_(z["g"])
        return (o * out(c), c, i, o)[: 4 if gates_read_gates else 2]

    return step


def peephole(p, I, H, gates="ifo"):
    W, U, b = (apart(p, n, H, "ifgo") for n in ("W_x", "W_h", "b"))
    P = {k: np.diag(p[f"w_c{k}"]) if k in gates else np.zeros((H, H)) for k in "ifo"}

    def step(x, h, c):
        i = sigma(W["i"] @ x + U["i"] @ h + P["i"] @ c + b["i"])
        f = sigma(W["f"] @ x + U["f"] @ h + P["f"] @ c + b["f"])
        c = f * c + i * np.tanh(W["g"] @ x + U["g"] @ h + b["g"])
        o = sigma(W["o"] @ x + U["o"] @ h + P["o"] @ c + b["o"])
        return o * np.tanh(c), c

    return step


def coupled(p, I, H, keeps="i"):
    W, U, b = (apart(p, n, H, keeps + "go") for n in ("W_x", "W_h", "b"))

    def step(x, h, c):
        learned = sigma(W[keeps] @ x + U[keeps] @ h + b[keeps])
        i, f = (learned, 1 - learned) if keeps == "i" else (1 - learned, learned)
        c = f * c + i * np.tanh(W["g"] @ x + U["g"] @ h + b["g"])
        o = sigma(W["o"] @ x + U["o"] @ h + b["o"])
        return o * np.tanh(c), c

    return step


def gru(p, I, H, reset="after", update="keeps_old", gate=None):
    squash = SQUASH[getattr(gate, "__name__", "sigmoid")]
    W, U, b = (apart(p, n, H, "run") for n in ("W_x", "W_h", "b"))
    b_h = apart(p, "b_h", H, "run") if reset == "after" else dict.fromkeys("run", 0.0)

    def step(x, h):
        r = squash(W["r"] @ x + U["r"] @ h + b["r"] + b_h["r"])
        z = squash(W["u"] @ x + U["u"] @ h + b["u"] + b_h["u"])
        if reset == "after":
            n = np.tanh(W["n"] @ x + b["n"] + r * (U["n"] @ h + b_h["n"]))
        else:
            n = np.tanh(W["n"] @ x + b["n"] + U["n"] @ (r * h))
        keep = z if update == "keeps_old" else 1 - z
        return (keep * h + (1 - keep) * n,)

    return step


def clockwork(p, I, H, periods=(1, 2, 4, 8), start=0):
    W, U, b = p["W_x"].T, p["W_h"].T, p["b"]
    size, extra = divmod(H, len(periods))
    ends = np.cumsum([size + (k < extra) for k in range(len(periods))])
    module = [slice(e - size - (k < extra), e) for k, e in enumerate(ends)]

    def step(x, h, t):
        new = h.copy()
        for k, T_k in enumerate(periods):
            if round(t[0]) % T_k:
                continue
            z = W[module[k]] @ x + b[module[k]]
            for j, T_j in enumerate(periods):
                if T_j >= T_k:  # slow is read by fast, never the other way
                    z = z + U[module[k], module[j]] @ h[module[j]]
            new[module[k]] = np.tanh(z)
        return new, t + 1

    return step


def greff(p, I, H, without="", gates_read_gates=False):
    order = [k for k in "ifgo" if k == "g" or k not in without]
    W, U, b = (apart(p, n, H, order) for n in ("W_x", "W_h", "b"))
    gate_names = [k for k in order if k != "g"]
    peep = {k: p[f"w_c{k}"] if "p" not in without else 0.0 for k in gate_names}
    linear = lambda z: z  # noqa: E731
    in_ = linear if "g" in without else np.tanh
    out = linear if "h" in without else np.tanh
    R = {k: apart(p, f"W_{k}", H, "ifo") for k in "ifo"} if gates_read_gates else {}

    def step(x, h, c, *old):
        def gate(k, seen):
            if k not in gate_names:
                return np.ones(H)
            z = W[k] @ x + U[k] @ h + peep[k] * seen + b[k]
            for source, y in zip("ifo", old, strict=False):
                z = z + R[source][k] @ y
            return sigma(z)

        i, f = gate("i", c), gate("f", c)
        c = f * c + i * in_(W["g"] @ x + U["g"] @ h + b["g"])
        o = gate("o", c)
        return (o * out(c), c, i, f, o)[: 5 if gates_read_gates else 2]

    return step


def cifg(p, I, H):
    W, U, b = (apart(p, n, H, "igo") for n in ("W_x", "W_h", "b"))

    def step(x, h, c):
        i = sigma(W["i"] @ x + U["i"] @ h + p["w_ci"] * c + b["i"])
        c = (1 - i) * c + i * np.tanh(W["g"] @ x + U["g"] @ h + b["g"])
        o = sigma(W["o"] @ x + U["o"] @ h + p["w_co"] * c + b["o"])
        return o * np.tanh(c), c

    return step


def depth_gated(p, I, H, layers=2, first="projected"):
    def one(k, x, h, c, below):
        q = {n.rsplit("_", 1)[0]: v for n, v in p.items() if n.endswith(f"_{k}")}
        deep = "w_cd" in q
        W, b = (apart(q, n, H, "ifgod" if deep else "ifgo") for n in ("W_x", "b"))
        U = apart(q, "W_h", H, "ifgo")
        i = sigma(W["i"] @ x + U["i"] @ h + q["w_ci"] * c + b["i"])
        f = sigma(W["f"] @ x + U["f"] @ h + q["w_cf"] * c + b["f"])
        new = f * c + i * np.tanh(W["g"] @ x + U["g"] @ h + b["g"])
        if deep:
            z = W["d"] @ x + q["w_cd"] * c + b["d"]
            below = q["W_0"].T @ x if k == 1 else below
            z = z if k == 1 else z + q["w_ld"] * below
            new = new + sigma(z) * below
        o = sigma(W["o"] @ x + U["o"] @ h + q["w_co"] * new + b["o"])
        return o * np.tanh(new), new

    def step(x, *state):
        pairs = [state[2 * k : 2 * k + 2] for k in range(layers)]
        pairs, below, new = [*pairs[1:], pairs[0]], None, []
        for k, (h, c) in enumerate(pairs, 1):
            x, below = one(k, x, h, c, below)
            new.append((x, below))
        return tuple(a for pair in [new[-1], *new[:-1]] for a in pair)

    return step


def mut(p, I, H, number=1):
    U = apart(p, "W_h", H, "rn" if number == 1 else "run")
    W = apart(p, "W_x", H, {1: "ru", 2: "un", 3: "run"}[number])
    b = apart(p, "b", H, "run")

    def step(x, h):
        e = p["W_e"].T @ x if "W_e" in p else x
        if number == 1:
            z = sigma(W["u"] @ x + b["u"])
            r = sigma(W["r"] @ x + U["r"] @ h + b["r"])
            n = np.tanh(U["n"] @ (r * h) + np.tanh(e) + b["n"])
        elif number == 2:
            z = sigma(W["u"] @ x + U["u"] @ h + b["u"])
            r = sigma(e + U["r"] @ h + b["r"])
            n = np.tanh(U["n"] @ (r * h) + W["n"] @ x + b["n"])
        else:
            z = sigma(W["u"] @ x + U["u"] @ np.tanh(h) + b["u"])
            r = sigma(W["r"] @ x + U["r"] @ h + b["r"])
            n = np.tanh(U["n"] @ (r * h) + W["n"] @ x + b["n"])
        return (z * n + (1 - z) * h,)

    return step


def mingru(p, I, H):
    W, b = apart(p, "W_x", H, "un"), apart(p, "b", H, "un")

    def step(x, h):
        z = sigma(W["u"] @ x + b["u"])
        return ((1 - z) * h + z * (W["n"] @ x + b["n"]),)

    return step


def minlstm(p, I, H):
    W, b = apart(p, "W_x", H, "ifg"), apart(p, "b", H, "ifg")

    def step(x, h):
        i, f = sigma(W["i"] @ x + b["i"]), sigma(W["f"] @ x + b["f"])
        return (f / (f + i) * h + i / (f + i) * (W["g"] @ x + b["g"]),)

    return step


def slstm(p, I, H):
    W, U, b = (apart(p, n, H, "ifgo") for n in ("W_x", "W_h", "b"))

    def step(x, h, c, n, m):
        z = {k: W[k] @ x + U[k] @ h + b[k] for k in "ifgo"}
        log_f = np.log(sigma(z["f"]))
        m_new = np.maximum(log_f + m, z["i"])
        i, f = np.exp(z["i"] - m_new), np.exp(log_f + m - m_new)
        c, n = f * c + i * np.tanh(z["g"]), f * n + i
        return sigma(z["o"]) * c / n, c, n, m_new

    return step


def mlstm(p, I, H, heads=1):
    D = H // heads
    W, b = apart(p, "W_x", H, "qkvo"), apart(p, "b", H, "qkvo")

    def step(x, h, C, n, m):
        z = p["W_g"].T @ x + p["b_g"]
        q, k, v = (W[a] @ x + b[a] for a in "qkv")
        out, C, n, m = np.zeros(H), C.copy(), n.copy(), m.copy()
        for a in range(heads):
            part = slice(a * D, (a + 1) * D)
            log_f, old = np.log(sigma(z[heads + a])), m[a, 0]
            m[a, 0] = max(log_f + old, z[a])
            i, f = np.exp(z[a] - m[a, 0]), np.exp(log_f + old - m[a, 0])
            key = k[part] / np.sqrt(D)
            C[a] = f * C[a] + i * np.outer(key, v[part])
            n[a] = f * n[a] + i * key
            size = max(abs(n[a] @ q[part]), np.exp(-m[a, 0]))
            out[part] = C[a].T @ q[part] / size
        return sigma(W["o"] @ x + b["o"]) * out, C, n, m

    return step


REFERENCE = {
    f.__name__: f
    for f in (
        rnn,
        lstm,
        lstm1997,
        peephole,
        coupled,
        gru,
        clockwork,
        greff,
        cifg,
        depth_gated,
        mut,
        mingru,
        minlstm,
        slstm,
        mlstm,
    )
}
