"""The walls: what the filter refuses, what a jail costs, what it offers."""

import ast
import contextlib
import json
import os
import resource
import signal
import statistics
import struct
import sys
import time
from pathlib import Path

import pytest
from grading import sample

from lstm_course.grading import grade, isolation, plan, seccomp
from lstm_course.grading.jail import Jail
from lstm_course.grading.kit import Kit
from lstm_course.grading.session import Dead, Session

pytestmark = pytest.mark.slow
jailed = pytest.mark.skipif(
    isolation.best() in (None, "partial"), reason="no jail can be built here"
)
ALLOWED = 0x7FFF0000


def decide(program, number, args=(), arch=0xC000003E):
    """What the kernel would return for a system call: a BPF interpreter."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *(*args, *[0] * (6 - len(args))))
    ops = list(struct.iter_unpack("<HBBI", program))
    at = value = 0
    while True:
        code, yes, no, k = ops[at]
        at += 1
        if code == seccomp.LOAD:
            value = struct.unpack_from("<I", data, k)[0]
        elif code == seccomp.RETURN:
            return k
        else:
            test = {seccomp.JEQ: value == k, seccomp.JGE: value >= k}
            at += yes if test.get(code, value & k) else no


@pytest.mark.parametrize("machine", sorted(seccomp.MACHINES))
@pytest.mark.parametrize("namespaces", [True, False])
def test_the_filter_refuses_every_listed_call(machine, namespaces):
    program = seccomp.program(namespaces, machine)
    column, arch = seccomp.MACHINES[machine]
    table = seccomp.DENIED if namespaces else seccomp.DENIED | seccomp.PROCESSES
    for name, numbers in table.items():
        if numbers[column] is not None:
            assert decide(program, numbers[column], arch=arch) != ALLOWED, name


def test_the_filter_looks_at_arguments():
    program = seccomp.program(True, "x86_64")
    assert decide(program, 41, (1,)) == ALLOWED  # a local socket
    assert decide(program, 41, (2,)) != ALLOWED  # an internet socket
    assert decide(program, 53, (1,)) == ALLOWED
    assert decide(program, 53, (30,)) != ALLOWED  # a pair of another family
    assert decide(program, 16, (0, 0x5401)) == ALLOWED
    assert decide(program, 16, (0, 0x5412)) != ALLOWED  # typing for the terminal
    assert decide(program, 56, (0x11,)) == ALLOWED  # fork
    assert decide(program, 56, (0x10000011,)) != ALLOWED  # a user namespace


def test_without_namespaces_threads_may_start_and_processes_may_not():
    program = seccomp.program(False, "x86_64")
    assert decide(program, 56, (0x3D0F00,)) == ALLOWED
    assert decide(program, 56, (0x1200011,)) != ALLOWED
    assert decide(program, 41, (1,)) != ALLOWED


def test_the_filter_knows_other_tongues_of_the_kernel():
    program = seccomp.program(True, "x86_64")
    assert decide(program, 0x40000000 + 41, (2,)) != ALLOWED
    assert decide(program, 41, (2,), arch=0x40000003) == seccomp.KILL
    assert decide(program, 0) == ALLOWED  # read


def prepared(limits=None, kind=None, torch=False, overlay=None):
    text = overlay or sample.OVERLAY.read_text()
    made = plan.make("90_sample", "s", text, limits)
    kind = kind or isolation.best()
    walls = Jail(kind, torch or made.torch, made.limits)
    return made, Kit(walls, made.set.helpers)


@jailed
def test_a_jail_has_helpers_and_no_answers():
    _, kit = prepared()
    session = Session(kit, time.monotonic() + 60)
    source = "import os\nfor f, _, n in os.walk('/jail'): print(f, *n)"
    seen = session.cell(source)[2]
    names = session.cell("import lstm_course.ops as o; print(dir(o))")[2]
    session.close()
    if kit.kind == "bubblewrap":
        assert "unroll" not in seen and "cells" not in seen and "overlay" not in seen
    assert "tanh" in names and "sigmoid" not in names
    assert "ops" not in seen


@jailed
def test_numpy_is_all_a_jail_pays_for():
    """Median CPU time at most 0.5 s, memory at most 100 MB."""
    made, kit = prepared()
    report = (
        "import resource as r, os\nfor who in (r.RUSAGE_SELF, r.RUSAGE_CHILDREN):\n"
        "    u = r.getrusage(who); print(u.ru_utime + u.ru_stime, u.ru_maxrss)"
    )
    times, memory = [], []
    for _ in range(5):
        before = cpu()
        result = grade.grade([*sample.CELLS, report], made, kit)
        inside = [float(n) for n in result["out"].split()]
        times.append(cpu() - before + inside[0] + inside[2])
        memory += inside[1::2]
    assert all(q["fraction"] == 1 for q in list(result["questions"].values())[:5])
    assert statistics.median(times) < 0.5
    assert max(memory) < 100_000  # kilobytes


def cpu():
    """CPU seconds of this process and of the children it waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


@jailed
def test_packages_are_found_where_everything_beside_them_is_hidden():
    _, kit = prepared()
    for name in ("spec", "ahead"):
        path = kit.jail.folder / f"{name}.json"
        spec = json.loads(path.read_text())
        home = str(Path(spec["packages"][0]).parent)
        path.write_text(json.dumps(spec | {"hide": [*spec["hide"], home]}))
    session = Session(kit, time.monotonic() + 60)
    source = f"import numpy, os; print(numpy.pi, len(os.listdir({home!r})) < 5)"
    _, error, out, *_ = session.cell(source)
    session.close()
    assert out.startswith("3.14"), error
    if kit.kind == "bubblewrap":
        assert out.endswith("True\n")


@jailed
def test_a_jail_has_one_thread_of_blas():
    _, kit = prepared()
    session = Session(kit, time.monotonic() + 60)
    out = session.cell(
        "import os, threading, numpy as np\na = np.ones((300, 300)); a @ a\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], threading.active_count())"
    )[2]
    session.close()
    assert out.split() == ["1", "1"]


TORCH = """
from lstm_course.exercises import Exercise, ExerciseSet
def cases(rng): return [(rng.normal(size=(3, 4)),)]
EXERCISES = (Exercise("90.1", "double", 10, cases, lambda x: 2 * x, needs_torch=True),)
SETS = {"90_sample": ExerciseSet("90_sample", EXERCISES)}
"""


@jailed
def test_a_torch_exercise_gets_a_jail_with_torch():
    pytest.importorskip("torch")
    made, kit = prepared(overlay=TORCH)
    source = (
        "import torch\ndef double(x):\n"
        "    assert isinstance(x, torch.Tensor) and torch.get_num_threads() == 1\n"
        "    y = x.clone().requires_grad_(); (y**2).sum().backward(); return y.grad"
    )
    result = grade.grade([source], made, kit)
    assert result["questions"]["90.1"]["fraction"] == 1, result


def jails(kit):
    """Processes of this machine that belong to a jail made from this kit."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if kit.jail.holder.path.name.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def none_left(kit):
    """True when within some seconds no process of the jail is there."""
    end = time.monotonic() + 5
    while jails(kit) and time.monotonic() < end:
        time.sleep(0.05)
    return not jails(kit)


STUBBORN = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
os.fork()
while True: pass
"""


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
def test_a_killed_grader_leaves_no_jail_behind():
    _, kit = prepared()
    pid = os.fork()
    if pid == 0:
        Session(kit, time.monotonic() + 60).cell(STUBBORN)
        os._exit(0)
    while len(jails(kit)) < 3:
        time.sleep(0.05)
    time.sleep(1)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert none_left(kit)


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def gone(pid):
    """True when within some seconds a process is no more."""
    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not Path(f"/proc/{pid}").exists()


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
@pytest.mark.parametrize("ahead", [True, False])
def test_an_ended_jail_leaves_no_process_and_no_zombie_behind(ahead):
    _, kit = prepared(limits={"cell": 0.5, "spare": 0.5})
    kit.jail.nursery = kit.jail.nursery if ahead else None
    session = Session(kit, time.monotonic() + 60)
    first, inside = session.process.pid, children(session.process.pid)
    assert inside
    with pytest.raises(Dead, match="time"):
        session.cell(STUBBORN)
    assert all(gone(pid) for pid in (first, *inside))
    session = Session(kit, time.monotonic() + 60)
    first, inside = session.process.pid, children(session.process.pid)
    session.close()
    assert all(gone(pid) for pid in (first, *inside))
    kit.jail.close()
    assert none_left(kit)


WALLS = """
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
held = (ctypes.c_uint32 * 6)()
c.capget(ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, 0)), ctypes.byref(held))
print(os.getpid(), os.getppid(), list(held), os.getcwd(), sorted(os.listdir('/tmp')))
mounted = c.mount(b'x', b'/tmp', b'tmpfs', 0, 0)
print(c.prctl(21, 0, 0, 0, 0), c.unshare(0x20000), mounted)
open('/tmp/left', 'w').write('x')
"""


def packages_in_tmp():
    """What of /tmp has to be seen inside: where this Python's packages lie there."""
    return [p.parts[2] for p in [Path(sys.prefix).resolve()] if p.parts[1] == "tmp"]


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
def test_a_worker_that_was_forked_ahead_has_every_wall():
    _, kit = prepared()
    for _ in range(2):  # and finds nothing of the one before
        session = Session(kit, time.monotonic() + 60)
        assert kit.jail.nursery.works
        out = session.cell(WALLS)[2].split("\n")
        session.close()
        assert out[0] == f"2 1 [0, 0, 0, 0, 0, 0] /tmp {packages_in_tmp()}"
        assert out[1].split() == ["2", "-1", "-1"]  # filtered; neither is allowed
    kit.jail.close()


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
@pytest.mark.parametrize(
    ("old", "new"),
    [("forks.main()", "no_such_name"), ('"tmp_size": ', '"tmp_size": -')],
)
def test_where_nothing_can_be_forked_ahead_every_notebook_starts_its_own(old, new):
    made, kit = prepared()
    path = kit.jail.folder / "ahead.json"
    path.write_text(path.read_text().replace(old, new))
    result = grade.grade(sample.CELLS, made, kit)
    assert not kit.jail.nursery.works
    assert sum(q["fraction"] for q in result["questions"].values()) == 5


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
@pytest.mark.parametrize("ahead", [True, False])
def test_what_lies_beside_a_package_in_a_closed_home_is_nowhere_in_the_jail(
    tmp_path, ahead
):
    home = tmp_path / "home"
    for name in ("used", "answers"):
        (home / "site" / name).mkdir(parents=True)
        (home / "site" / name / f"{name}_inside.py").write_text("x = 1")
    _, kit = prepared()
    for name in ("spec", "ahead"):
        path = kit.jail.folder / f"{name}.json"
        spec = json.loads(path.read_text())
        more = [*spec["packages"], str(home / "site/used")]
        path.write_text(json.dumps(spec | {"packages": more}))
    home.chmod(0o700)
    if os.getuid() == 0:
        for folder in (tmp_path, *tmp_path.parents[:-2]):
            folder.chmod(0o755)
    kit.jail.nursery = kit.jail.nursery if ahead else None
    session = Session(kit, time.monotonic() + 60)
    source = "import os\nfor f, _, n in os.walk('/'):\n    for k in n:\n"
    source += "        if k.endswith('_inside.py'): print(f, k)"
    _, error, out, *_ = session.cell(source)
    session.close()
    kit.jail.close()
    assert out.split() == [str(home / "site/used"), "used_inside.py"], error


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
def test_calls_share_no_memory():
    _, kit = prepared()
    session = Session(kit, time.monotonic() + 60)
    _, said, *_ = session.cell("import mmap\nmmap.mmap(-1, 4096)")
    session.close()
    assert "PermissionError" in said


@jailed
def test_calls_do_not_see_each_other():
    made, kit = prepared()
    cells = [*sample.CELLS, "seen = []\ndef my_sigmoid(x):\n    seen.append(1)\n"
             "    return len(seen) / (1 + np.exp(-x))"]  # fmt: skip
    result = grade.grade(cells, made, kit)
    forks = kit.kind == "bubblewrap"
    assert result["questions"]["90.1"]["fraction"] == (1 if forks else 0)


@jailed
def test_a_stub_cannot_compute_an_answer_inside_a_call():
    made, kit = prepared()
    cells = ["from lstm_course import unroll\nh = unroll('lstm', None)\n"
             "def my_sigmoid(x): return unroll('lstm', x)"]  # fmt: skip
    result = grade.grade(cells, made, kit)
    assert result["cells"] == []
    assert "computes nothing" in result["questions"]["90.1"]["message"]


@jailed
def test_what_stops_by_design_is_not_listed_as_a_failure():
    made, kit = prepared()
    demo = "from lstm_course import unroll\na, b = unroll('lstm', None) * 2\nint(a)"
    todo = "raise NotImplementedError('Write it first.')"
    bug = "import matplotlib.pyplot as plt\nplt.plot([1]).show()\n1 / 0"
    result = grade.grade([*sample.CELLS, demo, todo, bug], made, kit)
    ((number, fails),) = result["cells"]
    assert number == len(sample.CELLS) + 3 and fails.startswith("ZeroDivisionError")
    assert result["questions"]["90.5"]["fraction"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is a part of Linux")
@pytest.mark.skipif(not isolation.works("landlock"), reason="no Landlock here")
def test_landlock_grades_as_bubblewrap_does():
    made, kit = prepared(kind="landlock")
    result = grade.grade(sample.CELLS, made, kit)
    assert [q["fraction"] for q in result["questions"].values()] == [1, 1, 1, 1, 1, 0]


ALLOWED_MORE = (
    sample.OVERLAY.read_text()
    + """
PACKAGES = ("sklearn", "matplotlib")
"""
)


@jailed
def test_packages_that_an_overlay_allows_are_real_in_the_jail():
    made = plan.make("90_sample", "s", ALLOWED_MORE)
    kit = Kit(Jail(isolation.best(), made.torch, made.limits, made.packages))
    session = Session(kit, time.monotonic() + 60)
    status, error, out, *_ = session.cell(
        "from sklearn.metrics import accuracy_score\nimport matplotlib\n"
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
        "line, = ax.plot([1, 2])\nfig.savefig('a.png')\n"
        "print(accuracy_score([1, 0], [1, 1]), matplotlib.get_backend(), "
        "line.get_ydata())\nimport pandas"
    )
    session.close()
    kit.jail.close()
    assert out.splitlines()[-1] == "0.5 Agg [1 2]" and status == "ok", error


def test_an_unknown_package_of_an_overlay_is_refused_with_a_next_step():
    with pytest.raises(ValueError, match="as they are imported"):
        Jail("partial", packages=("no_such_package",))


GIVEN = {"numpy", "IPython", "torch"}  # IPython: the two files that read magics


def test_what_the_jail_is_given_imports_nothing_that_knows_an_answer(root):
    inside = root / "lstm_course/grading/inside"
    for file in [*inside.glob("*.py"), root / "lstm_course/exercises/values.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    assert top in GIVEN | sys.stdlib_module_names, file
            elif isinstance(node, ast.ImportFrom) and node.level:
                own = node.level == 1 or node.module == "exercises.values"
                assert own and file.parent == inside, (file, node.module)
            elif isinstance(node, ast.ImportFrom):
                top = node.module.partition(".")[0]
                assert top in GIVEN | sys.stdlib_module_names, file
