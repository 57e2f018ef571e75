"""Jobs survive their processes, and an interrupted pool ends them all."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest

from lstm_course.grading import pool

ANSWER = """
import pathlib, signal, sys, time
{before}
for line in sys.stdin:
    {each}
    print("did", line.strip(), flush=True)
"""


@pytest.fixture
def host(monkeypatch):
    """Let another program stand for the trusted process."""

    def give(each="pass", before=""):
        text = ANSWER.format(each=textwrap.indent(each, "    ").strip(), before=before)
        monkeypatch.setattr(pool, "HOST", [sys.executable, "-c", text])

    return give


@pytest.mark.parametrize(("deaths", "answer"), [(3, "did job"), (4, pool.LOST)])
def test_a_job_is_tried_four_times(host, tmp_path, deaths, answer):
    host(
        f"died = pathlib.Path({str(tmp_path / 'died')!r})\n"
        "count = len(died.read_text()) if died.exists() else 0\n"
        f"if count < {deaths}:\n"
        "    died.write_text('x' * (count + 1))\n"
        "    sys.exit(1)"
    )
    assert list(pool.Local(1).run([("key", "job")])) == [("key", answer)]


def test_an_interrupted_pool_ends_a_process_that_hears_nothing(
    host, monkeypatch, tmp_path
):
    monkeypatch.setattr(pool, "GRACE", 0.5)
    deaf = tmp_path / "deaf"
    host(
        f"pathlib.Path({str(deaf)!r}).touch()\ntime.sleep(600)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    )
    local = pool.Local(2)

    def jobs():
        yield "a", "job"
        while not deaf.exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    seen = []
    monkeypatch.setattr(
        subprocess.Popen, "kill",
        lambda p, kill=subprocess.Popen.kill: (seen.append(p), kill(p)),
    )  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        list(local.run(jobs()))
    assert [p.poll() for p in seen] == [-signal.SIGKILL] and not local.hosts
