#!/bin/sh
# dm-haiku 0.0.17 (jax 0.10.2): haiku.VanillaRNN.
#
# The plain recurrent network of most libraries (Elman's) has tanh: nn.RNN of PyTorch,
# SimpleRNN of Keras, SimpleCell of Flax. Haiku's has relu and no argument to choose:
# its states are never negative and have no bound. Weights that were trained elsewhere
# load into it, all shapes fit, and it computes another function.
#
# Output seen:
#   one unit, weights 1, input 2 at every step: h = 2.0 4.0 6.0 8.0
#   input -2: h = 0.0 0.0 0.0 0.0
#   arguments beside the size: ['double_bias', 'name']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q dm-haiku==0.0.17 jax==0.10.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import inspect

import haiku as hk
import jax
import numpy as np


def net(x):
    core = hk.VanillaRNN(1)
    return hk.dynamic_unroll(core, x, core.initial_state(1))[0]


f = hk.without_apply_rng(hk.transform(net))
x = np.full((4, 1, 1), 2.0, np.float32)
params = f.init(jax.random.key(0), x)
ones = {m: {k: np.full_like(v, k == "w") for k, v in p.items()}
        for m, p in params.items()}
up, down = (np.asarray(f.apply(ones, v)).ravel() for v in (x, -x))
print("one unit, weights 1, input 2 at every step: h =", *up)
print("input -2: h =", *down)
said = list(inspect.signature(hk.VanillaRNN.__init__).parameters)[2:]
print("arguments beside the size:", said)
assert up.tolist() == [2, 4, 6, 8] and not down.any(), "it has changed"
assert not {"activation", "nonlinearity"} & {*said}, "it has changed"
PY
echo "as described"
