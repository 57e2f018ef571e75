#!/bin/sh
# Triton 3.9.0, interpreter (TRITON_INTERPRET=1), torch 2.13.0 on a CPU: tl.dot.
#
# The interpreter keeps bfloat16 numbers as 16-bit unsigned integers. Loads, stores,
# conversions and arithmetic know that, but tl.dot multiplies the integers as they lie
# there: the identity matrix times ones gives about 2.6e8 instead of 1, without an error
# or a warning. float16 and float32 are right, and so is bfloat16 when both tiles are
# converted to float32 before the product. A kernel for bfloat16 that passes no test in
# the interpreter may therefore be right, and a test of it there needs another type.
#
# Output seen:
#   float32: identity times ones gives 1
#   float16: identity times ones gives 1
#   bfloat16: identity times ones gives 264257536
#   bfloat16, converted before the product: identity times ones gives 1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q torch==2.13.0 triton==3.9.0 numpy==2.4.6
cat >"$folder/identity.py" <<'PY'
import torch
import triton
import triton.language as tl


@triton.jit
def product(a, b, c, N: tl.constexpr, CONVERT: tl.constexpr):
    place = tl.arange(0, N)[:, None] * N + tl.arange(0, N)[None, :]
    left, right = tl.load(a + place), tl.load(b + place)
    if CONVERT:
        left, right = left.to(tl.float32), right.to(tl.float32)
    tl.store(c + place, tl.dot(left, right))


def seen(dtype, convert=False):
    a, b = torch.eye(16, dtype=dtype), torch.ones(16, 16, dtype=dtype)
    c = torch.zeros(16, 16)
    product[(1,)](a, b, c, 16, convert)
    assert (c == c[0, 0]).all()
    return c[0, 0].item()


for dtype in (torch.float32, torch.float16, torch.bfloat16):
    value = seen(dtype)
    print(f"{str(dtype)[6:]}: identity times ones gives {value:.0f}")
    assert (value == 1) == (dtype != torch.bfloat16), "the behaviour has changed"
value = seen(torch.bfloat16, convert=True)
print(f"bfloat16, converted before the product: identity times ones gives {value:.0f}")
assert value == 1, "the behaviour has changed"
PY
TRITON_INTERPRET=1 "$folder/venv/bin/python" "$folder/identity.py"
echo "as described"
