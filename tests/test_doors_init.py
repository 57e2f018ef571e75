"""The doors of start values: bad input is refused, odd input taken as it is meant."""

import numpy as np
from door_table import every_row, means, refused

from lstm_course import chrono, init

RNG = np.random.default_rng(0)
P, G, PEEP = (init(name, 4, 6, RNG) for name in ("lstm", "gru", "peephole"))

TABLE = {
    "init": {
        "no units": (lambda: init("lstm", 4, 0, RNG), refused("H is 0")),
        "half an input": (lambda: init("lstm", 4.0, 6, RNG), refused("I is 4.0")),
        "NumPy's whole numbers": (
            lambda: init("lstm", np.int64(4), np.int32(6), np.random.default_rng(1)),
            means(lambda: init("lstm", 4, 6, np.random.default_rng(1))),
        ),
        "seed for rng": (lambda: init("lstm", 4, 6, 0), refused("Generator")),
        "old generator": (
            lambda: init("lstm", 4, 6, np.random.RandomState(0)),
            refused("Generator"),
        ),
        "unknown block": (
            lambda: init("lstm", 4, 6, RNG, bias={"q": 1.0}),
            refused("no block 'q'"),
        ),
        "unknown block of a stack": (
            lambda: init("depth_gated", 4, 6, RNG, bias={"f": 1.0}),
            refused("no block 'f'"),
        ),
        "unknown block of mlstm": (
            lambda: init("mlstm", 4, 6, RNG, bias={"g": 1.0}),
            refused("no block 'g'"),
        ),
        "bias alone": (
            lambda: init("lstm", 4, 6, RNG, bias=1.0),
            refused("bias is float"),
        ),
        "bias of no number": (
            lambda: init("lstm", 4, 6, RNG, bias={"f": "1"}),
            refused("bias.* is '1'"),
        ),
        "infinite gain": (
            lambda: init("lstm", 4, 6, RNG, gain=np.inf),
            refused("gain is inf"),
        ),
        "gain of a word": (
            lambda: init("lstm", 4, 6, RNG, gain="big"),
            refused("gain is 'big'"),
        ),
    },
    "chrono": {
        "a parameter too few": (
            lambda: chrono("lstm", {"W_x": P["W_x"], "b": P["b"]}, 9, RNG),
            refused("'W_h' is missing"),
        ),
        "a parameter too many": (
            lambda: chrono("lstm", PEEP, 9, RNG),
            refused("the cell 'peephole'"),
        ),
        "peepholes of its own": (
            lambda: chrono("peephole", PEEP, 9, np.random.default_rng(1))["b"],
            means(
                lambda: chrono(
                    "lstm", {k: PEEP[k] for k in P}, 9, np.random.default_rng(1)
                )["b"]
            ),
        ),
        "no forget gate": (lambda: chrono("gru", G, 9, RNG), refused("both gates")),
        "gates with a bias of their own": (
            lambda: chrono("mlstm", init("mlstm", 4, 6, RNG), 9, RNG),
            refused("one bias b"),
        ),
        "seed for rng": (lambda: chrono("lstm", P, 9, 0), refused("Generator")),
        "no time": (lambda: chrono("lstm", P, 0, RNG), refused("T_max is 0")),
        "time of a word": (
            lambda: chrono("lstm", P, "9", RNG),
            refused("T_max is '9'"),
        ),
        "time without end": (lambda: chrono("lstm", P, np.inf, RNG), refused("is inf")),
    },
}


@every_row(TABLE)
def test_start_values_refuse_bad_input_and_take_odd_input_as_meant(call, happens):
    happens(call)
