"""A killed grader's folders are removed later; nobody else's ever are."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from lstm_course.grading import leftovers

pytestmark = pytest.mark.skipif(not leftovers.fcntl, reason="no locks on Windows")
HOLD = (
    "from lstm_course.grading.jail import Jail; jail = Jail('partial'); "
    "print(jail.holder.path, flush=True); input()"
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A temporary folder of its own, for this process and those it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def grader():
    """(a process that has made a jail, the name of its folder)."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", HOLD], **pipes)
    return process, process.stdout.readline().strip().rpartition("/")[2]


def end(process, number):
    process.send_signal(number)
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_the_folder_of_a_killed_grader_is_removed_at_the_next_start(home):
    process, name = grader()
    assert (home / name / "kit/spec.json").exists()
    end(process, signal.SIGKILL)
    assert (home / name).exists()
    other, second = grader()
    assert os.listdir(home) == [second]
    end(other, signal.SIGKILL)


def test_the_folder_of_a_living_grader_is_left_alone(home):
    process, name = grader()
    leftovers.sweep()
    assert (home / name / "kit/spec.json").exists()
    end(process, signal.SIGKILL)


def test_a_grader_that_ends_by_itself_leaves_no_folder(home):
    process, name = grader()
    assert (home / name).exists()
    process.communicate("\n")
    assert os.listdir(home) == []


def test_a_folder_without_a_lock_is_left_alone(home):
    (home / "lstm-course-kit-new").mkdir()
    leftovers.sweep()
    assert (home / "lstm-course-kit-new").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid(), reason="needs root")
def test_the_folder_of_another_user_is_left_alone(home):
    folder = home / "lstm-course-kit-other"
    folder.mkdir()
    (folder / "lock").touch()
    os.chown(folder, 65534, 65534)
    leftovers.sweep()
    assert folder.exists()


def test_no_link_leads_the_sweep_elsewhere(home, tmp_path_factory):
    other = tmp_path_factory.mktemp("precious")
    for name in ("lock", "thesis"):
        (other / name).touch()
    (home / "lstm-course-kit-link").symlink_to(other)
    odd = home / "lstm-course-kit-odd"
    odd.mkdir()
    (odd / "lock").symlink_to(other / "lock")
    dead = home / "lstm-course-kit-dead"
    dead.mkdir()
    (dead / "lock").touch()
    (dead / "inside").symlink_to(other)
    leftovers.sweep()
    assert sorted(os.listdir(other)) == ["lock", "thesis"]
    assert sorted(os.listdir(home)) == ["lstm-course-kit-link", odd.name]
