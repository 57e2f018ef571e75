"""07.2: an LSTM with no more products than needed, counted by a black box."""

from dataclasses import replace

import numpy as np

from ...ops import sigmoid, tanh
from ..conventions import LSTM, blocks_of, order
from ..making import edited, edited_where, weights
from ..variants import Words
from .counted import counted, noted


def forward(times, b, x):
    """x (T, B, I), b (4H,) -> h (T, B, H); times("W_x" or "W_h", a) multiplies."""
    T, B, _ = x.shape
    h = c = np.zeros((B, b.size // 4))
    out = []
    for z in times("W_x", x) + b:
        z = z + times("W_h", h)
        zi, zf, zg, zo = np.split(z, 4, axis=-1)
        c = sigmoid(zf) * c + sigmoid(zi) * tanh(zg)
        h = sigmoid(zo) * tanh(c)
        out.append(h)
    return np.stack(out)


class Products:
    """Multiplies with hidden weights and writes down what it is asked for."""

    def __init__(self, p, strict):
        self.p, self.strict, self.asked = p, strict, []

    def __call__(self, name, a):
        if name not in ("W_x", "W_h") or a.shape[-1:] != self.p[name].shape[:1]:
            raise ValueError(
                f"times got {name!r} and an array of shape {a.shape}, expected 'W_x' "
                f"with {len(self.p['W_x'])} columns or 'W_h' with "
                f"{len(self.p['W_h'])}. Is a transpose missing?"
            )
        noted(self.asked, (name, a.size // a.shape[-1]))
        with np.errstate(all="ignore"):  # whatever a student asks for
            return a @ self.p[name]

    def twin(self):
        return Products(self.p, False)


def cases(rng, strict):
    made = []
    for T, B, I, H in ((7, 3, 4, 5), (9, 2, 6, 3)):
        p = weights(rng, I, H)
        made.append((Products(p, strict), p["b"], rng.normal(size=(T, B, I))))
    return made


ROW = (
    "You ask for one row at a time. A product takes all rows of the batch at once, for "
    "the price of one request."
)
GATE = (
    "You ask for the product with h more than once at a step. One request gives all "
    "four blocks: split what comes back."
)
GATE_X = (
    "You ask for the product with x_t more than once at a step. One request gives all "
    "four blocks: split what comes back."
)
ALL = (
    "At every step you multiply ALL of x, and use one step of it. That is the square "
    "of the length: multiply it once, before the loop."
)
HOIST = (
    "You ask for two products at every step. That with x does not wait for h: take it "
    "for all steps in one request, before the loop."
)
READ = (
    "You ask for something else than x and h, and learn the weights from it. Neat; but "
    "who multiplies here is the machine: ask it for every row of x, and for every h."
)
MORE = "You ask for more products than one for all of x and one at each step."


def excess(args, asked):
    """What is too much in a list of (name, rows), "" if nothing is."""
    _, _, x = args
    T, B, _ = x.shape
    by_x = [n for name, n in asked if name == "W_x"]
    by_h = [n for name, n in asked if name == "W_h"]
    if sum(by_x) < T * B or sum(by_h) < (T - 1) * B:
        return READ
    if len(asked) <= T + 1 and max(sum(by_x), sum(by_h)) <= T * B:
        return ""
    if min(by_h, default=B) < B or min(by_x, default=B) < B:
        return ROW
    if sum(by_h) > T * B:
        return GATE
    if sum(by_x) > T * B:
        return ALL if max(by_x) == T * B else GATE_X
    return HOIST if len(by_x) == T else MORE


LOOP, ASK_X, ASK_H = (
    'for z in times("W_x", x) + b:',
    'times("W_x", x)',
    'times("W_h", h)',
)
SLIPS = (
    (
        ASK_H,
        'times("W_h", 0 * h)',
        "The loop never hears its own h: the product with W_h takes the h of the step "
        "before.",
    ),
    (
        "z = z + ",
        "z = z + b + ",
        "The bias is added twice.",
    ),
    (
        ") + b:",
        ") + 0 * b:",
        "The bias is missing.",
    ),
    (
        "sigmoid(zo) * tanh(c)",
        "sigmoid(zo) * c",
        "h shows the cell state as it is. It passes through tanh first.",
    ),
    (
        "sigmoid(zf) * c + sigmoid(zi) * tanh(zg)",
        "sigmoid(zi) * c + sigmoid(zf) * tanh(zg)",
        "The forget gate and the input gate are exchanged.",
    ),
    (
        ASK_X,
        'times("W_x", x[::-1])',
        "The sequence is read from its end.",
    ),
    (
        "np.stack(out)",
        "np.stack(out[::-1])",
        "The steps are returned in reverse order.",
    ),
)  # fmt: skip
STEPWISE = "for x_t in x:"
WASTEFUL = (
    ((
        (LOOP, "W_x = times('W_x', np.eye(x.shape[2]))\n"
         "    W_h = times('W_h', np.eye(h.shape[1]))\n    for z in x @ W_x + b:"),
        (ASK_H, "h @ W_h"),
    ), READ),
    (((LOOP, STEPWISE), ("z = z + ", 'z = times("W_x", x_t) + b + ')), HOIST),
    ((
        (LOOP, "for t in range(T):"),
        ("z = z + ", 'z = times("W_x", x)[t] + b + '),
    ), ALL),
    ((
        (f"z + {ASK_H}",
         "z + np.concatenate([np.split(times('W_h', h), 4, -1)[k] for k in range(4)], "
         "-1)"),
    ), GATE),
    ((
        (LOOP, STEPWISE),
        ("z = z + ", "z = np.concatenate([np.split(times('W_x', x_t), 4, -1)[k] "
         "for k in range(4)], -1) + b + "),
    ), GATE_X),
    ((
        (f"z + {ASK_H}", "z + np.concatenate([times('W_h', a[None]) for a in h])"),
    ), ROW),
)  # fmt: skip


def build(blocks):
    """The question with the blocks in some order."""
    split = (
        "zi, zf, zg, zo = np",
        ", ".join(f"z{q}" for q in blocks) + " = np",
    )
    text = blocks_words(blocks)
    return counted(
        cases,
        edited(forward, split),
        tuple((edited_where(edited(forward, s[:2]), split), s[2]) for s in SLIPS),
        tuple((edited(forward, *edits, split), m) for edits, m in WASTEFUL),
        excess,
        id="07.2",
        function="forward",
        points=20,
        answer="h",
        axes={"h": ("step", "row", "unit")},
        hints=tuple(map(text, HINTS)),
    )


HINTS = (
    "Write the loop as in chapter 4 first, with times('W_x', x[t]) and times('W_h', h) "
    "at every step, blocks in the order i, f, g, o. That is right, and worth half of "
    "the points.",
    "Which of the two products has to wait for the step before? The other can be taken "
    "for all steps at once: times takes arrays with any number of axes in front.",
    "z_x = times('W_x', x) + b is (T, B, 4H). In the loop only z_x[t] + times('W_h', "
    "h) is left.",
)


def blocks_words(blocks):
    old, new = ", ".join(LSTM), ", ".join(blocks)
    return lambda text: text.replace(old, new)


def make_variant(seed):
    """The same with the blocks in the order of a class."""
    convention = blocks_of(LSTM)(seed)
    words = Words((), (convention.text,))
    return replace(build(order(seed)), says=convention.says, words=words)


EXERCISE = replace(build(LSTM), make_variant=make_variant)
