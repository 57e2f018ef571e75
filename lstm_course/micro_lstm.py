"""An LSTM that learns names letter by letter, in plain Python, without imports.

    python -m lstm_course.micro_lstm

Names as in the book: z = x W_x + h W_h + b, blocks i f g o, dq the gradient by q.
"""

NAMES = """ada adam agnes alan albert alice alma amir ana andrea anita anna anton arthur
bella ben bertha bruno carl carla carmen clara daniel david diana dora edgar elena elias
elisa ella elsa emil emma erik erika eva felix flora frank frida georg gina greta hanna
hannah hans helena henry hugo ida ines irene irma isabel ivan jan jana joan johan jonas
julia karen karin karl klara laura lea lena leo leon lina linda lisa lotte louis lucia
luis luna mara maria marie mario marta martin max mia mila milan mina mira nadia nina
nora olga oscar otto paul paula peter petra rita rosa sara selma silvia simon sofia
stella tania tara theo tina tom ulla vera victor wanda walter xenia yara zoe""".split()
LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # a dot begins and ends a name
H, K, E = 24, len(LETTERS), 2.718281828459045


def uniform(seed):
    """Random numbers between 0 and 1, endlessly (Park and Miller 1988)."""
    while True:
        seed = seed * 48271 % 2147483647
        yield seed / 2147483647


def log(x):
    y = 0.0
    for _ in range(60):  # Newton's method on e^y = x
        y += x * E**-y - 1
    return y


def sigmoid(z):
    return 1 / (1 + E**-z)


def tanh(z):
    return 2 * sigmoid(2 * z) - 1


def plus(*rows):
    return [sum(column) for column in zip(*rows, strict=True)]


def times(row, W):
    """row (n,) times matrix W (n, m): (m,)."""
    return plus(*([a * w for w in line] for a, line in zip(row, W, strict=True)))


def times_T(row, W):
    """row (m,) times the transpose of W (n, m): (n,)."""
    return [sum(a * w for a, w in zip(row, line, strict=True)) for line in W]


def add_outer(W, left, right):
    """W += the product of a column and a row; what weights get as gradient."""
    for line, a in zip(W, left, strict=True):
        for j, b in enumerate(right):
            line[j] += a * b


def step(p, x, h, c):
    """One letter (its number), states (H,) -> h, c, and what backward needs."""
    z = plus(p["W_x"][x], times(h, p["W_h"]), p["b"][0])  # x is one-hot: a row of W_x
    i, f = [sigmoid(a) for a in z[:H]], [sigmoid(a) for a in z[H : 2 * H]]
    g, o = [tanh(a) for a in z[2 * H : 3 * H]], [sigmoid(a) for a in z[3 * H :]]
    c_new = [f[k] * c[k] + i[k] * g[k] for k in range(H)]
    h_new = [o[k] * tanh(c_new[k]) for k in range(H)]
    return h_new, c_new, (x, h, c, i, f, g, o, c_new)


def step_backward(p, d, dh, dc, cache):
    """Gradients by h and c -> those of the step before; those by weights into d."""
    x, h, c, i, f, g, o, c_new = cache
    m = [tanh(a) for a in c_new]
    dc = [dc[k] + dh[k] * o[k] * (1 - m[k] ** 2) for k in range(H)]
    dzi = [dc[k] * g[k] * i[k] * (1 - i[k]) for k in range(H)]
    dzf = [dc[k] * c[k] * f[k] * (1 - f[k]) for k in range(H)]
    dzg = [dc[k] * i[k] * (1 - g[k] ** 2) for k in range(H)]
    dzo = [dh[k] * m[k] * o[k] * (1 - o[k]) for k in range(H)]
    dz = dzi + dzf + dzg + dzo
    add_outer([d["W_x"][x], d["b"][0]], [1, 1], dz)
    add_outer(d["W_h"], h, dz)
    return times_T(dz, p["W_h"]), [dc[k] * f[k] for k in range(H)]


def next_letter(p, h):
    """Probabilities of the letter that follows: (K,)."""
    e = [E**s for s in plus(times(h, p["V"]), p["v"][0])]
    return [a / sum(e) for a in e]


def gradient(p, name):
    """Loss of a name in nats per letter, and its gradient by every parameter."""
    d = {key: [[0.0] * len(W[0]) for _ in W] for key, W in p.items()}
    text = [LETTERS.index(a) for a in f".{name}."]
    h, c, steps, loss = [0.0] * H, [0.0] * H, [], 0.0
    for x, y in zip(text[:-1], text[1:], strict=True):  # x predicts y
        h, c, cache = step(p, x, h, c)
        q = next_letter(p, h)
        loss -= log(q[y]) / (len(text) - 1)
        steps.append((cache, h, q, y))
    dh, dc = [0.0] * H, [0.0] * H
    for cache, h, q, y in reversed(steps):
        ds = [(a - (k == y)) / (len(text) - 1) for k, a in enumerate(q)]
        add_outer(d["V"], h, ds)
        add_outer(d["v"], [1], ds)
        dh, dc = step_backward(p, d, plus(dh, times_T(ds, p["V"])), dc, cache)
    return loss, d


def start(seed=1):
    """Small random weights, and a forget bias of 1."""
    draw = uniform(seed)
    p, b = {}, [[0.0] * H + [1.0] * H + [0.0] * (2 * H)]
    sizes = {"W_x": (K, 4 * H), "W_h": (H, 4 * H), "V": (H, K), "v": (1, K)}
    for key, (n, m) in sizes.items():
        p[key] = [[0.4 * next(draw) - 0.2 for _ in range(m)] for _ in range(n)]
    return p | {"b": b}


def invent(p, draw):
    """Letter after letter, each drawn with its probability, until a dot."""
    name, x, h, c = "", 0, [0.0] * H, [0.0] * H
    while len(name) < 12 and (x or not name):
        h, c, _ = step(p, x, h, c)
        q, left = next_letter(p, h), next(draw)
        x = next((k for k in range(K) if sum(q[: k + 1]) > left), 0)
        name += LETTERS[x]
    return name.rstrip(".")


def main(rounds=30, lr=0.3):
    p, draw = start(), uniform(7)
    for number in range(1, rounds + 1):
        total = 0.0
        for name in sorted(NAMES, key=lambda _: next(draw)):  # in a new order
            loss, d = gradient(p, name)
            total += loss / len(NAMES)
            for key, W in p.items():
                for line, slope in zip(W, d[key], strict=True):
                    line[:] = [w - lr * s for w, s in zip(line, slope, strict=True)]
        if number % 5 == 0 or number == 1:
            names = " ".join(invent(p, draw) for _ in range(5))
            print(f"{number:2}: {total / log(2):.2f} bits a letter; {names}")


if __name__ == "__main__":
    main()
