"""The numbers on the page of refreshers are right."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

PAGE = Path(__file__).parent.parent / "book/before_you_begin.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


@pytest.fixture
def W():
    return np.array([[0.9, 5.0], [0.0, 0.9]])


def test_a_row_grows_before_it_fades_though_both_eigenvalues_are_below_1(W):
    assert np.linalg.eigvals(W) == pytest.approx([0.9, 0.9])
    assert f"about {np.linalg.svd(W)[1].max():.1f}" in TEXT
    lengths, row = [], np.array([1.0, 0.0])
    for _ in range(100):
        row = row @ W
        lengths.append(np.linalg.norm(row))
    assert f"rises to about {max(lengths):.0f}, after 9 and 10 products" in TEXT
    assert sorted(np.argsort(lengths)[-2:] + 1) == [9, 10]
    assert abs(np.linalg.matrix_power(W, 100)).max() < 0.02


@pytest.mark.parametrize("runs", [5, 12])
def test_the_factor_of_an_interval_is_student_s(runs):
    t = stats.t.ppf(0.975, runs - 1)
    assert (
        f"for {runs} runs it is {t:.2f}" in TEXT or f"for {runs} runs {t:.2f}" in TEXT
    )


def test_the_answers_of_the_self_test():
    x, W = np.ones((7, 3, 5)), np.ones((5, 20))
    assert (x @ W).shape == (7, 3, 20) and (x @ W)[..., 5:10].shape == (7, 3, 5)
    p = np.exp([2.0, 1.0, 0.0])
    assert round(p[0] / p.sum(), 1) == 0.7
