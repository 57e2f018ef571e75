"""A class is graded once, completely, whatever happens in between."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress

import pytest
from grading import sample

from lstm_course.grading import isolation, pool
from lstm_course.grading.batch import Batch, Options
from lstm_course.grading.store import Store

NO_JAIL = pytest.mark.skipif(
    isolation.best() in (None, "partial"), reason="no jail can be built here"
)
pytestmark = [pytest.mark.slow, NO_JAIL]  # make quick leaves them out
WRONG = [sample.IMPORTS, sample.SIGMOID.replace("-x", "x"), *sample.CELLS[2:]]
NAMES = ["ada", "bob", "eve", "zoe"]


def submit(folder):
    """Four submissions: right, wrong in one question, broken, and a copy."""
    for name, cells in zip(NAMES, (sample.CELLS, WRONG, [], sample.CELLS), strict=True):
        sample.write(folder / name / "90_sample.ipynb", cells)
    (folder / "eve/90_sample.ipynb").write_text("{")
    return folder


def run(folder, out, private=sample.OVERLAY, **more):
    """(rows by student, number of notebooks run) of one batch."""
    options = Options(out=out, private=private, workers=2, quiet=True, **more)
    batch = Batch(options)
    rows = batch.run([folder])
    assert not batch.errors
    return {row["student"]: row for row in rows}, batch.run_now


def files(out):
    """path -> (content, time of change) of everything a batch wrote."""
    kept = (p for p in out.rglob("*") if p.is_file() and p.name != "lock")
    return {p.relative_to(out): (p.read_bytes(), p.stat().st_mtime_ns) for p in kept}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A class, graded once."""
    root = tmp_path_factory.mktemp("batch")
    folder = submit(root / "submitted")
    rows, ran = run(folder, root / "out")
    return folder, root / "out", rows, ran


def test_everybody_gets_a_row(first):
    rows = first[2]
    assert sorted(rows) == NAMES
    assert [rows[n]["points"] for n in NAMES] == [100, 90, 0, 100]


def test_not_executed_is_something_else_than_zero(first):
    broken, wrong = first[2]["eve"], first[2]["bob"]
    assert {q["status"] for q in broken["questions"]} == {"not executed"}
    assert wrong["questions"][0]["status"] == "graded"
    assert wrong["questions"][0]["points"] == 0


def test_equal_notebooks_are_run_once(first):
    assert first[3] == 2


def test_a_second_run_runs_nothing_and_writes_nothing(first):
    folder, out, rows, _ = first
    before = files(out)
    again, ran = run(folder, out)
    assert (again, ran) == (rows, 0)
    assert files(out) == before


def test_a_fixed_test_regrades_its_question_only(first, tmp_path):
    folder, out, rows, _ = first
    private = tmp_path / "overlay.py"
    fixed = sample.OVERLAY.read_text().replace("-x)", "x)", 1)  # now bob is right
    private.write_text(fixed)
    asked = {}
    options = Options(out=out, private=private, workers=1, quiet=True)
    batch = Batch(options)
    todo = batch._todo
    batch._todo = lambda key, name: asked.setdefault(key[:8], todo(key, name))
    regraded = {row["student"]: row for row in batch.run([folder])}
    assert list(asked.values()) == [["90.1"], ["90.1"]]
    assert [regraded[n]["points"] for n in NAMES] == [90, 100, 0, 90]
    for name in NAMES:
        assert regraded[name]["questions"][1:] == rows[name]["questions"][1:]
    run(folder, out)  # as it was, for the other tests


def test_an_untouched_clone_brings_nobody_points(tmp_path):
    starter = [cell.split("return")[0] + "raise ValueError" for cell in sample.CELLS]
    for part, cells in (("solutions", sample.CELLS), ("exercises", starter)):
        path = tmp_path / f"in/ada/{part}/90_sample/90_sample.ipynb"
        sample.write(path, cells)
        os.utime(path, (2e9, 2e9) if part == "solutions" else (1e9, 1e9))
    sample.write(tmp_path / "in/ada/book/90_sample.ipynb", ["1 + 1"])
    rows, ran = run(tmp_path / "in", tmp_path / "out")
    assert (rows["ada"]["points"], ran) == (0, 1)
    assert "exercises" in rows["ada"]["file"]
    (page,) = (tmp_path / "out/html").glob("*.html")
    assert "ada/exercises/90_sample" in page.read_text()


def test_a_later_batch_adds_to_the_gradebook(first, tmp_path):
    _, out, rows, _ = first
    sample.write(tmp_path / "mia/90_sample.ipynb", WRONG)
    more, ran = run(tmp_path, out)
    assert sorted(more) == sorted([*NAMES, "mia"])
    assert ran == 0  # bob handed in the same


def test_the_last_readable_notebook_counts_not_the_best_of_many_guesses(tmp_path):
    for when, cells in enumerate((["1"], sample.CELLS, WRONG, []), start=1):
        path = tmp_path / f"in/ada/90_sample {9 - when}.ipynb"
        sample.write(path, cells)
        path.write_text("{") if not cells else None
        os.utime(path, (when * 1e9, when * 1e9))
    rows, ran = run(tmp_path / "in", tmp_path / "out")
    assert rows["ada"]["points"] == 90 and not rows["ada"]["error"]
    assert ran == 1  # nobody's drafts are run


CANVAS = "lovelaceada_{}12_{}_90_sample.ipynb"


def test_a_late_submission_of_the_next_export_counts_and_nobody_is_doubled(tmp_path):
    for cells, late, number in ((WRONG, "", 345), (sample.CELLS, "LATE_", 678)):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as archive:  # without a time of its own
            name = CANVAS.format(late, number)
            info = zipfile.ZipInfo(name)
            archive.writestr(info, json.dumps(sample.notebook(cells)))
        rows, _ = run(path, tmp_path / "out")
    assert {who: row["points"] for who, row in rows.items()} == {"lovelaceada_12": 100}
    first = tmp_path / "345.zip"
    assert run(first, tmp_path / "out")[0] == rows  # in whatever order they are given


def test_a_notebook_after_a_file_of_another_kind_leaves_one_row(tmp_path):
    folder = tmp_path / "in"
    sample.write(folder / "bob/90_sample.ipynb", sample.CELLS)
    (folder / "ada").mkdir()
    (folder / "ada/answers.pdf").write_text("%PDF")
    rows, _ = run(folder, tmp_path / "out")
    assert (rows["ada"]["set"], rows["ada"]["status"]) == ("90_sample", "not executed")
    assert "answers.pdf" in rows["ada"]["error"]
    sample.write(folder / "ada/work.ipynb", sample.CELLS)
    rows, _ = run(folder, tmp_path / "out")
    assert {who: row["points"] for who, row in rows.items()} == {"ada": 100, "bob": 100}
    table = (tmp_path / "out/grades.csv").read_text().splitlines()
    assert len(table) == 3


def test_the_grader_s_own_folder_is_no_student(tmp_path, monkeypatch):
    monkeypatch.chdir(submit(tmp_path))
    for _ in range(2):
        assert sorted(run(".", "grades")[0]) == NAMES


def test_a_table_names_the_page_of_each_student(first):
    out = first[1]
    with open(out / "grades.csv", newline="") as file:
        pages = {line["student"]: line["report"] for line in csv.DictReader(file)}
    for name in NAMES:
        assert f"Grades of {name}" in (out / pages[name]).read_text()


def test_what_does_not_say_its_set_is_for_that_of_the_others(tmp_path):
    folder = tmp_path / "week 3"  # which is the number of another set
    sample.write(folder / "ada/work.ipynb", sample.CELLS)
    sample.write(folder / "bob/Untitled.ipynb", ["1 + 1"])
    sample.write(folder / "eve/work.ipynb", []).write_text("{")
    rows, _ = run(folder, tmp_path / "out")
    assert {row["set"] for row in rows.values()} == {"90_sample"}
    assert [rows[n]["points"] for n in ("ada", "bob", "eve")] == [100, 0, 0]
    assert rows["bob"]["questions"][0]["status"] == "graded"


def test_copies_of_the_notebook_that_counts_are_no_drafts(tmp_path):
    for place in ("one/ada", "two/ada", "three/bob"):
        sample.write(tmp_path / place / "90_sample.ipynb", sample.CELLS)
    batch = Batch(Options(out=tmp_path / "out", private=sample.OVERLAY, quiet=True))
    batch.run([tmp_path / "one", tmp_path / "two"])
    assert not batch.superseded


def test_a_file_found_again_is_not_kept_under_an_earlier_name_of_its_student(tmp_path):
    sample.write(tmp_path / "in/class/ada/90_sample.ipynb", sample.CELLS)
    out = tmp_path / "out"
    assert list(run(tmp_path / "in", out)[0]) == ["class"]  # nobody else is there yet
    sample.write(tmp_path / "in/class/bob/90_sample.ipynb", sample.CELLS)
    assert list(run(tmp_path / "in", out)[0]) == ["ada", "bob"]


def test_what_was_not_executed_is_tried_again_when_asked(tmp_path):
    hopeless = ["import os; os._exit(1)"] * 3
    sample.write(tmp_path / "in/ada/90_sample.ipynb", hopeless)
    few = {"limits": {"restarts": 1}}
    rows, ran = run(tmp_path / "in", tmp_path / "out", **few)
    assert (rows["ada"]["status"], ran) == ("not executed", 1)
    assert run(tmp_path / "in", tmp_path / "out", **few)[1] == 0
    assert run(tmp_path / "in", tmp_path / "out", again=True, **few)[1] == 1


def test_the_seed_is_drawn_once_and_kept_private(tmp_path):
    store = Store(tmp_path / "out")
    seed = store.seed()
    assert len(seed) == 32 and store.seed() == seed
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    store.close()
    other = Store(tmp_path / "other")
    assert other.seed() != seed
    other.close()


def test_two_batches_may_not_write_to_one_folder(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="Another batch"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_half_written_result_is_graded_again(first, tmp_path):
    folder, out, rows, _ = first
    victim = next((out / "results").glob("*.json"))
    victim.write_text(victim.read_text()[:100])
    again, ran = run(folder, out)
    assert ran == 1 and again["ada"] == rows["ada"]


def command(folder, out):
    text = "-m lstm_course grade IN --out OUT --private FILE --workers 2 --quiet"
    places = {"IN": folder, "OUT": out, "FILE": sample.OVERLAY}
    return [sys.executable, *(str(places.get(word, word)) for word in text.split())]


def test_an_interrupted_batch_goes_on_and_loses_nothing(tmp_path):
    for k in range(16):
        sample.write(tmp_path / f"in/s{k}/90_sample.ipynb", [*sample.CELLS, f"# {k}"])
    out = tmp_path / "out"
    process = subprocess.Popen(command(tmp_path / "in", out))
    done = lambda: len(list((out / "results").glob("*.json")))  # noqa: E731
    while done() < 3 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = done()
    assert 3 <= kept < 16
    rows, ran = run(tmp_path / "in", out)
    assert ran <= 16 - kept
    assert [row["points"] for row in rows.values()] == [100] * 16


def test_ctrl_c_ends_the_batch_and_its_processes(tmp_path):
    hang = [*sample.CELLS, "while True: pass"]
    for k in range(4):
        sample.write(tmp_path / f"in/s{k}/90_sample.ipynb", [*hang, f"# {k}"])
    process = subprocess.Popen(command(tmp_path / "in", tmp_path / "out"))
    time.sleep(3)
    for _ in range(
        15
    ):  # Python may lose one, in a callback; then the limits would end it
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
            break
    assert process.returncode == 130
    assert not list((tmp_path / "out/results").glob("*"))  # it waited for none of them
    Store(tmp_path / "out").close()  # the folder is free again


def test_a_killed_process_loses_nothing(tmp_path):
    local = pool.Local(2)
    made = {"name": "90_sample", "cells": sample.CELLS, "todo": ["90.1"], "seed": "s",
            "private": sample.OVERLAY.read_text(), "limits": {},
            "accept_partial": False, "isolation": None}  # fmt: skip
    killed = []

    def jobs():
        for k in range(12):
            if k == 6:
                while not local.hosts:
                    time.sleep(0.01)
                host = next(iter(local.hosts))
                host.kill()
                killed.append(host.pid)
            yield k, json.dumps(made)

    results = {k: json.loads(text) for k, text in local.run(jobs())}
    assert killed and sorted(results) == list(range(12))
    assert all(r["questions"]["90.1"]["fraction"] == 1 for r in results.values())


def test_batches_need_full_isolation_unless_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(isolation, "best", lambda: "partial")
    with pytest.raises(ValueError, match="--accept-partial-isolation"):
        Batch(Options(out=tmp_path / "out"))
    Batch(Options(out=tmp_path / "other", accept_partial=True)).store.close()


def test_partial_isolation_is_said_in_the_report(tmp_path):
    folder = sample.write(tmp_path / "in/ada/90_sample.ipynb", sample.CELLS).parents[1]
    rows, _ = run(folder, tmp_path / "out", isolation="partial", accept_partial=True)
    assert rows["ada"]["points"] == 100
    (page,) = (tmp_path / "out/html").glob("*.html")
    assert "partial isolation" in page.read_text()


def test_an_unknown_set_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="90_sample"):
        Batch(Options(out=tmp_path, set="91_other", private=sample.OVERLAY))
