"""Claims about DRAW; each also stands against deliberate bugs."""

import numpy as np
import pytest
import torch
from door_table import every_row, refused
from latent_proofs import close, leaves, rebuilt
from mutated import mutated, survives

from lstm_course import CELLS
from lstm_course.models import draw
from lstm_course.models.variational import tensors

T, B, ROWS, COLUMNS, H, Z, N = 3, 2, 6, 5, 4, 2, 3
LSTM = CELLS["lstm"]


def rng(seed=0):
    return np.random.default_rng(seed)


def case(name="lstm", N=N, N_write=2, seed=0):
    """Weights of which none is zero, pictures, noise."""
    r = rng(seed)
    p = draw.init(name, ROWS, COLUMNS, H, Z, r, N, N_write if N else None)
    p |= {k: 0.5 * r.normal(size=v.shape) for k, v in p.items() if k[:2] == "b_"}
    return p, r.uniform(size=(B, ROWS, COLUMNS)), r.normal(size=(T, B, Z))


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def filters_by_hand(w, n):
    """Equations 21 to 26 for one row w (5,), number by number."""
    g_x, g_y, log_variance, log_delta, _ = w
    stride = (max(ROWS, COLUMNS) - 1) / (n - 1) * np.exp(log_delta)
    out = []
    for g, size in ((g_y, ROWS), (g_x, COLUMNS)):
        F = np.zeros((n, size))
        for i in range(1, n + 1):
            mu = (size + 1) / 2 * (g + 1) + (i - n / 2 - 0.5) * stride
            for j in range(1, size + 1):
                F[i - 1, j - 1] = np.exp(-((j - mu) ** 2) / 2 / np.exp(log_variance))
        out.append(F / F.sum(1, keepdims=True))
    return out


def prove_a_step_by_hand(module):
    """Equations 3 to 8 and 11, row by row, from a canvas that is not empty."""
    p, x, noise = case()
    r = rng(1)
    enc, dec = (tuple(r.normal(size=(B, H)) for _ in "hc") for _ in range(2))
    state = draw.State(r.normal(size=x.shape), enc, dec)
    new, z, cost = module.step(p, LSTM, LSTM, x, state, noise[0], N)
    for b in range(B):
        h, canvas = dec[0][b], state.canvas[b]
        w = h @ p["W_read"] + p["b_read"]
        F_y, F_x = filters_by_hand(w, N)
        both = (x[b], x[b] - sigmoid(canvas))
        look = [np.exp(w[4]) * (F_y @ a @ F_x.T).ravel() for a in both]
        one = [tuple(s[b : b + 1] for s in old) for old in (enc, dec)]
        reads = np.concatenate([*look, h])[None]
        e = LSTM.step(p["encoder"], reads, one[0])[0]
        mean = e[0] @ p["W_mean"] + p["b_mean"]
        sigma = np.exp(e[0] @ p["W_sigma"] + p["b_sigma"])
        close(z[b : b + 1], mean + sigma * noise[0, b])
        parts = [
            (m**2 + s**2 - np.log(s**2)) / 2 - 0.5
            for m, s in zip(mean[0], sigma[0], strict=True)
        ]  # noqa: E501
        close(cost[b], sum(parts))
        d = LSTM.step(p["decoder"], z[b : b + 1], one[1])[0]
        w = (d[0] @ p["W_write"] + p["b_write"])[0]
        F_y, F_x = filters_by_hand(w, 2)
        patch = (d[0] @ p["W_patch"] + p["b_patch"]).reshape(2, 2)
        close(new.canvas[b], canvas + F_y.T @ patch @ F_x / np.exp(w[4]))
        close(new.enc[1][b], e[1][0]), close(new.dec[1][b], d[1][0])


def prove_a_run_is_its_steps(module):
    p, x, noise = case()
    canvas, cost = module.run(p, "lstm", "lstm", x, noise, N)
    state = draw.start(p, LSTM, LSTM, *x.shape)
    for t in range(T):
        state, z, one = draw.step(p, LSTM, LSTM, x, state, noise[t], N)
        close(canvas[t], state.canvas), close(cost[t], one)


def prove_filters_are_symmetric_about_the_centre(module):
    """Their centres: mean g, equal strides; each sums to 1 wherever it lies."""
    size, stride, middle = 41, 3.0, 20.4
    for n in (2, 3, 6):
        F = module.filters(
            *(np.array([v]) for v in (middle, stride, np.log(2.0))), n, size
        )[0]
        centres = F @ np.arange(1, size + 1)
        close(centres.mean(), middle, 1e-4)
        close(np.diff(centres), stride, 1e-4)
    far = module.filters(*(np.array([v]) for v in (-900.0, stride, -3.0)), 4, size)
    close(far.sum(-1), 1.0)


def prove_kl_is_that_of_a_large_sample(module):
    """Monte Carlo: the mean of log q(z) - log p(z) over 400,000 z."""
    mean, log_sigma = np.array([[0.7, -1.2, 0.1]]), np.array([[-0.5, 0.3, 0.2]])
    noise = rng().normal(size=(400_000, 3))
    z = draw.sample(mean, log_sigma, noise)
    ratio = (z**2 - noise**2).sum(1) / 2 - log_sigma.sum()
    error = ratio.std() / len(ratio) ** 0.5
    assert abs(module.kl(mean, log_sigma)[0] - ratio.mean()) < 4 * error
    assert error < 0.01
    close(module.kl(0 * mean, 0 * mean), 0.0)
    many = rng().normal(size=(2, 1000, 3))
    assert (module.kl(*many) > 0).all()


def prove_reconstruction_by_hand(module):
    x, canvas = np.array([[[0.0, 1.0], [0.3, 1.0]]]), np.array([[[2.0, -1.0], [0, 3]]])
    D = sigmoid(canvas)
    close(module.reconstruction(x, canvas), -np.log(D**x * (1 - D) ** (1 - x)).sum())


def prove_gradients(module):
    """Of every weight, the window's too, by finite differences."""
    p, x, noise = case()
    given = tensors({"p": p, "x": x})
    noise = torch.tensor(noise)

    def loss(*flat):
        g = rebuilt(given, iter(flat))
        canvas, cost = module.run(g["p"], "lstm", "lstm", g["x"], noise, N)
        return (module.reconstruction(g["x"], canvas[-1]) + cost.sum(0)).mean()

    inputs = tuple(leaves(given))
    assert torch.autograd.gradcheck(loss, inputs, fast_mode=True, raise_exception=False)
    loss(*inputs).backward()
    for g in inputs:
        assert g.grad is not None and (g.grad != 0).any()
    assert (given["p"]["W_read"].grad != 0).all(), "the window does not move"


PROOFS = [
    prove_a_step_by_hand,
    prove_a_run_is_its_steps,
    prove_filters_are_symmetric_about_the_centre,
    prove_kl_is_that_of_a_large_sample,
    prove_reconstruction_by_hand,
    prove_gradients,
]
MUTANTS = [
    ("i from 0 in a formula for i from 1", "np.arange(1, N + 1)", "np.arange(0, N)"),
    ("pixels from 0", "size, first=1, least=None):\n", "size, first=0, least=None):\n"),
    ("filters not normalised", "return softmax(e)", "return exp(e)"),
    ("sigma for its square", "2.0 * exp(log_variance)", "2.0 * exp(2 * log_variance)"),
    ("one stride too few", "/ (N - 1)", "/ N"),
    ("the smaller side sets the stride", "(max(rows, columns)", "(min(rows, columns)"),
    ("x and y exchanged", "g_x, g_y, log_v", "g_y, g_x, log_v"),
    ("no intensity in reading", "gamma * (F_y", "1.0 * (F_y"),
    ("written with gamma, not its inverse", "@ F_x / gamma", "@ F_x * gamma"),
    ("the picture alone is read", "for a in (x, x_hat)]\n    return join([a.reshape(len(a), -1) for a in seen", "for a in (x, x)]\n    return join([a.reshape(len(a), -1) for a in seen"),  # noqa: E501
    ("what is wrong, without the sigmoid", "x - sigmoid(state.canvas)", "x - state.canvas"),  # noqa: E501
    ("the encoder sees no decoder", "join([r, h_dec])", "join([r, 0 * h_dec])"),
    ("noise without its width", "exp(log_sigma) * noise", "noise"),
    ("a variance for a width", "+ exp(log_sigma) *", "+ exp(log_sigma / 2) *"),
    ("a half per step, not per latent", "- 1.0).sum(-1) / 2", ").sum(-1) / 2 - 0.5"),
    ("log sigma for its square's", "- 2 * log_sigma", "- log_sigma"),
    ("the canvas is replaced", "state.canvas + stroke", "stroke"),
    ("one noise for all steps", "state, e, N, **options)", "state, noise[0], N, **options)"),  # noqa: E501
    ("the encoder is not carried", "state._replace(enc=enc)", "state"),
    ("the window is cut off from the gradient", "log_gamma = w.T", "log_gamma = (w.detach() if hasattr(w, 'detach') else w).T"),  # noqa: E501
    ("picture and canvas exchanged", "log_bernoulli(x, canvas)", "log_bernoulli(canvas, x)"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize("prove", PROOFS)
def test_the_real_one_passes(prove):
    prove(draw)


@pytest.mark.parametrize("what, old, new", MUTANTS, ids=[m[0] for m in MUTANTS])
@pytest.mark.slow
def test_a_mutant_is_killed(what, old, new):
    module = mutated(draw, old, new)
    assert not all(survives(prove, module) for prove in PROOFS)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("N, least", [(3, None), (3, 1e-8), (None, None)])
def test_arrays_and_tensors_give_the_same(name, N, least):
    p, x, noise = case(name, N)
    options = {"least": least, "first": 0} if least else {}
    given = p, name, name, x, noise, N
    ours = draw.run(*given, **options)
    tp, tx, tn = tensors({"p": p, "x": x, "noise": noise}).values()
    theirs = draw.run(tp, name, name, tx, tn, N, **options)
    for o, t in zip(ours, theirs, strict=True):
        close(o, t.detach())


@pytest.mark.parametrize("N", [3, None])
def test_generating_is_painting_with_the_prior(N):
    p, x, noise = case(N=N)
    canvas = draw.generate(p, "lstm", noise, ROWS, COLUMNS, bool(N))
    state = draw.start(p, LSTM, LSTM, *x.shape)
    for t in range(T):
        state = draw.paint(p, LSTM, noise[t], state, bool(N))
        close(canvas[t], state.canvas)


def test_without_attention_a_look_is_both_pictures_and_a_stroke_is_the_whole():
    p, x, noise = case(N=None)
    state = draw.start(p, LSTM, LSTM, *x.shape)
    new, z, _ = draw.step(p, LSTM, LSTM, x, state, noise[0])
    both = [x.reshape(B, -1), (x - 0.5).reshape(B, -1), np.zeros((B, H))]
    h = LSTM.step(p["encoder"], np.hstack(both), state.enc)[0][0]
    close(new.enc[0], h)
    stroke = LSTM.step(p["decoder"], z, state.dec)[0][0] @ p["W_patch"] + p["b_patch"]
    close(new.canvas, stroke.reshape(x.shape))


def test_ports_that_count_pixels_from_0_look_one_pixel_aside():
    w = np.array([[0.0, 0.0, 0.0, -3.0, 0.0]])  # in the middle, and narrow
    for first, at in ((1, 13.5), (0, 14.5)):
        _, F_x, _ = draw.window(w, 3, 28, 28, first=first)
        close((F_x[0] @ np.arange(28)).mean(), at, 1e-9)


def test_what_a_filter_off_the_picture_does_is_an_option():
    off = [np.array([v]) for v in (-60.0, 1.0, 0.0)]
    close(draw.filters(*off, 3, 9)[0, :, 0], 1.0, 1e-6)
    assert draw.filters(*off, 3, 9, least=1e-8).max() < 1e-100


def test_a_window_of_the_caller_s_is_looked_through_and_written_through():
    p, x, noise = case(N_write=N)
    still = lambda w, *given: draw.window(0 * w, *given)  # noqa: E731
    moved = p | {f"{k}_{n}": 0 * p[f"{k}_{n}"] for k in "Wb" for n in ("read", "write")}
    ours = draw.run(p, "lstm", "lstm", x, noise, N, window=still)
    for a, b in zip(ours, draw.run(moved, "lstm", "lstm", x, noise, N), strict=True):
        close(a, b)


def run(**new):
    p, x, noise = case()
    given = dict(p=p, encoder="lstm", decoder="lstm", x=x, noise=noise, N=N) | new
    return draw.run(**given)


DOORS = {
    "run": {
        "flat": (lambda: run(x=np.ones((B, 30))), refused("reshape")),
        "batch": (lambda: run(x=np.ones((B + 1, ROWS, COLUMNS))), refused("B = 2")),
        "bytes": (lambda: run(x=np.full((B, 6, 5), 255.0)), refused("255")),
        "whole": (lambda: run(x=np.ones((B, 6, 5), int)), refused("int64")),
        "latents": (lambda: run(noise=np.ones((T, B, 3))), refused("Z = 2")),
        "one noise": (lambda: run(noise=np.ones((B, Z))), refused("has its own")),
        "a tensor": (lambda: run(x=torch.ones(B, 6, 5)), refused("mixed")),
        "window": (lambda: run(N=4), refused("N = 4")),
        "none": (lambda: run(N=None), refused("N = None")),
        "a cell": (lambda: run(encoder="lstn"), refused("lstm")),
        "no weights": (lambda: run(p={}), refused("no 'encoder'")),
        "no window": (lambda: run(p=case(N=None)[0]), refused("no 'W_read'")),
    },
    "init": {
        "size": (lambda: draw.init("lstm", 0, 5, H, Z, rng()), refused("rows is 0")),
        "N": (lambda: draw.init("lstm", 6, 5, H, Z, rng(), 1), refused("N is 1")),
        "rng": (lambda: draw.init("lstm", 6, 5, H, Z, 0), refused("rng is 0")),
    },
    "generate": {
        "noise": (
            lambda: draw.generate(case()[0], "lstm", np.ones((B, Z)), 6, 5),
            refused("has its own"),
        ),
        "no window": (
            lambda: draw.generate(case(N=None)[0], "lstm", np.ones((T, B, Z)), 6, 5),
            refused("no 'W_write'"),
        ),
    },
}


@every_row(DOORS)
def test_a_door_refuses_in_four_parts(call, happens):
    happens(call)
