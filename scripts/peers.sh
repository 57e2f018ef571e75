#!/bin/sh
# peers.sh VENV NEW: an environment NEW of the tools in tests/peers/requirements.txt,
# which sees the packages of VENV as well; nothing in VENV changes.
set -eu
[ -e "$2/.ready" ] && exit 0
"$1/bin/python" -m venv "$2"
site=$("$2/bin/python" -c "import sysconfig; print(sysconfig.get_path('purelib'))")
"$1/bin/python" -c "import sysconfig; print(sysconfig.get_path('purelib'))" \
  > "$site/of_the_course.pth"
"$2/bin/python" -m pip install -q -r tests/peers/requirements.txt
touch "$2/.ready"
