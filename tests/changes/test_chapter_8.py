"""What one sees when one thing of chapter 8 is changed."""

import re

import numpy as np
import pytest
import torch

from lstm_course.experiments import telephone
from lstm_course.models import attention, draw, variational
from lstm_course.models.looking_back import LookingBack
from lstm_course.tasks.telephone import encode, write_down


@pytest.mark.slow
def test_map_read():
    model = telephone.trained(LookingBack, "forward", 32, seed=0, steps=600)

    said = "triple one triple one".split()
    batch = encode([said], [write_down(said)])
    x, lengths, y = (torch.from_numpy(a) for a in batch[:3])
    looks = model.looks(x, lengths, y)[:6, 0].numpy()
    assert looks.argmax(-1)[[0, 1, 3, 4, 5]].tolist() == [1, 1, 3, 3, 3]
    assert looks[2].max() < 0.5 < looks[3:].max(-1).min()


def test_swap_read(cells):
    change = {'("lstm", "mingru")': '("slstm", "mlstm")'}
    shown = cells("08", "setup", "state-run", change=change)["printed"]
    found = re.findall(r"training ([\d.]+); 20 bits ([\d.]+), 160 bits ([\d.]+)", shown)
    slstm, mlstm = np.array(found, float)
    assert slstm.min() > 0.97
    assert 0.5 < mlstm[0] < 0.7 and mlstm[2] < 0.6


def test_penalty_read():
    alpha = np.zeros((9, 1, 27))
    for t in range(9):
        alpha[t, 0, 3 * t : 3 * t + 3] = 1 / 3
    assert attention.penalty(alpha) == pytest.approx(12.0)


def test_matrix_read():
    for n, expected in ((2, 0.06), (4, 0.2), (8, 0.4), (16, 0.9), (32, 1.9)):
        found = []
        for seed in range(200):
            rng = np.random.default_rng(seed)
            k = rng.normal(size=(n, 16))
            k /= np.linalg.norm(k, axis=1, keepdims=True)
            v = rng.normal(size=(n, 16))
            found.append(((k @ (k.T @ v) - v) ** 2).mean())
        assert np.mean(found) == pytest.approx((n - 1) / 16, rel=0.1)
        assert np.mean(found) == pytest.approx(expected, abs=0.05)


def test_draw_read():
    w = np.array([[1.2, 0.15, np.log(0.7), np.log(2 * 3 / 11), 0]])
    F = draw.window(w, 4, 12, 12)[1][0]
    assert F @ np.arange(1, 13) == pytest.approx([11.2, 11.9, 12, 12], abs=0.05)
    assert F.sum(1) == pytest.approx(np.ones(4))
    ports = draw.window(w, 4, 12, 12, least=1e-8)[1][0]
    assert ports.sum(1) == pytest.approx([1, 1, 1, 0.19], abs=0.005)


def test_kl_read():
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    wrong = variational.kl(zero + 2.0, one, zero, one)
    sure = variational.kl(zero, one * 0.1, zero, one)
    assert (wrong[0], sure[0]) == pytest.approx((2.0, 1.81), abs=0.005)
