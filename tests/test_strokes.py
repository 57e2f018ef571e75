"""Strokes drawn with latent variables: the data, the nets, what came out."""

import numpy as np
import pytest
import torch

from lstm_course.experiments import record, strokes


def test_a_meander_turns_by_right_angles_at_equal_distances_and_only_there():
    x, corner = strokes.meanders(np.random.default_rng(0), 50)
    heading = np.arctan2(x[..., 1], x[..., 0])
    turned = np.abs(np.angle(np.exp(1j * np.diff(heading, axis=0))))
    assert (np.abs(turned[corner[1:]] - np.pi / 2) < 0.5).all()
    assert (turned[~corner[1:]] < 0.5).all()
    for b in range(50):
        (at,) = np.nonzero(corner[:, b])
        assert set(np.diff(at)) <= {at[0]} and at[0] in strokes.EDGES


def test_the_ideal_is_what_the_drawing_rule_gives_its_own_strokes():
    """log p(x) = log N around where it went, log 1/2 a corner, log 1/4 twice."""
    x, corner = strokes.meanders(np.random.default_rng(1), 4000)
    straight = np.round(x)
    far = ((x - straight) ** 2).sum(-1) / (2 * strokes.TREMBLE**2)
    gauss = -far - np.log(2 * np.pi * strokes.TREMBLE**2)
    total = gauss.sum(0) - corner.sum(0) * np.log(2) - 2 * np.log(4)
    assert abs(total.mean() / strokes.T - strokes.ideal(corner)) < 0.01


@pytest.mark.parametrize("net", strokes.NETS)
def test_every_net_gives_terms_of_each_step_and_draws_by_itself(net):
    x, noise, _ = strokes.batch(np.random.default_rng(0), 3)
    x, noise = (torch.tensor(a, dtype=torch.float32) for a in (x, noise))
    model = strokes.Pen(net, seed=1)
    terms = model(x, noise)
    assert terms.log_likelihood.shape == terms.kl.shape == (strokes.T, 3)
    assert (terms.kl >= 0).all() and (terms.kl.sum() > 0) == (net != "lstm")
    drawn = strokes.dreams(model, 0)
    assert drawn.shape == (strokes.DREAMS, strokes.LONG, 2) and np.isfinite(drawn).all()
    assert 16_000 < sum(p.numel() for p in model.parameters()) < 20_000


def test_a_cut_memory_changes_no_number_and_only_the_gradient():
    x, noise, _ = strokes.batch(np.random.default_rng(0), 3)
    x, noise = (torch.tensor(a, dtype=torch.float32) for a in (x, noise))
    x.requires_grad_()
    p, reached = strokes.Pen("vrnn").held.p, []
    whole, cut = strokes.vrnn.bound(p, x, noise)[0], strokes.cut(p, x, noise)
    for terms in (whole, cut):
        late = (terms.log_likelihood - terms.kl)[-1].sum()
        reached.append(torch.autograd.grad(late, x)[0][:-1].abs().max() > 0)
    assert torch.equal(whole.log_likelihood, cut.log_likelihood)
    assert reached == [True, False]


def of(value, **where):
    return record.pick(record.load("strokes")["rows"], value, **where)


def test_latent_variables_hold_two_ways_on_and_no_gaussian_does():
    vrnn, lstm = of("bound", net="vrnn"), of("bound", net="lstm")
    assert (vrnn > lstm + 0.2).all() and (vrnn < of("ideal", net="vrnn") - 0.9).all()


def test_with_h_cut_off_the_bound_rises_too_and_ends_lower():
    curves = of("bounds", net="vrnn, h cut")
    assert (curves[:, -1] > curves[:, 0] + 2).all()
    assert (of("bound", net="vrnn") > of("bound", net="vrnn, h cut") + 0.25).all()


def test_a_recogniser_of_the_past_alone_says_nothing_and_one_of_now_does():
    assert of("kl", net="storn").max() < 0.05
    close = of("bound", net="storn") - of("bound", net="lstm")
    assert np.abs(close).max() < 0.4
    assert of("kl", net="storn, now").min() > 0.9
    assert (of("bound", net="storn, now") < of("bound", net="vrnn") - 0.4).all()
