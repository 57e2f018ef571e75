"""What is drawn for a trial, and how a cell is started by it.

    lr      of Adam, log-uniform
    width   units of the LSTM whose number of weights the model shall have
    clip    largest norm of the gradient
    noise   deviation of what is added to x in training, as in Greff et al. (2017)
    start   "bias": every gate that keeps starts at the same ``bias``;
            "chrono": at values spread over units (Tallec & Ollivier 2018)
    bias    of the gates that keep, as a score: sigmoid(bias) is kept at first, but
            where a cell weighs it against its input gate (minLSTM, sLSTM, mLSTM)

A gate that keeps is the LSTM's forget gate, a GRU's update gate, and, with the other
sign, the gate of cells that learn how much to take in.  Cells without one (the plain
RNN, the LSTM of 1997, ...) start as they do, and their rows say "own".
"""

import numpy as np
from optuna import create_study, logging
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import RandomSampler

from ..doors import as_cell
from ..models.sizes import layers_of

logging.set_verbosity(logging.WARNING)  # that a draw was made is no news
SPACE = {
    "lr": FloatDistribution(1e-3, 1e-1, log=True),
    "width": IntDistribution(8, 32, log=True),
    "clip": FloatDistribution(0.1, 10.0, log=True),
    "noise": FloatDistribution(3e-3, 0.5, log=True),
    "start": CategoricalDistribution(("bias", "chrono")),
    "bias": FloatDistribution(-2.0, 4.0),
}
TAKES_IN = ("mut1", "mut2", "mut3", "mingru")  # u is the share of the new


def keeping(cell):
    """Blocks of the gates that keep -> sign of their score: {} where none does.

    Examples
    --------
    >>> keeping("lstm"), keeping("cifg"), keeping("mut1"), keeping("rnn")
    ({'f': 1}, {'i': -1}, {'u': -1}, {})
    """
    cell = as_cell(cell)
    if found := [b for b in cell.blocks if b.split("_")[0] == "f"]:
        return dict.fromkeys(found, 1)
    if "u" in cell.blocks:
        return {"u": -1 if cell.name in TAKES_IN else 1}
    return {"i": -1} if cell.name in ("coupled", "cifg") else {}


def start_values(cell, I, H, setting, T, rng):
    """Parameters of a layer, started as a setting says: dict."""
    [cell] = layers_of(cell, 1)
    gates = keeping(cell)
    bias = {block: sign * setting["bias"] for block, sign in gates.items()}
    if setting["start"] == "chrono" and gates:
        n = cell.heads if cell.form == "matrix" else H
        bias = {b: np.log(rng.uniform(1.0, T - 1.0, n)) * s for b, s in gates.items()}
        for block in gates:  # as the paper has it, what is kept long is written slowly
            entry = block.replace("f", "i", 1)
            if block[0] == "f" and entry in cell.blocks:
                bias[entry] = -bias[block]
    return cell.init(I, H, rng, 1.0, bias)


def draw(task, number):
    """Draw number n of a task: the same setting for every cell.

    Examples
    --------
    >>> sorted(draw("parity", 3)) == sorted(SPACE)
    True
    >>> draw("parity", 3) == draw("parity", 3) != draw("parity", 4)
    True
    """
    seed = np.random.SeedSequence([number, *task.encode()]).generate_state(1)[0]
    study = create_study(sampler=RandomSampler(seed=int(seed)))
    return study.ask(SPACE).params
