#!/bin/sh
# Flax 0.12.8 (jax 0.10.2): linen.Bidirectional in a compact module.
#
# A Bidirectional that is made with cells in @nn.compact does not own them: the
# parameters of both lie beside each other in the module around it, as
# OptimizedLSTMCell_0 and OptimizedLSTMCell_1. Nothing in the tree says that they belong
# to a Bidirectional, or which of them runs backwards; a stack of two layers has the very
# same names. The two trees load into each other without a word where the sizes fit.
#
# Output seen:
#   Bidirectional: OptimizedLSTMCell_0, OptimizedLSTMCell_1
#   stack of two: OptimizedLSTMCell_0, OptimizedLSTMCell_1
#   the stack runs with the parameters of the Bidirectional: True
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q flax==0.12.8 jax==0.10.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import flax.linen as nn
import jax
import numpy as np

x = np.ones((2, 3, 4), np.float32)


class Both(nn.Module):
    @nn.compact
    def __call__(self, x):
        one, other = (nn.RNN(nn.OptimizedLSTMCell(4)) for _ in range(2))
        return nn.Bidirectional(one, other)(x)


class Stack(nn.Module):
    @nn.compact
    def __call__(self, x):
        for _ in range(2):
            x = nn.RNN(nn.OptimizedLSTMCell(4))(x)
        return x


trees = {m: m().init(jax.random.key(0), x) for m in (Both, Stack)}
names = {m: sorted(tree["params"]) for m, tree in trees.items()}
print("Bidirectional:", ", ".join(names[Both]))
print("stack of two:", ", ".join(names[Stack]))
runs = Stack().apply(trees[Both], x).shape == (2, 3, 4)
print("the stack runs with the parameters of the Bidirectional:", runs)
assert names[Both] == names[Stack] and runs, "it has changed"
PY
echo "as described"
