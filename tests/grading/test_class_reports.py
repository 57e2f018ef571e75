"""A class's reports: the page, what changed, feedback, and answers read by a human."""

import csv
import io
import json
import re
import zipfile

import pytest
from grading import sample

from lstm_course.exercises import SETS
from lstm_course.grading import plan
from lstm_course.grading.reports import by_hand, every, feedback, summary
from lstm_course.grading.store import Store
from lstm_course.grading.submissions import written

ESSAY = "I predicted 3 % & measured <b>7 %</b>."


def question(id, points, message="Right.", status="graded", manual=False, most=10):
    return {"id": id, "function": "f", "status": status, "points": points, "max": most,
            "message": message, "manual": manual}  # fmt: skip


def row(student, *questions, **more):
    made = {"student": student, "id": "", "set": "90_sample", "file": f"in/{student}/x",
            "inside": f"{student}/90_sample.ipynb", "error": "", "isolation": "",
            "when": "", "late": "", "kept": 1.0, "same": "", "cells": [], "out": "",
            "written": {"90.6": ESSAY}, "questions": list(questions), "points": 1.0,
            "max": 10, "status": "graded"}  # fmt: skip
    return made | more


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "out")
    yield made
    made.close()


def lines(store, name):
    return list(csv.DictReader(io.StringIO(store.text(name), newline="")))


def test_the_page_of_a_class_says_how_many_earned_what():
    rows = [row("ada", question("1", 10)), row("bob", question("1", 4, "No <tanh>.")),
            row("eve", question("1", 4, "No <tanh>."), same="1 same as bob"),
            row("zoe", question("1", 0.0, status="not executed"))]  # fmt: skip
    page = summary.page(rows)
    cells = re.search(r"<td>1 f</td>(.*?)</tr>", page)[1]
    numbers = re.findall(r'class="n">([^<]*)<', cells)
    assert numbers == ["6.0 / 10", "0", "2", "0", "1", "1"]
    assert "2 × No &lt;tanh&gt;." in cells and "eve: 1 same as bob" in page


def test_cells_that_failed_in_many_notebooks_are_named_once_for_each():
    cells = [[3, "KeyError: 'b'"], [4, "KeyError: 'b'"]]
    page = summary.page([row(n, cells=cells) for n in "abc"] + [row("d")])
    assert "3 × KeyError: &#x27;b&#x27;" in page


def test_changed_points_are_listed_and_the_old_tables_kept(store):
    every.write([row("ada", question("1", 3)), row("bob", question("1", 5))], store)
    assert store.text("changes.csv") == ""
    before = store.text("questions.csv")
    changed = every.write(
        [row("ada", question("1", 4, "Better.")), row("bob", question("1", 5)),
         row("mia", question("1", 5))], store,
    )  # fmt: skip
    assert changed == [("ada", "90_sample", "1", 3, 4, "Better.")]
    (line,) = lines(store, "changes.csv")
    assert (line["before"], line["after"]) == ("3", "4")
    (old,) = (store.folder / "old").glob("*questions.csv")
    assert old.read_text() == before


def test_feedback_lies_where_the_notebook_lay():
    rows = [row("ada", inside="submitted/ada/ps4/x.ipynb"),
            row("b", inside="Bob_9_assignsubmission_file_/w.zip/0/x.ipynb"),
            row("c", inside="cc_12_345_x.ipynb"), row("d", inside="cc_12_345_x.ipynb"),
            row("e", inside="eve", error="There is no notebook.")]  # fmt: skip
    data = feedback.packed(rows)
    assert data == feedback.packed(rows)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert "Grades of ada" in archive.read("submitted/ada/ps4/x.html").decode()
    assert names[1:3] == ["Bob_9_assignsubmission_file_/w.html", "cc_12_345_x.html"]
    assert names[3].startswith("cc_12_345_x-d-") and names[4] == "eve/feedback.html"


def essay(student):
    return row(student, question("90.6", 0.0, status="manual", manual=True, most=8))


def marked(store, points, comment="Fine."):
    text = store.text("manual.csv").splitlines()
    store.write("manual.csv", "\n".join([text[0], text[1] + "X", *text[2:]]).replace(
        ",,X", f",{points},{comment}"))  # fmt: skip


def worth(points):
    made = plan.make("90_sample", "s", sample.OVERLAY.read_text() + (
        f"\nPOINTS = {{'90.6': {points}}}\n"))  # fmt: skip
    return lambda name: made


def test_written_answers_are_read_by_question_and_merged(store):
    rubric = {"90.6": ((2, "Says what was predicted."),)}
    every.write([essay("ada"), essay("bob")], store, rubric)
    page = store.text("written.html")
    assert page.count("I predicted 3 % &amp; measured &lt;b&gt;7 %&lt;/b&gt;.") == 2
    assert "Says what was predicted." in page and "ada" in page
    marked(store, "7.5")
    entries = [{"student": n, "set": "90_sample"} for n in ("ada", "bob")]
    given = by_hand.read(store, entries, worth(8))
    assert given == {("ada", "90_sample", "90.6"): (7.5, "Fine.")}
    every.write([essay("ada"), essay("bob"), essay("zoe")], store)
    kept = lines(store, "manual.csv")
    assert [k["points"] for k in kept] == ["7.5", "", ""]
    assert kept[2]["student"] == "zoe"


def test_nobody_is_named_where_that_is_asked(store):
    every.write([essay("ada"), essay("bob")], store, anonymous=True)
    assert not re.search("ada|bob", store.text("written.html"))
    assert not re.search("ada|bob", store.text("manual.csv"))
    marked(store, 3)
    entries = [{"student": n, "set": "90_sample"} for n in ("ada", "bob")]
    assert len(by_hand.read(store, entries, worth(8))) == 1


@pytest.mark.parametrize("points", ["9", "-1", "good"])
def test_points_that_a_question_does_not_have_are_refused(store, points):
    every.write([essay("ada")], store)
    marked(store, points)
    with pytest.raises(ValueError, match="from 0 to 8"):
        by_hand.read(store, [{"student": "ada", "set": "90_sample"}], worth(8))


def test_a_line_for_nobody_is_refused(store):
    every.write([essay("ada")], store)
    marked(store, 3)
    with pytest.raises(ValueError, match="nobody"):
        by_hand.read(store, [{"student": "mia", "set": "90_sample"}], worth(8))
    assert by_hand.read(store, [], worth(8)) == {}  # that set is not known now


@pytest.mark.parametrize("name", SETS)
def test_the_written_answer_of_every_set_is_found(root, name):
    path = root / f"exercises/{name}/{name}.ipynb"
    notebook = json.loads(path.read_text())
    cell = next(c for c in reversed(notebook["cells"]) if c["cell_type"] == "markdown")
    cell["source"] = [ESSAY, "\n", "More.\ud800\u202e"]
    for names in (True, False):
        if not names:  # of an editor that keeps no metadata
            cell["metadata"] = {}
        data = json.dumps(notebook).encode()
        (text,) = written.answers(data, SETS[name].exercises).values()
        assert text == f"{ESSAY}\nMore.?\ufffd"


@pytest.mark.parametrize("name", SETS)
def test_every_question_for_a_human_has_a_rubric(name):
    asked = [e for e in SETS[name].exercises if e.manual]
    assert asked and all(sum(points for points, _ in e.rubric) == 10 for e in asked)


def test_the_page_of_a_class_is_the_same_in_every_order():
    messages = ["No bias.", "No tanh.", "A swapped gate.", "No sum."]
    rows = [row(text, question("1", 4, text), cells=[[1, cell] for cell in ("a", "b")])
            for text in messages]  # fmt: skip
    table, other = (summary.page(r).split("<h3>")[0] for r in (rows, rows[::-1]))
    assert table == other
    assert summary._cells(rows) == summary._cells(rows[::-1]) == ["4 × a", "4 × b"]


def answer(root, *cells):
    """What is read as the last answer of a set where these follow its heading."""
    name, said = "04_lstm_step_by_step", "I found that unit 3 knows the digit."
    notebook = json.loads((root / f"exercises/{name}/{name}.ipynb").read_text())
    heads = ["".join(c["source"])[:7] for c in notebook["cells"]]
    k = heads.index("## 4.7 ")
    made = [{"cell_type": kind, "metadata": {}, "source": text.replace("SAID", said)}
            for kind, text in cells]  # fmt: skip
    kept = notebook["cells"][: k + 1] + made + notebook["cells"][k + 2 :]
    data = json.dumps(notebook | {"cells": kept}).encode()
    return written.answers(data, SETS[name].exercises).get("04.7", ""), said


@pytest.mark.parametrize(
    "cells",
    [
        [("markdown", "SAID")],
        [("markdown", "Write your answer here."), ("markdown", "SAID")],
        [("markdown", "## My conclusion\n\nSAID")],
        [("markdown", "# Answer"), ("raw", "SAID")],
        [("code", "SAID")],
        [("code", "# SAID")],
        [("code", '"""SAID"""')],
        [("markdown", "```python\ndef lstm_step(): pass\n```\nSAID")],
        [("code", "x = 1"), ("markdown", "SAID")],
    ],
)
def test_a_written_answer_is_found_in_whatever_cell_it_stands(root, cells):
    text, said = answer(root, *cells)
    assert said in text and "Write your answer" not in text and "points(" not in text


def test_a_notebook_without_a_written_answer_has_none(root):
    assert answer(root, ("code", "x = 1"))[0] == ""
