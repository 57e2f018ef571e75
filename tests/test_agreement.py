"""Sentences agree, the rule that ignores structure fails, an LSTM learns it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lstm_course.recurrent import Recurrent
from lstm_course.tasks import agreement
from lstm_course.tasks.agreement import GENDER, INDEX, IS_VERB, NUMBER, WORDS, K
from lstm_course.train import fit


def batch(seed=0, B=2000, **options):
    return agreement.sample(np.random.default_rng(seed), B, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"attractors": 0},
        {"attractors": 7, "clauses": 1},
        {"clauses": 4},
        {"relative": 0.0},
        {"relative": 1.0},
    ],
)
def test_every_sentence_obeys_the_definition(options):
    limits = {k: v for k, v in options.items() if k != "relative"}
    agreement.validate(*batch(1, 500, **options), **limits)


def test_a_stream_is_sentences_end_to_end_with_owners_in_the_same_sentence():
    words, owner = agreement.stream(np.random.default_rng(8), sentences=20, B=7)
    assert words.shape == owner.shape and words.shape[1] == 7
    stop = INDEX["."]
    for w, o in zip(words.T, owner.T, strict=True):
        ends = np.flatnonzero(w == stop)
        assert len(ends) >= 12  # the longest streams lose a few sentences to the cut
        for a, z in zip([-1, *ends], ends, strict=False):
            part = np.where(o[a + 1 : z + 1] >= 0, o[a + 1 : z + 1] - a - 1, -1)
            agreement.validate(w[a + 1 : z + 1, None], part[:, None])


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("sees", "see"),
        ("himself", "herself"),
        ("themselves", "himself"),
        ("and", "."),
        ("near", "that"),
        ("king", "kings"),
    ],
)
def test_the_validator_rejects_one_changed_word(right, wrong):
    words, owner = batch(2)
    for b in range(words.shape[1]):
        found = np.flatnonzero(words[:, b] == INDEX[right])
        decides = {int(k) for k in owner[:, b]}
        at = [int(t) for t in found if right != "king" or int(t) in decides]
        if at:
            words[at[0], b] = INDEX[wrong]
            break
    with pytest.raises(ValueError, match="breaks the definition"):
        agreement.validate(words, owner)


def test_the_validator_rejects_a_verb_given_to_the_wrong_noun():
    words, owner = batch(3, attractors=2)
    d = agreement.decided(words, owner)
    n = int(np.argmax(d.t - d.subject >= 4))
    owner[d.t[n], d.b[n]] = d.t[n] - 1
    with pytest.raises(ValueError, match="own subject"):
        agreement.validate(words, owner)


def test_the_example_sentences_of_the_docstring_are_sentences_of_the_language():
    text = map(str.strip, agreement.__doc__.splitlines())
    lines = [line for line in text if line.endswith(" .")]
    assert len(lines) == 2
    for line in lines:
        words = agreement.encode(line)
        agreement.validate(words, agreement.oracle(words))
        assert agreement.show(words[:, 0]) == line


def test_numbers_genders_and_words_are_even():
    words, owner = batch(4, 8000)
    d = agreement.decided(words, owner)
    nouns = words[d.subject, d.b][IS_VERB[d.word]]
    slack = 5 * 0.5 / np.sqrt(len(nouns))  # five standard errors of a share
    assert abs((NUMBER[nouns] == 1).mean() - 0.5) < slack
    assert abs((GENDER[nouns] == 1).mean() - 0.5) < slack
    assert set(np.unique(words)) == set(range(K))


def test_misleading_nouns_are_counted_between_the_subject_and_its_word():
    text = "the king near the queens beside the nun that the boys see trusts himself ."
    words = agreement.encode(text)
    d = agreement.decided(words, agreement.oracle(words))
    seen = {
        WORDS[w]: (int(s), int(m))
        for w, s, m in zip(d.word, d.subject, d.misleading, strict=True)
    }
    # queens and boys differ in number; queens and nun differ in gender
    assert seen == {"see": (10, 0), "trusts": (1, 2), "himself": (1, 2)}


def test_forms_of_one_word_are_rivals_and_no_others():
    groups = {
        frozenset(np.flatnonzero(row)) | {k}
        for k, row in enumerate(agreement.RIVALS)
        if row.any()
    }
    names = {frozenset(WORDS[k] for k in g) for g in groups}
    verbs = {frozenset((v, v + "s")) for v in agreement.VERBS}
    assert names == verbs | {frozenset(agreement.PRONOUNS)}


def test_an_oracle_is_right_everywhere():
    words, owner = batch(5)
    d = agreement.decided(words, owner)
    logits = np.eye(K)[np.roll(words, -1, axis=0)]  # the word that really comes
    assert agreement.right(logits, d).all()


def test_random_scores_are_at_chance():
    words, owner = batch(6, 4000)
    d = agreement.decided(words, owner)
    logits = np.random.default_rng(0).normal(size=(*words.shape, K))
    right = agreement.right(logits, d)
    verb = IS_VERB[d.word]
    assert abs(right[verb].mean() - 1 / 2) < 0.02  # 0.004 is one standard error
    assert abs(right[~verb].mean() - 1 / 3) < 0.02


def test_copying_the_last_noun_is_right_only_without_misleading_nouns():
    words, owner = batch(7, 4000)
    d = agreement.decided(words, owner)
    right, verb = agreement.guess(words, d), IS_VERB[d.word]
    assert right[verb & (d.misleading == 0)].all()
    assert right[verb & (d.misleading > 0)].mean() < 0.5


@pytest.mark.parametrize(
    "options, part",
    [
        ({"B": 0}, "B is 0"),
        ({"attractors": -1}, "at least 0"),
        ({"clauses": 1.5}, "whole number"),
        ({"clauses": 0}, "clauses=1"),
    ],
)
def test_impossible_sentences_are_refused_with_advice(options, part):
    with pytest.raises(ValueError, match=part):
        agreement.sample(np.random.default_rng(0), **options)


def test_an_unknown_word_is_named():
    with pytest.raises(ValueError, match="'doctor' is not among"):
        agreement.encode("the doctor sees herself .")


class Reader(nn.Module):
    """A language model of 32 units on one-hot words."""

    def __init__(self, seed, cell="lstm"):
        super().__init__()
        torch.manual_seed(seed)
        self.layer, self.out = Recurrent(cell, K, 32, seed=seed), nn.Linear(32, K)

    def forward(self, words):
        return self.out(self.layer(F.one_hot(words, K).to(self.out.weight))[0])


def loss(model, words):
    return F.cross_entropy(
        model(words[:-1]).flatten(0, 1), words[1:].flatten(), ignore_index=agreement.PAD
    )


def train(model, seed):
    fit(
        model,
        loss,
        lambda rng: torch.from_numpy(agreement.sample(rng, 64)[0]),
        steps=800,
        lr=0.02,
        seed=seed,
        device="cpu",
        progress=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_lstm_makes_verb_and_pronoun_agree_across_misleading_nouns(seed):
    model = Reader(seed)
    train(model, seed)
    words, owner = batch(99)
    d = agreement.decided(words, owner)
    with torch.no_grad():
        right = agreement.right(model(torch.from_numpy(words)).numpy(), d)
    far, verb = d.misleading > 0, IS_VERB[d.word]
    alone = GENDER[d.word] != 0
    assert right[verb & far].mean() > 0.95  # measured: 1.00 for ten seeds
    assert right[alone & far].mean() > 0.95


@pytest.mark.slow
def test_without_a_forget_gate_a_stream_without_resets_ends_at_chance():
    words, owner = agreement.stream(np.random.default_rng(5), sentences=30, B=50)
    d = agreement.decided(words, owner)
    late = (GENDER[d.word] != 0) & (d.t > 200)
    share = {}
    for cell in ("lstm", "lstm1997"):
        model = Reader(6, cell)
        train(model, 6)
        with torch.no_grad():
            logits = model(torch.from_numpy(words)).numpy()
        share[cell] = agreement.right(logits, d)[late].mean()
    assert share["lstm"] > 0.95  # measured 1.00 for two seeds
    assert share["lstm1997"] < 0.7  # measured 0.43 to 0.57: a coin


@pytest.mark.slow
def test_rounding_does_not_change_the_network_that_chapter_4_trains():
    ends = []
    for nudge in (0.0, 1e-15):
        model = Reader(6).double()
        with torch.no_grad():
            model.out.bias += nudge
        train(model, 6)
        ends.append(torch.cat([w.detach().flatten() for w in model.parameters()]))
    moved = float((ends[0] - ends[1]).abs().max())
    assert 0.0 < moved < 1e-4  # measured 2e-8: invisible in any figure of the chapter
