"""VRNN: against torch's own parts, by hand, by finite differences, and its mutants."""

import numpy as np
import pytest
import torch
from door_table import refused
from latent_proofs import (
    B,
    H,
    T,
    X,
    Z,
    close,
    gates,
    gaussian,
    gradients_are_right,
    leaves,
    same_on_tensors,
    sequence,
    shaken,
)
from test_mutants import Mutation

from lstm_course.cells import CELLS
from lstm_course.models import vrnn
from lstm_course.models.variational import kl, log_bernoulli, log_gauss, tensors


def weights(cell="lstm"):
    return shaken(vrnn.init(X, Z, H, np.random.default_rng(0), cell))


def reference(p, x, noise):
    """log-likelihood and KL (T, B) with torch.nn and torch.distributions alone."""
    p, x, noise = tensors(p, grad=False), torch.tensor(x), torch.tensor(noise)
    relu, cat = torch.relu, lambda *a: torch.cat(a, 1)

    def layer(name, a):
        ((W, b),) = p[name]
        return relu(a @ W + b)

    state, fits, costs = (torch.zeros(B, H).double(),) * 2, [], []
    for t in range(T):
        h, seen = state[0], layer("phi_x", x[t])
        before = gaussian(p, "prior", layer("prior", h))
        q = gaussian(p, "encoder", layer("encoder", cat(seen, h)))
        z = q.mean + q.stddev * noise[t]
        latent = layer("phi_z", z)
        out = gaussian(p, "decoder", layer("decoder", cat(latent, h)))
        fits.append(out.log_prob(x[t]).sum(1))
        costs.append(torch.distributions.kl_divergence(q, before).sum(1))
        state = gates(p["cell"], cat(seen, latent), state)
    return torch.stack(fits), torch.stack(costs), state


def prove(module):
    x, noise = sequence()
    p = weights()
    terms, state = module.bound(p, x, noise)
    fits, costs, end = reference(p, x, noise)
    close(terms.log_likelihood, fits)
    close(terms.kl, costs)
    for a, b in zip(state, end, strict=True):
        close(a, b)
    mask = np.ones((T, B))
    mask[3:, 0] = 0.0
    padded, end = module.bound(p, x, noise, mask=mask)
    short, held = module.bound(p, x[:3], noise[:3])
    close(padded.kl[:, 1:], terms.kl[:, 1:])
    assert not padded.kl[3:, 0].any() and not padded.log_likelihood[3:, 0].any()
    for a, b in zip(end, held, strict=True):
        close(a[0], b[0])
    standard, _ = module.bound(p, x, noise, kind="standard")
    mean, std = module.encode(p, x[0], 0 * state[0])
    close(standard.kl[0], kl(mean, std, 0.0 * mean, 0.0 * std + 1.0))


def prove_memory_learns(module):
    x, noise = (torch.tensor(a) for a in sequence())
    p = tensors(weights())
    terms, _ = module.bound(p, x, noise)
    last = (terms.log_likelihood[-1] - terms.kl[-1]).sum()
    found = torch.autograd.grad(last, leaves(p["cell"]), allow_unused=True)
    assert all(g is not None and g.abs().max() > 0 for g in found)


def test_the_terms_are_those_of_torch_s_own_parts():
    prove(vrnn)


@pytest.mark.parametrize("cell", ["lstm", "gru", "slstm"])
def test_arrays_and_tensors_give_the_same(cell):
    x, noise = sequence()
    same_on_tensors(vrnn.bound, weights(cell), x, noise, cell=cell)


OPTIONS = [
    {"kind": "standard"},
    {"spread": "log_variance"},
    {"squash": "tanh"},
    {"output": "bernoulli"},
    {"mask": np.tri(T, B, 1)},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_arrays_and_tensors_give_the_same_with_every_option(options):
    x, noise = sequence(low=0.0)
    same_on_tensors(vrnn.bound, weights(), x, noise, **options)


def test_autograd_agrees_with_finite_differences():
    x, noise = sequence()
    gradients_are_right(vrnn.bound, weights(), x[:3, :2], noise[:3, :2])


def test_the_last_step_s_bound_moves_the_recurrent_weights():
    prove_memory_learns(vrnn)


def test_a_step_by_hand():
    """One feature, one latent variable, identities for phi: a page of arithmetic."""
    one = np.ones((1, 1)), np.zeros(1)
    none = np.zeros((1, 1)), np.log(np.expm1(np.array([2.0])))  # a std of 2
    both = np.array([[1.0], [1.0]])
    p = dict(phi_x=[], phi_z=[], prior=[], encoder=[], decoder=[], prior_mean=one,
             prior_std=none, encoder_mean=(both, np.zeros(1)),
             encoder_std=(0 * both, none[1]), decoder_mean=(both, np.zeros(1)),
             decoder_std=(0 * both, none[1]))  # fmt: skip
    p["cell"] = dict(W_x=both, W_h=np.ones((1, 1)), b=np.zeros(1))
    state, terms = vrnn.step(
        p, np.array([[0.5]]), (np.array([[0.25]]),), np.array([[-1.0]]), CELLS["rnn"]
    )
    # q = N(0.75, 4), prior = N(0.25, 4), z = -1.25, p(x | z) = N(-1, 4)
    close(terms.z, [[-1.25]])
    close(terms.kl, [0.5**2 / 8])
    close(terms.log_likelihood, [-np.log(2 * np.sqrt(2 * np.pi)) - 1.5**2 / 8])
    close(state[0], np.tanh([[0.5 - 1.25 + 0.25]]))


def test_the_divergence_is_what_samples_say_and_is_zero_for_equals():
    rng = np.random.default_rng(0)
    mean, std, mean0, std0 = (rng.uniform(0.5, 1.5, (1, Z)) for _ in range(4))
    z = mean + std * rng.normal(size=(400_000, Z))
    ratio = log_gauss(z, mean, std) - log_gauss(z, mean0, std0)
    exact = kl(mean, std, mean0, std0)[0]
    assert exact > 0
    assert abs(ratio.mean() - exact) < 4 * ratio.std() / len(ratio) ** 0.5
    close(kl(mean, std, mean, std), [0.0])


def test_the_prior_reads_the_memory_and_not_x():
    p, (x, noise) = weights(), sequence()
    h = np.random.default_rng(2).normal(size=(B, H))
    before = vrnn.prior(p, h)[0]
    assert np.ptp(before, axis=0).min() > 0
    other = x.copy()
    other[2] += 1.0
    first, second = (vrnn.bound(p, a, noise)[0] for a in (x, other))
    close(first.kl[:2], second.kl[:2], 0)  # what comes later changes nothing before
    assert (first.kl[3:] != second.kl[3:]).all()  # and everything after


def test_a_bernoulli_output_is_scored_as_torch_does_and_never_overflows():
    rng = np.random.default_rng(0)
    x, logits = (rng.random((B, X)) > 0.5).astype(float), 300 * rng.normal(size=(B, X))
    own = torch.distributions.Bernoulli(logits=torch.tensor(logits))
    close(log_bernoulli(x, logits), own.log_prob(torch.tensor(x)).sum(1))


def test_a_dream_is_a_step_whose_posterior_is_the_prior():
    p, (_, noise) = weights(), sequence()
    state = tuple(np.random.default_rng(3).normal(size=(2, B, H)))
    noise_x = np.random.default_rng(4).normal(size=(B, X))
    after, x, z = vrnn.dream(p, state, noise[0], noise_x, CELLS["lstm"])
    mean, std = vrnn.prior(p, state[0])
    close(z, mean + std * noise[0])
    for a, b in zip(after, vrnn.recur(p, x, z, state, CELLS["lstm"]), strict=True):
        close(a, b)


def test_one_noise_for_all_steps_is_met_at_the_door():
    x, noise = sequence()
    refused(r"Expected \(T, B, Z\) = \(5, 6, 2\)")(
        lambda: vrnn.bound(weights(), x, noise[:1])
    )
    refused("kind")(lambda: vrnn.bound(weights(), x, noise, kind="moving"))


MUTANTS = [
    ("encoder forgets the memory", 'net(p["phi_x"], x, squash), h_prev])',
     'net(p["phi_x"], x, squash), 0.0 * h_prev])'),
    ("prior forgets the memory", 'net(p["prior"], h_prev,',
     'net(p["prior"], 0.0 * h_prev,'),
    ("noise not scaled", "z = mean + std * noise\n    hidden",
     "z = mean + noise\n    hidden"),
    ("divergence turned round", "kl(mean, std, mean0, std0)",
     "kl(mean0, std0, mean, std)"),
    ("z never enters the memory", 'squash), net(p["phi_z"], z',
     'squash), 0.0 * net(p["phi_z"], z'),
    ("decoder sees the mean, not z", "hidden = decode(p, z,",
     "hidden = decode(p, mean,"),
    ("h cut off from the gradient", "    h_prev = state[0]\n",
     "    h_prev = getattr(state[0], 'detach', lambda: state[0])()\n"),
    ("pads are scored", "fits, costs = mask * fits, mask * costs", "pass"),
    ("pads move the memory", "return hold(mask, ", "return hold(None, "),
    ("standard prior of std 0", "0.0 * std + 1.0)", "0.0 * std + 2.0)"),
]  # fmt: skip


@pytest.mark.parametrize("what,old,new", MUTANTS, ids=[m[0] for m in MUTANTS])
def test_every_mutant_is_killed(what, old, new):
    with Mutation("models/vrnn.py", old, new) as mutation:
        with pytest.raises(AssertionError):
            module = mutation.load("models.vrnn")
            prove(module)
            prove_memory_learns(module)
