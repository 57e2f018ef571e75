#!/bin/sh
# Make the course's own environment: environment.sh PYTHON FOLDER
set -eu
python="${1:-python3}" venv="${2:-.venv}"

if ! "$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
    found=$("$python" --version 2>/dev/null || echo "nothing that runs")
    echo "The course needs Python 3.11 or newer. Found for '$python': $found."
    echo "Install one, or name it: make PYTHON=/path/to/python3.11 ..."
    exit 1
fi
if [ ! -x "$venv/bin/python" ] && ! "$python" -m venv "$venv"; then
    rm -rf "$venv"
    echo "Python cannot make an environment. On Debian or Ubuntu:"
    echo "    sudo apt install python3-venv"
    exit 1
fi
echo "Installing the course's requirements into $venv (once; a few minutes) ..."
quiet="-q --disable-pip-version-check"
"$venv/bin/python" -m pip install $quiet -r requirements.txt
"$venv/bin/python" -m pip install $quiet --no-deps --no-build-isolation -e .
# Torch for CUDA brings the Triton it wants; the tests interpret its kernels without.
if [ "$(uname -sm)" = "Linux x86_64" ]; then
    "$venv/bin/python" -c "import triton" 2>/dev/null ||
        "$venv/bin/python" -m pip install $quiet triton==3.9.0
fi
# Kernels talk over localhost only; their note about it would fill the screen.
mkdir -p "$venv/etc/ipython"
echo 'c.IPKernelApp.log_level = "ERROR"' >"$venv/etc/ipython/ipython_kernel_config.py"
# JupyterLab as a learner needs it: no news from another host, no menu for graders.
mkdir -p "$venv/etc/jupyter/labconfig" "$venv/share/jupyter/lab/settings"
echo '{"disabledExtensions": {"@jupyter/nbgrader": true}}' \
    >"$venv/etc/jupyter/labconfig/page_config.json"
echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' \
    >"$venv/share/jupyter/lab/settings/overrides.json"
