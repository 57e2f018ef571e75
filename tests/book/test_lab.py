"""A notebook opened in JupyterLab itself: its live figures, and its mark of change."""

import os
import shutil
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import nbformat
import pytest
from live_figures import FIGURES, example
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def stored(name):
    """A cell that has shown a live figure."""
    data, _ = example(name)._repr_mimebundle_()
    return new_code_cell(f"{name}()", outputs=[new_output("display_data", data=data)])


def write(file, root):
    """A notebook as it was saved: one live figure of each kind, and no kernel."""
    ours = nbformat.read(root / "book/start_here.ipynb", as_version=4)
    cells = [stored(name) for name in FIGURES]
    nbformat.write(new_notebook(cells=cells, metadata=ours.metadata), file)
    return nbformat.read(file, as_version=4)


@pytest.fixture(scope="module")
def lab(root, tmp_path_factory):
    """JupyterLab as `make lab` starts it, in a folder of two notebooks: its address."""
    home = tmp_path_factory.mktemp("lab")
    kinds = ("DATA_DIR", "CONFIG_DIR", "RUNTIME_DIR")
    places = {f"JUPYTER_{kind}": str(home / kind) for kind in kinds}
    for kind in ("SETTINGS_DIR", "WORKSPACES_DIR"):
        places[f"JUPYTERLAB_{kind}"] = str(home / kind)
    (home / "books").mkdir()
    os.makedirs(places["JUPYTER_DATA_DIR"])
    notary = NotebookNotary(data_dir=places["JUPYTER_DATA_DIR"])
    notary.sign(write(home / "books/mine.ipynb", root))
    write(home / "books/foreign.ipynb", root)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(root / "scripts/lab.py"), "--no-browser"]
    command += [f"--port={port}", "--IdentityProvider.token=", "--allow-root"]
    with (home / "log").open("w") as log:
        run = subprocess.Popen(
            command, cwd=home / "books", stdout=log, stderr=log,
            env={**os.environ, **places},
        )  # fmt: skip
    yield answered(f"http://127.0.0.1:{port}", run, home / "log")
    run.terminate()
    run.wait(20)
    shutil.rmtree(home)


def answered(address, run, log):
    """The address once something answers there; the log if nothing does."""
    for _ in range(120):
        try:
            urlopen(f"{address}/api").close()
            return address
        except OSError:
            assert run.poll() is None, log.read_text()
            time.sleep(0.5)
    pytest.fail(log.read_text(), pytrace=False)


@pytest.fixture
def opened(visit, lab):
    """A function name -> the page with that notebook and an idle kernel."""

    def open_(name):
        page = visit.page
        page.goto(f"{lab}/doc/tree/{name}.ipynb", wait_until="commit")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.wait_for_function("document.body.innerText.includes('| Idle')")
        page.wait_for_timeout(1500)
        return page

    return open_


def test_a_reopened_notebook_is_alive_and_not_marked_as_changed(opened):
    page = opened("mine")
    assert page.locator(".jp-mod-dirty").count() == 0
    for k in range(len(FIGURES)):
        page.locator(".jp-CodeCell").nth(k).scroll_into_view_if_needed()
        page.locator(".jp-CodeCell").nth(k).locator("[data-alive] .lcw").wait_for()
    assert page.get_by_text("model not found").count() == 0
    page.get_by_label("bias, input gate", exact=True).press("ArrowRight")
    page.get_by_text("i = σ(20 x − 9.9)").wait_for()


def test_a_notebook_of_a_stranger_says_how_its_figures_wake(opened):
    page = opened("foreign")
    asleep = page.get_by_text("trust this notebook")
    assert asleep.count() == len(FIGURES) and asleep.first.is_visible()
    assert page.locator(".lcw").count() == 0
