"""Models: any cell by name, and every option does what it says."""

import inspect

import numpy as np
import pytest
import torch

from lstm_course import CELLS, tasks
from lstm_course.doors import as_cell
from lstm_course.models import Classifier, LanguageModel, Reader, scoring
from lstm_course.models import classifier as classifiers
from lstm_course.models import language_model as lm
from lstm_course.models.ngrams import Ngrams
from lstm_course.models.reader import evaluate as score_reader
from lstm_course.models.reader import reader_loss
from lstm_course.tasks import text

CODES = torch.from_numpy(np.random.default_rng(0).integers(1, 11, (9, 4)))  # (T, B)


def grads_are_finite_and_reach_everything(model, loss):
    loss.backward()
    missing = [k for k, p in model.named_parameters() if p.grad is None]
    assert not missing
    assert all(p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_a_language_model(cell):
    model = LanguageModel(cell, 12, 12, 11, num_layers=2, seed=0)
    loss = lm.window_loss(model, (CODES[:-1], CODES[1:]))
    assert loss.item() == pytest.approx(np.log(11), abs=0.2)  # it knows nothing yet
    grads_are_finite_and_reach_everything(model, loss)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_a_classifier(cell):
    model = Classifier(cell, 5, 12, 3, words=11, seed=0)
    loss = classifiers.classifier_loss(model, (CODES, torch.tensor([0, 1, 2, 0])))
    grads_are_finite_and_reach_everything(model, loss)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_reads_the_generated_tasks(cell):
    task = tasks.make("temporal_order", T=12)
    x, y, mask = task.sample(np.random.default_rng(0), 3)
    batch = (torch.tensor(x, dtype=torch.float32), torch.tensor(y), torch.tensor(mask))
    model = Reader(cell, task.I, 12, task.K, seed=0)
    grads_are_finite_and_reach_everything(model, reader_loss(task.kind)(model, batch))


def test_the_film_review_model_has_213301_parameters():
    model = Classifier("lstm", 32, 100, words=5000)
    parts = [
        sum(p.numel() for p in m.parameters())
        for m in (model.embedding, model.layer, model.readout)
    ]
    assert parts == [160_000, 53_200, 101]


def test_the_two_layer_gru_of_the_seeds_comes_from_the_same_class():
    """Its step written from the equations: hard sigmoids, reset before the product,
    the update gate keeps the old state, softmax of V s + c."""
    model = LanguageModel(
        "gru(reset='before', gate=hard_sigmoid)", 6, 6, 11, num_layers=2, seed=3
    ).double()
    stack = model.layers[0]
    E = model.embedding.weight.detach().numpy()
    V, c = (p.detach().numpy() for p in model.readout.parameters())
    state = [np.zeros(6), np.zeros(6)]
    for t in range(len(CODES)):
        below = E[CODES[t, 0]]
        for k in range(2):
            p, s = stack.numpy(k), state[k]
            U, W, b = (np.split(p[n], 3, -1) for n in ("W_x", "W_h", "b"))
            r = np.clip(0.2 * (below @ U[0] + s @ W[0] + b[0]) + 0.5, 0, 1)
            z = np.clip(0.2 * (below @ U[1] + s @ W[1] + b[1]) + 0.5, 0, 1)
            new = np.tanh(below @ U[2] + (s * r) @ W[2] + b[2])
            state[k] = below = (1 - z) * new + z * s
        scores, _ = model(CODES[: t + 1])
        expected = V @ below + c
        assert np.allclose(scores[-1, 0].detach().numpy(), expected, atol=1e-12)
    shapes = [tuple(stack.numpy(0)[n].shape) for n in ("W_x", "W_h", "b")]
    assert shapes == [(6, 18), (6, 18), (18,)]  # 3 (H V + H^2) is that of one-hot input


@pytest.mark.parametrize(("H", "K"), [(128, 2000), (6, 11)])
def test_the_two_layer_gru_has_as_many_parameters_as_its_equations(H, K):
    """E (K, H); U, W, b of three blocks in each of two layers; V (K, H), c (K,)."""
    layer = 3 * (H * H + H * H + H)
    model = LanguageModel("gru(reset='before', gate=hard_sigmoid)", H, H, K, 2)
    parts = [
        sum(p.numel() for p in m.parameters())
        for m in (model.embedding, model.layers, model.readout)
    ]
    assert parts == [K * H, 2 * layer, K * H + K]
    if K == 2000:
        assert sum(parts) == 711_376


@pytest.mark.parametrize("variational", [False, True])
def test_a_model_takes_what_its_layers_take(variational):
    noise = {"recurrent_dropout": 0.3, "zoneout": {"h": 0.05, "c": 0.5}}
    options = noise | {"variational": variational, "layer_norm": True}
    model = LanguageModel("lstm", 6, 6, 11, 2, seed=0, **options)
    assert sum(n.endswith("gain") for n, _ in model.named_parameters()) == 2
    for layer in model.layers:
        assert layer.noise == (0.3, 0.0, (("h", 0.05), ("c", 0.5)))
    assert not torch.equal(model(CODES)[0], model(CODES)[0])
    assert torch.equal(model.eval()(CODES)[0], model(CODES)[0])


def test_tied_weights_are_one_matrix():
    model = LanguageModel("lstm", 6, 6, 11, tied=True, seed=0)
    assert model.readout.weight is model.embedding.weight
    loose = LanguageModel("lstm", 6, 6, 11, seed=0)
    count = [sum(p.numel() for p in m.parameters()) for m in (model, loose)]
    assert count[1] - count[0] == 66


@pytest.mark.parametrize(
    "options", [{}, {"tied": True}, {"variational": True}], ids=str
)
@pytest.mark.parametrize("cell", ["lstm", "gru", "mlstm", "depth_gated"])
def test_the_fast_loss_and_its_gradients_are_those_of_the_parts(cell, options):
    """Looked up, multiplied, read out and scored one after the other, in float64."""
    if options.get("variational") and cell == "depth_gated":
        return
    model = LanguageModel(cell, 12, 12, 6, num_layers=2, seed=0, **options).double()
    x, y = CODES[:-1] % 6, CODES[1:] % 6
    h = model.embedding(x)
    for layer in model.layers:
        h, _ = layer(h)
    want = torch.nn.functional.cross_entropy(
        model.readout(h).flatten(0, 1), y.flatten()
    )
    ours, leaves = model.loss(x, y)[0], list(model.parameters())
    grads = [torch.autograd.grad(loss, leaves) for loss in (ours, want)]
    for a, b in [(ours, want), *zip(*grads, strict=True)]:
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


def test_a_carried_state_makes_windows_one_long_text():
    model = LanguageModel("lstm", 6, 6, 11, num_layers=2, seed=0)
    whole, end = model(CODES)
    first, state = model(CODES[:4])
    second, last = model(CODES[4:], state)
    assert torch.allclose(torch.cat([first, second]), whole, atol=1e-6)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(end, last, strict=True))


def test_stream_loss_carries_the_state_and_drops_it_at_the_beginning():
    corpus = text.corpus("the quick brown fox jumps over the lazy dog " * 20)
    stream = text.Stream(corpus, T=9, B=3)
    model = LanguageModel("lstm", 6, 6, len(corpus.alphabet), num_layers=2, seed=0)
    x, y, fresh = stream(np.random.default_rng(0), 0)
    assert fresh.all()
    first = lm.stream_loss(model, (x, y, fresh))
    assert torch.equal(first, lm.window_loss(model, (x, y)))
    assert not any(s.requires_grad for s in model.carry)
    before, (x, y, _) = model.carry, stream(np.random.default_rng(0), 1)
    lm.stream_loss(model, (x, y, torch.tensor([False, True, False])))
    carried, alone = model(x, before)[1], model(x)[1]
    for got, on, new in zip(model.carry, carried, alone, strict=True):
        assert torch.allclose(got[:, [0, 2]], on[:, [0, 2]])
        assert torch.allclose(got[:, 1], new[:, 1]) and not torch.allclose(new, on)


@pytest.mark.parametrize("cell", CELLS)
def test_the_empty_state_is_where_forward_starts(cell):
    model = LanguageModel(cell, 12, 12, 11, num_layers=2, seed=0)
    assert torch.equal(model(CODES, model.initial(4))[0], model(CODES)[0])


def test_variational_dropout_drops_the_same_units_at_every_step():
    x = torch.ones(50, 4, 20)
    drop = LanguageModel("lstm", 4, 4, 5, variational=True, dropout=0.5).drop.train()
    y = drop(x)
    assert torch.equal(y, y[:1].expand_as(y)) and not torch.equal(y[:, 0], y[:, 1])
    plain = LanguageModel("lstm", 128, 128, 5, dropout=0.5).drop.train()(x)
    assert not torch.equal(plain[0], plain[1])
    assert torch.equal(drop.eval()(x), x)


@pytest.mark.parametrize("variational", [False, True])
def test_dropout_is_off_in_eval_and_acts_between_layers_in_training(variational):
    model = LanguageModel(
        "lstm", 8, 8, 11, num_layers=2, dropout=0.4, variational=variational, seed=0
    )
    model.eval()
    assert torch.equal(model(CODES)[0], model(CODES)[0])
    model.train()
    torch.manual_seed(0)
    assert not torch.equal(model(CODES)[0], model(CODES)[0])
    assert len(model.layers) == (2 if variational else 1)


def test_the_cost_of_a_text_does_not_depend_on_how_it_is_cut_into_windows():
    model = LanguageModel("lstm", 8, 8, 11, seed=0).double()
    codes = np.random.default_rng(1).integers(0, 11, 301)
    costs = [scoring.evaluate(model, codes, T=T, B=1)["loss"] for T in (1, 7, 300, 999)]
    assert np.ptp(costs) < 1e-12
    x = torch.from_numpy(codes)
    direct = lm.window_loss(model, (x[:-1, None], x[1:, None]))
    assert costs[0] == pytest.approx(direct.item(), abs=1e-12)


def test_windows_are_scored_from_nothing_and_first_symbols_are_dear():
    model = LanguageModel("lstm", 8, 8, 11, seed=0).double()
    codes = np.random.default_rng(1).integers(0, 11, 100)
    found = scoring.costs(model, codes, T=7, B=4, scores="windows")
    assert found.shape == (7, 14)  # 99 predicted, 98 of them in whole windows
    for r in (0, 5, 13):
        x = torch.from_numpy(codes[r * 7 : r * 7 + 8])[:, None]
        alone = lm.window_loss(model, (x[:-1], x[1:])).item()
        assert found[:, r].mean() == pytest.approx(alone, abs=1e-12)
    rows = scoring.costs(model, codes, T=7, B=3)
    assert rows.shape == (33, 3)
    whole = scoring.costs(model, codes[:34], T=7, B=1)
    np.testing.assert_allclose(rows[:, :1], whole, atol=1e-12)


def test_bits_and_perplexity_of_a_model_that_knows_nothing():
    model = LanguageModel("lstm", 4, 4, 8, seed=0)
    torch.nn.init.zeros_(model.readout.weight)
    result = scoring.evaluate(model, np.arange(200) % 8)
    assert result["bits"] == pytest.approx(3.0, abs=1e-6)
    assert result["perplexity"] == pytest.approx(8.0, abs=1e-4)


def draws(n=20000, **options):
    rng = np.random.default_rng(0)
    scores = np.log([0.1, 0.5, 0.15, 0.25])
    hits = [lm.choose(scores, rng, **options) for _ in range(n)]
    return np.bincount(hits, minlength=4) / n


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, [0.1, 0.5, 0.15, 0.25]),
        ({"temperature": 0}, [0, 1, 0, 0]),
        ({"temperature": 0.5}, np.array([1, 25, 2.25, 6.25]) / 34.5),
        ({"top_k": 2}, [0, 2 / 3, 0, 1 / 3]),
        ({"top_k": 9}, [0.1, 0.5, 0.15, 0.25]),
        ({"top_p": 0.45}, [0, 1, 0, 0]),
        ({"top_p": 0.8}, np.array([0, 50, 15, 25]) / 90),
        ({"top_p": 1.0}, [0.1, 0.5, 0.15, 0.25]),
        ({"top_p": 0.8, "top_k": 2}, [0, 2 / 3, 0, 1 / 3]),
    ],
)
def test_sampling_follows_temperature_top_k_and_nucleus(options, expected):
    """Four standard errors of a share of 20,000 draws are 0.014."""
    assert np.abs(draws(**options) - expected).max() < 0.014


def test_generation_equals_reading_the_whole_text_again_at_every_symbol():
    model = LanguageModel("gru", 8, 8, 11, num_layers=2, seed=1).double()
    wrote = lm.generate(model, np.array([3, 7]), 12, np.random.default_rng(5))
    rng, seen = np.random.default_rng(5), [3, 7]
    for _ in range(12):
        scores = model(torch.tensor(seen)[:, None])[0][-1, 0]
        seen.append(lm.choose(scores.detach().numpy(), rng))
    assert seen[2:] == wrote.tolist()


@pytest.mark.parametrize("options", [{}, {"variational": True, "dropout": 0.5}])
def test_a_model_steps_as_it_reads(options):
    model = LanguageModel("lstm", 8, 8, 11, num_layers=2, seed=1, **options)
    with torch.no_grad():
        _, start = model.eval()(CODES)
        want, end = model(CODES, start)
    step = model.train().stepper(CODES.shape[1], start)
    torch.testing.assert_close(torch.stack([step(c) for c in CODES]), want)
    torch.testing.assert_close(step.state, end)


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        ([1, 2], "are a list"),
        (torch.tensor(3), r"shape \(\)"),
        (torch.tensor([3]), r"\(1,\).*B = 2"),
        (torch.tensor([3, 11]), "from 3 to 11"),
        (torch.tensor([0.5, 1.0]), "float32"),
    ],
)
def test_a_step_reads_one_code_for_each_text(codes, says):
    with pytest.raises(ValueError, match=says):
        LanguageModel("rnn", 4, 4, 11, seed=0).stepper(2)(codes)


def padded(front, behind):
    """The same two texts with so many zeros before and behind."""
    words = torch.tensor([[3, 5], [7, 2], [4, 9], [1, 6]])
    pad = torch.zeros(1, 2, dtype=torch.long)
    return torch.cat([pad.expand(front, 2), words, pad.expand(behind, 2)])


@pytest.mark.parametrize("read", classifiers.READS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_masked_classifier_does_not_see_padding(read, bidirectional):
    model = Classifier(
        "lstm",
        32,
        6,
        3,
        words=10,
        read=read,
        masked=True,
        bidirectional=bidirectional,
        seed=0,
    ).double()
    bare = model(padded(0, 0))
    for front, behind in ((5, 0), (0, 5), (2, 3)):
        assert torch.allclose(model(padded(front, behind)), bare, atol=1e-12)


def test_an_unmasked_classifier_reads_zeros_before_and_behind_the_text():
    model = Classifier("lstm", 32, 6, words=10, seed=0)
    bare, before, behind = (model(padded(*n)) for n in ((0, 0), (5, 0), (0, 5)))
    assert not torch.allclose(bare, before) and not torch.allclose(before, behind)


def test_masking_handles_texts_of_different_length_and_none_at_all():
    x = torch.tensor([[0, 3, 0], [0, 5, 2], [0, 0, 8]])
    front, lengths = classifiers.to_front(x)
    assert front.T.tolist() == [[0, 0, 0], [3, 5, 0], [2, 8, 0]]
    assert lengths.tolist() == [1, 2, 2]


def test_mean_reading_is_the_mean_of_the_outputs():
    model = Classifier("lstm", 32, 6, words=10, read="mean", seed=0)
    x = padded(0, 0)
    h, _ = model.layer(model.embedding(x))
    assert torch.allclose(model(x), model.readout(h.mean(0))[:, 0])


def test_a_reader_starts_with_the_memory_times_asked_for():
    f = slice(8, 16)  # blocks i, f, g, o of 8 units
    model = Reader("lstm", 2, 8, 1, num_layers=2, T_max=100, seed=0)
    for k in range(2):
        b = model.layer.numpy(k)["b"]
        assert (0 <= b[f]).all() and (b[f] <= np.log(99)).all() and np.ptp(b[f]) > 1
        assert np.allclose(b[:8], -b[f])
    assert (
        Reader("lstm", 2, 8, 1, bias={"f": 3.0}, seed=0).layer.numpy()["b"][f] == 3
    ).all()


@pytest.mark.parametrize("model", [Classifier, LanguageModel, Reader])
def test_models_take_one_order_and_one_set_of_names(model):
    names = list(inspect.signature(model).parameters)
    assert names[:5] == ["cell", "I", "H", "K", "num_layers"] and names[-1] == "seed"


def test_the_same_seed_gives_the_same_model_and_another_another():
    def bits(seed):
        torch.manual_seed(7)  # must not matter
        torch.randn(seed + 1)
        models = (
            LanguageModel("lstm", 4, 8, 9, seed=seed),
            Classifier("lstm", 4, 8, words=9, seed=seed),
            Reader("lstm", 2, 8, 3, T_max=9, seed=seed),
        )
        return torch.cat([p.detach().flatten() for m in models for p in m.parameters()])

    assert torch.equal(bits(1), bits(1)) and not torch.equal(bits(1), bits(2))


def test_a_reader_scores_fresh_sequences_by_the_tasks_own_rule():
    task = tasks.make("copying", T=5)
    model = Reader("gru", task.I, 6, task.K, seed=0)
    score = score_reader(model, task, np.random.default_rng(0), n=500)
    assert set(score) == {"loss", "accuracy", "recall"} and score["recall"] < 0.3


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: as_cell("gru(reset='sideways')"), "sideways"),
        (lambda: as_cell("gru(gate=relu)"), "does not make a cell"),
        (lambda: as_cell("nothing(1)"), "does not make a cell"),
        (lambda: as_cell("gru("), "does not make a cell"),
        (lambda: as_cell("gruu"), "Did you mean 'gru'"),
        (lambda: LanguageModel("lstm", 7, 6, 5, tied=True), "Tied"),
        (
            lambda: LanguageModel(
                "depth_gated", 6, 6, 5, num_layers=2, dropout=0.1, variational=True
            ),
            "variational=False",
        ),
        (lambda: Classifier("lstm", 32, 100, words=5, read="first"), "read is 'first'"),
        (lambda: lm.choose(np.zeros(3), None, temperature=-1), "temperature is -1"),
        (lambda: lm.choose(np.zeros(3), None, top_k=0), "top_k is 0"),
        (lambda: lm.choose(np.zeros(3), None, top_p=1.5), "top_p is 1.5"),
        (
            lambda: lm.generate(None, np.array([], int), 5, None),
            r"start has shape \(0,\)",
        ),
    ],
)
def test_doors_say_what_is_wrong_and_what_to_do(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_written_cell_runs_no_code():
    with pytest.raises(ValueError, match="does not make a cell"):
        as_cell("gru(reset=__import__('os').getcwd())")


def by_definition(n, K, text, context):
    """Witten & Bell's mixture as it is written down, counted anew: (K,)."""
    p = np.full(K, 1.0 / K)
    for length in range(n):
        after = [
            text[t + length]
            for t in range(len(text) - length)
            if length <= len(context)
            and list(text[t : t + length]) == context[len(context) - length :]
        ]
        D = len(set(after))
        if after:
            seen = np.bincount(after, minlength=K)
            p = (seen + D * p) / (len(after) + D)
    return p


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_ngrams_are_the_mixture_of_their_definition(n):
    rng = np.random.default_rng(n)
    codes, other = rng.choice(4, size=(2, 60), p=[0.4, 0.3, 0.2, 0.1])
    model = Ngrams(n, 5).fit(codes)  # symbol 4 never comes
    costs = model.costs(other)
    for t in range(len(other) - 1):
        p = by_definition(n, 5, codes.tolist(), other[: t + 1].tolist())
        np.testing.assert_allclose(model.chances(other[: t + 1]), p, atol=1e-12)
        assert costs[t] == pytest.approx(-np.log(p[other[t + 1]]), abs=1e-12)
    assert model.chances([]).sum() == pytest.approx(1.0)
    with pytest.raises(ValueError, match="from 0 to 5"):
        model.costs([0, 5])
