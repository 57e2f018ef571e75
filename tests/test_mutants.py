"""Proof of the proofs: every deliberate bug of mutants.py is caught.

A copy of the package with one line changed is imported under another name, and the
cell it makes is put to the proofs of proofs.py.  A mutant is killed when a proof
raises AssertionError; a mutant that does not run at all proves nothing and is an error.
"""

import importlib
import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest
from mutants import MUTANTS, UNROLL_MUTANTS
from proofs import (
    case,
    close,
    prove_finite_differences,
    prove_reference,
    run,
    run_backward,
)

import lstm_course

HERE = Path(lstm_course.__file__).parent
NUMBER = count()


class Mutation(MetaPathFinder, Loader):
    """A package whose files are the real ones but for one replaced text."""

    def __init__(self, file, old, new):
        self.name = f"mutant_{next(NUMBER)}"
        self.file, self.old, self.new = HERE / file, old, new
        self.target = f"{self.name}.{file.removesuffix('.py').replace('/', '.')}"

    def __enter__(self):
        package = sys.modules[self.name] = ModuleType(self.name)
        package.__path__ = [str(HERE)]
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *error):
        sys.meta_path.remove(self)
        for name in [m for m in sys.modules if m.split(".")[0] == self.name]:
            del sys.modules[name]

    def find_spec(self, name, path, target=None):
        if name == self.target:
            return importlib.util.spec_from_file_location(name, self.file, loader=self)

    def exec_module(self, module):
        text = self.file.read_text(encoding="utf-8")
        at = text.index('"""', 3)  # the room's own text is left alone
        text, code = text[:at], text[at:]
        if code.count(self.old) != 1:
            raise LookupError(f"{self.old!r} must be once in {self.file.name}")
        text += code.replace(self.old, self.new)
        exec(compile(text, self.file, "exec"), module.__dict__)

    def load(self, name):
        return importlib.import_module(f"{self.name}.{name}")


def cell_of(mutation, room, options):
    """The mutant's cell; functions among the options are its own."""
    gate = options.get("gate")
    own = {"gate": getattr(mutation.load("ops"), gate)} if gate else {}
    return mutation.load(f"cells.{room}").make(**options | own)


def prove_cell(cell, room, options):
    gate = options.get("gate")
    known = {"gate": getattr(lstm_course.ops, gate)} if gate else {}
    prove_reference(cell, room, options | known)
    prove_finite_differences(cell, T=3)


def prove_unroll(module, cell):
    """unroll and unroll_backward against plain loops of the cell's own steps."""
    p, x, state, dh, dstate = case(cell)
    h, end, plain = run(cell, p, x, state)
    ours, last, caches = module.unroll(cell, p, x, state)
    for a, b in zip([*ours, *last], [*h, *end], strict=True):
        close(a, b, 1e-12, 1e-12)
    dx, dstate0, grads = module.unroll_backward(cell, p, dh, caches, dstate)
    theirs = run_backward(cell, p, dh, dstate, plain)
    for a, b in zip(
        [dx, *dstate0, *(grads[k] for k in p)],
        [theirs[0], *theirs[1], *(theirs[2][k] for k in p)],
        strict=True,
    ):
        close(a, b, 1e-10, 1e-10)


def survives(prove, *args):
    try:
        prove(*args)
    except AssertionError:
        return False
    return True


def tries():
    """(what, mutation, function that proves it right)."""
    for (file, room, options), bugs in MUTANTS.items():
        for what, old, new in bugs:
            yield f"{room}: {what}", (file, old, new), (room, dict(options))
    for what, old, new in UNROLL_MUTANTS:
        yield f"unroll: {what}", ("unroll.py", old, new), None


def check(mutation, target):
    with mutation:
        if target is None:
            cell = mutation.load("cells").CELLS["peephole"]
            return survives(prove_unroll, mutation.load("unroll"), cell)
        return survives(prove_cell, cell_of(mutation, *target), *target)


@pytest.mark.parametrize("file,room,options", MUTANTS)
def test_without_a_bug_the_same_proofs_pass(file, room, options):
    _, old, _ = MUTANTS[file, room, options][0]
    assert check(Mutation(file, old, old), (room, dict(options)))


def test_without_a_bug_the_loop_over_time_passes():
    module = importlib.import_module("lstm_course.unroll")
    assert survives(prove_unroll, module, lstm_course.CELLS["peephole"])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some bugs overflow
def test_every_mutant_is_killed(capsys):
    survivors, total = [], 0
    for what, change, target in tries():
        total += 1
        if check(Mutation(*change), target):
            survivors.append(what)
    with capsys.disabled():
        print(
            f"\n{total} mutants, {total - len(survivors)} killed, "
            f"survivors: {survivors}"
        )
    assert total >= 40
    assert survivors == []
