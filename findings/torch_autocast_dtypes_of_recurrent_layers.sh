#!/bin/sh
# PyTorch 2.13.0, CPU, torch.autocast("cpu", dtype=torch.bfloat16), float32 weights.
#
# The three recurrent layers of torch.nn do not agree on the precision of what they
# return. With float32 input nn.LSTM and nn.RNN give bfloat16, nn.GRU gives float32.
# With float16 input, which autocast also casts, nn.LSTM and nn.GRU give float32 and
# nn.RNN gives bfloat16: for nn.LSTM a shorter input makes a longer output.
# Swapping one layer for another therefore changes the dtype of everything behind it.
#
# Output seen:
#   LSTM float32 -> bfloat16 | float16 -> float32
#   GRU  float32 -> float32  | float16 -> float32
#   RNN  float32 -> bfloat16 | float16 -> bfloat16
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import torch
from torch import nn

bf16, f32, f16 = torch.bfloat16, torch.float32, torch.float16
expected = {
    "LSTM": {f32: bf16, f16: f32},
    "GRU": {f32: f32, f16: f32},
    "RNN": {f32: bf16, f16: bf16},
}
seen = {}
for name in expected:
    layer = getattr(nn, name)(4, 6)
    seen[name] = {}
    for dtype in (f32, f16):
        with torch.autocast("cpu", dtype=bf16):
            seen[name][dtype] = layer(torch.randn(5, 3, 4, dtype=dtype))[0].dtype
    short = {d: str(d).removeprefix("torch.") for d in (f32, f16, bf16)}
    print(name, " | ".join(f"{short[a]} -> {short[b]}" for a, b in seen[name].items()))
assert seen == expected, "the behaviour has changed"
PY
echo "as described"
