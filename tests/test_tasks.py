"""Samples obey their definition, an oracle solves them, chance is what it says."""

import inspect

import numpy as np
import pytest
import torch

from lstm_course import CELLS, tasks, unroll
from lstm_course.tasks import (
    adding,
    continual_reber,
    copying,
    digits,
    embedded_reber,
    gap_language,
    latch,
    long_lag,
    multiplication,
    reber,
    temporal_order,
    text,
)
from lstm_course.tasks.vocabulary import PAD, UNKNOWN, Vocabulary, pad, tokenize

FORMS = [
    ("adding", {"T": 37, "form": "modern"}),
    ("adding", {"T": 37, "form": "1997"}),
    ("adding", {"T": 100, "form": "1997"}),
    ("multiplication", {"T": 41}),
    ("copying", {"T": 1}),
    ("copying", {"T": 33}),
    ("temporal_order", {"T": 10, "form": "6b"}),
    ("temporal_order", {"T": 100, "form": "6a"}),
    ("temporal_order", {"T": 57, "form": "6b"}),
    ("embedded_reber", {}),
    ("continual_reber", {"T": 83}),
    ("long_lag", {"T": 29, "form": "2a"}),
    ("long_lag", {"T": 13, "form": "2c", "p": 7}),
    ("gap_language", {"gap": 3}),
    ("gap_language", {"gap": 23, "distractors": 2}),
    ("latch", {"T": 19}),
    ("parity", {"least": 3, "most": 17, "form": "running"}),
    ("parity", {"least": 5, "most": 14, "form": "last"}),
    ("permutations", {"least": 2, "most": 9, "form": "mod3"}),
    ("permutations", {"least": 7, "most": 11, "form": "S3"}),
    ("permutations", {"least": 3, "most": 8, "form": "A5"}),
    ("permutations", {"least": 3, "most": 8, "form": "A5", "read": "generators"}),
    ("permutations", {"most": 9, "form": "A5", "read": "generators", "ask": "first"}),
    ("permutations", {"least": 5, "most": 9, "form": "S3", "ask": "first"}),
    ("counting_language", {"least": 2, "most": 7, "form": "ab"}),
    ("counting_language", {"least": 3, "most": 6, "form": "abc"}),
    ("recall", {"least": 2, "most": 5, "keys": 9}),
    ("selective_copy", {"least": 5, "most": 12, "symbols": 3}),
]
NAMED = pytest.mark.parametrize(
    "name, options",
    FORMS,
    ids=[f"{n}-{'-'.join(map(str, o.values()))}" for n, o in FORMS],
)


def module(name):
    return getattr(tasks, name)


def check(name, options, x, y, mask):
    validate = module(name).validate
    known = inspect.signature(validate).parameters
    validate(x, y, mask, **{k: v for k, v in options.items() if k in known})


@NAMED
def test_samples_obey_the_definition(name, options):
    x, y, mask = tasks.make(name, **options).sample(np.random.default_rng(5), 300)
    check(name, options, x, y, mask)


@NAMED
def test_a_sample_is_three_arrays_on_one_grid(name, options):
    task = tasks.make(name, **options)
    x, y, mask = task.sample(np.random.default_rng(1), 3)
    assert x.dtype == np.float64 and x.shape[1:] == (3, task.I)
    assert y.shape == mask.shape == x.shape[:2] and mask.dtype == bool
    assert y.dtype == (np.int64 if task.kind == "classes" else np.float64)
    assert task.kind == "values" or 0 <= y.min() and y.max() < task.K


@NAMED
def test_the_same_seed_gives_the_same_sample_and_another_seed_another(name, options):
    def draw(seed):
        return tasks.make(name, **options).sample(np.random.default_rng(seed), 20)

    assert all(np.array_equal(a, b) for a, b in zip(draw(3), draw(3), strict=True))
    one, other = draw(3)[0], draw(4)[0]
    assert one.shape != other.shape or not np.array_equal(one, other)


@NAMED
def test_an_oracle_solves_the_task(name, options):
    task = tasks.make(name, **options)
    x, y, mask = task.sample(np.random.default_rng(8), 500)
    assert task.solved(task.score(task.oracle(x, mask), x, y, mask))


@NAMED
def test_chance_is_what_the_task_says(name, options):
    """Four standard errors of 4,000 sequences: 0.032 of a share of 1/2, 9 % of a mean
    of squares of bounded numbers."""
    task = tasks.make(name, **options)
    x, y, mask = task.sample(np.random.default_rng(9), 4000)
    score = task.score(task.guess(x, mask), x, y, mask)
    assert not task.solved(score)
    for key, value in task.chance.items():
        slack = {"rel": 0.09} if key in ("mse", "loss") else {"abs": 0.032}
        assert score[key] == pytest.approx(value, **slack), key


@NAMED
def test_validators_refuse_what_they_should(name, options):
    """Every single change of one answer, one input or the mask is noticed."""
    task = tasks.make(name, **options)
    x, y, mask = task.sample(np.random.default_rng(10), 6)
    t, b = np.argwhere(mask)[0]
    wrong = y.copy()
    other = (y[t, b] + (3 if task.K > 3 else 1)) % task.K
    wrong[t, b] = y[t, b] + 0.5 if task.kind == "values" else other
    with pytest.raises(ValueError, match="breaks the definition"):
        check(name, options, x, wrong, mask)
    for cell in ((0, 0), (len(x) // 2, 2), (len(x) - 1, 4)):
        bad = x.copy()
        bad[cell] += 1.0
        with pytest.raises(ValueError, match="breaks the definition"):
            check(name, options, bad, y, mask)
    with pytest.raises(ValueError, match="breaks the definition"):
        check(name, options, x, y, np.zeros_like(mask))


def test_the_two_forms_of_adding_have_different_targets_and_thresholds():
    rng = np.random.default_rng
    _, y97, m97 = adding.sample(rng(0), 100, 5000, "1997")
    _, new, m = adding.sample(rng(0), 100, 5000, "modern")
    assert 0.0 <= y97[m97].min() and y97[m97].max() <= 1.0 < new[m].max() <= 2.0
    assert adding.chance(10**9, "1997") == pytest.approx(1.9 / 48)  # 0.0417 less zeros
    assert adding.chance(100, "modern") == pytest.approx(0.1667, abs=5e-5)
    good = {"mse": 0.009, "within": 0.9}
    assert tasks.make("adding", form="modern").solved(good)
    assert not tasks.make("adding", form="1997").solved(good)


def test_multiplication_has_the_variance_of_a_product_of_uniform_numbers():
    x, y, mask = multiplication.sample(np.random.default_rng(0), 100, 20000)
    usual = y[mask.argmax(0), np.arange(20000)][x[0, :, 1] < 0]
    assert np.var(usual) == pytest.approx(7 / 144, rel=0.05)


def test_copying_chance_at_a_hundred_is_the_published_number():
    assert copying.chance(100) == pytest.approx(0.1733, abs=5e-5)


def test_lengths_and_places_of_temporal_order_6a_fill_their_ranges():
    x, _, mask = temporal_order.sample(np.random.default_rng(0), 100, 5000, "6a")
    assert set(mask.argmax(0) + 1) == set(range(100, 111))
    at = np.sort(np.argsort(x[..., 6:].any(-1), axis=0)[-2:], axis=0)
    assert set(at[0]) == set(range(10, 21)) and set(at[1]) == set(range(50, 61))


def test_every_class_and_symbol_is_equally_likely():
    _, y, mask = temporal_order.sample(np.random.default_rng(0), 30, 8000, "6b")
    shares = np.bincount(y[mask], minlength=8) / 8000
    assert np.abs(shares - 1 / 8).max() < 0.015  # four standard errors
    _, y, _ = copying.sample(np.random.default_rng(0), 1, 4000)
    assert np.abs(np.bincount(y[-10:].ravel()) / 40000 - 1 / 8).max() < 0.007


def test_reber_strings_are_those_of_the_published_graph():
    """Checked against the shortest strings, written down by hand from the graph."""
    x, _, _ = embedded_reber.sample(np.random.default_rng(0), 4000)
    inner = {s[2:-1] for s in reber.text(x)}
    short = {
        "BTXSE",
        "BPVVE",
        "BTSXSE",
        "BPTVVE",
        "BPVPSE",
        "BTXXVVE",
        "BTSSXSE",
        "BPTTVVE",
        "BPTVPSE",
    }
    assert short <= inner
    assert {s for s in inner if len(s) <= 6} <= short
    assert not {"BTE", "BE", "BPSE", "BTVVE"} & inner


def test_half_of_the_reber_strings_carry_each_outer_symbol():
    x, _, _ = embedded_reber.sample(np.random.default_rng(0), 4000)
    assert abs(x[1, :, 1].mean() - 0.5) < 0.032


def test_reber_scoring_wants_all_legal_symbols_above_all_others():
    out = np.array([[0.1, 0.7, 0.6], [0.1, 0.7, 0.05], [0.7, 0.7, 0.1]])
    may = np.array([[False, True, True]] * 3)
    assert reber.legal_most_active(out, may).tolist() == [True, False, False]


def test_illegal_symbols_are_noticed_by_the_automaton():
    x = np.eye(7)[[["BTPSXVE".index(c)] for c in "BTBTE"]]
    assert reber.states(x, reber.NEXT)[:, 0].tolist()[-1] == -1


def test_continual_reber_never_stops():
    x, y, _ = continual_reber.sample(np.random.default_rng(0), 500, 2)
    stream = reber.text(x)[0]
    assert len(stream) == 500 and "TEB" in stream and "PEB" in stream


def test_long_lag_2a_has_two_sequences_and_differs_only_at_its_ends():
    x, y, _ = long_lag.sample(np.random.default_rng(0), 20, 200, "2a")
    columns = {tuple(c) for c in np.vstack([x.argmax(-1), y[-1:]]).T}
    one, other = columns
    assert [k for k in range(21) if one[k] != other[k]] == [0, 20]


def test_long_lag_2c_lengths_are_geometric():
    _, _, mask = long_lag.sample(np.random.default_rng(0), 20, 4000, "2c")
    extra = mask.argmax(0) - 22  # distractors beyond the first 20
    assert extra.min() == 0 and extra.mean() == pytest.approx(9.0, abs=0.6)


@pytest.mark.parametrize("gap", range(3, 60))
def test_the_gap_is_exact_at_every_length(gap):
    rng = np.random.default_rng(gap)
    words = gap_language.sentence(rng, gap, distractors=0).split()
    country = words[4]
    assert words.index(gap_language.LANGUAGE[country]) - 4 - 1 == gap


def test_distractors_never_name_the_answer_and_all_fit():
    rng = np.random.default_rng(0)
    for _ in range(200):
        words = gap_language.sentence(rng, gap=11, distractors=2).split()
        assert words.count(words[4]) == 1
        assert sum(w in gap_language.LANGUAGE for w in words) == 3


def test_every_country_is_equally_likely_to_be_home():
    _, y, _ = gap_language.sample(np.random.default_rng(0), 3, 8000)
    shares = np.bincount(y[-1])[gap_language.ANSWERS] / 8000
    assert np.abs(shares - 1 / 8).max() < 0.015  # four standard errors


def test_a_hand_built_rnn_holds_a_bit_for_a_thousand_steps():
    task = tasks.make("latch", T=1000)
    x, y, mask = task.sample(np.random.default_rng(0), 500)
    h, _, _ = unroll("rnn", latch.by_hand(), x)
    assert ((h[-1, :, 0] > 0) == y[-1]).all()
    assert np.abs(h[-1]).min() > 0.9  # and it is not close to the ridge


def test_a_latch_with_a_weight_below_one_forgets():
    x, y, _ = latch.sample(np.random.default_rng(0), 1000, 500)
    h, _, _ = unroll("rnn", latch.by_hand(weight=0.9), x)
    assert ((h[-1, :, 0] > 0) == y[-1]).mean() < 0.6


def test_generated_tasks_feed_the_numpy_reference_directly():
    from lstm_course import init

    rng = np.random.default_rng(0)
    for name in ("adding", "temporal_order", "embedded_reber"):
        x, _, mask = tasks.make(name).sample(rng, 3)
        for cell in CELLS:
            h, _, _ = unroll(cell, init(cell, x.shape[2], 5, rng), x)
            assert h[mask].shape == (int(mask.sum()), 5)


@pytest.mark.parametrize("form", digits.FORMS)
def test_digits_are_solved_by_their_nearest_neighbour_and_chance_is_a_tenth(form):
    task = tasks.make("digits", form=form)
    x, y, mask = task.test(np.random.default_rng(0), 400)
    assert task.solved(task.score(task.oracle(x, mask), x, y, mask))
    score = task.score(task.guess(x, mask), x, y, mask)
    assert score["accuracy"] == pytest.approx(0.1, abs=0.02)
    assert score["loss"] == pytest.approx(np.log(10))


def test_permuted_digits_hold_the_same_pixels_in_one_fixed_order():
    (x, y), _ = digits.split("pixels")
    (z, _), _ = digits.split("permuted")
    order = [
        int((z[k, :, 0][:, None] == x[:, :, 0].T).all(0).int().argmax())
        for k in range(64)
    ]
    assert not torch.equal(x, z)
    assert torch.equal(x.sort(0).values, z.sort(0).values)
    assert all(torch.equal(z[k], x[order[k]]) for k in range(64))


def test_digits_rows_are_the_pixels_read_line_by_line():
    (rows, _), _ = digits.split("rows")
    (pixels, _), _ = digits.split("pixels")
    assert torch.equal(rows.permute(1, 0, 2).reshape(-1, 64), pixels[:, :, 0].T)


def test_text_windows_are_the_text_one_step_apart(tmp_path):
    (tmp_path / "a.txt").write_text("to be or not to be, that is the question " * 9)
    corpus = text.read(tmp_path / "a.txt")
    x, y = text.sample(np.random.default_rng(0), corpus, T=7, B=3)
    assert x.shape == y.shape == (7, 3) and torch.equal(x[1:], y[:-1])
    whole = corpus.decode(corpus.codes)
    for b in range(3):
        assert corpus.decode(torch.cat([x[:1, b], y[:, b]])) in whole


def test_the_stream_reads_every_row_on_and_says_when_it_begins_anew():
    corpus = text.corpus("".join(chr(97 + k % 26) for k in range(26 * 20)))
    stream, rng = text.Stream(corpus, T=10, B=4, reset=0.0), np.random.default_rng(0)
    before = stream(rng, 0)[1][-1]
    assert stream(rng, 0)[2].all() and not stream(rng, 1)[2].any()
    assert torch.equal(stream(rng, 1)[0][0], before)  # x goes on where y ended
    assert stream(rng, stream.windows)[2].all()
    read = [stream(rng, k)[0] for k in range(stream.windows)]
    assert len(torch.cat(read)) == stream.windows * 10


def test_the_stream_sometimes_lets_a_row_start_without_its_past():
    stream = text.Stream(text.corpus("abcde" * 200), T=5, B=20, reset=0.2)
    fresh = [stream(np.random.default_rng(k), 1)[2] for k in range(200)]
    share = torch.stack(fresh).float().mean()
    assert abs(float(share) - 0.2) < 0.026  # four standard errors


def test_uniform_characters_cost_log2_of_their_number():
    corpus = text.corpus("abcdefgh" * 50)
    loss = torch.nn.functional.cross_entropy(
        torch.zeros(400, 8), torch.from_numpy(corpus.codes)
    )
    assert float(loss) / np.log(2) == pytest.approx(np.log2(8))


def test_words_of_a_text_have_an_unknown_and_are_counted_on_the_training_part():
    corpus = text.corpus("a b a b a b a b a zebra", "words")
    assert "zebra" not in corpus.alphabet
    assert corpus.codes[-1] == UNKNOWN and corpus.decode(corpus.codes[:2]) == "a b"
    assert corpus.encode("a yak").tolist() == [corpus.encode("a")[0], UNKNOWN]


def test_words_of_a_text_can_be_put_together_again():
    corpus = text.corpus("He said: don't go, please!\nShe went. " * 12, "words")
    assert "don't" in corpus.alphabet and "\n" in corpus.alphabet
    assert corpus.decode(corpus.codes[:12]) == "He said: don't go, please!\nShe went."


def test_an_unknown_character_is_an_error_or_becomes_the_one_given():
    corpus = text.corpus("abc abc abc")
    with pytest.raises(ValueError, match="holds 'q'"):
        corpus.encode("aq")
    assert corpus.decode(corpus.encode("aq", unknown=" ")) == "a "


def test_vocabulary_codes_are_those_of_keras():
    v = Vocabulary(["the film the film the plot", "the end"], size=6)
    assert len(v) == 6 and v.encode("The plot, the film!") == [4, UNKNOWN, 4, 5]
    assert v.encode("film", start=True) == [1, 5]
    assert v.decode([PAD, 1, 4, UNKNOWN]) == "<start> the <unknown>"


def test_padding_agrees_with_keras():
    """pad_sequences([[1, 2], [3, 4, 5, 6]], maxlen=3) as Keras documents it."""
    rows = [[1, 2], [3, 4, 5, 6]]
    assert pad(rows, 3).T.tolist() == [[0, 1, 2], [4, 5, 6]]
    assert pad(rows, 3, padding="post").T.tolist() == [[1, 2, 0], [4, 5, 6]]
    assert pad(rows, 3, truncation="post").T.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert pad([[], [7]], 2).T.tolist() == [[0, 0], [0, 7]]


def test_tokenize_reads_markup_entities_and_any_script():
    text = "<br /><br />L\u2019\u00e9t\u00e9 &amp; I'm <b>NOT</b> \u4f60\u597d"
    assert tokenize(text) == ["l'\u00e9t\u00e9", "i'm", "not", "\u4f60", "\u597d"]
    assert tokenize("3 < 5 > 1") == ["3", "5", "1"]


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: tasks.make("ading"), "Did you mean 'adding'"),
        (lambda: tasks.make("adding", form="old"), "Write form='modern'"),
        (lambda: adding.sample(np.random.default_rng(0), 20, form="1997"), "T >= 24"),
        (lambda: tasks.make("gap_language", gap=5, distractors=1), "gap >= 7"),
        (lambda: tasks.make("continual_reber", T=0), "T is 0"),
        (lambda: temporal_order.sample(np.random.default_rng(0), 5), "T >= 10"),
        (lambda: text.read("no/such/file.txt"), "no file or folder"),
        (lambda: text.corpus("abc", "letters"), "level is 'letters'"),
        (
            lambda: text.sample(None, text.corpus("abc abc"), T=64),
            "T . 1.*smaller T or B",
        ),
        (lambda: Vocabulary(["!!", ""]), "hold none"),
        (lambda: Vocabulary(["a"], size=4), "Expected at least 5"),
        (lambda: pad([[1]], 2, padding="left"), "'pre' or 'post'"),
    ],
)
def test_doors_say_what_is_wrong_and_what_to_do(call, says):
    with pytest.raises(ValueError, match=says):
        call()
