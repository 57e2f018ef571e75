"""DRAW on digits: its faults are what they are called, its floor is counted."""

import numpy as np
import pytest
import torch
from latent_proofs import close

from lstm_course.experiments import canvases, painting, record
from lstm_course.models import draw
from lstm_course.models.variational import tensors
from lstm_course.trained import nested


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def data():
    return tuple(painting.black_and_white(d) for d in canvases.split())


@pytest.mark.parametrize("way", ["window", "whole"])
def test_a_few_steps_are_run_and_scored(way, monkeypatch):
    monkeypatch.setattr(painting, "TESTED", 20)
    _, row = painting.train(way, None, True, 4, 0, every=2)
    assert row["step"] == [2, 4] and min(row["kl"]) > 0
    total = np.add(row["reconstruction"], row["kl"])
    np.testing.assert_allclose(row["loss"], total, atol=0.002)


def test_filters_numbered_from_0_lie_one_stride_aside():
    w = torch.tensor(rng().normal(size=(3, 5)))
    F_y, F_x, gamma = painting.shifted(w, 4, 12, 10)
    log_var, stride = w[:, 2], 11 / 3 * w[:, 3].exp()
    y = (12 + 1) / 2 * (w[:, 1] + 1) - stride
    close(F_y, draw.filters(y, stride, log_var, 4, 12))
    x = (10 + 1) / 2 * (w[:, 0] + 1) - stride
    close(F_x, draw.filters(x, stride, log_var, 4, 10))
    close(gamma[:, 0, 0], w[:, 4].exp())


def gradients(fault, data):
    p = tensors(draw.init("lstm", 12, 12, 6, 3, rng(), 4))
    x, noise = (
        torch.tensor(a, dtype=float) for a in painting.sample(data[0], rng(), 2)
    )
    sum(painting.cost(p, x, noise[..., :3], 4, fault)).mean().backward()
    return p


def test_a_window_that_is_cut_off_is_never_moved(data):
    right, cut = gradients(None, data), gradients("window", data)
    for name in ("W_read", "b_read", "W_write", "b_write"):
        assert (right[name].grad != 0).all() and cut[name].grad is None
    assert (cut["W_patch"].grad != 0).any()


def test_one_noise_for_all_steps_is_that_of_the_first(data):
    p = draw.init("lstm", 12, 12, 6, 3, rng(), 4)
    x, noise = rng().uniform(size=(2, 12, 12)), rng().normal(size=(5, 2, 3))
    ours = painting.cost(p, x, noise, 4, "noise")
    theirs = painting.cost(p, x, np.stack([noise[0]] * 5), 4)
    close(ours[0], theirs[0]), close(ours[1], theirs[1])


def test_coins_cost_what_a_count_of_pixels_says():
    seen = np.array([[[1.0, 0.0]], [[1.0, 0.0]], [[1.0, 1.0]]])  # 3 pictures of 1 x 2
    close(painting.coins(seen, np.array([[[1.0, 1.0]]])), -np.log(0.8 * 0.4))


def test_a_film_is_a_run_seen_step_by_step(data):
    p = draw.init("lstm", 12, 12, 6, painting.Z, rng(), painting.N)
    x, noise = painting.sample(data[1], rng(), 3)
    looked, wrote, canvas = painting.film(p, x.astype(float), noise)
    close(canvas, draw.run(p, "lstm", "lstm", x.astype(float), noise, painting.N)[0])
    assert looked.shape == wrote.shape == (painting.T, 3, 5)
    close(looked[0], p["b_read"] + 0 * looked[0])  # nothing is known at first


def test_a_frame_goes_through_the_outermost_filters():
    w = np.array([[0.1, -0.2, -6.0, -0.9, 0.0]])  # narrow filters, within the picture
    left, top, right, bottom = painting.frame(w)[0]
    F_y, F_x, _ = draw.window(w, painting.N, 12, 12)
    places = np.arange(1, 13)
    close((F_x[0] @ places)[[0, -1]], np.round([left, right]), 1e-3)
    close((F_y[0] @ places)[[0, -1]], np.round([top, bottom]), 1e-3)


def row(**where):
    rows = record.load("painting")["rows"]
    (found,) = [r for r in rows if where.items() <= r.items()]
    return found


def test_pictures_cost_half_of_what_independent_pixels_cost(data):
    train, held_out = (painting.sample(d, rng(), 5000)[0] for d in data)
    coins = painting.coins(train, held_out).mean()
    long = [row(way=w, steps=painting.LONG)["bound"] for w in ("window", "whole")]
    assert max(long) < 0.55 * coins and coins > 45


def test_a_loss_falls_whatever_the_fault():
    first = 144 * np.log(2)  # of an empty canvas
    for fault in ("centres", "noise", "window"):
        for r in record.load("painting")["rows"]:
            if r["fault"] == fault:
                assert r["loss"][-1] < first - 25, fault


def test_one_noise_for_all_steps_reports_the_best_loss_and_has_the_worst_bound():
    right = row(fault=None, near=True, steps=painting.SHORT)
    wrong = row(fault="noise")
    assert wrong["loss"][-1] < right["loss"][-1] - 8
    assert wrong["bound"] > 10 * right["bound"]
    assert wrong["kl"][-1] < 1.0 < 5.0 < right["kl"][-1]


def test_shifted_centres_are_learned_around():
    right = row(fault=None, near=True, steps=painting.SHORT)
    assert abs(row(fault="centres")["bound"] - right["bound"]) < 0.5


def test_a_window_that_never_moves_costs_many_nats():
    for near in (True, False):
        cut = row(fault="window", near=near)["bound"]
        assert cut > row(fault=None, near=near, steps=painting.SHORT)["bound"] + 1.0
    assert row(fault="window", near=True)["bound"] > 60  # it begins on half a picture


def test_kept_weights_paint_as_the_record_says():
    p, about = nested.load("painting")
    assert abs(painting.bound(p, "window", None) - about["loss"]) < 0.1
