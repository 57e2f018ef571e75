"""Bad input to convert gets an error in four parts: what, got, expected, next step."""

import numpy as np
import pytest
from torch import nn

from lstm_course import convert, init
from lstm_course.cells import gru
from lstm_course.recurrent import Recurrent


def random_p(cell):
    return init(cell, 4, 6, np.random.default_rng(0))


P, G = random_p("lstm"), random_p("gru")
KERAS, ONNX = convert.to_keras(P), convert.to_onnx(P)
DOORS = {
    "unknown cell": (lambda: convert.count("ltsm", 4, 6), "Did you mean 'lstm'"),
    "no size": (lambda: convert.count("lstm", 4, 0), "H is 0"),
    "no such block": (lambda: convert.negate(P, "lstm", "u"), "no block 'u'"),
    "not recurrent": (lambda: convert.from_torch(nn.Linear(4, 6)), "Linear is no rec"),
    "relu": (lambda: convert.from_torch(nn.RNN(4, 6, nonlinearity="relu")), "'relu'"),
    "relu cell": (lambda: convert.from_torch(nn.RNNCell(4, 6, nonlinearity="relu")),
                  "nonlinearity='relu'"),
    "projection": (lambda: convert.from_torch(nn.LSTM(4, 6, proj_size=2)), "size=2"),
    "no such layer": (lambda: convert.from_torch(nn.LSTM(4, 6), layer=1), "1 layer"),
    "one direction": (lambda: convert.from_torch(nn.LSTM(4, 6), reverse=True),
                      "reverse=True"),
    "other width": (lambda: convert.to_torch(P, nn.LSTM(4, 5)), "I = 4, H = 6"),
    "other cell": (lambda: convert.to_torch(G, nn.LSTM(4, 6)), "the cell 'gru'"),
    "bias lost": (lambda: convert.to_torch(P, nn.LSTM(4, 6, bias=False)), "bias=True"),
    "bidirectional list": (lambda: convert.from_keras(KERAS * 2), "Got 6 arrays"),
    "keras lstm read as gru": (lambda: convert.from_keras(KERAS, "gru"), "3 block"),
    "bias of no layer": (lambda: convert.from_keras([*KERAS[:2], np.ones(36)]),
                         r"bias has shape \(36,\), expected \(24,\)"),
    "cudnn read as reset before": (
        lambda: convert.from_keras([*convert.to_keras(G, "gru")[:2], np.ones(36)],
                                   gru.make("before")), r"\(2, 18\), expected \(18,\)"),
    "a file": (lambda: convert.from_keras("model.h5"), "weights is str"),
    "complex weights": (lambda: convert.from_keras([KERAS[0] * 1j, *KERAS[1:]]),
                        "no array of numbers"),
    "reverse of one direction": (lambda: convert.from_keras(KERAS, reverse=True),
                                 "3 arrays, those of one direction"),
    "no matrix": (lambda: convert.from_keras([KERAS[2], *KERAS[1:]]), "1 axes"),
    "not numbers": (lambda: convert.from_keras([KERAS[0], ["x"]]), "no array"),
    "bias of the other gru": (
        lambda: convert.from_keras(convert.to_keras(G, "gru"), gru.make("before")),
        r"bias has shape \(2, 18\), expected \(18,\)"),
    "no R": (lambda: convert.from_onnx({"W": ONNX["W"]}), "no 'R'"),
    "wrong operator": (lambda: convert.from_onnx(ONNX, "gru"), "3 block"),
    "no such direction": (lambda: convert.from_onnx(ONNX, direction=1), "direction 1"),
    "peepholes lost": (lambda: convert.from_onnx(ONNX | {"P": np.ones((1, 18))}),
                       "cell='peephole'"),
    "no operator": (lambda: convert.export_onnx(Recurrent("clockwork", 4, 6), "x.onnx"),
                    "No operator of ONNX computes the cell 'clockwork'"),
    "no such keras layer": (lambda: convert.to_keras(random_p("peephole"), "peephole"),
                            "Keras has no layer for the cell 'peephole'"),
    "not a layer": (lambda: convert.export_onnx(nn.LSTM(4, 6), "x.onnx"), "got LSTM"),
}


@pytest.mark.parametrize("door", DOORS)
def test_bad_input_gets_an_error_that_names_the_next_step(door):
    call, says = DOORS[door]
    with pytest.raises(ValueError, match=says) as error:
        call()
    text = str(error.value)
    assert text.endswith("?") and ". " in text, text
