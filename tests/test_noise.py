"""Dropout along time and zoneout: of every cell, compiled, as their papers say."""

import io
import os
import pickle
import re

import pytest
import torch

from lstm_course import CELLS
from lstm_course.cells import gru, noisy
from lstm_course.engines.cpu import engine, sequence
from lstm_course.engines.loop import run
from lstm_course.gradcheck import random_case
from lstm_course.recurrent import Recurrent

T, B, I, H = 5, 3, 4, 6
DOUBLE = torch.float64
LENGTHS = torch.tensor([5, 2, 4])
LAYERS = [layer for cell in CELLS.values() for layer in cell.layers if layer.phases]
LAYERS += [gru.make(reset="before")]
TWIN = dict(rtol=1e-9, atol=1e-11)  # the same float64 arithmetic in another order
ALL = dict(variational=0.3, recurrent_dropout=0.3, zoneout=0.4)


@pytest.fixture(autouse=True, params=[1, 2], ids=["1 thread", "2 threads"])
def threads(request, monkeypatch):
    monkeypatch.setattr(sequence, "SMALL", 0)  # split even the smallest batch
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def with_candidate(cell):
    return noisy.candidate(cell) if noisy.candidate_of(cell) else cell


def with_zoneout(cell):
    return noisy.zoneout(cell, noisy.zoned(cell))


def judging(cell):
    rates = {f"keep_{s}": 0.8 for s in noisy.zoned(cell)}
    return noisy.expected(with_zoneout(cell), rates)


def with_all(cell):
    return with_zoneout(noisy.same(with_candidate(cell)))


NOISES = {"candidate": with_candidate, "same": noisy.same, "zoneout": with_zoneout,
          "all": with_all, "judging": judging}  # fmt: skip


def masks_of(cell):
    """Numbers that are no 0 and no 1, so that every mask counts."""
    shapes = {noisy.STEP: (T, B, H), noisy.HERE: (B, H)}
    drawn = torch.Generator().manual_seed(0)
    return {
        name: torch.rand(shapes[kind], dtype=DOUBLE, generator=drawn)
        for name, kind in cell.noise.items()
    }


def pairs():
    """Every noise in a sixth of the cells, in turn; with LONG_TESTS in all of them."""
    return [
        pytest.param(cell, noise, id=f"{cell!r} {noise}")
        for k, cell in enumerate(LAYERS)
        for n, noise in enumerate(NOISES)
        if (k + n) % 6 == 0 or "LONG_TESTS" in os.environ
    ]


@pytest.mark.slow  # it compiles them
@pytest.mark.parametrize(("cell", "noise"), pairs())
def test_the_backward_of_every_noisy_cell_is_that_of_autograd(cell, noise):
    made = NOISES[noise](cell)
    p, x, state0, dh, dstate = random_case(cell, T, B, I + H * bool(cell.extra), H)
    results = []
    for call in (run, engine.run_layer):
        P, X, S = (
            {k: torch.tensor(v, requires_grad=True) for k, v in given.items()}
            for given in (p, {"x": x}, dict(enumerate(state0)))
        )
        h, _, end = call(made, P | masks_of(made), X["x"], tuple(S.values()), LENGTHS)
        pairs = zip((h, *end), (dh, *dstate), strict=True)
        cost = sum((a * torch.tensor(d)).sum() for a, d in pairs)
        leaves = [*X.values(), *S.values(), *P.values()]
        grads = torch.autograd.grad(cost, leaves, materialize_grads=True)
        results.append([h, *end, *grads])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(b, a, **TWIN)


def sequence_of(n=T):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(n, B, I, dtype=DOUBLE, generator=generator)


def layer_of(cell, **options):
    return Recurrent(cell, I, H, seed=0, dtype=DOUBLE, **options)


def seeded(layer, x, *state):
    torch.manual_seed(3)
    return layer(x, *state)


@pytest.mark.parametrize("cell", ["lstm", "gru", "gru(reset='before')", "mut3", "fgr"])
@pytest.mark.slow
def test_gradients_and_theirs_hold_against_finite_differences(cell, threads):
    layer = Recurrent(cell, 2, 4, seed=0, dtype=DOUBLE, **ALL)  # every number is moved
    x = sequence_of(3)[:, :threads, :2].requires_grad_()  # a row for every thread
    weights = tuple(layer.parameters_of().values())

    def read(x, *weights):
        return seeded(layer, x)[0]

    assert torch.autograd.gradcheck(read, (x, *weights))
    assert torch.autograd.gradgradcheck(read, (x, *weights), fast_mode=True)


def by_hand(layer, x, mask_x, mask_h, mask, keep_h, keep_c):
    """An LSTM with all three, written out from the papers."""
    p, h, c = layer.parameters_of(), *torch.zeros(2, B, H, dtype=DOUBLE)
    for t, x_t in enumerate(x):
        z = (x_t * mask_x) @ p["W_x"] + (h * mask_h) @ p["W_h"] + p["b"]
        i, f, g, o = z.chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c_new = f * c + i * (g * mask[t])
        h_new = o * c_new.tanh()
        h = torch.where(keep_h[t] == 1, h_new, h)
        c = torch.where(keep_c[t] == 1, c_new, c)
        yield h


def test_an_lstm_does_what_the_papers_say():
    layer, x = layer_of("lstm", **ALL), sequence_of()
    h, _ = seeded(layer, x)
    torch.manual_seed(3)
    mask_x = layer.noise.inputs(torch.ones(1, B, I, dtype=DOUBLE), True)[0]
    cell = layer.noise.cell(layer.cell, True)
    masks = layer.noise.masks(cell, T, B, H, layer.parameters_of())
    want = torch.stack(list(by_hand(layer, x, mask_x, **masks)))
    torch.testing.assert_close(h, want, **TWIN)


def test_masks_are_of_the_right_kind_and_share():
    layer, n = layer_of("lstm", variational=0.2, recurrent_dropout=0.3,
                        zoneout={"h": 0.1, "c": 0.5}), 200  # fmt: skip
    masks = layer.noise.masks(layer.noise.cell(layer.cell, True), n, 50, 20,
                              layer.parameters_of())  # fmt: skip
    assert masks["mask_h"].shape == (50, 20)
    assert {round(v, 6) for v in masks["mask_h"].unique().tolist()} == {0, 1.25}
    assert not torch.equal(masks["mask"][0], masks["mask"][1])
    # Five standard errors of a share of 200,000 draws are 0.006, of 1,000 draws 0.07.
    shares = {"mask": 0.3, "keep_h": 0.1, "keep_c": 0.5}
    for name, share in shares.items():
        assert (masks[name] == 0).double().mean().item() == pytest.approx(
            share, abs=0.006
        )
    assert (masks["mask_h"] == 0).double().mean().item() == pytest.approx(0.2, abs=0.07)


@pytest.mark.parametrize("cell", CELLS)
def test_without_training_dropout_does_nothing(cell):
    drops = dict(variational=0.5)
    if noisy.candidate_of(CELLS[cell].layers[-1]):
        drops["recurrent_dropout"] = 0.5
    layer, x = layer_of(cell, num_layers=2, **drops), sequence_of()
    plain, _ = layer_of(cell, num_layers=2)(x)
    assert torch.equal(layer.eval()(x)[0], plain)
    assert not torch.allclose(layer.train()(x)[0], plain)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "mut1", "slstm"])
def test_without_training_a_state_moves_by_the_expected_share(cell):
    """Of one step: the mean over all masks, each as probable as it is."""
    rates = {s: 0.1 + 0.3 * k for k, s in enumerate(noisy.zoned(CELLS[cell]))}
    layer, x = layer_of(cell, zoneout=rates), sequence_of(1)
    plain = layer_of(cell)
    _, start = plain(sequence_of())
    _, moved = plain(x, start)
    _, end = layer.eval()(x, start)
    for name, old, new, got in zip(CELLS[cell].states, start, moved, end, strict=True):
        p = rates.get(name, 0.0)
        torch.testing.assert_close(got, p * old + (1 - p) * new, **TWIN)


def test_a_stepper_moves_by_the_expected_share_too():
    layer, x = layer_of("lstm", num_layers=2, **ALL), sequence_of()
    step = layer.train().stepper(B)
    h = torch.stack([step(x_t) for x_t in x])
    torch.testing.assert_close(h, layer.eval()(x)[0].detach(), **TWIN)


@pytest.mark.parametrize(
    "more",
    [{"bidirectional": True}, {"checkpoint": 2}, {"truncate": 2}, {"num_layers": 3}],
    ids=str,
)
def test_noise_goes_with_the_other_options(more):
    x, results = sequence_of(), []
    for compiled in (True, False):
        layer = layer_of("peephole", compiled=compiled, **ALL, **more)
        torch.manual_seed(1)
        h, _ = layer(x, lengths=LENGTHS)
        grads = torch.autograd.grad((h**2).sum(), list(layer.parameters()))
        results.append([h, *grads])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, **TWIN)


def test_rows_of_a_table_are_masked_as_what_they_hold():
    layer, codes = layer_of("lstm", **ALL), torch.randint(3, (T, B))
    table = torch.randn(3, I, dtype=DOUBLE)
    torch.manual_seed(1)
    h, _ = layer(codes, table=table)
    torch.manual_seed(1)
    torch.testing.assert_close(layer(table[codes])[0], h, **TWIN)


@pytest.mark.parametrize("cell", [n for n in CELLS if n not in ("mlstm", "rnn")])
def test_noise_is_compiled_in_every_cell(cell, capsys):
    layer_of(cell, num_layers=2, **ALL).plan(sequence_of())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all("compiled loops" in line for line in lines)


def test_a_layer_with_noise_can_be_saved_whole():
    layer, x = layer_of("lstm", **ALL), sequence_of()
    h, _ = seeded(layer, x)
    assert torch.equal(seeded(pickle.loads(pickle.dumps(layer)), x)[0], h)  # noqa: S301
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    assert torch.equal(seeded(torch.load(file, weights_only=False), x)[0], h)


REFUSED = {
    "all": (dict(recurrent_dropout=1.0), "lstm", "recurrent_dropout is 1.0"),
    "below 0": (dict(variational=-0.1), "lstm", "variational is -0.1"),
    "text": (dict(zoneout="a"), "lstm", "zoneout is 'a'"),
    "no such state": (dict(zoneout={"g": 0.1}), "lstm", "names 'g'.*h, c"),
    "no memory": (dict(zoneout={"c": 0.1}), "gru", "names 'c'"),
    "a third of a number": (dict(zoneout={"c": 0.1}), "slstm", "names 'c'"),
    "no candidate": (dict(recurrent_dropout=0.1), "rnn", "variational=0.1"),
    "by hand": (dict(zoneout=0.1), "mlstm", "step is written by hand"),
    "by hand, candidate": (dict(recurrent_dropout=0.1), "mlstm", "no candidate"),
}


@pytest.mark.parametrize("door", REFUSED)
def test_noise_that_cannot_be_is_refused_in_four_parts(door):
    options, cell, words = REFUSED[door]
    with pytest.raises(ValueError, match=re.compile(words, re.S)) as error:
        layer_of(cell, **options)
    assert len(re.split(r"(?<=[.?;:]) |: |, ", str(error.value))) >= 3
    assert str(error.value).endswith("?")
