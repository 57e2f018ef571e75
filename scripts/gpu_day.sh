#!/bin/sh
# All that a graphics card is needed for, the most important first: gpu_day.sh [FOLDER]
#
# Made for eight minutes with a card.  Results are written as they come, so that what
# was measured is kept when the time is up; a step that fails does not end the others.
set -u
cd "$(dirname "$0")/.."
out="${1:-book/results/card}"
python="${PYTHON:-python3}"
mkdir -p "$out"
step() { # NAME SECONDS COMMAND...
    name=$1 seconds=$2
    shift 2
    echo "== $name"
    timeout "$seconds" "$@" >"$out/$name.txt" 2>&1
    echo "$name: status $?" | tee -a "$out/steps.txt"
    tail -n 15 "$out/$name.txt"
}
bench() { # NAME SECONDS ARGUMENTS...
    name=$1 seconds=$2
    shift 2
    step "$name" "$seconds" "$python" -m lstm_course bench --device cuda \
        --rounds 5 --json "$out/$name.json" "$@"
}
: >"$out/steps.txt"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv >"$out/card.csv"
four=100x16x64x64,100x16x128x128,1000x16x64x64,100x64x512x512
step tests_first 100 "$python" -m pytest -q -m gpu -x tests/test_gpu_card.py \
    -k "sizes or plan or gradient"
bench first 110 --cells lstm,gru,peephole,cifg,slstm --sizes "$four"
step tests_rest 120 "$python" -m pytest -q -m gpu tests/test_gpu_card.py
bench half 60 --cells lstm,peephole --dtype bfloat16 --sizes "$four"
bench compiled 60 --cells peephole --compile --sizes 100x16x64x64
bench rest 120 --cells lstm,peephole,cifg,gru
cat "$out/steps.txt"
