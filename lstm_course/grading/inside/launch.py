"""Puts up the walls around one jailed process, then becomes it.

Run as ``python -I -S launch.py SPEC [cgroup.procs ...]`` by ``jail``; it imports the
standard library only, so that it starts in milliseconds.  SPEC is a JSON file:

mode       "bubblewrap", "landlock" or "partial"
ahead      true where the command is the one that forks workers
command    the jailed command
read       paths of the system that may be read; hide: folders below them that appear
           empty; packages: paths of packages, which may lie in these
kit, tmp   the folder of a ``Jail``, and a scratch one where there are no namespaces
stage      an empty folder for private mounts
filter     file with the seccomp program
memory, output, seconds, tmp_size   limits; uid: whom root becomes
"""

import ctypes
import json
import os
import resource
import signal
import sys

ENV = {
    "HOME": "/tmp", "TMPDIR": "/tmp", "PATH": "/nowhere", "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1", "MPLBACKEND": "Agg",
}  # fmt: skip
CLONE_NEWNS, MS_BIND, MS_PRIVATE, MS_REC, MNT_DETACH = 0x20000, 4096, 1 << 18, 16384, 2
NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
CHILD_SUBREAPER, DEATH_SIGNAL = 36, 1
RULESET, ADD_RULE, RESTRICT = 444, 445, 446  # Landlock, the same on every machine
FS_EXECUTE, FS_READ_FILE, FS_READ_DIR = 1, 4, 8
FS_WRITE = (1 << 15) - 1 - FS_EXECUTE  # make, change, remove, truncate
FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each version knows
OLDEST = 3  # before it a file that may be read could still be truncated


def check(result, what):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def libc():
    return ctypes.CDLL(None, use_errno=True)


def limits(spec):
    """Of every process of the jail; the number of processes is set inside it."""
    for name, value in (
        ("AS", spec["memory"]),
        ("FSIZE", spec["output"]),
        ("CPU", spec["seconds"]),
        ("NOFILE", 64),
        ("CORE", 0),
        ("MEMLOCK", 0),
        ("MSGQUEUE", 0),
        ("SIGPENDING", 64),
    ):
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is not None and (name != "AS" or sys.platform != "darwin"):
            resource.setrlimit(number, (value, value))


def reach(spec):
    """Root only: let nobody reach what lies below closed folders (a Python in /root).

    In a mount namespace of this process each closed folder is covered by an empty one,
    in which only the paths that may be read appear again.
    """
    paths = [*spec["read"], *spec["packages"], spec["kit"]]
    closed = {path: _closed(path) for path in paths if _closed(path)}
    c = libc()
    if not closed or c.unshare(CLONE_NEWNS) < 0:
        return
    _mount(c, "none", "/", None, MS_REC | MS_PRIVATE)
    stage = spec["stage"]
    _mount(c, "tmpfs", stage, b"tmpfs", 0, b"mode=755,size=1m")
    for k, path in enumerate(closed):
        _bind(c, path, f"{stage}/{k}", os.path.isdir(path))
    for folder in set(closed.values()):
        _mount(c, "tmpfs", folder, b"tmpfs", 0, b"mode=755,size=1m")
    for k, path in enumerate(closed):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _bind(c, f"{stage}/{k}", path, os.path.isdir(f"{stage}/{k}"))
    check(c.umount2(stage.encode(), MNT_DETACH), f"umount {stage}")


def _closed(path):
    """The first folder above path that others may not enter, or None."""
    parts = path.split("/")
    above = ("/".join(parts[:k]) for k in range(2, len(parts)))
    return next((a for a in above if not os.stat(a).st_mode & 1), None)


def _bind(c, source, target, folder):
    if folder:
        os.mkdir(target)
    else:
        open(target, "x").close()
    _mount(c, source, target, None, MS_BIND)


def _mount(c, source, target, kind, flags, data=None):
    result = c.mount(source.encode(), target.encode(), kind, flags, data)
    check(result, f"mount {target}")


def drop(uid):
    """Root becomes an unprivileged user for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def bubblewrap(spec):
    """Become bubblewrap, which becomes the command in namespaces of its own."""
    if os.getuid() == 0:
        reach(spec)
        drop(spec["uid"])
    args = [spec["bwrap"], "--unshare-all", "--unshare-user", "--die-with-parent"]
    args += ["--new-session", "--hostname", "jail"]
    # first, so that packages which lie below /tmp are not covered
    args += ["--size", str(spec["tmp_size"]), "--tmpfs", "/tmp"]
    for path in spec["read"]:
        args += ["--ro-bind", path, path]
    for path in spec["hide"]:
        args += ["--perms", "0755", "--size", "4096", "--tmpfs", path]
    for path in spec["packages"]:
        args += ["--ro-bind", path, path]
    for path in spec["hide"]:
        args += ["--remount-ro", path]
    for link, target in spec["links"]:
        args += ["--symlink", target, link]
    args += ["--ro-bind", spec["kit"], "/jail"]
    for name in ("null", "zero", "urandom", "random"):
        args += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    args += ["--remount-ro", "/", "--chdir", "/tmp"]
    if spec["ahead"]:  # no student's code runs in it: it puts up further walls inside
        args += ["--cap-add", "ALL"]
    else:
        limits(spec)
        fd = os.open(spec["filter"], os.O_RDONLY)
        os.set_inheritable(fd, True)
        args += ["--cap-drop", "ALL", "--seccomp", str(fd)]
    os.execve(spec["bwrap"], [*args, "--", *spec["command"]], ENV)


def landlock(spec, tmp):
    """Become the command without namespaces: file rules, filter and limits."""
    alone(spec, tmp)
    c = libc()
    check(c.prctl(NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    fd = ruleset(c)
    read = FS_READ_FILE | FS_READ_DIR | FS_EXECUTE
    for path in [*spec["read"], *spec["packages"], spec["kit"]]:
        allow(c, fd, path, FS_READ_DIR)  # names only, also of what is hidden
    for path in opened(spec):
        allow(c, fd, path, read)
    allow(c, fd, tmp, FS_WRITE)
    allow(c, fd, "/dev/null", FS_READ_FILE | 2)
    check(c.syscall(RESTRICT, fd, 0), "landlock")
    os.close(fd)
    install(c, spec["filter"])
    env = ENV | {"HOME": tmp, "TMPDIR": tmp}
    os.execve(spec["command"][0], spec["command"], env)


def opened(spec):
    """Readable paths with the hidden folders left out, one level at a time."""
    hidden = set(spec["hide"])
    for path in [*spec["read"], *spec["packages"], spec["kit"]]:
        below = [h for h in hidden if h.startswith(path + "/")]
        yield from _around(path, below) if below else [path]


def _around(path, hidden):
    for name in os.listdir(path):
        child = f"{path}/{name}"
        below = [h for h in hidden if h.startswith(child + "/")]
        if child not in hidden:
            yield from _around(child, below) if below else [child]


def ruleset(c):
    """A Landlock ruleset that handles everything this kernel can."""
    version = check(c.syscall(RULESET, None, 0, 1), "landlock")
    if version < OLDEST:
        raise OSError(f"landlock: version {version} is too old")
    rights = (1 << FS_RIGHTS[min(version, max(FS_RIGHTS))]) - 1
    network = 3 if version >= 4 else 0
    scoped = 3 if version >= 6 else 0
    attr = (ctypes.c_uint64 * 3)(rights, network, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return check(c.syscall(RULESET, ctypes.byref(attr), size, 0), "landlock")


class PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("fd", ctypes.c_int32)]


def allow(c, fd, path, rights):
    try:
        where = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a path this user cannot see needs no rule
    if not os.path.isdir(path):
        rights &= FS_EXECUTE | FS_READ_FILE | 2
    if not rights:
        return
    rule = PathRule(rights, where)
    check(c.syscall(ADD_RULE, fd, 1, ctypes.byref(rule), 0), f"landlock {path}")
    os.close(where)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def install(c, path):
    """Load the seccomp program into this process."""
    with open(path, "rb") as file:
        code = file.read()
    buffer = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.addressof(buffer))
    check(c.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0), "seccomp")


def partial(spec, tmp):
    """macOS: a process of its own with limits, and no more than that."""
    alone(spec, tmp)
    env = ENV | {"HOME": tmp, "TMPDIR": tmp}
    os.execve(spec["command"][0], spec["command"], env)


def alone(spec, tmp):
    """Limits, and an unprivileged user where root calls, without namespaces."""
    if os.getuid() == 0:
        if sys.platform == "linux":
            reach(spec)
        os.chown(tmp, spec["uid"], spec["uid"])
        drop(spec["uid"])
    limits(spec)
    os.chdir(tmp)


def guard(spec):
    """Fork: the child goes on; this process reaps all that comes from it, then exits.

    bubblewrap leaves its own child to whoever adopts orphans, which in a container may
    be nobody.  SIGTERM ends the jail, and so does the end of the trusted process.
    """
    check(libc().prctl(CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    pid = os.fork()
    if pid:
        if os.getuid() == 0:
            drop(spec["uid"])
        os.closerange(0, 3)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
        libc().prctl(DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)  # drop() clears it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    while pid:
        try:
            os.wait()
        except ChildProcessError:
            os._exit(0)


def main():
    with open(sys.argv[1]) as file:
        spec = json.load(file)
    os.umask(0o022)
    if spec["mode"] == "bubblewrap":
        guard(spec)
    for procs in sys.argv[3:]:
        with open(procs, "w") as file:
            file.write(str(os.getpid()))
    if spec["mode"] == "bubblewrap":
        bubblewrap(spec)
    elif spec["mode"] == "landlock":
        landlock(spec, sys.argv[2])
    else:
        partial(spec, sys.argv[2])


if __name__ == "__main__":
    main()
