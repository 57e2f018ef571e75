"""VRNN, STORN and Grid LSTM against numbers recorded from codes that many use.

Those codes are no part of the course.  Each was run once on weights and inputs of
``recorded_cases``; where from, and what was set, stands beside the numbers.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import recorded_cases as cases
import torch

from lstm_course.cells import CELLS
from lstm_course.models import grid, storn, vrnn
from lstm_course.models.twins import is_tensor

FILE = Path(__file__).parent / "recorded" / "latent_and_grid.json"
RECORDED = json.loads(FILE.read_text(encoding="utf-8"))
LIMIT = {np.float64: 1e-10, np.float32: 1e-6}


def close(a, b, tolerance=1e-10):
    a = a.numpy() if is_tensor(a) else a
    np.testing.assert_allclose(a, np.array(b), rtol=tolerance, atol=tolerance)


def as_(kind, value):
    """The same nested arrays in another precision, or as tensors."""
    if isinstance(value, dict):
        return {k: as_(kind, v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(as_(kind, v) for v in value)
    return torch.tensor(value) if kind is torch.tensor else value.astype(kind)


@pytest.mark.parametrize("kind", [np.float64, np.float32, torch.tensor])
def test_a_vrnn_with_a_gru_and_pixels_gives_what_a_popular_port_gives(kind):
    said = RECORDED["vrnn_with_a_gru"]
    p, x, noise = as_(kind, cases.vrnn_with_a_gru())
    terms, _ = vrnn.bound(p, x, noise, cell="gru", output="bernoulli")
    limit = LIMIT.get(kind, 1e-10)
    close(terms.z, said["z"], limit)
    close(terms.kl, said["kl"], limit)
    close(-terms.log_likelihood, said["nll"], limit)


def test_the_port_s_epsilon_in_its_logarithms_moves_a_millionth():
    """It guards log(std) and log(theta) by 1.2e-7; here nothing needs a guard."""
    said = RECORDED["vrnn_with_a_gru"]
    apart = [
        np.abs(np.array(said[k]) - np.array(said[f"{k}_shipped"])).max()
        for k in ("kl", "nll")
    ]
    assert 0 < max(apart) < 1e-6


REVIEW = [
    ("vrnn_of_the_review", vrnn, {}),
    ("storn_of_the_review", storn, {"sees": "now"}),
]


@pytest.mark.parametrize("kind", [np.float64, np.float32, torch.tensor])
@pytest.mark.parametrize("name,model,options", REVIEW)
def test_the_code_of_the_review_gives_the_same_terms(kind, name, model, options):
    """Its KL lacks the -1/2 for each latent variable; its output has no std: 1 here."""
    said, case = RECORDED[name], getattr(cases, name)()
    p, x, noise = as_(kind, case)
    terms, _ = model.bound(p, x, noise, spread="log_variance", squash="tanh", **options)
    limit = LIMIT.get(kind, 1e-10)
    far = case[1] - np.array(said["y"])
    fits = -0.5 * (far**2).sum(-1) - 0.5 * cases.X * np.log(2 * np.pi)
    close(terms.z, said["z"], limit)
    close(terms.kl + 0.5 * cases.Z, said["kl"], limit)
    close(terms.log_likelihood, fits, limit)


@pytest.mark.parametrize("kind", [np.float64, np.float32, torch.tensor])
@pytest.mark.parametrize("when,priority", [("depth last", 1), ("at once", None)])
@pytest.mark.parametrize("tied", [True, False])
def test_a_block_of_the_grid_gives_what_tensorflow_s_cell_gave(
    kind, when, priority, tied
):
    """There every dimension reads all h in one order: ``order="fixed"``."""
    said = RECORDED[f"grid, {'tied' if tied else 'untied'}, {when}"]
    p, x, time = as_(kind, cases.grid_block(tied))
    cells = (CELLS["lstm"],) * 2
    options = {"order": "fixed", "priority": priority}
    limit = 1e-6 if kind is np.float32 else 1e-10
    (after,), h = grid.step(p, x, [time], cells, 1, **options)
    for ours, theirs in zip(after, said["time"], strict=True):
        close(ours, theirs, limit)
    close(h, said["depth"][0], limit)
