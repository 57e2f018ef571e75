"""Kernels compiled for a card that is not there: what they take on its processors.

Triton brings the assembler for NVIDIA's cards, so this needs none.
"""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("triton", reason="Triton is for Linux only")

COMPILE = """
import json, pathlib, re, subprocess, sys, tempfile, warnings
import torch, triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from lstm_course import CELLS
from lstm_course.engines.gpu import engine
from lstm_course.engines.gpu.launch import choose, full

warnings.simplefilter("ignore")
TYPES = {torch.float32: "fp32", torch.bfloat16: "bf16"}
TOOL = pathlib.Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"

def taken(kernel, how, H, dtype):
    grid = how.grid(16, H)
    fixed = dict(H=H, KEEP=True, PRECISION=how.precision, ROWS=how.rows, COLS=how.cols,
                 FULL=full(H), SPLIT=grid[1] > 1)
    kinds = {}
    for name in kernel.arg_names:
        number = name in ("T", "B", "step")
        whole = name in ("lengths", "gates")
        state = name.startswith(("seq_", "d_", "to_", "given_"))
        kinds[name] = "constexpr" if name in fixed else "i32" if number else "*" + (
            "i32" if whole else "fp32" if state else TYPES[dtype])
    fixed = {k: v for k, v in fixed.items() if k in kinds}
    source = ASTSource(kernel, kinds, constexprs=fixed)
    made = triton.compile(source, target=GPUTarget("cuda", 90, 32),
                          options={"num_warps": how.warps})
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        pathlib.Path(file.name).write_bytes(made.asm["cubin"])
        out = subprocess.run([TOOL, "-res-usage", file.name], capture_output=True,
                             text=True, check=True).stdout
    return int(re.search(r"STACK:(\\d+)", out)[1]), made.metadata.shared

def all_taken(name, H, dtype):
    plan, kernels = engine.compiled(CELLS[name].layers[-1], ("h",))
    how = choose(plan, 16, H, dtype, 132)
    steps = [f"step_{k}" for k in range(len(plan.cell.phases))]
    ends = ["sequence"] if how.whole else steps
    return {f"{way}_{end}": taken(getattr(kernels, f"{way}_{end}"), how, H, dtype)
            for way in ("forward", "backward") for end in ends}

print(json.dumps([all_taken(name, H, getattr(torch, dtype))
                  for name, H, dtype in json.loads(sys.argv[1])]))
"""
CASES = [
    *(("lstm", 64, "float32"), ("lstm", 128, "float32"), ("lstm", 256, "bfloat16")),
    *(("lstm", 1024, "float32"), ("mut1", 64, "float32"), ("slstm", 64, "float32")),
    *(("peephole", 32, "bfloat16"), ("depth_gated", 64, "float32")),
]


@pytest.mark.slow
def test_kernels_compile_for_an_h100_and_fit_its_processors():
    command = [sys.executable, "-c", COMPILE, json.dumps(CASES)]
    env = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"}
    out = subprocess.run(command, env=env, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    for case, taken in zip(CASES, json.loads(out.stdout), strict=True):
        assert len(taken) >= 2
        for stack, shared in taken.values():
            assert shared <= 227 << 10, case  # what a block of threads may have
            assert stack <= 512, case  # bytes a thread keeps outside its registers
