"""The translator that looks back: what it reads, what it must not, how it learns."""

import numpy as np
import pytest
import torch

from lstm_course.models import Translator, attention
from lstm_course.models.looking_back import LookingBack
from lstm_course.models.translator import beam, greedy, translator_loss
from lstm_course.tasks import telephone
from lstm_course.train import fit

K, WORDS = 4, 5
X = torch.tensor([[1, 2], [3, 4], [2, 1], [4, 0]])
LENGTHS, Y = torch.tensor([4, 3]), torch.tensor([[1, 2], [0, 3], [3, 3]])


def made(cell="lstm", **options):
    """Weights at random, large enough that no two sequences are alike."""
    model = LookingBack(cell, 6, 7, words=WORDS, K=K, seed=1, **options).double()
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(3.0)
    return model


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_its_steps_are_those_of_attention(cell):
    model = made(cell)
    scores = model(X, LENGTHS, Y)
    h, state = model.encoder(model.read(X), lengths=LENGTHS)
    p = {k: v.detach() for k, v in model.scorer.items()}
    p["cell"] = {k: v.detach() for k, v in model.decoder.items()}
    before = torch.cat([torch.full((1, 2), K), Y[:-1]])
    there = torch.arange(4) < LENGTHS[:, None]
    found, _, alpha = attention.run(
        p, cell, model.written(before), h.transpose(0, 1),
        tuple(s[0] for s in state), there,
    )  # fmt: skip
    assert torch.allclose(model.readout(found), scores, atol=1e-12)
    assert torch.equal(model.looks(X, LENGTHS, Y), alpha)


def test_what_lies_behind_a_sentence_is_neither_read_nor_looked_at():
    model, other = made(), X.clone()
    other[3, 1] = 3
    assert torch.equal(model(X, LENGTHS, Y), model(other, LENGTHS, Y))
    assert (model.looks(X, LENGTHS, Y)[:, 1, 3] == 0).all()
    alone = model(X[:3, 1:], LENGTHS[1:], Y[:, 1:])
    assert torch.allclose(model(X, LENGTHS, Y)[:, 1:], alone, atol=1e-12)


def test_the_past_given_is_the_past_written():
    model = made()
    written = torch.from_numpy(greedy(model, X, LENGTHS, 3))
    scores = model(X, LENGTHS, written)
    assert torch.equal(scores.argmax(-1), written)
    (_, codes), *_ = beam(model, X[:, :1], 1, 3)
    end = [*written[:, 0].tolist(), K - 1].index(K - 1)
    assert codes == written[: end + 1, 0].tolist()


def test_gradients_reach_every_weight():
    model = made()
    translator_loss(model, (X, LENGTHS, Y, torch.ones(3, 2, dtype=bool))).backward()
    assert all(p.grad.abs().max() > 0 for p in model.parameters())


@pytest.mark.slow
def test_it_learns_in_300_batches_what_one_vector_does_not():
    def right(kind):
        torch.manual_seed(0)
        size = {"words": len(telephone.WORDS), "K": telephone.K}
        model = kind("lstm", 32, 32, **size, seed=0)
        fit(
            model, translator_loss,
            lambda rng: telephone.sample(rng, 64, 1, 8),
            steps=300, lr=5e-3, seed=0, device="cpu", progress=False,
        )  # fmt: skip
        batch = telephone.sample(np.random.default_rng(1), 100, 6, 6)
        x, lengths = torch.from_numpy(batch.x), torch.from_numpy(batch.lengths)
        pairs = zip(greedy(model, x, lengths, 8).T, batch.y.T, strict=True)
        return np.mean([telephone.decode(a) == telephone.decode(b) for a, b in pairs])

    one, back = right(Translator), right(LookingBack)
    assert back > one + 0.3, (one, back)
