#!/bin/sh
# MyST-NB 1.4.0, nb_merge_streams = True: what a cell prints gets line breaks of its own.
#
# A kernel sends what was printed so far whenever a short time has passed, also in the
# middle of a line, so that one printed line can arrive as two stream outputs. With
# nb_merge_streams, which is there to make pages the same from build to build, both are
# stripped and joined by a line break: "the same: True" becomes two lines in the page, on
# a busy machine only. Joining the texts as they came gives back what was printed.
#
# Output seen:
#   as they came: ['the same: True']
#   merged:       ['the same:', 'True']
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q myst-nb==1.4.0
cat >"$folder/merge.py" <<'PY'
from myst_nb.core.utils import coalesce_streams
from nbformat.v4 import new_output

parts = ["the same:", " True\n"]
outputs = [new_output("stream", name="stdout", text=part) for part in parts]
came = "".join(parts).splitlines()
(merged,) = coalesce_streams(outputs)
merged = [line.strip() for line in merged["text"].splitlines()]
print(f"as they came: {came}\nmerged:       {merged}")
assert came == ["the same: True"] and merged == ["the same:", "True"]
PY
"$folder/venv/bin/python" "$folder/merge.py"
