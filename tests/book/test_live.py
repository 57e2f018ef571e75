"""`make serve`: a changed source is built, and the open page reloads."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest
from tornado.websocket import websocket_connect

PAGE = "<html><head><title>A page</title></head><body>{}</body></html>"
BUILD = """import pathlib
page, source = (pathlib.Path(p) for p in {paths!r})
page.write_text({page!r}.format(source.read_text()))
"""
SERVE = """import pathlib, sys
sys.path.append({scripts!r})
import live
live.serve(pathlib.Path.cwd(), {port}, [sys.executable, "-c", {build!r}])
"""


@pytest.fixture
def served(root, tmp_path):
    """(folder, address) of a tiny book that is served; the wanted port is taken."""
    page, source = tmp_path / "_build/html/index.html", tmp_path / "book/a.md"
    for file, text in ((page, PAGE.format("before")), (source, "before")):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    build = BUILD.format(paths=[str(page), str(source)], page=PAGE)
    with taken_port() as taken:
        code = SERVE.format(
            scripts=str(root / "scripts"), port=taken.getsockname()[1], build=build
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        said = process.stdout.readline()
    yield tmp_path, said.split()[4].replace("localhost", "127.0.0.1")
    process.terminate()
    process.wait(timeout=30)


def taken_port():
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken


def get(address):
    end = time.monotonic() + 30
    while True:  # it says where it is a moment before it is there
        try:
            return urlopen(address, timeout=30).read().decode()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_a_changed_source_reloads_the_page_when_it_is_built(served):
    folder, address = served
    page = folder / "_build/html/index.html"
    assert "before" in get(address) and "livereload.js" in get(address)
    assert "livereload" not in page.read_text()

    async def reloaded():
        talk = await websocket_connect(address.replace("http", "ws") + "livereload")
        await talk.write_message(json.dumps({"command": "hello"}))
        assert json.loads(await talk.read_message())["command"] == "hello"
        await talk.write_message(json.dumps({"command": "info", "url": address}))
        (folder / "book/a.md").write_text("after")
        while json.loads(await talk.read_message())["command"] != "reload":
            pass
        return page.read_text()

    with ThreadPoolExecutor() as apart:  # here the loop of another test's browser runs
        talk = apart.submit(asyncio.run, asyncio.wait_for(reloaded(), 60))
        assert "after" in talk.result()
    assert "after" in get(address)


def test_what_running_alone_changes_makes_no_build(root):
    sys.path.append(str(root / "scripts"))
    try:
        from live import passing
    finally:
        sys.path.pop()
    assert passing("/a/lstm_course/__pycache__/ops.cpython-311.pyc")
    assert passing("C:\\a\\book\\.ipynb_checkpoints\\a.ipynb")
    assert not passing("/a/book/01_recurrent_networks.ipynb")
