"""Every submission of the corpus gets what it deserves, in the real jail."""

import hashlib
import json
import os
import re
import socket
import threading
from pathlib import Path

import numpy as np
import pytest
from attacks import broken, cheats, escapes, honest, resources, tampering
from attacks.attack import POINTS
from grading import sample

from lstm_course.grading import isolation, plan
from lstm_course.grading.batch import Batch, Options
from lstm_course.grading.submissions.owners import marked

HERE = Path(__file__).parent
CLASSES = (cheats, escapes, resources, tampering, broken, honest)
CORPUS = {m.__name__.rpartition(".")[2]: m.CORPUS for m in CLASSES}
ATTACKS = [(c, a) for c, attacks in CORPUS.items() for a in attacks]
LIMITS = {"cell": 1.5, "cells": 8.0, "call": 1.5, "spare": 1.0, "whole": 60.0,
          "restarts": 5, "memory": 512 << 20, "total": 400 << 20}  # fmt: skip
HONEST = ["ada", "grace", "zuse"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        isolation.best() != "bubblewrap",
        reason=f"the real jail does not start here, only {isolation.best()}",
    ),
    pytest.mark.timeout(900),  # the whole corpus is one fixture
]


class Place:
    """Folders, a canary, and a port on which nobody should ever knock."""

    def __init__(self, root):
        self.root, self.out = root, root / "out"
        self.canary = root / "canary"
        self.canary.write_text("ESCAPED if read")
        root.chmod(0o755)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.knocks = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                connection, address = self.server.accept()
            except OSError:
                return
            self.knocks.append(address)
            connection.close()

    def fill(self, source):
        """The source of an attack with real targets."""
        values = {
            "CANARY": self.canary, "OUT": self.out, "ROOT": HERE.parents[1],
            "OVERLAY": sample.OVERLAY, "TESTS": HERE, "PID": os.getpid(),
            "PORT": self.server.getsockname()[1],
        }  # fmt: skip
        for name, value in values.items():
            source = source.replace(name, str(value))
        return source

    def write(self, kind, attack):
        folder = self.root / "submitted" / f"{kind} {attack.name.replace('/', '-')}"
        folder.mkdir(parents=True)
        target = folder / "90_sample.ipynb"
        if attack.make:
            os.chdir(self.root / "submitted/ada")
            attack.make(folder)
        elif attack.data is not None:
            target.write_bytes(attack.data)
        else:
            cells = [self.fill(c) for c in attack.cells]
            target.write_text(json.dumps(sample.notebook(cells)))


def picture(folder):
    """Everything that may not change: path -> hash."""
    files = (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("attacks"))
    for name in HONEST:
        target = place.root / "submitted" / name / "90_sample.ipynb"
        sample.write(target, sample.CELLS)
    (place.root / "submitted/ada/OTHER").write_text(json.dumps(
        sample.notebook(sample.CELLS)))  # fmt: skip
    old = os.getcwd()
    try:
        for kind, attack in ATTACKS:
            place.write(kind, attack)
    finally:
        os.chdir(old)
    place.before = picture(place.root)
    options = Options(
        out=place.out, private=sample.OVERLAY, workers=4, limits=LIMITS, quiet=True
    )
    batch = Batch(options)
    place.rows = {row["student"]: row for row in batch.run([place.root / "submitted"])}
    place.errors = batch.errors
    place.server.close()
    yield place


def student(kind, attack):
    folder = f"{kind} {attack.name.replace('/', '-')}"
    return marked(folder)


@pytest.mark.parametrize(
    ("kind", "attack"), ATTACKS, ids=[f"{kind}-{a.name}" for kind, a in ATTACKS]
)
def test_a_submission_gets_what_it_deserves(graded, kind, attack):
    row = graded.rows[student(kind, attack)]
    got = {q["id"]: q["points"] for q in row["questions"] if q["id"] in POINTS}
    if attack.points is None:
        assert row["status"] == "not executed" and row["error"], row
        assert sum(got.values()) == 0
    else:
        assert got == attack.points, row
        assert not row["error"]


def test_every_class_is_large_and_has_no_name_twice():
    names = [(kind, a.name) for kind, a in ATTACKS]
    assert len(names) == len(set(names)) >= 60
    assert all(len(attacks) >= 10 for attacks in CORPUS.values())


@pytest.mark.parametrize("name", HONEST)
def test_the_results_of_others_are_untouched(graded, name):
    assert graded.rows[name]["points"] == graded.rows[name]["max"] == 100


def test_no_attempt_to_escape_succeeded(graded):
    printed = [row["out"] for row in graded.rows.values() if "ESCAPED" in row["out"]]
    assert not printed


def test_nothing_outside_the_work_folder_changed(graded):
    now = {p: h for p, h in picture(graded.root).items() if not p.startswith(
        str(graded.out))}  # fmt: skip
    assert now == graded.before
    assert not Path(str(graded.canary) + "2").exists()


def test_no_report_holds_a_number_of_a_hidden_case(graded):
    made = plan.make("90_sample", "", sample.OVERLAY.read_text())
    numbers = set()
    for exercise in made.set.exercises[:5]:
        (stream,) = made.rng(exercise).spawn(1)
        for args in exercise.make_cases(stream):
            arrays = [a for a in args if isinstance(a, np.ndarray)]
            numbers |= {f"{abs(v):.6f}"[:7] for a in arrays for v in a.ravel()}
    assert len(numbers) > 50
    for path in graded.out.rglob("*"):
        if path.is_file():
            text = re.sub(r'"when": [0-9.]+', "", path.read_text())
            assert "LEAK" not in text, path
            assert not any(n in text for n in numbers), path


def test_no_report_grows_beyond_what_a_person_reads(graded):
    for row in graded.rows.values():
        assert len(json.dumps(row)) < 200_000, row["student"]


def test_nobody_reached_the_network(graded):
    assert graded.knocks == []


def test_the_grader_never_lost_a_submission(graded):
    assert graded.errors == {}
    assert len(graded.rows) == len(ATTACKS) + len(HONEST)
