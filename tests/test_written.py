"""Wherever a cell is taken, "gru(reset='before')" is taken for the cell it makes."""

import base64
import gzip
import json
import re

import numpy as np
import pytest
import torch

from lstm_course import (
    convert,
    cost,
    diagrams,
    init,
    jacobian,
    trace,
    unroll,
    unroll_backward,
)
from lstm_course.cells import gru
from lstm_course.commands.bench import measure
from lstm_course.engines.cpu import __main__ as loops
from lstm_course.equations import changes, equations
from lstm_course.exercises.reader import trained_reader
from lstm_course.experiments import variants
from lstm_course.gradcheck import gradcheck
from lstm_course.models import Classifier, LanguageModel, Reader
from lstm_course.recurrent import Recurrent
from lstm_course.table import at_a_glance
from lstm_course.widgets import VariantDiff

TEXT, MADE = "gru(reset='before')", gru.make(reset="before")
T, B, I, H, K = 5, 3, 4, 6, 7
RNG = np.random.default_rng(0)
P, X = MADE.init(I, H, RNG), RNG.normal(size=(T, B, I))
KERAS, ONNX = convert.to_keras(P, MADE), convert.to_onnx(P, MADE)


def backward(cell):
    return unroll_backward(cell, P, X[..., :1] + np.ones(H), unroll(cell, P, X)[2])


DOORS = {
    "init": lambda cell: init(cell, I, H, np.random.default_rng(0)),
    "unroll": lambda cell: unroll(cell, P, X)[0],
    "unroll_backward": backward,
    "trace": lambda cell: trace(cell, P, X),
    "jacobian": lambda cell: jacobian(cell, P, X, 1, 3),
    "gradcheck": lambda cell: gradcheck(cell, T=2),
    "count": lambda cell: convert.count(cell, I, H),
    "to_keras": lambda cell: convert.to_keras(P, cell),
    "from_keras": lambda cell: convert.from_keras(KERAS, cell),
    "to_onnx": lambda cell: convert.to_onnx(P, cell),
    "from_onnx": lambda cell: convert.from_onnx(ONNX, cell),
    "onnx_attributes": convert.onnx_attributes,
    "equations": equations,
    "equation_changes": lambda cell: changes.equation_changes(cell, "gru"),
    "code_changes": lambda cell: changes.code_changes(cell, "gru"),
    "its base": lambda cell: changes.code_changes("gru", cell),
    "cell_diagram": diagrams.cell_diagram,
    "unrolled": lambda cell: diagrams.unrolled(cell, steps=2),
    "at_a_glance": lambda cell: at_a_glance(cells={"mine": cell}),
    "compiled loop": lambda cell: loops.loops(cell, "float32"),
    "Recurrent": lambda cell: Recurrent(cell, I, H, seed=0),
    "Reader": lambda cell: Reader(cell, I, H, K, seed=0),
    "LanguageModel": lambda cell: LanguageModel(cell, I, H, K, seed=0),
    "Classifier": lambda cell: Classifier(cell, I, H, K, words=9, seed=0),
    "trained_reader": lambda cell: trained_reader(cell, H=4, steps=1),
    "fitting": lambda cell: variants.fitting(cell, I),
    "build": lambda cell: variants.build(cell, I, H, K, 0),
    "cost": lambda cell: cost.work(cell, T, B, I, H),
    "bytes": lambda cell: measure.bytes_kept(cell, H),
}  # fmt: skip


def pictured(cell):
    """What the widget's page is given of a cell: read back."""
    text = gzip.decompress(base64.b64decode(VariantDiff("lstm", cell).cells))
    return json.loads(text)[cell]


def test_the_widget_of_two_variants_is_given_a_cell_that_is_written_out():
    ours, usual = pictured(TEXT), pictured("gru")
    assert ours["lines"] != usual["lines"] and ours["about"]


def plain(value):
    """Something that == compares."""
    if isinstance(value, torch.nn.Module):
        value = value.state_dict()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | torch.Tensor):
        return value.tolist()
    return re.sub(r"cd-\w+-\d+", "id", value) if isinstance(value, str) else value


@pytest.mark.parametrize("door", DOORS)
def test_a_cell_written_as_a_call_is_the_cell_that_it_makes(door):
    found, meant = (plain(DOORS[door](cell)) for cell in (TEXT, MADE))
    assert found == meant
