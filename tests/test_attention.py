"""Claims about soft attention; each also stands against deliberate bugs."""

import numpy as np
import pytest
import torch
from door_table import every_row, refused
from latent_proofs import close, leaves, rebuilt
from mutated import mutated, survives

from lstm_course import CELLS
from lstm_course.models import attention
from lstm_course.models.variational import tensors
from lstm_course.ops import maximum, sigmoid

T, B, L, E, D, H, S = 4, 3, 5, 2, 3, 6, 7
MASK = np.arange(L) < np.array([[5], [3], [1]])


def case(name="lstm", gate=True, seed=0):
    """Weights, x, a and a state, all random, none zero."""
    rng = np.random.default_rng(seed)
    p = attention.init(name, E, D, H, S, rng, gate)
    p |= {k: rng.normal(size=p[k].shape) for k in p if k != "cell"}
    state = tuple(rng.normal(size=s.shape) for s in CELLS[name].initial(B, H))
    return p, rng.normal(size=(T, B, E)), rng.normal(size=(B, L, D)), state


def relu(x):
    return maximum(x, 0 * x)


def prove_by_hand(module):
    """One step in plain loops, over places and rows."""
    p, x, a, state = case()
    new, z, alpha = module.step(p, CELLS["lstm"], x[0], a, state, MASK)
    for row in range(B):
        real = range(int(MASK[row].sum()))
        h = state[0][row]
        hidden = [np.tanh(a[row, i] @ p["W_a"] + h @ p["W_h"] + p["b"]) for i in real]
        e = np.exp([float(u @ p["v"]) for u in hidden])
        share = e / e.sum()
        close(alpha[row, : len(share)], share)
        close(alpha[row, len(share) :], 0.0)
        beta = 1.0 / (1.0 + np.exp(-(h @ p["w_beta"] + p["b_beta"])))
        close(z[row], beta * share @ a[row, : len(share)])
    theirs, _ = CELLS["lstm"].step(p["cell"], np.hstack([x[0], z]), state)
    close(new[0], theirs[0]), close(new[1], theirs[1])


def prove_pads_are_not_seen(module):
    """Whatever lies under the mask, nan too, changes nothing."""
    p, x, a, state = case()
    results = []
    for pad in (0.0, 1e3, np.nan):
        full = np.where(MASK[..., None], a, pad)
        results.append(module.run(p, "lstm", x, full, state, MASK))
    short = module.run(p, "lstm", x[:, 1:2], a[1:2, :3], tuple(s[1:2] for s in state))
    for ours in results:
        for k in range(3):
            close(ours[k], results[0][k])
        close(ours[0][:, 1:2], short[0])


def prove_a_run_is_its_steps(module):
    p, x, a, state = case()
    h, z, alpha = module.run(p, "lstm", x, a, state, MASK)
    for t in range(T):
        state, *look = attention.step(p, CELLS["lstm"], x[t], a, state, MASK)
        close(h[t], state[0]), close(z[t], look[0]), close(alpha[t], look[1])


def prove_penalty_by_hand(module):
    alpha = np.array([[[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]] * 2)  # (T, B, L) = (2, 2, 3)
    close(module.penalty(alpha, strength=3.0), 3.0 * (1.0 + 3.0) / 2)
    mask = np.array([[True, True, False], [True, True, True]])
    close(module.penalty(alpha, mask, 3.0), 3.0 * (0.0 + 3.0) / 2)
    close(module.penalty(alpha, over="places"), (1.0 + 3.0) / 3)
    close(module.penalty(alpha, over="both"), (1.0 + 3.0) / 6)
    with pytest.raises(ValueError, match="over='time'.* Expected over of"):
        module.penalty(alpha, over="time")


def prove_gradients(module):
    """The twin's gradients by finite differences, those of every weight."""
    p, x, a, state = case()
    given = tensors({"p": p, "x": x[:2], "a": a, "state": dict(enumerate(state))})
    mask = torch.tensor(MASK)

    def loss(*flat):
        g = rebuilt(given, iter(flat))
        state = tuple(g["state"].values())
        h, z, alpha = module.run(g["p"], "lstm", g["x"], g["a"], state, mask)
        return (h**2).sum() + (z**3).sum() + module.penalty(alpha, mask)

    inputs = tuple(leaves(given))
    assert torch.autograd.gradcheck(loss, inputs, fast_mode=True, raise_exception=False)
    loss(*inputs).backward()
    for g in inputs:
        assert g.grad is not None and (g.grad != 0).any()


def prove_start_by_hand(module):
    """Row by row, over the real places, pads of nan; h and c with their own weights."""
    p, _, a, _ = case()
    rng = np.random.default_rng(2)
    pairs = [(rng.normal(size=(D, H)), rng.normal(size=H)) for _ in "hc"]
    full = np.where(MASK[..., None], a, np.nan)
    state = module.start(p | {"start": pairs}, "lstm", full, MASK)
    for row in range(B):
        mean = a[row, : MASK[row].sum()].mean(0)
        for part, (W, b) in zip(state, pairs, strict=True):
            close(part[row], np.tanh(mean @ W + b))
    every = module.start(p | {"start": pairs}, "lstm", a)
    close(every[1], np.tanh(a.mean(1) @ pairs[1][0] + pairs[1][1]))


PROOFS = [
    prove_by_hand,
    prove_start_by_hand,
    prove_pads_are_not_seen,
    prove_a_run_is_its_steps,
    prove_penalty_by_hand,
    prove_gradients,
]
MUTANTS = [
    ("the scorer's hidden layer is straight", "return squash(a @", "return (a @"),
    ("the state does not choose", '(h_prev @ p["W_h"])[:, None]', "0.0"),
    ("the scorer's bias dropped", ' + p["b"])', ")"),
    ("pads get a share", "where(mask, e, NEVER)", "e"),
    ("a pad's score is 0, not minus infinity", "(mask, e, NEVER)", "(mask, e, 0.0)"),
    ("the mask multiplies", "where(mask[..., None], a, 0.0)", "a"),
    ("places summed, not weighted", "(alpha[..., None] * a).sum(1)", "a.sum(1)"),
    ("mean of the weighted places", "* a).sum(1)", "* a).mean(1)"),
    ("the gate is a tanh", "z = sigmoid(", "z = tanh("),
    ("the cell reads z before x", "join([x, z])", "join([z, x])"),
    ("penalty averaged over places", ".sum(-1).mean()", ".mean()"),
    ("penalty summed over the batch", ".sum(-1).mean()", ".sum()"),
    ("penalty over places within a step", "alpha.sum(0)", "alpha.sum(-1)[..., None]"),
    ("penalty over places as over both", '"places" else', '"nothing" else'),
    ("penalty of pads", "where(mask, missed, 0.0)", "missed"),
    ("the state is not carried", "x_t, a, state,", "x_t, a, [0 * s for s in state],"),
    ("the mean over pads too", "mask.sum(-1)[:, None]", "a.shape[1]"),
    ("the sum for the mean", "a.sum(1) / n @", "a.sum(1) @"),
    ("h and c begin alike", 'in p["start"])', 'in [p["start"][0]] * 2)'),
    ("a start not squashed", "return tuple(squash(", "return tuple(("),
    ("the same word at every step", "cell, x_t, a", "cell, x[0], a"),
]


@pytest.mark.parametrize("prove", PROOFS)
def test_the_real_one_passes(prove):
    prove(attention)


def test_every_mutant_is_killed():
    alive = []
    for what, old, new in MUTANTS:
        module = mutated(attention, old, new)
        if all(survives(prove, module) for prove in PROOFS):
            alive.append(what)
    assert not alive


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("squash", [np.tanh, relu])
def test_arrays_and_tensors_give_the_same(name, squash):
    p, x, a, state = case(name, gate=squash is relu)
    squash = relu if squash is relu else attention.tanh
    ours = attention.run(p, name, x, a, state, MASK, squash)
    given = tensors({"p": p, "x": x, "a": a, "state": dict(enumerate(state))})
    tp, tx, ta, tstate = given.values()
    state = tuple(tstate.values())
    theirs = attention.run(tp, name, tx, ta, state, torch.tensor(MASK), squash)
    for o, t in zip(ours, theirs, strict=True):
        close(o, t.detach())


def test_equal_scores_read_the_mean_annotation():
    p, x, a, state = case(gate=False)
    z, alpha = attention.attend(p | {"v": np.zeros(S)}, a, state[0])
    close(alpha, 1.0 / L), close(z, a.mean(1))


def test_a_gate_for_each_feature_is_taken_too():
    p, _, a, state = case(gate=False)
    w, b = np.random.default_rng(1).normal(size=(2, D, H))[0].T, np.ones(D)
    plain, _ = attention.attend(p, a, state[0])
    z, _ = attention.attend(p | {"w_beta": w, "b_beta": b}, a, state[0])
    close(z, sigmoid(state[0] @ w + b) * plain)


def test_weights_of_torch_s_layers_give_what_those_layers_give():
    torch.manual_seed(0)
    lay = dict(a=(D, S), h=(H, S), v=(S, 1), beta=(H, 1))
    lay = {k: torch.nn.Linear(*n, dtype=float) for k, n in lay.items()}
    lstm = torch.nn.LSTMCell(E + D, H, dtype=float)
    _, x, a, state = case()
    x, a, state = torch.tensor(x), torch.tensor(a), tuple(map(torch.tensor, state))
    share = lay["v"](torch.tanh(lay["a"](a) + lay["h"](state[0])[:, None])).softmax(1)
    z = torch.sigmoid(lay["beta"](state[0])) * (share * a).sum(1)
    theirs = lstm(torch.cat([x[0], z], 1), state)
    p = {
        "W_a": lay["a"].weight.T,
        "W_h": lay["h"].weight.T,
        "b": lay["a"].bias + lay["h"].bias,
        "v": lay["v"].weight[0],  # its bias moves every score alike
        "w_beta": lay["beta"].weight.T,
        "b_beta": lay["beta"].bias,
        "cell": {
            "W_x": lstm.weight_ih.T,
            "W_h": lstm.weight_hh.T,
            "b": lstm.bias_ih + lstm.bias_hh,
        },
    }
    ours, *_ = attention.step(p, CELLS["lstm"], x[0], a, state)
    for o, t in zip(ours, theirs, strict=True):
        close(o.detach(), t.detach())


def test_a_start_is_one_text_for_arrays_and_tensors():
    _, _, a, _ = case()
    for name in ("gru", "peephole"):
        p = attention.init(
            name, E, D, H, S, np.random.default_rng(3), gate=True, start=True
        )
        ours = attention.start(p, name, a, MASK, relu)
        given = tensors({"p": p, "a": a})
        theirs = attention.start(given["p"], name, given["a"], torch.tensor(MASK), relu)
        for o, t in zip(ours, theirs, strict=True):
            close(o, t.detach())


def run(**new):
    p, x, a, state = case()
    given = dict(p=p, cell="lstm", x=x, a=a, state=state, mask=MASK) | new
    return attention.run(**given)


DOORS = {
    "run": {
        "one step": (lambda: run(x=np.ones((B, E))), refused("axis")),
        "no places": (lambda: run(a=np.ones((B, 0, D))), refused("length 0")),
        "another batch": (lambda: run(a=np.ones((B + 1, L, D))), refused("same B")),
        "features": (lambda: run(a=np.ones((B, L, D + 1))), refused("W_a")),
        "whole": (lambda: run(a=np.ones((B, L, D), int)), refused("int64")),
        "nan": (lambda: run(x=np.full((T, B, E), np.nan)), refused("NaN")),
        "a tensor": (lambda: run(a=torch.ones(B, L, D)), refused("mixed")),
        "numbers": (lambda: run(mask=MASK * 1.0), refused("bool of shape")),
        "other mask": (lambda: run(mask=MASK[:, 1:]), refused("bool of shape")),
        "empty row": (lambda: run(mask=MASK & (MASK < 0)), refused("no place")),
        "no weights": (lambda: run(p={"v": 0}), refused("W_a, W_h, b, v, cell")),
        "a cell": (lambda: run(cell="lstn"), refused("lstm")),
    },
    "init": {
        "size": (
            lambda: attention.init("lstm", 0, D, H, S, np.random.default_rng(0)),
            refused("E is 0"),
        ),
        "rng": (lambda: attention.init("lstm", E, D, H, S, 0), refused("rng is 0")),
        "a start": (
            lambda: attention.init(
                "slstm", E, D, H, S, np.random.default_rng(0), start=True
            ),
            refused("slstm carries h, c, n, m"),
        ),
    },
    "start": {
        "none": (
            lambda: attention.start(case()[0], "lstm", np.ones((B, L, D))),
            refused("0 pair"),
        ),
    },
}


@every_row(DOORS)
def test_a_door_refuses_in_four_parts(call, happens):
    happens(call)
