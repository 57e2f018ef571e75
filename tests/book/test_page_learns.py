"""Training in the page: the samples, the losses and the steps are those of Python."""

import json

import numpy as np
import pytest
import torch
from torch.nn.utils import clip_grad_norm_

from lstm_course import CELLS, init, tasks
from lstm_course.engines.page.text import cell_text
from lstm_course.models import Reader
from lstm_course.models.reader import reader_loss
from lstm_course.widgets.page_tasks import task_data

pytestmark = pytest.mark.browser

EVERY = {  # of every task its options, and the cell that learns it here
    "gap_language": ({"gap": 17, "distractors": 2}, "lstm"),
    "adding": ({"T": 21}, "gru"),
    "latch": ({"T": 12}, "mlstm"),
    "parity": ({"least": 3, "most": 11}, "slstm"),
    "counting_language": ({"least": 1, "most": 6, "form": "abc"}, "mut1"),
    "embedded_reber": ({}, "clockwork"),
}
every_task = pytest.mark.parametrize("name", EVERY)
DATA = json.loads(json.dumps(task_data()))
DRAW = """given.seeds.map((seed) => {
  const task = m.makeTask(given.name, given.options, given.data);
  const rng = m.defaultRng(seed);
  return [5, 1].map((B) => {
    const { x, rows, answers } = task.sample(rng, B);
    const [codes, I] = [x instanceof Int32Array, task.I];
    return { x: Array.from(x), rows: Array.from(rows), answers: Array.from(answers),
             codes, I: task.I, K: task.K, kind: task.kind };
  });
})"""
TRAIN = """(() => {
  const cell = new Function("return " + given.text)();
  const p = Object.fromEntries(Object.entries(given.p).map(
    ([k, v]) => [k, Float64Array.from(v.flat())]));
  const task = m.makeTask(given.name, given.options, given.data);
  const learner = m.makeLearner(cell, p, { ...task, ...given.setting });
  const steps = Array.from({ length: given.steps }, () =>
    m.trainStep(learner, m.batchOf(learner, task)));
  const entries = Object.entries(p).map(([k, v]) => [k, Array.from(v)]);
  return [steps, Object.fromEntries(entries)];
})()"""


def test_whole_numbers_from_wide_ranges_and_seeds_are_numpy_s(js):
    seeds = [0, 7, 2**40 + 3, [3, 4, 5], [0, 2**33, 1, 2, 3, 4, 5]]
    sizes = [2, 3, 1, 1000, 2**31 + 5, 2**32 - 1]
    got = js(
        "pcg64",
        """given.seeds.map((seed) => {
          const rng = m.defaultRng(seed);
          return [given.sizes.map((n) => [rng.integer(n), rng.random()]),
                  rng.shuffle([..."abcdefg"]), rng.uniform(-3, 5)];
        })""",
        seeds=seeds,
        sizes=sizes,
    )
    for seed, (numbers, letters, last) in zip(seeds, got, strict=True):
        rng, ours = np.random.default_rng(seed), list("abcdefg")
        for n, (whole, share) in zip(sizes, numbers, strict=True):
            assert (whole, share) == (rng.integers(n), rng.random())
        rng.shuffle(ours)
        assert (letters, last) == (ours, rng.uniform(-3.0, 5.0))


@every_task
def test_samples_in_the_page_are_those_of_python_for_every_seed(js, name):
    options, seeds = EVERY[name][0], [0, 1, 2026, [5, 17]]
    task = tasks.make(name, **options)
    got = js("engine", DRAW, name=name, options=options, data=DATA,
             seeds=seeds)  # fmt: skip
    for seed, samples in zip(seeds, got, strict=True):
        rng = np.random.default_rng(seed)
        for B, theirs in zip((5, 1), samples, strict=True):
            x, y, mask = task.sample(rng, B)
            shown = np.array(theirs["x"])
            if theirs["codes"]:
                shown = np.eye(task.I + 1)[shown][:, : task.I]
            np.testing.assert_array_equal(shown.reshape(x.shape), x)
            np.testing.assert_array_equal(theirs["rows"], np.flatnonzero(mask))
            np.testing.assert_array_equal(theirs["answers"], y[mask])
            made = theirs["I"], theirs["K"], theirs["kind"]
            assert made == (task.I, task.K, task.kind)


def trained(cell, p, task, steps, B, seed, lr, clip):
    """The same in torch, in float64: losses, norms, and weights by name."""
    model = Reader(cell, task.I, p["W_y"].shape[0], task.K).double()
    model.layer.load({k: v for k, v in p.items() if k[-2:] != "_y"})
    with torch.no_grad():
        model.readout.weight.copy_(torch.tensor(p["W_y"].T))
        model.readout.bias.copy_(torch.tensor(p["b_y"]))
    adam, losses, norms = torch.optim.Adam(model.parameters(), lr), [], []
    for step in range(steps):
        batch = task.sample(np.random.default_rng([seed, step]), B)
        loss = reader_loss(task.kind)(model, [*map(torch.as_tensor, batch)])
        adam.zero_grad()
        loss.backward()
        norms.append(float(clip_grad_norm_(model.parameters(), clip)))
        adam.step()
        losses.append(loss.item())
    last = {"W_y": model.readout.weight.T, "b_y": model.readout.bias}
    last = {k: v.detach().numpy() for k, v in last.items()}
    return losses, norms, model.layer.numpy() | last


@every_task
def test_losses_of_a_training_in_the_page_are_those_of_python(js, name):
    options, cell = EVERY[name]
    task, H, steps = tasks.make(name, **options), 8, 25
    rng = np.random.default_rng(3)
    p = init(cell, task.I, H, rng)
    p |= {"W_y": rng.normal(size=(H, task.K)), "b_y": rng.normal(size=task.K)}
    setting = {"B": 6, "H": H, "seed": 4, "lr": 0.02, "clip": 0.5}
    text = cell_text(CELLS[cell], (H,))
    got, ends = js("engine", TRAIN, name=name, options=options, data=DATA,
                   p={k: v.tolist() for k, v in p.items()}, setting=setting,
                   text=text, steps=steps)  # fmt: skip
    losses, norms, ours = trained(cell, p, task, steps, 6, 4, 0.02, 0.5)
    assert len(set(losses)) == steps and max(norms) > 0.5 > 0
    np.testing.assert_allclose([g["loss"] for g in got], losses, rtol=1e-9)
    np.testing.assert_allclose([g["norm"] for g in got], norms, rtol=1e-8)
    for key, value in ours.items():
        theirs = np.reshape(ends[key], value.shape)
        np.testing.assert_allclose(theirs, value, rtol=0, atol=1e-8, err_msg=key)
