"""Our steps against what others' programs answered, recorded once, in float64.

Each file of ``recorded/`` names its program.  Inputs and weights come from a seed and
were given to the program by name, in alphabetic order of the names.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from latent_proofs import close

from lstm_course.models import attention, draw
from lstm_course.ops import maximum

FOLDER = Path(__file__).parent / "recorded"
PEERS = 1e-10


def answers(name):
    """What a program gave: its arrays by name."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    return {k: v if k == "code" else np.array(v) for k, v in json.loads(text).items()}


def drawn(rng, shapes):
    """Weights by name as the programs got them."""
    return {k: 0.5 * rng.normal(size=shapes[k]) for k in sorted(shapes)}


def blocks(a, order):
    """Columns of four gates from another order to i, f, g, o."""
    parts = dict(zip(order, np.split(a, 4, -1), strict=True))
    return np.concatenate([parts[k] for k in "ifgo"], -1)


def relu(x):
    return maximum(x, 0 * x)


def test_soft_attention_of_a_popular_port_with_relu_and_a_gate_per_feature():
    theirs, rng = answers("attention_sgrvinod"), np.random.default_rng(0)
    S, E, H, K, D, B, L, T = 7, 2, 6, 5, 3, 3, 4, 3
    layers = {
        "attention.decoder_att": (S, H),
        "attention.encoder_att": (S, D),
        "attention.full_att": (1, S),
        "f_beta": (D, H),
        "fc": (K, H),
        "init_c": (H, D),
        "init_h": (H, D),
    }
    shapes = {f"{k}.weight": n for k, n in layers.items()}
    shapes |= {f"{k}.bias": n[:1] for k, n in layers.items()}
    shapes |= {"decode_step.weight_ih": (4 * H, E + D), "embedding.weight": (K, E)}
    shapes |= {"decode_step.weight_hh": (4 * H, H)}
    shapes |= {f"decode_step.bias_{k}": (4 * H,) for k in ("ih", "hh")}
    w = drawn(rng, shapes)
    a, words = rng.normal(size=(B, L, D)), rng.integers(K, size=(B, T + 1))
    start = [(w[f"init_{k}.weight"].T, w[f"init_{k}.bias"]) for k in "hc"]
    p = {
        "W_a": w["attention.encoder_att.weight"].T,
        "W_h": w["attention.decoder_att.weight"].T,
        "b": w["attention.encoder_att.bias"] + w["attention.decoder_att.bias"],
        "v": w["attention.full_att.weight"][0],
        "w_beta": w["f_beta.weight"].T,
        "b_beta": w["f_beta.bias"],
        "start": start,
        "cell": {
            "W_x": w["decode_step.weight_ih"].T,
            "W_h": w["decode_step.weight_hh"].T,
            "b": w["decode_step.bias_ih"] + w["decode_step.bias_hh"],
        },
    }
    state = attention.start(p, "lstm", a, squash=lambda m: m)
    close(state[0], theirs["h"], PEERS), close(state[1], theirs["c"], PEERS)
    x = w["embedding.weight"][words[:, :T].T]
    h, _, alpha = attention.run(p, "lstm", x, a, state, squash=relu)
    close(alpha.swapaxes(0, 1), theirs["alpha"], PEERS)
    scores = h @ w["fc.weight"].T + w["fc.bias"]
    close(scores.swapaxes(0, 1), theirs["scores"], PEERS)
    close(attention.penalty(alpha, over="both"), theirs["missed"], PEERS)


def test_soft_attention_of_the_authors_with_their_selector():
    theirs, rng = answers("attention_arctic"), np.random.default_rng(0)
    E, D, H, B, L, T = 2, 3, 6, 3, 4, 3
    shapes = {"W": (E, 4 * H), "U": (H, 4 * H), "b": (4 * H,), "Wc": (D, 4 * H)}
    shapes |= {"Wc_att": (D, D), "Wd_att": (H, D), "b_att": (D,), "U_att": (D, 1)}
    w = drawn(rng, shapes | {"c_tt": (1,), "W_sel": (H, 1), "b_sel": (1,)})
    x, a = rng.normal(size=(T, B, E)), rng.normal(size=(B, L, D))
    p = {
        "W_a": w["Wc_att"],
        "W_h": w["Wd_att"],
        "b": w["b_att"],
        "v": w["U_att"][:, 0],
        "w_beta": w["W_sel"],
        "b_beta": w["b_sel"],
        "cell": {
            "W_x": blocks(np.vstack([w["W"], w["Wc"]]), "ifog"),
            "W_h": blocks(w["U"], "ifog"),
            "b": blocks(w["b"], "ifog"),
        },
    }
    h, z, alpha = attention.run(p, "lstm", x, a, tuple(rng.normal(size=(2, B, H))))
    for ours, name in ((h, "h"), (z, "z"), (alpha, "alpha")):
        close(ours, theirs[name], PEERS)
    # summed over the batch, averaged over the places
    close(attention.penalty(alpha, over="places"), theirs["missed"], PEERS)


def from_0(w, n, rows, columns, **options):
    """The window of that program: its filters are numbered from 0."""
    stride = (max(rows, columns) - 1) / (n - 1) * np.exp(w[:, 3:4])
    moved = w[:, :2] - 2 * stride / [columns + 1, rows + 1]
    return draw.window(np.hstack([moved, w[:, 2:]]), n, rows, columns, **options)


@pytest.mark.parametrize("way", ["window", "whole"])
def test_draw_of_the_port_that_others_copied_with_its_faults(way):
    theirs, rng = answers(f"draw_{way}"), np.random.default_rng(0)
    rows, columns, H, Z, T, B = 5, 6, 4, 2, 3, 2
    n, n_write = (3, 2) if way == "window" else (None, None)
    read, write = (2 * 9, 4) if n else (2 * 30, 30)
    patch = "writeW" if n else "write"
    inputs = {"encoder": read + H, "decoder": Z}
    layers = {"mu": Z, "sigma": Z, patch: write}
    layers |= {"read": 5, "write": 5} if n else {}
    shapes = {f"{k}/lstm_cell/kernel:0": (m + H, 4 * H) for k, m in inputs.items()}
    shapes |= {f"{k}/lstm_cell/bias:0": (4 * H,) for k in inputs}
    shapes |= {f"{k}/w:0": (H, m) for k, m in layers.items()}
    shapes |= {f"{k}/b:0": (m,) for k, m in layers.items()}
    w = drawn(rng, shapes)
    x, noise = rng.uniform(size=(B, rows, columns)), rng.normal(size=(B, Z))
    p = {k: lstm_of(w, k) for k in inputs}
    ours = {"mean": "mu", "sigma": "sigma", "patch": patch}
    for name, k in (ours | ({"read": "read", "write": "write"} if n else {})).items():
        p |= {f"W_{name}": w[f"{k}/w:0"], f"b_{name}": w[f"{k}/b:0"]}
    options = {"window": from_0, "first": 0, "least": 1e-8} if n else {}
    one = np.stack([noise] * T)  # the same for every step
    canvas, kl = draw.run(p, "lstm", "lstm", x, one, n, **options)
    close(canvas.reshape(T, B, -1), theirs["canvases"], PEERS)
    close(kl + 0.5 * (Z - 1), theirs["kl"], PEERS)  # 1/2 per step, not per latent
    cost = draw.reconstruction(x, canvas[-1]).mean()
    close(cost, theirs["Lx"], 1e-6)  # its logarithms are of a number + 1e-8


def lstm_of(w, name):
    """Weights of TensorFlow's cell: order i, g, f, o, and a forget bias of 1 added."""
    kernel, b = w[f"{name}/lstm_cell/kernel:0"], w[f"{name}/lstm_cell/bias:0"]
    H = len(b) // 4
    b = blocks(b, "igfo")
    b[H : 2 * H] += 1.0
    return {
        "W_x": blocks(kernel[:-H], "igfo"),
        "W_h": blocks(kernel[-H:], "igfo"),
        "b": b,
    }
