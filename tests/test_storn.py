"""STORN: against torch's own parts, by hand, by finite differences, and its mutants."""

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
from lstm_course.models import storn
from lstm_course.models.variational import tensors


def weights(cell="lstm"):
    return shaken(storn.init(X, Z, H, np.random.default_rng(0), cell))


def reference(p, x, noise, sees):
    """log-likelihood, KL (T, B) and h_g, with torch.nn and torch.distributions."""
    p, x, noise = tensors(p, grad=False), torch.tensor(x), torch.tensor(noise)
    shifted = torch.cat([torch.zeros(1, B, X).double(), x[:-1]])
    recogniser = generator = (torch.zeros(B, H).double(),) * 2
    normal, fits, costs = torch.distributions.Normal(0.0, 1.0), [], []
    for t in range(T):
        read = dict(past=shifted, now=x)[sees][t]
        recogniser = gates(p["recogniser"], read, recogniser)
        q = gaussian(p, "latent", recogniser[0])
        z = q.mean + q.stddev * noise[t]
        generator = gates(p["generator"], torch.cat([shifted[t], z], 1), generator)
        fits.append(gaussian(p, "out", generator[0]).log_prob(x[t]).sum(1))
        costs.append(torch.distributions.kl_divergence(q, normal).sum(1))
    return torch.stack(fits), torch.stack(costs), (recogniser, generator)


def prove(module):
    x, noise = sequence()
    p = weights()
    for sees in ("past", "now"):
        terms, state = module.bound(p, x, noise, sees=sees)
        fits, costs, end = reference(p, x, noise, sees)
        close(terms.log_likelihood, fits)
        close(terms.kl, costs)
        for a, b in zip(leaves(state), leaves(end), strict=True):
            close(a, b)
    mask = np.ones((T, B))
    mask[3:, 0] = 0.0
    padded, end = module.bound(p, x, noise, mask=mask, sees="now")
    _, held = module.bound(p, x[:3], noise[:3], sees="now")
    close(padded.kl[:, 1:], terms.kl[:, 1:])
    assert not padded.kl[3:, 0].any() and not padded.log_likelihood[3:, 0].any()
    for a, b in zip(leaves(end), leaves(held), strict=True):
        close(a[0], b[0])


def test_the_terms_are_those_of_torch_s_own_parts():
    prove(storn)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_arrays_and_tensors_give_the_same(cell):
    x, noise = sequence()
    same_on_tensors(storn.bound, weights(cell), x, noise, cell=cell)


OPTIONS = [
    {"sees": "now"},
    {"spread": "log_variance"},
    {"squash": "tanh"},
    {"output": "bernoulli"},
    {"mask": np.tri(T, B, 1)},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_arrays_and_tensors_give_the_same_with_every_option(options):
    x, noise = sequence(low=0.0)
    same_on_tensors(storn.bound, weights(), x, noise, **options)


@pytest.mark.parametrize("sees", ["past", "now"])
def test_autograd_agrees_with_finite_differences(sees):
    x, noise = sequence()
    p, x, noise = weights("gru"), x[:3, :2], noise[:3, :2]
    gradients_are_right(storn.bound, p, x, noise, cell="gru", sees=sees)


@pytest.mark.parametrize("sees,first", [("past", 3), ("now", 2)])
def test_what_is_seen_at_step_2_moves_z_from_step_3_or_2_on(sees, first):
    p, (x, noise) = weights(), sequence()
    other = x.copy()
    other[2] += 1.0
    a, b = (storn.bound(p, v, noise, sees=sees)[0].z for v in (x, other))
    assert (a[:first] == b[:first]).all() and (a[first:] != b[first:]).all()


def test_the_recogniser_learns_through_the_generator():
    """The reconstruction alone, without the divergence, moves its weights."""
    x, noise = (torch.tensor(a) for a in sequence())
    p = tensors(weights())
    storn.bound(p, x, noise)[0].log_likelihood[-1].sum().backward()
    assert all(v.grad.abs().max() > 0 for v in leaves(p["recogniser"]))


def test_without_rows_for_z_it_is_a_network_that_predicts_the_next_input():
    p, (x, noise) = weights(), sequence()
    p["generator"]["W_x"][X:] = 0.0
    a, b = (storn.bound(p, x, n)[0].log_likelihood for n in (noise, 3.0 - noise))
    close(a, b, 0)


def test_a_step_by_hand():
    """One feature, one latent variable, one unit: a page of arithmetic."""
    one, two = np.ones((1, 1)), np.log(np.expm1(np.array([2.0])))  # a std of 2
    p = dict(latent_mean=(one, np.zeros(1)), latent_std=(0 * one, two),
             out_mean=(one, np.ones(1)), out_std=(0 * one, two))  # fmt: skip
    p["recogniser"] = dict(W_x=one, W_h=one, b=np.zeros(1))
    p["generator"] = dict(W_x=np.array([[1.0], [0.5]]), W_h=one, b=np.zeros(1))
    state = (np.array([[0.25]]),), (np.array([[-0.5]]),)
    (recogniser, generator), terms = storn.step(
        p, np.array([[2.0]]), np.array([[0.5]]), state, np.array([[1.0]]), CELLS["rnn"]
    )
    mean = np.tanh(0.75)
    h = np.tanh(0.5 + 0.5 * (mean + 2.0) - 0.5)
    close(recogniser[0], [[mean]])
    close(generator[0], [[h]])
    close(terms.z, [[mean + 2.0]])
    close(terms.kl, [(mean**2 + 4 - 1) / 2 - np.log(2)])
    close(terms.log_likelihood, [-np.log(2 * np.sqrt(2 * np.pi)) - (1 - h) ** 2 / 8])


def test_a_dream_is_what_the_generator_makes_of_z_from_the_prior():
    p, (x, noise) = weights(), sequence()
    state = tuple(np.random.default_rng(3).normal(size=(2, B, H)))
    noise_x = np.random.default_rng(4).normal(size=(B, X))
    after, made = storn.dream(p, x[0], state, noise[0], noise_x, CELLS["lstm"])
    given = tensors((p["generator"], np.hstack([x[0], noise[0]]), state), grad=False)
    close(after[0], gates(*given)[0])
    q = gaussian(tensors(p, grad=False), "out", torch.tensor(after[0]))
    close(made, q.mean + q.stddev * torch.tensor(noise_x))


def test_bad_input_is_met_at_the_door():
    x, noise = sequence()
    refused(r"Expected \(T, B, Z\) = \(5, 6, 2\)")(
        lambda: storn.bound(weights(), x, noise[:1])
    )
    refused("no option sees='future'")(
        lambda: storn.bound(weights(), x, noise, sees="future")
    )


MUTANTS = [
    ("recogniser sees the other step", 'sees == "now"', 'sees == "past"'),
    ("generator told the answer", "generate(p, x_prev, z, old_g, cell",
     "generate(p, x, z, old_g, cell"),
    ("one memory for both", "generate(p, x_prev, z, old_g, cell",
     "generate(p, x_prev, z, state_r, cell"),
    ("noise left out", "z = mean + std * noise", "z = mean"),
    ("output of the old memory", "z, old_g, cell, squash)\n",
     "z, old_g, cell, squash)[0], old_g[0]\n"),
    ("prior around the posterior", "kl(mean, std, 0.0 * mean", "kl(mean, std, mean"),
    ("x_prev and z swapped", "join([past, z])", "join([z, past])"),
    ("x_prev stays at 0", "        x_prev = x[t]\n", ""),
    ("pads are scored", "fits, costs = mask * fits, mask * costs", "pass"),
    ("pads move the recogniser", "hold(mask, state_r,", "hold(None, state_r,"),
    ("pads move the generator", "hold(mask, state_g,", "hold(None, state_g,"),
]  # fmt: skip


@pytest.mark.parametrize("what,old,new", MUTANTS, ids=[m[0] for m in MUTANTS])
def test_every_mutant_is_killed(what, old, new):
    with Mutation("models/storn.py", old, new) as mutation:
        with pytest.raises(AssertionError):
            prove(mutation.load("models.storn"))
