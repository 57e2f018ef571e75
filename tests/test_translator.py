"""Numbers read aloud, and the encoder and decoder that write them down."""

import itertools

import numpy as np
import pytest
import torch

from lstm_course.models import Translator
from lstm_course.models.translator import beam, greedy, translator_loss
from lstm_course.tasks import telephone
from lstm_course.train import fit


# ---- the task ----
@pytest.mark.parametrize("short", [0.0, 0.5, 1.0])
def test_what_is_read_aloud_is_written_down_again(short):
    rng = np.random.default_rng(3)
    for _ in range(200):
        digits = "".join(map(str, rng.choice(3, size=rng.integers(1, 12))))
        words = telephone.read_aloud(rng, digits, short)
        assert telephone.write_down(words) == digits
        if short == 0.0:
            assert len(words) == len(digits)


def test_a_batch_holds_sentences_and_numbers_of_the_lengths_asked_for():
    x, lengths, y, mask = telephone.sample(np.random.default_rng(0), 300, 3, 9)
    assert x.shape == (lengths.max(), 300) and y.shape == mask.shape == (10, 300)
    found = set()
    for b in range(300):
        words = [telephone.WORDS[k] for k in x[: lengths[b], b]]
        assert (x[lengths[b] :, b] == 0).all() and "<pad>" not in words
        digits = telephone.decode(y[:, b])
        assert telephone.write_down(words) == digits
        assert mask[:, b].sum() == len(digits) + 1  # and the end
        assert y[mask[:, b], b][-1] == telephone.END
        found.add(len(digits))
    assert found == set(range(3, 10))
    doubled = np.isin(x, [telephone.INDEX["double"], telephone.INDEX["triple"]])
    assert 0.5 < doubled.any(0).mean() < 1.0


def test_lengths_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match="shortest is 5 .* longest 2.*swapped"):
        telephone.sample(np.random.default_rng(0), 4, 5, 2)


# ---- the model ----
K, WORDS = 4, 5


@pytest.fixture(scope="module")
def model():
    """Weights at random, large enough that no two sequences are alike."""
    made = Translator("gru", 6, 7, words=WORDS, K=K, seed=1).double()
    with torch.no_grad():
        for p in made.parameters():
            p.mul_(3.0)
    return made


def chance(model, x, codes):
    """log p of a whole sequence, by teacher forcing."""
    y = torch.tensor(codes)[:, None]
    scores = model(x, torch.tensor([len(x)]), y)[:, 0].log_softmax(-1)
    return float(scores.detach().gather(1, y).sum())


def test_padding_of_a_shorter_sentence_changes_nothing(model):
    x = torch.tensor([[1, 3], [2, 4], [3, 0]])
    y = torch.tensor([[0, 1], [2, 3]])
    both = model(x, torch.tensor([3, 2]), y)
    alone = model(x[:2, 1:], torch.tensor([2]), y[:, 1:])
    torch.testing.assert_close(both[:, 1:], alone)


def test_the_loss_counts_what_the_mask_says(model):
    x, lengths = torch.tensor([[1, 3], [2, 4]]), torch.tensor([2, 2])
    y, mask = (
        torch.tensor([[0, 3], [3, 3]]),
        torch.tensor([[True, True], [True, False]]),
    )
    loss = translator_loss(model, (x, lengths, y, mask))
    parts = [chance(model, x[:, :1], [0, 3]), chance(model, x[:, 1:], [3])]
    assert float(loss) == pytest.approx(-sum(parts) / 3)


def test_greedy_writes_the_likeliest_symbol_each_time(model):
    x = torch.tensor([[1, 3], [2, 4], [3, 1]])
    written = greedy(model, x, torch.tensor([3, 3]), longest=4)
    for b in range(2):
        for t in range(4):
            ways = [
                chance(model, x[:, b : b + 1], [*written[:t, b], k]) for k in range(K)
            ]
            assert written[t, b] == np.argmax(ways)


def test_a_wide_beam_finds_the_likeliest_sequence(model):
    x, longest = torch.tensor([[1], [2], [4]]), 4
    found = beam(model, x, 64, longest)
    whole = [
        (*body, K - 1)
        for n in range(longest)
        for body in itertools.product(range(K - 1), repeat=n)
    ]
    chances = {codes: chance(model, x, codes) for codes in whole}
    best = max(chances, key=chances.get)
    ended = [(p, codes) for p, codes in found if codes[-1] == K - 1]
    assert tuple(ended[0][1]) == best
    assert ended[0][0] == pytest.approx(chances[best])
    assert [p for p, _ in found] == sorted((p for p, _ in found), reverse=True)


def test_a_beam_of_one_is_greedy(model):
    x = torch.tensor([[1], [2], [4]])
    written = greedy(model, x, torch.tensor([3]), 5)[:, 0].tolist()
    cut = written[: written.index(K - 1) + 1] if K - 1 in written else written
    assert beam(model, x, 1, 5)[0][1] == cut


@pytest.mark.slow
def test_short_numbers_are_learned_and_long_ones_are_not():
    model = Translator(
        "lstm", 32, 64, words=len(telephone.WORDS), K=telephone.K, seed=0
    )
    fit(
        model,
        translator_loss,
        lambda rng: telephone.sample(rng, 64, 1, 8),
        steps=400,
        lr=5e-3,
        seed=0,
        device="cpu",
        progress=False,
    )

    def right(digits):
        batch = telephone.sample(np.random.default_rng(1), 100, digits, digits)
        x, lengths = torch.from_numpy(batch.x), torch.from_numpy(batch.lengths)
        written = greedy(model, x, lengths, digits + 3).T
        pairs = zip(written, batch.y.T, strict=True)
        return np.mean([telephone.decode(a) == telephone.decode(b) for a, b in pairs])

    assert right(2) > 0.6 and right(8) < 0.3
