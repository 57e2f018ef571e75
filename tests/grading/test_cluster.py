"""A Dask cluster gives the same gradebook, also when a worker is killed."""

import os
import signal
import sys
import threading
import time

import pytest
from grading import sample

from lstm_course.grading import isolation, pool
from lstm_course.grading.batch import Batch, Options

distributed = pytest.importorskip(
    "distributed", reason="Dask comes with the extra 'cluster'"
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        isolation.best() in (None, "partial"), reason="no jail can be built here"
    ),
    pytest.mark.filterwarnings("ignore"),
]
KINDS = [
    sample.CELLS,
    [sample.IMPORTS, sample.SIGMOID.replace("-x", "x"), *sample.CELLS[2:]],
    [*sample.CELLS, "import os; os._exit(1)"],
    [sample.IMPORTS, sample.BACKWARD.replace("(1 - h_next**2)", "1")],
    [*sample.CELLS, "def unit(x): return x"],
]


def submit(folder, count):
    """So many submissions of five kinds, and a broken file."""
    for k in range(count):
        cells = [*KINDS[k % len(KINDS)], f"# {k}"]
        sample.write(folder / f"s{k:03}/90_sample.ipynb", cells)
    (folder / "broken").mkdir()
    (folder / "broken/90_sample.ipynb").write_text("{")
    return folder


def run(folder, out, **more):
    batch = Batch(Options(out=out, private=sample.OVERLAY, quiet=True, **more))
    batch.run([folder])
    assert not batch.errors
    return (out / "questions.csv").read_text()


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as made:
        yield made


def kill_a_worker(cluster, out, after):
    """Kill one worker when so many results are there; its process number."""
    while len(list((out / "results").glob("*.json"))) < after:
        time.sleep(0.01)
    victim = next(iter(cluster.workers.values())).process.process.pid
    os.kill(victim, signal.SIGKILL)
    return victim


LONG = [
    pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="takes ten minutes"),
    pytest.mark.timeout(1800),
]


@pytest.mark.parametrize("count", [30, pytest.param(500, marks=LONG)])
def test_the_gradebook_is_the_same_with_a_killed_worker(
    cluster, tmp_path, count, monkeypatch
):
    monkeypatch.setattr(pool, "ROOM", 1)  # no more than four for each thread
    folder, out = submit(tmp_path / "in", count), tmp_path / "cluster"
    address, killed = cluster.scheduler_address, []
    thread = threading.Thread(
        target=lambda: killed.append(kill_a_worker(cluster, out, after=5)), daemon=True
    )
    thread.start()
    there = run(folder, out, scheduler=address)
    thread.join(1)
    assert killed
    assert there == run(folder, tmp_path / "local", workers=2)


def test_without_dask_the_message_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    sample.write(tmp_path / "in/ada/90_sample.ipynb", sample.CELLS)
    options = Options(out=tmp_path / "o", private=sample.OVERLAY, quiet=True,
                      scheduler="tcp://127.0.0.1:1")  # fmt: skip
    with pytest.raises(ValueError, match="cluster"):
        Batch(options).run([tmp_path / "in"])
