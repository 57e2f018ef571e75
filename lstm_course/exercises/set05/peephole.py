"""05.1 and 05.2: the LSTM whose gates look at the cell state."""

import numpy as np

from ...ops import d_sigmoid, d_tanh, sigmoid, tanh  # noqa: F401, used by mistakes
from ..definition import Exercise
from ..making import SIZES, edited, mistakes, state, weights


def peephole_step(p, x, h_prev, c_prev):
    """x (B, I), h_prev and c_prev (B, H) -> h, c, the four gates."""
    z = x @ p["W_x"] + h_prev @ p["W_h"] + p["b"]
    zi, zf, zg, zo = np.split(z, 4, axis=-1)
    i = sigmoid(zi + c_prev * p["w_ci"])
    f = sigmoid(zf + c_prev * p["w_cf"])
    g = tanh(zg)
    c = f * c_prev + i * g
    o = sigmoid(zo + c * p["w_co"])
    h = o * tanh(c)
    return h, c, {"i": i, "f": f, "g": g, "o": o}


def peephole_step_backward(p, dh, dc, cache):
    """dh, dc (B, H), cache of the step -> dx, dh_prev, dc_prev, grads."""
    x, h_prev, c_prev = cache["x"], cache["h_prev"], cache["c_prev"]
    i, f, g, o = cache["i"], cache["f"], cache["g"], cache["o"]
    c = cache["c"]
    tanh_c = tanh(c)
    dzo = dh * tanh_c * o * (1 - o)
    total = dc + dh * o * (1 - tanh_c**2) + dzo * p["w_co"]
    dzi = total * g * i * (1 - i)
    dzf = total * c_prev * f * (1 - f)
    dzg = total * i * (1 - g**2)
    dz = np.concatenate([dzi, dzf, dzg, dzo], axis=-1)
    dc_prev = total * f + dzi * p["w_ci"] + dzf * p["w_cf"]
    grads = {"W_x": x.T @ dz, "W_h": h_prev.T @ dz, "b": dz.sum(0)}
    grads["w_ci"] = (dzi * c_prev).sum(0)
    grads["w_cf"] = (dzf * c_prev).sum(0)
    grads["w_co"] = (dzo * c).sum(0)
    return dz @ p["W_x"].T, dz @ p["W_h"].T, dc_prev, grads


def parameters(rng, I, H):
    holes = {k: rng.normal(size=H) for k in ("w_ci", "w_cf", "w_co")}
    return {**weights(rng, I, H, scale=0.6), **holes}


def cases(rng):
    return [
        (parameters(rng, I, H), rng.normal(size=(B, I)), *state(rng, B, H))
        for _, B, I, H in SIZES
    ]


def back_cases(rng):
    made = []
    for p, x, h_prev, c_prev in cases(rng):
        _, c, gates = peephole_step(p, x, h_prev, c_prev)
        cache = {"x": x, "h_prev": h_prev, "c_prev": c_prev, "c": c, **gates}
        made.append((p, *rng.normal(size=(2, *c.shape)), cache))
    return made


SWAPPED = (
    ('p["w_ci"]', 'p["w_"]'),
    ('p["w_cf"]', 'p["w_ci"]'),
    ('p["w_"]', 'p["w_cf"]'),
)

FORWARD = Exercise(
    "05.1",
    "peephole_step",
    15,
    cases,
    peephole_step,
    answer=("h", "c", "gates"),
    axes={k: ("row", "unit") for k in ("h", "c", *(f"gates[{q}]" for q in "ifgo"))},
    hints=(
        "Begin with the LSTM of chapter 4. Three lines change: those of the gates.",
        "A peephole is a weight for each unit: c_prev * p['w_ci'], a product entry by "
        "entry, inside the sigmoid.",
        "The output gate looks at the NEW cell state, so it is computed after c.",
    ),
    misconceptions=mistakes(
        peephole_step,
        (
            'zo + c * p["w_co"]',
            'zo + c_prev * p["w_co"]',
            "Your output gate looks at the OLD cell state. It comes last and sees the "
            "new one, c.",
        ),
        (
            'zo + c * p["w_co"]',
            "zo",
            "The output gate has no peephole in your version: w_co is not used.",
        ),
        (
            'zi + c_prev * p["w_ci"]',
            "zi",
            "The input gate has no peephole in your version: w_ci is not used.",
        ),
        (
            'zf + c_prev * p["w_cf"]',
            "zf",
            "The forget gate has no peephole in your version: w_cf is not used.",
        ),
        (
            "tanh(zg)",
            'tanh(zg + c_prev * p["w_ci"])',
            "The candidate has a peephole in your version. Only the three gates have "
            "one.",
        ),
        (
            'zo + c * p["w_co"]',
            'zo + tanh(c) * p["w_co"]',
            "Your output gate looks at tanh(c). A peephole shows the cell state as it "
            "is.",
        ),
        (
            'c_prev * p["w_c',
            'h_prev * p["w_c',
            "Your peepholes look at h_prev. That is what W_h is for; a peephole looks "
            "at the cell state.",
        ),
        (
            "f * c_prev + i * g",
            "f * g + i * c_prev",
            "Your forget gate multiplies g, not c_prev: look at the update of c.",
        ),
        (
            "zi, zf, zg, zo = np",
            "zi, zf, zo, zg = np",
            "The blocks of g and o are exchanged: the columns lie in the order "
            "i, f, g, o.",
        ),
        (
            "o * tanh(c)",
            "o * c",
            "h shows the cell state as it is. It passes through tanh first.",
        ),
    )
    + (
        (
            edited(peephole_step, *SWAPPED),
            "w_ci and w_cf are exchanged: w_ci belongs to the input gate, w_cf to the "
            "forget gate.",
        ),
        (
            edited(peephole_step, ('p["w_co"]', 'p["w_ci"]')),
            "Your output gate looks through w_ci. Its own peephole is w_co.",
        ),
    ),
)

SUM = 'dc + dh * o * (1 - tanh_c**2) + dzo * p["w_co"]'
OLD = 'total * f + dzi * p["w_ci"] + dzf * p["w_cf"]'

BACKWARD = Exercise(
    "05.2",
    "peephole_step_backward",
    25,
    back_cases,
    peephole_step_backward,
    answer=("dx", "dh_prev", "dc_prev", "grads"),
    axes={
        "dx": ("row", "input"),
        "dh_prev": ("row", "unit"),
        "dc_prev": ("row", "unit"),
        "grads[W_x]": ("input", "i f g o"),
        "grads[W_h]": ("unit", "i f g o"),
        "grads[b]": ("i f g o",),
    },
    hints=(
        "The output gate came last, so it is the first on the way back: dzo needs "
        "nothing but dh. Then it tells c something, through its peephole.",
        "Three gradients reach c: the incoming dc, dh through tanh, and dzo through "
        "w_co. Three reach c_prev: through f * c_prev, and through two peepholes.",
        "A peephole is one weight for a unit, used by every row: its gradient is "
        "(dz of its gate * what it looked at).sum(0), shape (H,).",
    ),
    misconceptions=mistakes(
        peephole_step_backward,
        (
            SUM,
            "dc + dh * o * (1 - tanh_c**2)",
            "The path from the output gate back into c is missing: o looked at c "
            "through w_co.",
        ),
        (
            OLD,
            "total * f",
            "The peepholes of i and f are missing in dc_prev: both gates looked at "
            "c_prev. The authors of 2000 cut these paths; the full gradient has them.",
        ),
        (
            OLD,
            'total * f + dzi * p["w_ci"]',
            "The forget gate's peephole is missing in dc_prev.",
        ),
        (
            OLD,
            'total * f + dzf * p["w_cf"]',
            "The input gate's peephole is missing in dc_prev.",
        ),
        (
            OLD,
            OLD + ' + dzo * p["w_co"]',
            "dc_prev contains the output gate's peephole. It looked at the new c, so "
            "it belongs into the sum for c.",
        ),
        (
            "dzo * c).sum",
            "dzo * c_prev).sum",
            "Off by one in time: the output gate looked at the NEW cell state, so the "
            "gradient of w_co uses c.",
        ),
        (
            "dzf * c_prev).sum",
            "dzf * c).sum",
            "Off by one in time: the forget gate looked at the OLD cell state, so the "
            "gradient of w_cf uses c_prev.",
        ),
        (
            "dzi * c_prev).sum",
            "dzi * c).sum",
            "Off by one in time: the input gate looked at the OLD cell state, so the "
            "gradient of w_ci uses c_prev.",
        ),
        (
            "(1 - tanh_c**2) +",
            "(1 - c**2) +",
            "You wrote 1 - c**2, but c is what goes INTO tanh.",
        ),
        (
            "total * c_prev *",
            "total * c *",
            "Off by one in time: the forget gate multiplied c_prev, but its gradient "
            "uses the new c.",
        ),
        (
            SUM,
            'dh * o * (1 - tanh_c**2) + dzo * p["w_co"]',
            "The incoming dc is lost: it adds to what comes through h and the output "
            "gate.",
        ),
        (
            "[dzi, dzf, dzg, dzo]",
            "[dzi, dzf, dzo, dzg]",
            "dz is put together in another order than z: the blocks are i, f, g, o.",
        ),
        (
            '_cf"] = (dzf * c_prev).sum(0)',
            '_cf"] = (dzf * c_prev).mean(0)',
            "The gradient of w_cf is an average over the batch. Every row used the "
            "same weight: add them up.",
        ),
        (
            OLD,
            'dc * f + dzi * p["w_ci"] + dzf * p["w_cf"]',
            "dc_prev misses what came through h and through the output gate. Use the "
            "sum of all that reaches c.",
        ),
        (
            OLD,
            '(total - dc) * f + dzi * p["w_ci"] + dzf * p["w_cf"]',
            "The incoming dc is lost on its way to dc_prev: all that reaches c goes "
            "on through the forget gate.",
        ),
        (
            SUM,
            "dc",
            "Only the incoming dc reaches c in your version. So does dh, through "
            "h = o * tanh(c) and through the output gate.",
        ),
        (
            "dh * tanh_c * o * (1 - o)",
            "dh * tanh_c",
            "The derivative of sigmoid is missing in dzo.",
        ),
    )
    + (
        (
            edited(peephole_step_backward, *SWAPPED),
            "w_ci and w_cf are exchanged in dc_prev: dzi comes back through w_ci, dzf "
            "through w_cf.",
        ),
        (
            edited(
                peephole_step_backward,
                ("dzi * c_prev", "dz_ * c_prev"),
                ("dzf * c_prev", "dzi * c_prev"),
                ("dz_ * c_prev", "dzf * c_prev"),
            ),
            "The gradients of w_ci and w_cf are exchanged.",
        ),
    ),
)
