#!/bin/sh
# PyTorch 2.13.0, CPU: torch.nn.LSTM in float32 and in float64.
#
# Whether an LSTM can be differentiated in forward mode depends on its precision. The
# same module on the same input, converted to float64, gives torch.func.jvp and
# torch.func.hessian (forward over reverse); in float32, the default, both raise,
# because there the layer is one oneDNN operator without forward derivatives. The GRU of
# torch.nn has both in either precision, and so has the float32 LSTM under
# torch.backends.mkldnn.flags(enabled=False). Reverse over reverse
# (torch.autograd.functional.hessian) works everywhere.
#
# Output seen:
#   LSTM float32: jvp raises, hessian raises
#   LSTM float64: jvp works, hessian works
#   LSTM float32 without oneDNN: jvp works, hessian works
#   GRU float32: jvp works, hessian works
#   GRU float64: jvp works, hessian works
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import torch
from torch import nn


def works(call):
    try:
        call()
    except (RuntimeError, NotImplementedError):
        return False
    return True


def both(name, dtype):
    layer = getattr(nn, name)(3, 4).to(dtype)
    x = torch.randn(5, 2, 3, dtype=dtype)
    f = lambda v: layer(v)[0].square().sum()  # noqa: E731
    jvp = works(lambda: torch.func.jvp(f, (x,), (torch.ones_like(x),)))
    return jvp, works(lambda: torch.func.hessian(f)(x))


def say(what, seen, expected):
    words = [w + (" works" if ok else " raises") for w, ok in zip(("jvp", "hessian"), seen)]
    print(f"{what}: {', '.join(words)}")
    assert seen == expected, "the behaviour has changed"


say("LSTM float32", both("LSTM", torch.float32), (False, False))
say("LSTM float64", both("LSTM", torch.float64), (True, True))
with torch.backends.mkldnn.flags(enabled=False):
    say("LSTM float32 without oneDNN", both("LSTM", torch.float32), (True, True))
say("GRU float32", both("GRU", torch.float32), (True, True))
say("GRU float64", both("GRU", torch.float64), (True, True))
PY
echo "as described"
