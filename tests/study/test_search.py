"""A search: every trial once, the same bits, whatever is killed."""

import os
import platform
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from lstm_course.__main__ import main
from lstm_course.study import scripts, table
from lstm_course.study.lock import held
from lstm_course.study.run import SAMPLERS, run
from lstm_course.study.store import Store
from lstm_course.study.table import key


def search(base, **more):
    """Three cells, one task, two draws."""
    cells = ("lstm", "gru", "rnn")
    return run(base, cells, ["parity"], 2, **{"processes": 1} | more)


def bits(base):
    """What must be the same however often a search was killed."""
    return [{k: v for k, v in r.items() if k != "seconds"} for r in base.rows()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A search that nothing disturbed."""
    base = Store(tmp_path_factory.mktemp("whole") / "s.db")
    assert search(base) == {"done": 6, "lost": 0, "left": 0}
    return base


@pytest.mark.slow
def test_a_second_call_finds_nothing_to_do(whole):
    before = bits(whole)
    assert search(whole)["done"] == 0
    assert bits(whole) == before and len({key(r) for r in before}) == 6


def test_the_table_holds_what_the_database_holds(whole, tmp_path):
    rows = whole.rows()
    file = table.write(rows, whole.about(rows), tmp_path / "t.csv.gz")
    read, about = table.read(file)
    assert about["trials"] == 6 and "torch" in about["versions"]
    for one, other in zip(read, rows, strict=True):
        for name in table.COLUMNS:
            if isinstance(other[name], float | list):
                assert np.allclose(one[name], other[name], rtol=1e-4), name
            else:
                assert one[name] == other[name]
    assert (
        file.read_bytes() == table.write(rows, {}, tmp_path / "u.csv.gz").read_bytes()
    )


def test_no_time_means_no_trial(tmp_path):
    base = Store(tmp_path / "s.db")
    assert search(base, budget=1e-9)["left"] == 6


def test_two_searches_do_not_write_at_once(tmp_path):
    base = Store(tmp_path / "s.db")
    parent = {"host": platform.node(), "pid": os.getppid()}
    base.note(holder=parent | {"seen": time.time()})
    with pytest.raises(ValueError, match="Another search writes"), held(base):
        pass
    base.note(holder=parent | {"seen": time.time() - 100})
    with held(base):
        assert base.notes()["holder"]["pid"] == os.getpid()
    assert base.notes()["holder"] is None


COMMAND = [
    *(sys.executable, "-m", "lstm_course", "study", "run", "--cells", "lstm,gru,rnn"),
    *("--tasks", "parity", "--trials", "2"),
]


def started(folder, *more):
    """The command, in a group of its own, so that all it starts can be killed."""
    with open(folder / "out.txt", "a") as out:
        return subprocess.Popen(
            [*COMMAND, "--storage", str(folder / "s.db"), *more],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def until(what, seconds=120):
    """Wait for something to be true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_killed_search_goes_on(whole, tmp_path):
    base = Store(tmp_path / "s.db")
    for ended in (1, 3):
        process = started(tmp_path, "--processes", "2")
        until(lambda ended=ended: len(base.rows()) >= ended)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert started(tmp_path, "--processes", "1").wait() == 0
    assert bits(base) == bits(whole)


@pytest.mark.slow
def test_a_worker_dies_and_the_scheduler_comes_back(whole, tmp_path):
    """Two workers, one killed in mid-trial; then the scheduler, started again."""
    port, alive = free_port(), []
    base = Store(tmp_path / "s.db")

    def start(*words):
        command, log = [sys.executable, "-m", "dask", *words], tmp_path / "dask.txt"
        with open(log, "a") as out:
            alive.append(subprocess.Popen(command, stdout=out, stderr=out))
        return alive[-1]

    def worker():
        return start(
            "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"
        )

    def scheduler():
        where = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        return start("scheduler", *where)

    address = f"tcp://127.0.0.1:{port}"
    try:
        first, _, victim = scheduler(), worker(), worker()
        search_ = started(tmp_path, "--scheduler", address)
        alive.append(search_)
        until(lambda: len(base.rows()) >= 1)
        victim.kill()
        until(lambda: len(base.rows()) >= 2)
        first.kill()
        first.wait()
        time.sleep(1)
        scheduler(), worker()
        assert search_.wait(timeout=240) == 0, (tmp_path / "out.txt").read_text()
    finally:
        for process in alive:
            process.kill()
            process.wait()
    assert bits(base) == bits(whole)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_tpe_goes_where_it_was_good():
    """Of a loss that is least at a rate of 0.01, later draws come nearer than the first
    ones; and what was known before is not forgotten."""
    rows, near = [], []
    for begun in (0, 30):
        propose = SAMPLERS["tpe"](rows)
        for draw in range(begun, begun + 30):
            setting = propose("parity", "gru", draw, 0)
            far = abs(np.log10(setting["lr"]) + 2)
            row = {
                "task": "parity",
                "cell": "gru",
                "draw": draw,
                "seed": 0,
                "loss": far,
            }
            propose.tell(row | setting)
            rows.append(row | setting)
            near.append(far)
    assert np.median(near[40:]) < 0.5 * np.median(near[:10])


@pytest.mark.slow
def test_a_script_for_slurm_runs(whole, tmp_path):
    """With a program in the place of srun that runs its words here."""
    (tmp_path / "bin").mkdir()
    srun = tmp_path / "bin" / "srun"
    srun.write_text('#!/bin/sh\nexec "$@"\n')
    srun.chmod(0o755)
    options = [*COMMAND[4:], "--storage", "s.db"]
    script = scripts.slurm(["lstm-course", "study", *options], cpus=2)
    assert "#SBATCH --cpus-per-task=2" in script
    path = f"{srun.parent}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        check=True,
        timeout=300,
    )
    assert bits(Store(tmp_path / "s.db")) == bits(whole)


def test_objects_for_kubernetes_can_be_read():
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with the extra 'book'")
    text = scripts.kubernetes(["lstm-course", "study", "run"], "mine:1", workers=7)
    objects = {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(text)}
    assert objects["Deployment", "lstm-study-worker"]["spec"]["replicas"] == 7
    [search] = objects["Job", "lstm-study"]["spec"]["template"]["spec"]["containers"]
    assert search["args"][-2:] == ["--scheduler", "tcp://lstm-study-scheduler:8786"]
    [port] = objects["Service", "lstm-study-scheduler"]["spec"]["ports"]
    assert port["port"] == 8786


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("study run --cells lstm,gur", "gur"),
        ("study run --tasks adding,copy", "There is no task 'copy'"),
        ("study table --storage nowhere.db", "There is no file nowhere.db"),
        ("study report --storage nowhere.db", "There is no file nowhere.db"),
        ("study report nowhere.csv.gz", "There is no table nowhere.csv.gz"),
    ],
)
def test_what_cannot_be_meant_is_said(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words.split()) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir()) or words.startswith("study run")
