"""What settings decide: shares of variance and effects, where the truth is known."""

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.importance import FanovaImportanceEvaluator
from study import made_up

from lstm_course.study.report import forest, settings, trials

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tasks():
    cells = {"lstm": 0.0, "gru": 0.1, "rnn": -0.3, "nfg": -0.6}
    return trials.by_task(made_up.rows(cells, tasks="tuvwxy", draws=18, harm=0.8))


def test_shares_of_single_settings_are_those_of_optuna():
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(60, 4))
    y = X[:, 0] + X[:, 1] * X[:, 2] + 0.1 * rng.normal(size=60)
    names = [f"x{j}" for j in range(4)]
    drawn = {name: FloatDistribution(0, 1) for name in names}
    study = optuna.create_study()
    for point, value in zip(X.tolist(), y.tolist(), strict=True):
        params = dict(zip(names, point, strict=True))
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions=drawn, value=value)
        )
    theirs = FanovaImportanceEvaluator(seed=3).evaluate(study)
    ours, _ = forest.shares(forest.fit(X, y, seed=3), [(0, 1)] * 4)
    assert np.allclose(ours, [theirs[name] for name in names], rtol=1e-9)


def test_a_product_is_found_among_the_pairs_and_a_sum_is_not():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(400, 3))
    bounds = [(-1, 1)] * 3
    _, pairs = forest.shares(forest.fit(X, X[:, 0] * X[:, 2]), bounds)
    assert pairs[0, 2] > 0.6 and pairs.sum() - pairs[0, 2] < 0.15
    single, pairs = forest.shares(forest.fit(X, X[:, 0] + X[:, 2]), bounds)
    assert single[[0, 2]].sum() > 0.9 and pairs.sum() < 0.1


def test_all_shares_of_a_tree_add_up_to_one():
    rng = np.random.default_rng(2)
    X = rng.uniform(size=(50, 2))
    single, pairs = forest.shares(forest.fit(X, rng.normal(size=50)), [(0, 1)] * 2)
    assert np.isclose(single.sum() + pairs.sum(), 1)  # of two settings there is no more


def test_the_learning_rate_is_found_and_what_does_nothing_stays_near_chance(tasks):
    single, pairs = settings.decomposed(tasks)
    rows = {r["setting"]: r for r in single if r["of"] == "all"}
    assert rows["lr"]["share"] > 4 * rows["lr"]["by_chance"]
    assert rows["clip"]["share"] < 2 * rows["clip"]["by_chance"]
    assert {r["name"] for r in single if r["of"] == "task"} == set("tuvwxy")
    assert sum(r["share"] for r in pairs if r["of"] == "all") < rows["lr"]["share"]


def test_parts_of_the_variance_add_up_to_one(tasks):
    for row in settings.parts(tasks):
        assert np.isclose(row["cell"] + row["setting"] + row["both"], 1)
        assert row["setting"] > row["cell"] > 0  # as it was made up


def test_the_effect_of_noise_is_found_and_none_of_clipping():
    inside = []
    for seed in range(20):
        rows = made_up.rows({"lstm": 0.0}, tasks="tu", draws=40, seed=seed, harm=0.8)
        found = {r["effect"]: r for r in settings.effects(trials.by_task(rows))}
        assert found["noise"]["high"] < 0
        inside += [found[k]["low"] < 0 < found[k]["high"] for k in ("clip", "bias")]
    assert np.mean(inside) > 0.85


def test_a_setting_that_never_varied_has_no_share():
    rows = made_up.rows({"lstm": 0.0, "rnn": -0.1}, draws=12)
    rows = [r | {"clip": 1.0, "start": "own"} for r in rows]
    single, _ = settings.decomposed(trials.by_task(rows))
    assert {r["share"] for r in single if r["setting"] in ("clip", "start")} == {0.0}
