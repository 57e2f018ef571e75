"""What nbval runs is what the book shows: `make test` runs no notebook twice.

nbval runs every cell of every notebook as a test.  What the kernel answers goes through
nbclient's own hands as well, and when all cells of a notebook of the book have passed,
it lies in the cache of the book, as if Jupyter Book had run it.  What the cache holds
already stays as it is.
"""

import os
import time
from contextlib import suppress
from functools import partial

import nbval.kernel
import notebooks
import pytest
import stale
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbval.plugin import IPyNbCell

NO_HISTORY = "--HistoryManager.hist_file=:memory:"  # nothing in the user's own


def pytest_configure(config):
    if not getattr(config.option, "nbval", False):
        return
    if not hasattr(config, "workerinput"):
        stale.forget(config.rootpath)
    os.environ.pop("MPLBACKEND", None)  # a reader's habit: no figures
    nbval.kernel.start_new_kernel = partial(
        nbval.kernel.start_new_kernel, extra_arguments=[NO_HISTORY]
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Run a cell of a notebook of the book, and listen."""
    if not isinstance(item, IPyNbCell) or not is_of_the_book(item):
        return (yield)
    run, began = run_of(item.parent), time.monotonic()
    result = yield
    run.passed(item.cell_num, time.monotonic() - began)
    if run.whole and not notebooks.held(cache := cache_of(item), item.path):
        notebooks.keep(cache, item.path, run.finished(), run.seconds)
        notebooks.remember(item.config.rootpath, name_of(item), run.seconds)
    return result


def is_of_the_book(item):
    root = item.config.rootpath
    return item.path.is_relative_to(root / "book") and (
        name_of(item) in notebooks.listed(root)
    )


def name_of(item):
    return item.path.relative_to(item.config.rootpath).as_posix()


def run_of(file):
    if not hasattr(file, "kept_run"):
        file.kept_run = Run(file)
    return file.kept_run


def cache_of(item):
    return notebooks.cache_of(item.config.rootpath)


class Run:
    """A notebook of which nbval runs one cell after the other."""

    def __init__(self, file):
        self.kernel, self.heard, self.seconds = file.kernel, [], 0.0
        self.notebook = notebooks.read(file.path)
        cells = enumerate(self.notebook.cells)
        self.places = [k for k, cell in cells if cell.cell_type == "code"]
        self.client, self.done = NotebookClient(self.notebook, record_timing=False), 0
        self.client.reset_execution_trackers()
        hear, run = file.get_kernel_message, self.kernel.kc.execute
        file.get_kernel_message = lambda *args, **named: self.note(hear(*args, **named))
        # as nbclient does it: counted, and a last line that ends with ; shows nothing
        self.kernel.kc.execute = lambda source, **named: run(
            source, **{**named, "store_history": True}
        )

    def note(self, message):
        self.heard.append(message)
        return message

    @property
    def whole(self):
        """Have all cells passed, in order?"""
        return self.done == len(self.places)

    def passed(self, number, seconds):
        """Write down what a cell gave, if all before it have passed."""
        heard, self.heard = self.heard, []
        if number != self.done:
            return
        self.done, self.seconds = self.done + 1, self.seconds + seconds
        cell = self.notebook.cells[self.places[number]]
        if not cell.source.strip():  # nbclient leaves it out
            return
        cell.outputs, self.client.clear_before_next_output = [], False
        mine = heard[-1]["parent_header"]["msg_id"]  # the last says that it is idle
        for message in heard:
            if message["parent_header"].get("msg_id") == mine:
                with suppress(CellExecutionComplete):
                    self.client.process_message(message, cell, self.places[number])

    def finished(self):
        """The notebook with its outputs, as nbclient leaves it."""
        self.client.set_widgets_metadata()
        answer = self.kernel.kc.kernel_info(reply=True, timeout=30)["content"]
        self.notebook.metadata["language_info"] = answer["language_info"]
        return self.notebook
