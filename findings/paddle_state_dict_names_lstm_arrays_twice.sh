#!/bin/sh
# PaddlePaddle 3.3.1, CPU: state_dict() of paddle.nn.LSTM, GRU and SimpleRNN.
#
# Every array stands in it under two names, weight_ih_l0 and 0.cell.weight_ih, so the
# sizes in it add up to twice the parameters of the layer, and a file written by
# paddle.save from it is twice as large. named_parameters() gives each once. Whoever
# changes an array under one of its names and loads the dict again gets the one that is
# set last: here the changed weight is gone without a word.
#
# Output seen:
#   state_dict: 8 names, 440 numbers; parameters: 4 arrays, 220 numbers
#   weight_ih_l0 was set to 0 in the dict; after loading it the largest weight is not 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q paddlepaddle==3.3.1 numpy==2.4.6 setuptools
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import paddle

layer = paddle.nn.LSTM(4, 5)
said, own = layer.state_dict(), layer.parameters()
sizes = [sum(int(np.prod(v.shape)) for v in each) for each in (said.values(), own)]
print(
    f"state_dict: {len(said)} names, {sizes[0]} numbers; "
    f"parameters: {len(own)} arrays, {sizes[1]} numbers"
)
assert len(said) == 2 * len(own) and sizes[0] == 2 * sizes[1], "it has changed"
arrays = {name: v.numpy() for name, v in said.items()}
arrays["weight_ih_l0"] = np.zeros_like(arrays["weight_ih_l0"])
layer.set_state_dict(arrays)
largest = float(abs(layer.weight_ih_l0.numpy()).max())
is_0 = "" if largest == 0 else "not "
print(
    "weight_ih_l0 was set to 0 in the dict; after loading it the largest weight is "
    f"{is_0}0"
)
assert largest > 0, "it has changed"
PY
echo "as described"
