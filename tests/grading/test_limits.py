"""Control groups of both versions get the limits, and are taken down again."""

import os
import time

import pytest

from lstm_course.grading import limits

MB = 1 << 20


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A file tree like /sys/fs/cgroup and /proc/self/cgroup, empty at first."""
    monkeypatch.setattr(limits, "CGROUPS", tmp_path)

    def belong(text):
        rows = (line.split(":", 2) for line in text.split())
        made = {names: path for _, names, path in rows}
        monkeypatch.setattr(limits, "_memberships", lambda: made)
        return tmp_path

    return belong


def rules(folder):
    return {p.name: p.read_text() for p in folder.iterdir()}


def test_version_2_sets_memory_and_processes_beside_the_own_group(system):
    root = system("0::/user.slice/session.scope")
    (root / "cgroup.controllers").touch()
    own = root / "user.slice/session.scope"
    own.mkdir(parents=True)
    (own / "cgroup.subtree_control").write_text("")
    (own.parent / "cgroup.subtree_control").write_text("cpu memory pids")
    group = limits.Group(limits.Limits(total=7 * MB, processes=5))
    (folder,) = group.folders
    assert folder.parent == own.parent
    assert rules(folder) == {"memory.max": str(7 * MB), "pids.max": "10"}
    assert group.procs() == [str(folder / "cgroup.procs")]


def test_version_1_sets_them_in_two_hierarchies(system):
    root = system("4:memory:/a 8:pids:/b")
    (root / "memory/a").mkdir(parents=True)
    (root / "pids/b").mkdir(parents=True)
    group = limits.Group(limits.Limits(total=7 * MB, processes=5))
    memory, pids = group.folders
    assert rules(memory) == {"memory.limit_in_bytes": str(7 * MB)}
    assert rules(pids) == {"pids.max": "10"}
    assert (memory.parent.name, pids.parent.name) == ("a", "b")


@pytest.mark.parametrize("text", ["", "0::/", "4:memory:/a", "2:cpu,cpuacct:/x"])
def test_without_control_groups_there_is_none(system, text):
    system(text)
    group = limits.Group(limits.Limits())
    assert not group and group.procs() == [] and group.remove()


def test_groups_of_killed_graders_are_removed_after_an_hour(system):
    root = system("4:memory:/ 8:pids:/")
    (root / "pids").mkdir()
    for name, age in (("old", 2 * limits.STALE), ("new", 60)):
        folder = root / "memory" / f"{limits.NAME}{name}"
        folder.mkdir(parents=True)
        os.utime(folder, (time.time() - age,) * 2)
    group = limits.Group(limits.Limits())
    left = {f.name for f in (root / "memory").iterdir()}
    assert left == {f"{limits.NAME}new", group.folders[0].name}


def test_a_group_is_removed_once_it_is_empty(system):
    root = system("4:memory:/ 8:pids:/")
    (root / "memory").mkdir()
    (root / "pids").mkdir()
    group = limits.Group(limits.Limits())
    for folder in group.folders:
        assert not group.remove()
        for file in folder.iterdir():
            file.unlink()  # the kernel's own files vanish with the folder
    assert group.remove() and list(root.glob("*/lstm*")) == []
