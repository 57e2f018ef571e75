"""The walls: what the filter refuses, what a jail costs, what it offers."""

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

from lstm_course.grading import grade, isolation, jail, plan, seccomp
from lstm_course.grading.session import Dead, Session

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
    return made, jail.Kit(kind, made.set.helpers, torch or made.torch, made.limits)


@jailed
def test_a_jail_has_helpers_and_no_answers():
    _, kit = prepared()
    session = Session(kit, time.monotonic() + 60)
    source = "import os\nfor f, _, n in os.walk('/jail'): print(f, *n)"
    _, _, seen = session.cell(source)
    source = "import lstm_course.ops as o; print(open(o.__file__).read())"
    _, _, text = session.cell(source)
    session.close()
    if kit.kind == "bubblewrap":
        assert "unroll" not in seen and "cells" not in seen and "overlay" not in seen
    assert "def tanh" in text and "def sigmoid" not in text


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
    path = kit.folder / "spec.json"
    spec = json.loads(path.read_text())
    home = str(Path(spec["packages"][0]).parent)
    path.write_text(json.dumps(spec | {"hide": [*spec["hide"], home]}))
    session = Session(kit, time.monotonic() + 60)
    source = f"import numpy, os; print(numpy.pi, len(os.listdir({home!r})) < 5)"
    _, error, out = session.cell(source)
    session.close()
    assert out.startswith("3.14"), error
    if kit.kind == "bubblewrap":
        assert out.endswith("True\n")


@jailed
def test_a_jail_has_one_thread_of_blas():
    _, kit = prepared()
    session = Session(kit, time.monotonic() + 60)
    _, _, out = session.cell(
        "import os, threading, numpy as np\na = np.ones((300, 300)); a @ a\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], threading.active_count())"
    )
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
            if kit.holder.path.name.encode() in (folder / "cmdline").read_bytes():
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


@jailed
@pytest.mark.skipif(isolation.best() != "bubblewrap", reason="needs namespaces")
def test_an_ended_jail_leaves_no_process_and_no_zombie_behind():
    _, kit = prepared(limits={"cell": 0.5, "spare": 0.5})
    session = Session(kit, time.monotonic() + 60)
    with pytest.raises(Dead, match="time"):
        session.cell(STUBBORN)
    assert none_left(kit)
    session = Session(kit, time.monotonic() + 60)
    guard = Path(f"/proc/{session.process.pid}/task/{session.process.pid}/children")
    (first,) = guard.read_text().split()
    session.close()
    assert none_left(kit) and not Path(f"/proc/{first}").exists()


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
def test_a_cell_that_needs_the_package_says_so_in_the_report():
    made, kit = prepared()
    demo = "from lstm_course import unroll\na, b = unroll('lstm', None) * 2"
    bug = "import matplotlib.pyplot as plt\nplt.plot([1]).show()\n1 / 0"
    result = grade.grade([*sample.CELLS, demo, bug], made, kit)
    (_, needs), (_, fails) = result["cells"]
    assert needs == "Not run to its end: lstm_course.unroll computes nothing here."
    assert fails.startswith("ZeroDivisionError")
    assert result["questions"]["90.5"]["fraction"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is a part of Linux")
@pytest.mark.skipif(not isolation.works("landlock"), reason="no Landlock here")
def test_landlock_grades_as_bubblewrap_does():
    made, kit = prepared(kind="landlock")
    result = grade.grade(sample.CELLS, made, kit)
    assert [q["fraction"] for q in result["questions"].values()] == [1, 1, 1, 1, 1, 0]
