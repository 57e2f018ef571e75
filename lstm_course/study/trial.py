"""One trial: a cell, a task and a setting, trained and judged; the same bits again."""

import copy
import time

import numpy as np
import torch

from ..cost import work
from ..models.parts import judging
from ..models.reader import Reader, reader_loss
from ..models.sizes import layers_of, nearest, weights
from ..train import fit
from . import lessons
from .space import keeping, start_values

POINTS = 10  # of a learning curve
MATRIX = 18  # operations of an mLSTM's matrix, per entry and step, there and back


def run(task, cell, draw, seed, setting, compiled=True):
    """Train once.

    The seconds are the processor's, without what is done once in a process (loops are
    loaded or compiled), and without the validations.

    Parameters
    ----------
    task, cell : str
        A task of ``lessons``, a cell's name or a text that ``as_cell`` takes.
    draw, seed : int
        Which draw of settings this is, and the seed of weights and batches.
    setting : dict
        As ``space.SPACE`` has it.
    compiled : bool
        False: with the readable loop, to measure what the made ones are worth.

    Returns
    -------
    dict
        The row of this trial: what was asked, ``state`` ("finished", or "diverged"
        where loss or gradient was not finite), ``units``, ``weights``, ``operations``
        of a training step, CPU ``seconds`` of the training, ``steps``, ``loss``
        (validation, at the end), ``test``, ``accuracy`` (of the test), ``curve``.
    """
    torch.set_num_threads(1)  # trials share the cores
    lesson = lessons.lesson(task)
    units = fitting(cell, lesson, setting["width"])
    row = {"task": task, "cell": cell, "draw": draw, "seed": seed} | setting
    row["start"] = setting["start"] if keeping(cell) else "own"
    row |= cost(cell, lesson, units) | {"steps": lesson.steps}
    model = build(cell, lesson, units, setting, seed)
    model.layer.compiled = compiled
    loss, curve, spent, began = reader_loss(lesson.kind), [], [0.0], time.process_time()
    noisy = with_noise(lesson.sample, setting["noise"])
    held = lesson.valid(np.random.default_rng(lessons.HELD_OUT), lessons.VALID)

    def valid(model):
        spent[0] -= time.process_time()
        curve.append(judged(model, loss, held))
        spent[0] += time.process_time()
        return {"loss": curve[-1]}

    def train(model, **more):
        fit(
            model,
            loss,
            lambda rng: noisy(rng, lessons.B),
            lr=setting["lr"],
            clip=setting["clip"],
            seed=seed,
            device="cpu",
            progress=False,
            **more,
        )

    try:
        train(copy.deepcopy(model), steps=1)
        began = time.process_time()
        train(model, steps=lesson.steps, valid=valid, every=lesson.steps // POINTS)
        row["state"] = "finished" if np.isfinite(curve[-1]) else "diverged"
    except FloatingPointError:
        row["state"] = "diverged"
    row["seconds"] = time.process_time() - began - spent[0]
    return row | {"curve": curve} | ended(row["state"], model, lesson, loss, curve)


def ended(state, model, lesson, loss, curve):
    """Validation and test after the last step."""
    if state == "diverged":
        return {"loss": np.inf, "test": np.inf, "accuracy": 0.0}
    test = lesson.test(np.random.default_rng(lessons.HELD_OUT + 1), lessons.TEST)
    x, y, mask = test
    with judging(model):
        out = model(torch.as_tensor(x).float(), torch.as_tensor(mask)).double().numpy()
    accuracy = float(lesson.score(out, x, y, mask)[lesson.right])
    return {"loss": curve[-1], "test": judged(model, loss, test), "accuracy": accuracy}


def judged(model, loss, batch):
    """The loss on a batch that stays the same."""
    x, y, mask = (torch.as_tensor(a) for a in batch)
    with judging(model):
        return float(
            loss(model, (x.float(), y.float() if y.is_floating_point() else y, mask))
        )


def build(cell, lesson, units, setting, seed):
    """The model before training."""
    model = Reader(cell, lesson.I, units, lesson.K, seed=seed)
    rng = np.random.default_rng([seed, 1])
    model.layer.load(start_values(cell, lesson.I, units, setting, lesson.T, rng))
    return model


def with_noise(sample, noise):
    """Batches whose x is disturbed."""

    def noisy(rng, B):
        x, y, mask = sample(rng, B)
        return x + rng.normal(0.0, noise, x.shape), y, mask

    return noisy


def fitting(cell, lesson, width):
    """Units with which a model has about the weights of an LSTM's of that width."""
    goal = weights("lstm", lesson.I, width, lesson.K)
    return nearest(lambda n: weights(cell, lesson.I, n, lesson.K), goal)


def cost(cell, lesson, units):
    """Units, weights of the whole model, operations of a training step of the layer."""
    [one] = layers_of(cell, 1)
    done = work(one, lesson.T, lessons.B, lesson.I, units)
    operations = done.products + done.functions
    if one.form == "matrix":
        operations += MATRIX * lesson.T * lessons.B * units**2
    return {
        "units": units,
        "weights": weights(cell, lesson.I, units, lesson.K),
        "operations": operations,
    }
