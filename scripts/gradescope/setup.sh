#!/usr/bin/env bash
# Gradescope runs this once, when it builds the container of an autograder.
# The zip you upload holds this file, run_autograder, a wheel of lstm-course
# (python -m build --wheel, in a clone) and, if you have one, overlay.py.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends bubblewrap curl ca-certificates python3-pip
python3 -m pip install --break-system-packages uv 2>/dev/null || python3 -m pip install uv
uv venv --python 3.12 /autograder/venv
wheel=$(ls /autograder/source/lstm_course-*.whl)
uv pip install --python /autograder/venv/bin/python "${wheel}[instructor]"
