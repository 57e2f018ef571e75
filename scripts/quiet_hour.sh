#!/bin/sh
# The tables of chapter 7, measured again for the book: quiet_hour.sh [TABLE ...]
#
# About 15 minutes on two cores that nobody else uses; a table is in the book as soon as
# it was measured.  Without names, all but the card's.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
book=book/results/speed
mkdir -p "$book"
if [ $# -eq 0 ]; then
    set -- $("$python" -c "from lstm_course.commands.bench.tables import TABLES; print(*[t for t in TABLES if t != 'card'])")
fi
for name in "$@"; do
    "$python" -m lstm_course bench --table "$name" || echo "$name: too restless"
    cp "$("$python" -c "from lstm_course.commands.bench.tables import *; print(file_of('$name', HERE))")" "$book/"
done
