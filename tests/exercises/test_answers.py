"""Starters fail with a friendly word, solutions get every point, each on its own."""

import nbformat
import pytest
from exercises.notebooks import (
    IDS,
    NAMES,
    QUESTIONS,
    about,
    function,
    given,
    read,
    solution_cells,
)

from lstm_course.check import check, examine
from lstm_course.exercises import SETS

CHECKS = "from lstm_course.check import check, hint, progress\n\n"  # after a restart
every_question = pytest.mark.parametrize("exercise", QUESTIONS, ids=IDS)
every_set = pytest.mark.parametrize("name", NAMES)


@every_question
def test_a_starter_gets_nothing_and_is_told_what_to_write(exercise, capsys):
    got = check(exercise.id, function("exercises", exercise))
    number = exercise.id.lstrip("0")
    assert got == 0
    told = f"Exercise {number}: write {exercise.function}"
    assert told in capsys.readouterr().out


@every_question
def test_a_solution_alone_gets_every_point(exercise, capsys):
    assert check(exercise.id, function("solutions", exercise)) == exercise.points
    assert "Right." in capsys.readouterr().out


@every_question
def test_a_second_check_of_the_same_answer_says_the_same(exercise):
    answer = function("solutions", exercise)
    assert examine(exercise, answer) == examine(exercise, answer)


@every_set
def test_checks_may_run_in_any_order(name, capsys):
    notebook = read("solutions", name)
    names = given("solutions", name)
    for source in reversed(solution_cells(notebook).values()):
        exec(source, names)
    checks = [c for c in notebook.cells if c.source.startswith(CHECKS)]
    assert len(checks) == sum(not e.manual for e in SETS[name].exercises)
    for cell in reversed(checks):
        call = cell.source.removeprefix(CHECKS)
        assert eval(call, names | {"check": check}) == about(cell).points


@every_set
def test_points_in_the_notebook_are_those_of_the_definitions(name):
    defined = {e.function: e for e in SETS[name].exercises}
    for folder in ("solutions", "exercises"):
        cells = [c for c in read(folder, name).cells if about(c).get("grade")]
        asked = [c for c in cells if c.cell_type == "code"]
        for cell, e in zip(asked, SETS[name].exercises, strict=False):
            assert cell.source == f'{CHECKS}check("{e.id}", {e.function})'
            assert about(cell).points == e.points and about(cell).locked
        assert len(asked) == sum(not e.manual for e in defined.values())
        assert len(cells) - len(asked) == sum(e.manual for e in defined.values())


@every_set
def test_a_starter_holds_nothing_of_a_solution(name):
    starter, solution = read("exercises", name), read("solutions", name)
    text = nbformat.writes(starter)
    assert "SOLUTION" not in text
    for source in solution_cells(solution).values():
        body = source.partition("### BEGIN SOLUTION")[2]
        long = [line.strip() for line in body.splitlines() if len(line.strip()) > 40]
        assert not [line for line in long if line in text]
    asked = solution_cells(starter).values()
    assert all("raise NotImplementedError(" in source for source in asked)


@every_set
@pytest.mark.slow
def test_the_whole_starter_runs_and_shows_0_points(name, capsys):
    names = {}
    for cell in read("exercises", name).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert eval(f"points({name[:2]!r})", names) == 0
