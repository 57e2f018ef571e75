"""Chapter 2: what can be done for a plain RNN without adding gates?

The gap language again, the plain RNN, and what its recurrent matrix starts
from: torch's uniform numbers, an orthogonal matrix (Saxe et al. 2014), the identity,
or the identity with ReLU in place of tanh (Le, Jaitly & Hinton 2015); the orthogonal
start also without clipping (Pascanu, Mikolov & Bengio 2013).
"""

import torch
from torch import nn

from .. import tasks
from ..models.reader import Reader
from .learn import learn

GAPS = (10, 20)
STARTS = (
    ("uniform", 1.0),
    ("orthogonal", 1.0),
    ("orthogonal", None),
    ("identity", 1.0),
    ("identity, relu", 1.0),
)  # start, largest gradient norm
RATES = (0.001, 0.003, 0.01)
SEEDS = range(6)
H, STEPS = 32, 1000


def grid():
    """All runs."""
    return [
        {"gap": gap, "start": start, "clip": clip, "lr": lr, "seed": seed}
        for gap in GAPS
        for start, clip in STARTS
        for lr in RATES
        for seed in SEEDS
    ]


def run(gap, start, clip, lr, seed, steps=STEPS):
    """One run: -> accuracy, solved, largest."""
    task = tasks.make("gap_language", gap=gap)
    model = Reader("rnn", task.I, H, task.K, seed=seed)
    start_from(model, start, seed)
    return learn(model, task, lr=lr, steps=steps, seed=seed, clip=clip)


def start_from(model, start, seed):
    """Give the recurrent matrix of a Reader one of the starts."""
    with torch.no_grad():
        W_h = model.layer.parameters_of()["W_h"]
        bound = len(W_h) ** -0.5
        if start == "uniform":
            W_h.uniform_(-bound, bound, generator=torch.Generator().manual_seed(seed))
        elif start != "orthogonal":
            W_h.copy_(torch.eye(len(W_h)))
    if start == "identity, relu":
        model.layer = with_relu(model.layer)


def with_relu(layer):
    """torch's own RNN with ReLU and the same weights."""
    p = layer.parameters_of()
    relu = nn.RNN(layer.input_size, layer.hidden_size, nonlinearity="relu")
    with torch.no_grad():
        relu.weight_ih_l0.copy_(p["W_x"].T)
        relu.weight_hh_l0.copy_(p["W_h"].T)
        relu.bias_ih_l0.copy_(p["b"])
        relu.bias_hh_l0.zero_()
    return relu
