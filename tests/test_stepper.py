"""A stepper gives, step by step, what the layer gives for the whole sequence."""

import re
import statistics
import time

import pytest
import torch
from torch import nn

from lstm_course import CELLS
from lstm_course.recurrent import Recurrent

T, B, I, H = 7, 3, 4, 6
# The same arithmetic in another order; the mLSTM's chunks divide by what they summed.
CLOSE = {
    torch.float64: dict(rtol=1e-9, atol=1e-11),
    torch.float32: dict(rtol=1e-4, atol=2e-5),
    torch.bfloat16: dict(rtol=2e-2, atol=2e-2),
}


def sequence(dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(T, B, I, generator=generator).to(dtype)


def walked(step, x):
    return torch.stack([step(x_t) for x_t in x])


def assert_equal_to_the_layer(layer, step, dtype):
    x = sequence(dtype)
    with torch.no_grad():
        h, end = layer(x)
    torch.testing.assert_close(walked(step, x), h, **CLOSE[dtype])
    for a, b in zip(step.state, end, strict=True):
        torch.testing.assert_close(a, b, **CLOSE[dtype])


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_walks_as_its_layer_runs(cell, dtype, layers):
    layer = Recurrent(cell, I, H, layers, seed=0, dtype=dtype)
    assert_equal_to_the_layer(layer, layer.stepper(B), dtype)


@pytest.mark.parametrize("options", [{"compiled": False}, {"dtype": torch.bfloat16}])
def test_what_is_not_compiled_walks_too(options):
    layer = Recurrent("lstm", I, H, 2, seed=0, **options)
    dtype = options.get("dtype", torch.float32)
    assert_equal_to_the_layer(layer, layer.stepper(B), dtype)


def test_nothing_is_dropped_and_nothing_learns():
    layer = Recurrent("gru", I, H, 2, dropout=0.9, seed=0).train()
    step, x = layer.stepper(B), sequence().requires_grad_()
    h = walked(step, x)
    torch.testing.assert_close(h, layer.eval()(x)[0].detach())
    assert not h.requires_grad and not any(s.requires_grad for s in step.state)


def test_a_state_can_be_given_read_and_set():
    layer, x = Recurrent("lstm", I, H, 2, seed=0), sequence()
    with torch.no_grad():
        h, end = layer(x)
        again, _ = layer(x, end)
    step = layer.stepper(B, end)
    torch.testing.assert_close(walked(step, x), again)
    step.state = None
    torch.testing.assert_close(walked(step, x), h)
    step.state = end
    torch.testing.assert_close(walked(step, x), again)


def test_what_is_handed_out_is_the_caller_s_to_change():
    layer, x = Recurrent("lstm", I, H, seed=0), sequence()
    step, h = layer.stepper(B), []
    for x_t in x:
        h.append(step(x_t).clone())
        step(x_t).fill_(7.0)
        for s in step.state:
            s.fill_(7.0)
    want, _ = layer(x.repeat_interleave(2, 0))
    torch.testing.assert_close(torch.stack(h), want[::2].detach())


def learn(layer):
    with torch.no_grad():
        for p in layer.parameters():
            p.add_(0.1)


def exchange(layer):
    for p in layer.parameters():
        p.data = p.data + 0.1


def replace(layer):
    for p in layer.weights:
        for k, v in list(p.items()):
            p[k] = nn.Parameter(v.detach() + 0.1)


@pytest.mark.parametrize("change", [learn, exchange, replace])
@pytest.mark.parametrize("compiled", [True, False])
def test_weights_that_change_between_steps_are_noticed(compiled, change):
    layer, x = Recurrent("lstm", I, H, 2, seed=0, compiled=compiled), sequence()
    step = layer.stepper(B)
    before = walked(step, x)
    with torch.no_grad():
        _, end = layer(x)
        change(layer)
        torch.testing.assert_close(walked(step, x), layer(x, end)[0])
    assert not torch.allclose(before, layer(x)[0])


def step_of(x, B=B, **options):
    return Recurrent("lstm", I, H, seed=0, **options).stepper(B)(x)


REFUSED = {
    "both ways": (lambda: step_of(None, bidirectional=True), "bidirectional=True"),
    "no batch": (lambda: step_of(None, B=0), "B is 0"),
    "an array": (lambda: step_of(sequence()[0].numpy()), "got ndarray.*B, I"),
    "a sequence": (lambda: step_of(sequence()), r"\(7, 3, 4\).*Expected \(3, 4\)"),
    "another batch": (lambda: step_of(sequence()[0, :2]), r"\(2, 4\).*B=x.shape"),
    "double": (lambda: step_of(sequence(torch.float64)[0]), "float64"),
    "sparse": (lambda: step_of(sequence()[0].to_sparse()), "not sparse"),
    "NaN": (lambda: step_of(sequence()[0] * torch.nan), "NaN or infinite"),
    "state of another batch": (
        lambda: Recurrent("gru", I, H).stepper(2, torch.zeros(1, B, H)),
        "another batch",
    ),
}


@pytest.mark.parametrize("door", REFUSED)
def test_what_cannot_be_a_step_is_refused_in_four_parts(door):
    call, words = REFUSED[door]
    with pytest.raises(ValueError, match=re.compile(words, re.S)) as error:
        call()
    assert len(re.split(r"(?<=[.?;:]) |: ", str(error.value))) >= 3
    assert str(error.value).endswith("?")


@pytest.mark.slow
@pytest.mark.parametrize("H", [64, 128, 384])
@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_a_step_takes_no_longer_than_torch_s_cell(name, H):
    """CPU seconds of one thread, medians of interleaved rounds."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    x, steps = torch.randn(1, H), 400
    theirs = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.RNNCell}[name](H, H)
    state = (torch.zeros(1, H),) * 2 if name == "lstm" else torch.zeros(1, H)
    step = Recurrent(name, H, H, seed=0).stepper()
    seconds = [[], []]
    with torch.no_grad():
        for _ in range(15):
            for k, call in enumerate((lambda: theirs(x, state), lambda: step(x))):
                began = time.process_time()
                for _ in range(steps):
                    call()
                seconds[k].append(time.process_time() - began)
    torch.set_num_threads(before)
    them, us = map(statistics.median, seconds)
    assert us < them
