"""Inside an outer jail: forks a walled-in worker for every notebook.

Starting Python and NumPy costs far more than running a homework.  So one process does
it once, behind bubblewrap's walls, and no student's code ever runs in it.  A worker is
a fork of it in namespaces of its own (processes, mounts, network, IPC), with a /tmp of
its own, without any capability, under the limits and the filter.  It cannot see,
signal or reach the process it came from.
"""

import ctypes
import json
import os
import signal
import socket

from . import worker
from .launch import DEATH_SIGNAL, MS_PRIVATE, MS_REC, check, install, libc, limits

NAMESPACES = 0x20000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
NOSUID_NODEV = 2 | 4
CLONE = {"x86_64": 56, "aarch64": 220}
DROP_BOUND, AMBIENT, CLEAR_ALL, CAPABILITIES = 24, 47, 4, 41
OPEN_TREE, MOVE_MOUNT, HERE = 428, 429, -100  # the same numbers on every machine
COPY, EMPTY_PATH = 0x8001, 4  # a tree with all below it; the tree itself
CAP_VERSION = 0x20080522
MOST_FDS = 8


def main():
    """Fork a worker for every message; end when the other side closes the socket."""
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    with open("/jail/ahead.json") as file:
        spec = json.load(file)
    worker.prepare(spec["torch"])
    signal.signal(signal.SIGCHLD, reap)
    control.send(b"ready")
    while True:
        message, fds, _, _ = socket.recv_fds(control, 16, MOST_FDS)
        if not message:
            break
        pid = fork()
        if pid == 0:
            first(spec, fds)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [b"born"], [pidfd])
        for fd in (pidfd, *fds):
            os.close(fd)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    while reap():
        pass


def reap(*signals):
    """Take leave of children that have ended; without a signal, wait for one."""
    try:
        while os.waitpid(-1, os.WNOHANG if signals else 0)[0]:
            if not signals:
                return True
    except ChildProcessError:
        pass
    return False


def fork():
    """As os.fork, into new namespaces: the child is process 1 of its own."""
    number, api = CLONE[os.uname().machine], ctypes.pythonapi
    flags = NAMESPACES | signal.SIGCHLD
    api.PyOS_BeforeFork()
    pid = ctypes.PyDLL(None).syscall(number, flags, 0, 0, 0, 0)  # keeps the GIL
    if pid == 0:
        api.PyOS_AfterFork_Child()
    else:
        api.PyOS_AfterFork_Parent()
    return check(pid, "clone")


def first(spec, fds):
    """Process 1 of a jail: puts up the walls, forks the worker, reaps for it."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        source, target, *groups = fds
        for group in groups:
            os.write(group, b"0")
        os.dup2(source, 0)
        os.dup2(target, 1)
        os.closerange(3, 1 << 10)
        walls(spec)
        pid = os.fork()
        if pid == 0:
            worker.main()
        os.closerange(0, 3)
        while os.wait()[0] != pid:
            pass
    finally:
        os._exit(0)


def walls(spec):
    """A private /tmp, limits, no capability, the filter; in this order."""
    c = libc()
    check(c.prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0), "death signal")
    check(c.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "private mounts")
    private_tmp(c, spec)
    limits(spec)
    for number in range(CAPABILITIES):
        c.prctl(DROP_BOUND, number, 0, 0, 0)
    c.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0)
    head = (ctypes.c_uint32 * 2)(CAP_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    check(c.capset(ctypes.byref(head), ctypes.byref(none)), "capabilities")
    install(c, "/jail/filter.bpf")


def private_tmp(c, spec):
    """A new /tmp; packages that lie below the old one appear in it again."""
    below = [p for p in (*spec["read"], *spec["packages"]) if p.startswith("/tmp/")]
    kept = [(p, os.path.isdir(p), c.syscall(OPEN_TREE, HERE, p.encode(), COPY))
            for p in below]  # fmt: skip
    options = f"mode=755,size={spec['tmp_size']}".encode()
    check(c.mount(b"tmpfs", b"/tmp", b"tmpfs", NOSUID_NODEV, options), "mount /tmp")
    for path, folder, tree in kept:
        os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
        if not folder:
            open(path, "x").close()
        moved = c.syscall(MOVE_MOUNT, tree, b"", HERE, path.encode(), EMPTY_PATH)
        check(moved, f"mount {path}")
        os.close(tree)
    os.chdir("/tmp")
