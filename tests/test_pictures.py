"""The experiments on pictures: what they draw, read, tell and count."""

import numpy as np
import pytest
import torch
from latent_proofs import close

from lstm_course.experiments import canvases, captions, keep, record
from lstm_course.models.variational import tensors
from lstm_course.trained import nested


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def data():
    return canvases.split()


def test_no_digit_of_the_test_is_learned_from(data):
    (train, y), (test, y_test) = data
    assert (len(train), len(test)) == (1347, 450) == (len(y), len(y_test))
    seen = {image.tobytes() for image in train}
    assert not any(image.tobytes() in seen for image in test)
    assert train.min() == 0.0 and train.max() == 1.0


def test_two_digits_lie_apart_the_left_one_first_and_anywhere(data):
    canvas, labels, at = canvases.two(data[0], rng(), 3000, 12, 24)
    assert canvas.shape == (3000, 12, 24) and canvas.max() <= 1.0
    across = at[:, :, 1]
    assert (across[:, 1] - across[:, 0] >= canvases.SIDE).all()
    pairs, n = np.unique(across, axis=0, return_counts=True)
    assert len(pairs) == 45 and n.min() > 30  # 9 + 8 + ... + 1 of 3000
    assert set(at[..., 0].ravel()) == set(range(5))
    row = 17
    for (r, c), label in zip(at[row], labels[row], strict=True):
        image = canvas[row, r : r + 8, c : c + 8]
        nearest = np.abs(data[0][0] - image).sum((1, 2)).argmin()
        assert (data[0][0][nearest] == image).all() and data[0][1][nearest] == label


def test_a_patch_is_what_lies_below_its_corner():
    canvas = rng().uniform(size=(2, 12, 24))
    flat = canvas.reshape(2, -1)[:, captions.PIXELS]
    for place, (r, c) in enumerate(captions.CORNERS):
        close(flat[:, place].reshape(2, 8, 8), canvas[:, r : r + 8, c : c + 8])
    assert captions.CORNERS.max(0).tolist() == [4, 16]


def test_shares_of_places_are_shared_out_over_their_pixels():
    alpha = rng().dirichlet(np.ones(27), size=(3, 2))
    map = captions.spread(alpha)
    close(map.sum((-1, -2)), 1.0)
    one = captions.spread(np.eye(27)[11])
    r, c = captions.CORNERS[11]
    close(one[r : r + 8, c : c + 8], 1.0 / 64)


@pytest.mark.parametrize("way", ["mean", "attention"])
def test_telling_is_looking_with_the_words_that_were_said(data, way):
    p = captions.init(rng())
    canvas, words, _ = captions.sample(data[1], rng(), 5)
    said, alpha = captions.tell(p, canvas, way)
    scores, again = captions.look(p, captions.annotate(p, canvas), said, way)
    assert (scores.argmax(-1) == said).all()
    close(alpha, again)
    assert (np.ptp(alpha) < 1e-12) == (way == "mean")
    given = tensors({"p": p, "canvas": canvas.astype(float)})
    a = captions.annotate(given["p"], given["canvas"])
    theirs, _ = captions.look(given["p"], a, torch.tensor(said), way)
    close(theirs.detach(), scores, 1e-6)  # canvases are float32


def test_the_judge_knows_a_map_on_the_right_digit(monkeypatch):
    at = np.array([[[0, 0], [4, 16]], [[2, 4], [0, 12]]])  # corners of places
    place = [
        [np.where((captions.CORNERS == a).all(1))[0][0] for a in two] for two in at
    ]
    alpha = np.full((3, 2, 27), 1 / 27)
    alpha[:2] = np.eye(27)[np.array(place).T]
    words = np.array([[3, 1], [7, 1], [10, 10]])
    said = np.array([[3, 1], [7, 2], [10, 10]])
    monkeypatch.setattr(captions, "tell", lambda *_: (said, alpha))
    found = captions.judge({}, np.zeros((2, 12, 24)), words, at)
    assert found["words"] == 0.75 and found["captions"] == 0.5
    close(found["on_named"], 1.0), close(found["on_other"], 0.0)
    close(found["missed"], 25 * (26 / 27) ** 2 + 2 / 27**2)


@pytest.mark.parametrize("way", ["mean", "attention"])
def test_a_few_steps_are_run_and_scored(way, monkeypatch):
    monkeypatch.setattr(captions, "TESTED", 20)
    row = captions.run(way, 0.1, seed=0, steps=4, every=2)
    assert row["step"] == [2, 4] and np.shape(row["alpha"]) == (3, 6, 27)
    assert all(np.isfinite(v).all() for v in row.values())


def ends(score, **where):
    rows = record.load("captions")["rows"]
    return np.array([r[score][-1] for r in rows if where.items() <= r.items()])


def test_who_looks_tells_twice_as_many_captions_right_as_who_reads_the_mean():
    mean, looked = ends("captions", way="mean"), ends("captions", strength=0.0)
    assert len(mean) == 3 and mean.max() < 0.5 < 0.9 < looked[3:].min()


def test_the_map_lies_on_the_digit_that_is_named():
    on = {k: ends("on_named", way="attention", strength=k) for k in (0.0, 0.1, 1.0)}
    assert on[0.0].min() > 0.84 and ends("on_named", way="mean").max() < 0.29
    assert ends("on_other", way="attention", strength=0.0).max() < 0.02
    assert on[0.0].min() > on[0.1].max() > on[0.1].min() > on[1.0].max()


def test_with_fewer_words_than_places_the_penalty_can_only_spread_the_map():
    least = (27 - 3) ** 2 / 27  # every place looked at 3/27 times: the uniform map
    close(ends("missed", way="mean"), least, 1e-5)
    missed = ends("missed", way="attention", strength=1.0)
    assert (missed >= least).all() and missed.max() < least + 0.1
    told = ends("captions", way="attention", strength=1.0)
    assert told.mean() < ends("captions", way="attention", strength=0.0).mean()


def test_nested_weights_come_back_as_they_went(tmp_path):
    p = {"cell": {"b": rng().normal(size=3)}, "start": [(np.eye(2), -np.ones(2))] * 2}
    nested.store("odd", p, {"seed": 3}, tmp_path)
    again, about = nested.load("odd", tmp_path)
    close(again["cell"]["b"], p["cell"]["b"], 1e-4)
    close(again["start"][1][1], -1.0, 1e-4)
    assert about == {"seed": 3} and again.keys() == p.keys()
    with pytest.raises(ValueError, match="no weights named 'drow'.*captions"):
        nested.load("drow")


@pytest.mark.parametrize("name", keep.KEPT)
def test_what_is_kept_is_a_run_of_the_grid_with_its_scores(name):
    """Nearly: sums in another order round otherwise, and training makes that grow."""
    room = keep.named(name)
    assert room.KEPT in room.grid()
    row = next(r for r in record.load(name)["rows"] if room.KEPT.items() <= r.items())
    about = nested.load(name).about
    for score in set(row) - set(room.KEPT) - {"said", "alpha", "bound"}:
        assert about[score] == pytest.approx(row[score][-1], rel=0.06), score


def test_kept_captions_are_told_as_the_record_says():
    p, about = nested.load("captions")
    canvas, words, at = captions.judged()
    found = captions.judge(p, canvas[:400], words[:, :400], at[:400])
    assert abs(found["words"] - about["words"]) < 0.03
    assert abs(found["on_named"] - about["on_named"]) < 0.03
