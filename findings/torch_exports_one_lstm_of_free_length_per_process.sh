#!/bin/sh
# PyTorch 2.13.0, CPU, onnxscript 0.7.2: torch.onnx.export(dynamo=True) of nn.LSTM.
#
# With the length declared dynamic, the first LSTM that a process exports is exported.
# The second is refused, a new module of other sizes too: "tracing inferred a static
# shape ... for dimension ... shape[1]". The same second export is fine in a process of
# its own, and where a process exports Linear layers twice nothing is refused. A script
# that exports several models therefore works or fails by their order.
#
# Output seen:
#   LSTM, then LSTM: exported, refused
#   Linear, then LSTM: exported, exported
#   Linear, then Linear: exported, exported
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q torch==2.13.0 onnxscript==0.7.2 onnx==1.23.2 \
    numpy==2.4.6
cat >"$folder/export.py" <<'PY'
import sys
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")
DYNAMIC = torch.export.Dim.DYNAMIC
MAKE = {
    "LSTM": lambda n: nn.LSTM(n, 5, batch_first=True),
    "Linear": lambda n: nn.Linear(n, 5),
}


def export(name, n):
    x = torch.randn(3, 6 + n, n)
    free = ({0: DYNAMIC, 1: DYNAMIC},)
    try:
        torch.onnx.export(
            MAKE[name](n).eval(), (x,), dynamo=True, dynamic_shapes=free, verbose=False
        )
    except Exception:
        return "refused"
    return "exported"


said = ", ".join(export(name, n) for n, name in enumerate(sys.argv[1:], 4))
print(f"{', then '.join(sys.argv[1:])}: {said}")
PY
seen=$(for pair in "LSTM LSTM" "Linear LSTM" "Linear Linear"; do
    # shellcheck disable=SC2086
    "$folder/venv/bin/python" "$folder/export.py" $pair 2>"$folder/words"
done)
echo "$seen"
[ "$seen" = "LSTM, then LSTM: exported, refused
Linear, then LSTM: exported, exported
Linear, then Linear: exported, exported" ] || { echo "the behaviour has changed"; exit 1; }
echo "as described"
