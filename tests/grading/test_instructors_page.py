"""What the page for instructors shows works when it is typed in."""

import csv
import re
import shlex
import zipfile

import numpy as np
import pytest

from lstm_course.__main__ import main, parser
from lstm_course.exercises import SETS, judge
from lstm_course.grading import isolation, plan
from lstm_course.grading.submissions import layouts

NAME, ASKED = "04_lstm_step_by_step", "04.1"


PEOPLE = ("Ada Lovelace_101", "Alan Turing_102", "Grace Hopper_103")
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
    "Participant 101,Ada Lovelace,a@x.org,Submitted,,110.00\n"
    "Participant 102,Alan Turing,t@x.org,Submitted,,110.00\n"
    "Participant 103,Grace Hopper,g@x.org,Submitted,,110.00\n"
    "Participant 104,王小明,w@x.org,No submission,,110.00\n"
)


@pytest.fixture(scope="module")
def page(root):
    return (root / "book/instructors.md").read_text("utf-8")


def blocks(page, kind):
    return re.findall(rf"```{kind}\n(.*?)```", page, re.S)


@pytest.fixture
def exercise(page):
    (overlay,) = (text for text in blocks(page, "python") if "EXTRA =" in text)
    made = plan.make(NAME, "s", overlay).set.exercises
    return next(e for e in made if e.id == ASKED)


def won(exercise, function):
    rng = np.random.default_rng(0)
    return judge(exercise, lambda args: function(*args), rng, rng).fraction


def test_its_hidden_test_is_one_that_a_right_answer_passes(exercise):
    assert [share for share, _ in exercise.extra] == [0.25]
    assert won(exercise, exercise.reference) == 1


def test_its_variant_asks_for_another_order_than_the_public_solution(exercise):
    assert won(exercise, SETS[NAME].exercises[0].reference) < 1


@pytest.fixture(scope="module")
def evening(root, page, tmp_path_factory):
    """The folder after the commands of the evening, and what each returned."""
    home = tmp_path_factory.mktemp("evening")
    (home / "exam.py").write_text(blocks(page, "python")[0])
    (home / "worksheet.csv").write_text(WORKSHEET)
    with zipfile.ZipFile(home / "submissions.zip", "w") as archive:
        for who, kind in zip(PEOPLE, ("solutions", "exercises", None), strict=True):
            inside = f"{who}_assignsubmission_file_/{NAME}.ipynb"
            if kind:
                archive.write(root / f"{kind}/{NAME}/{NAME}.ipynb", inside)
            else:
                archive.writestr(inside.replace("ipynb", "docx"), "PK")
    done = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for line in "".join(blocks(page, "sh")).splitlines():
            if line.startswith("lstm-course grade submissions.zip"):
                if len(done) == 2:
                    read_by_a_human(home / "grades/manual.csv")
                done.append(main(shlex.split(line)[1:]))
    return home, done


def read_by_a_human(table):
    lines = list(csv.reader(table.read_text("utf-8").splitlines()))
    mine = next(line for line in lines if line[1] == PEOPLE[0])
    mine[4:] = ["9", "Clear."]
    with open(table, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)


jail = pytest.mark.skipif(
    isolation.best() in (None, "partial"), reason="no jail can be built here"
)


@jail
def test_the_commands_of_the_evening_run(evening):
    assert evening[1] == [0, 0, 0]


@jail
def test_the_roster_has_points_and_those_of_the_human(evening):
    with open(evening[0] / "grades/roster-worksheet.csv", encoding="utf-8") as file:
        lines = {line["Full name"]: line["Grade"] for line in csv.DictReader(file)}
    assert lines == {"Ada Lovelace": "109", "Alan Turing": "0", "Grace Hopper": "",
                     "王小明": ""}  # fmt: skip
    missing = (evening[0] / "grades/missing.csv").read_text("utf-8")
    assert missing.split() == ["student", "王小明"]


@jail
def test_every_file_that_the_page_names_is_there(evening, page):
    table = page[page.index("In `grades/`") : page.index("**Read the written")]
    cells = [line.split("|")[1] for line in table.splitlines() if line[:2] == "| "]
    names = re.findall(r"`([^`]+)`", " ".join(cells))
    assert len(names) > 10
    for name in [*names, "changes.csv", "old/"]:
        assert (evening[0] / "grades" / name).exists(), name


@jail
def test_the_table_says_that_it_is_the_public_solution(evening):
    with open(evening[0] / "grades/grades.csv", encoding="utf-8") as file:
        same = {line["student"]: line["same"] for line in csv.DictReader(file)}
    assert "same as the public solution" in same[PEOPLE[0]]
    assert same[PEOPLE[1]] == ""


def test_every_option_and_layout_on_the_page_exists(page):
    known = parser().parse_args(["grade", "x"])
    for option in re.findall(r"(?<![\w-])--([a-z][a-z-]+)", page):
        there = hasattr(known, option.replace("-", "_"))
        assert there or option in ("help", "variant"), option
    table = page[page.index("| `--layout`") : page.index("Canvas's anonymous form")]
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|(.*?)\|", table, re.M)))
    assert set(named) == set(layouts.names()) - {"ilias"}
