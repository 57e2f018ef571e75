"""Reports show what was found, and nothing a student could plant in them."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from grading import sample

from lstm_course.grading import plan
from lstm_course.grading.reports import pages as report
from lstm_course.grading.reports import tables

EVIL = "<script>alert(1)</script>'\"&\u202e\x1b[2J\x00=1+1"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2",
    "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre",
}  # fmt: skip


def row(text=EVIL, **more):
    question = {"id": "90.1", "function": "f", "status": "graded", "points": 3.0,
                "max": 10, "message": text}  # fmt: skip
    held = question | {"id": "90.2", "status": "not executed", "points": 0.0}
    made = {"student": text, "set": "90_sample", "file": text, "error": text,
            "isolation": "bubblewrap", "id": "17",
            "when": "", "late": "", "kept": 1.0, "same": "", "inside": text,
            "cells": [[1, text]], "out": text,
            "questions": [question, held], "points": 3.0, "max": 20,
            "status": "not executed"}  # fmt: skip
    return made | more


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.attributes, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append(tag)
        self.attributes += [name for name, _ in attributes]

    def handle_data(self, data):
        self.text.append(data)


def test_a_page_has_no_tag_that_a_student_wrote():
    page = Tags(report.page(EVIL, [row()]))
    assert set(page.found) <= TAGS
    assert set(page.attributes) <= {"lang", "charset", "name", "content", "http-equiv",
                                    "class"}  # fmt: skip
    assert "<script>alert(1)</script>" in "".join(page.text)


def test_a_page_allows_no_script_and_loads_nothing():
    page = report.page("ada", [row("fine")])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy and "http" not in page.replace("http-equiv", "")


def test_a_page_has_no_invisible_characters():
    page = report.page(EVIL, [row()])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)


def test_a_page_tells_not_executed_from_zero():
    text = "".join(Tags(report.page("ada", [row("x")])).text)
    assert "3 / 10" in text and "not executed / 10" in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r=1", EVIL])
def test_no_cell_of_a_table_is_a_formula(text):
    for made in (tables.grades([row(text)]), tables.questions([row(text)])):
        for line in csv.reader(io.StringIO(made)):
            assert not any(cell.startswith(tables.FORMULA) for cell in line)


def test_a_table_survives_commas_quotes_and_lines():
    made = tables.grades([row('a,"b"\nc')])
    assert next(csv.DictReader(io.StringIO(made)))["student"] == 'a,"b" c'


def test_an_lms_finds_its_own_number_of_a_student_in_the_table():
    lines = csv.DictReader(io.StringIO(tables.grades([row("Ada"), row("Bob", id="")])))
    assert [line["id"] for line in lines] == ["17", ""]


def test_a_table_has_no_points_for_what_was_not_executed():
    made = tables.grades([row("x"), row("x", status="graded", points=0.0)])
    lines = csv.DictReader(io.StringIO(made))
    assert [line["points"] for line in lines] == ["", "0.0"]


def test_gradescope_gets_scores_that_add_up():
    made = json.loads(json.dumps(tables.gradescope(row("x", error=""))))
    assert made["score"] == sum(t["score"] for t in made["tests"]) == 3.0
    assert all(t["score"] <= t["max_score"] for t in made["tests"])
    assert {t["output_format"] for t in made["tests"]} == {"text"}


def test_no_two_students_share_a_file_name():
    names = ["a/b", "a b", "a_b", "A B", "..", "", "é", "e", "x" * 300, "x" * 301]
    slugs = [report.slug(name) for name in names]
    assert len({s.lower() for s in slugs}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9-]{1,60}", s) for s in slugs)


def test_a_student_and_set_cannot_be_mixed_up():
    assert report.slug("a", "b-c") != report.slug("a-b", "c")


def test_a_brief_message_holds_no_number_of_a_case():
    from lstm_course.exercises import judge, local_call

    made = plan.make("90_sample", "s", sample.OVERLAY.read_text())
    for exercise in made.set.exercises[:5]:
        for wrong in (lambda *a: a, lambda *a: a[0], lambda *a: 1 / 0):
            call = local_call(exercise, wrong)
            verdict = judge(exercise, call, made.rng(exercise))
            assert verdict.fraction == 0
            assert not re.search(r"\d", verdict.brief.replace("90.", ""))
