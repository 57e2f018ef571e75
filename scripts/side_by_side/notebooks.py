"""Run the book's notebooks side by side, into the cache that Jupyter Book reads.

What the cache holds is not run again, nor is a notebook of which only captions, tags or
text have changed.  The longest goes first, by the seconds of earlier runs; notebooks
that measure speed have the machine to themselves, at the end.
"""

import json
import multiprocessing
import os
import re
import sys
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from progress import Progress

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book/_ext"))
import captions  # noqa: E402

SECONDS_PER_CELL = 1.5  # of a notebook that has never run here; the book's mean
MEASURES = re.compile(r"\binterleaved\b|\bhere\.measure\b")  # speed, on this machine
COLOUR = re.compile(r"\x1b\[[\d;]*m")  # of a traceback on a terminal
STEERS = {"raises-exception", "skip-execution"}  # tags that nbclient obeys


@dataclass
class Result:
    """What a run gave: the notebook with outputs, its seconds, why it failed or ''."""

    notebook: dict
    seconds: float
    failure: str


def fill(root=ROOT, jobs=None):
    """Run every notebook of the book that the cache does not hold.

    Returns what to tell about those that failed: list of texts.
    """
    cache = cache_of(root)
    todo = [name for name in listed(root) if not held(cache, root / name)]
    seconds = remembered(root)
    expected = {n: seconds.get(n) or guessed(root / n) for n in todo}
    together, alone = in_order(root, expected)
    jobs = min(jobs or cores(), max(1, len(together)))
    progress = Progress(expected, together, alone, jobs)
    failures = []
    for names, at_once in ((together, jobs), (alone, 1)):
        for name, result in results(root, names, at_once, progress):
            if result.failure:
                failures.append(f"{name}: an error in {result.failure}")
                continue
            keep(cache, root / name, result.notebook, result.seconds)
            remember(root, name, result.seconds)
    return failures


def cache_of(root):
    """The cache that ``_config.yml`` names."""
    return get_cache(root / settings(root)["cache"])


def settings(root):
    text = (root / "_config.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["execute"]


def cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def listed(root):
    """The notebooks of the table of contents, in its order: names below ``root``."""
    toc = yaml.safe_load((root / "book/_toc.yml").read_text(encoding="utf-8"))
    names = [f"{file}.ipynb" for file in [toc["root"], *files(toc)]]
    return [name for name in names if (root / name).is_file()]


def files(part):
    """Every ``file`` below a part of the table of contents."""
    for child in part.values() if isinstance(part, dict) else part:
        if isinstance(child, (dict, list)):
            yield from files(child)
    if isinstance(part, dict) and "file" in part:
        yield part["file"]


def read(path):
    """A notebook as the page reads it, see ``captions``."""
    found = json.loads(path.read_text(encoding="utf-8"))
    found["cells"] = captions.captioned(found["cells"])
    return nbformat.reads(json.dumps(found), as_version=4)


def held(cache, path):
    """Is it in the cache? Captions and tags may have changed: outputs are kept."""
    notebook = read(path)
    try:
        cache.match_cache_notebook(notebook)
        return True
    except KeyError:
        pass
    for record in cache.list_cache_records():
        if Path(record.uri) == path:
            before = cache.get_cache_bundle(record.pk).nb
            if work(before) == work(notebook):
                keep(cache, path, renewed(notebook, before), **spent(record))
                return True
    return False


def spent(record):
    return {"seconds": record.data["execution_seconds"]}


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def work(notebook):
    """All that decides what a run gives: kernel, code, and the tags a run obeys."""
    cells = [
        (cell.source, STEERS & {*cell.metadata.get("tags", [])})
        for cell in code(notebook)
    ]
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    return kernel, notebook.metadata.get("execution"), cells


def renewed(notebook, before):
    """``notebook`` with the outputs of a run of the same code."""
    for cell, old in zip(code(notebook), code(before), strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    for key in {"language_info", "widgets"} & before.metadata.keys():
        notebook.metadata[key] = before.metadata[key]
    return notebook


def keep(cache, path, notebook, seconds):
    """Put a notebook that has run into the cache, as MyST-NB would."""
    bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def remembered(root):
    """The seconds of earlier runs: {name: seconds}."""
    file = root / "_build/seconds.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def remember(root, name, seconds):
    (root / "_build").mkdir(exist_ok=True)
    text = json.dumps({**remembered(root), name: round(seconds, 1)}, indent=1)
    part = root / f"_build/seconds.{os.getpid()}"  # others may write at this moment
    part.write_text(text, encoding="utf-8")
    part.replace(root / "_build/seconds.json")


def guessed(path):
    return SECONDS_PER_CELL * len(code(read(path)))


def in_order(root, expected):
    """(those that may run side by side, those that run alone), the longest first."""
    names = sorted(expected, key=expected.get, reverse=True)
    measures = [n for n in names if MEASURES.search(text_of_code(root / n))]
    return [n for n in names if n not in measures], measures


def text_of_code(path):
    return "\n".join(cell.source for cell in code(read(path)))


def results(root, names, jobs, progress):
    """Run these, so many at once: (name, Result) as they come."""
    if not names:
        return
    context = multiprocessing.get_context("spawn")
    threads = max(1, cores() // jobs)
    with ProcessPoolExecutor(jobs, context, share, (threads,)) as pool:
        given = (str(root), settings(root).get("timeout", 30))
        running = {pool.submit(run, name, *given): name for name in names}
        while running:
            progress.show(list(running.values())[:jobs])
            done, _ = wait(running, progress.pause, FIRST_COMPLETED)
            for future in done:
                name, result = running.pop(future), future.result()
                progress.done(name, result.seconds, bool(result.failure))
                yield name, result


def share(threads):
    """Of a process beside others: its kernels take their part of the cores."""
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))


def run(name, root, timeout):
    """Run one notebook where it lies: a Result."""
    path, reached, began = Path(root, name), [], time.monotonic()
    notebook = read(path)
    try:
        result = single_nb_execution(
            notebook, str(path.parent), timeout, allow_errors=False,
            on_cell_execute=lambda cell, cell_index: reached.append(cell_index),
        )  # fmt: skip
        failure = str(result.err or "")
    except Exception:  # the kernel died, or did not begin
        failure = traceback.format_exc()
    if failure:
        failure = f"{place(notebook, reached)}:\n\n{COLOUR.sub('', failure)}"
    return Result(notebook, time.monotonic() - began, failure)


def place(notebook, reached):
    """Which cell a run had reached, as nbval counts them; reached: indices so far."""
    last = reached[-1] if reached else -1
    number = sum(cell.cell_type == "code" for cell in notebook.cells[:last])
    return f"Cell {number}" if reached else "its kernel, before the first cell"
