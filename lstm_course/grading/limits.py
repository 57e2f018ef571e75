"""How much a submission may use, and the control groups that enforce it."""

import contextlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20
NAME, STALE = "lstm-course-", 3600.0  # of a group; seconds after which it is nobody's
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Limits:
    """Seconds are wall clock unless they say otherwise."""

    start: float = 30.0
    cell: float = 10.0
    cells: float = 60.0  # all cells together
    call: float = 5.0
    whole: float = 180.0  # one submission, restarts included
    spare: float = 3.0  # for a jail to say that its time is over, before it is ended
    restarts: int = 12
    seconds: int = 120  # CPU time of one process
    memory: int = 1024 * MB  # address space of one process
    total: int = 512 * MB  # memory of the whole jail, where control groups work
    processes: int = 24  # and threads, where control groups bound their memory
    few: int = 6  # where they do not
    output: int = 8 * MB  # one file
    tmp: int = 32 * MB  # all files


TORCH = Limits(start=90.0, call=10.0, memory=8192 * MB, total=1536 * MB)


class Group:
    """A control group for one jail; without the right to make one, nothing."""

    def __init__(self, limits):
        self.folders = []
        for make in (_version2, _version1):
            try:
                self.folders = make(f"{NAME}{secrets.token_hex(6)}", limits)
                break
            except (OSError, StopIteration, LookupError):
                continue

        for folder in self.folders:
            _sweep(folder.parent)

    def __bool__(self):
        return bool(self.folders)

    def procs(self):
        """Files into which the jail's first process writes its number."""
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def remove(self):
        """Remove what is empty by now; True when nothing is left."""
        left = []
        for folder in self.folders:
            try:
                os.rmdir(folder)
            except FileNotFoundError:
                pass
            except OSError:
                left.append(folder)
        self.folders = left
        return not left


def _sweep(parent):
    """Remove groups that a grader left behind when it was killed."""
    for folder in parent.glob(f"{NAME}*"):
        with contextlib.suppress(OSError):  # one in use is not empty
            if time.time() - folder.stat().st_mtime > STALE:
                folder.rmdir()


def _memberships():
    """Controllers -> this process's path, from /proc/self/cgroup."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    rows = (line.split(":", 2) for line in lines)
    return {names: path for _, names, path in rows}


def _version2(name, limits):
    root = CGROUPS if (CGROUPS / "cgroup.controllers").exists() else CGROUPS / "unified"
    own = root / _memberships()[""].lstrip("/") if "" in _memberships() else root
    parent = next(
        p
        for p in (own, own.parent)
        if {"memory", "pids"} <= set((p / "cgroup.subtree_control").read_text().split())
    )
    return [_make(parent / name, _rules2(limits))]


def _rules2(limits):
    return {
        "memory.max": limits.total,
        "memory.swap.max": 0,
        "pids.max": 2 * limits.processes,
    }


def _version1(name, limits):
    own = _memberships()
    memory = CGROUPS / "memory" / own["memory"].lstrip("/") / name
    pids = CGROUPS / "pids" / own["pids"].lstrip("/") / name
    made = [_make(memory, {"memory.limit_in_bytes": limits.total})]
    try:
        return [*made, _make(pids, {"pids.max": 2 * limits.processes})]
    except OSError:
        os.rmdir(memory)
        raise


def _make(folder, rules):
    folder.mkdir()
    for file, value in rules.items():
        target = folder / file
        if target.exists() or file != "memory.swap.max":
            target.write_text(str(value))
    return folder
