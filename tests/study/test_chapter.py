"""What chapter 5 says of the course's own study is what its table gives."""

import re
from pathlib import Path

import nbformat
import pytest

from lstm_course.experiments import record
from lstm_course.study import lessons, report, table

pytestmark = pytest.mark.slow

BOOK = Path(__file__).resolve().parents[2] / "book"
ROWS, ABOUT = table.read(BOOK / "results" / "study.csv.gz")
NOTEBOOK = nbformat.read(BOOK / "05_variants.ipynb", 4)
TEXT = {c["id"]: " ".join(c.source.split()) for c in NOTEBOOK.cells}
SAID = {  # a claim of the report, in the words of the chapter
    "the forget gate is missed": "the missing forget gate",
    "the output activation is missed": "the missing output activation",
    "coupled gates cost nothing": "coupled gates",
    "peepholes can go": "peepholes",
    "settings act nearly independently": "the independence of settings",
    "the learning rate matters most": "the weight of the learning rate",
    "noise on the input harms": "the harm of noise",
    "a forget bias of 1 helps": "the forget bias",
    "GRU and LSTM are level": "GRU against LSTM",
    **{f"MUT{k} beats the GRU": f"MUT{k} against the GRU" for k in (1, 2, 3)},
    "no variant is better": "that no variant is better",
}


def test_the_study_is_as_large_as_the_chapter_says():
    cells, tasks = ({r[k] for r in ROWS} for k in ("cell", "task"))
    assert tasks == set(lessons.LESSONS) and len(tasks) == 9
    assert f"All {len(cells)} cells" in TEXT["odyssey"]
    draws = {len({r["draw"] for r in ROWS if r["task"] == t}) for t in tasks}
    assert f"{min(draws)} settings" in TEXT["odyssey"] and len(draws) == 1
    assert f"{len(ROWS):,} trials" in TEXT["odyssey"] and len(ROWS) >= 3000
    assert len({table.key(r) for r in ROWS}) == len(ROWS) == ABOUT["trials"]
    assert f"{sum(r['seconds'] for r in ROWS) / 3600:.0f} hours" in TEXT["odyssey"]


def test_better_worse_and_alike_are_those_of_the_report():
    mean = [r for r in report.against(ROWS)[1] if r["way"] == "searched"]
    text = re.search(r"What is left: (.*?)\. \(", TEXT["odyssey-after"])[1]
    for part in text.split("; "):
        word, names = part.split(" ", 1)
        said = {r["cell"] for r in mean if r["verdict"] == word}
        assert set(re.findall(r"`(\w+)`", names)) == said
    assert len(text.split("; ")) == 3


@pytest.mark.parametrize("verdict", ["Reproduced", "Not reproduced", "Undecided"])
def test_the_points_are_those_of_the_report(verdict):
    points = report.points(ROWS)
    said = re.search(rf"\*\*{verdict}\*\*: (.*?)\.", TEXT["odyssey-reading"])[1]
    words = set(re.split(r", | and ", said))
    assert words == {
        SAID[p["claim"]] for p in points if p["verdict"] == verdict.lower()
    }


def test_the_forget_bias_is_as_far_as_the_chapter_says():
    [p] = [p for p in report.points(ROWS) if p["claim"] == "a forget bias of 1 helps"]
    gain, low, high = (round(100 * p[k]) for k in ("gain", "low", "high"))
    said = f"{gain:+d} points, interval {low:+d} to {high:+d}"
    assert said in TEXT["odyssey-reading"]


def test_np_is_the_lstm_under_another_name():
    by = {table.key(r): r for r in ROWS}
    for task, cell, *rest in by:
        if cell == "np":
            twin = by[(task, "lstm", *rest)]
            assert twin["curve"] == by[(task, cell, *rest)]["curve"]


def test_as_many_more_trials_an_hour_as_the_page_says():
    rows = record.load("study_speed", BOOK / "results")["rows"]
    made, plain = (sum(r[side] for r in rows) for side in ("made", "plain"))
    text = " ".join((BOOK / "run_a_study.md").read_text("utf-8").split())
    assert f"{plain / made:.1f} times as many trials" in text
    assert {r["cell"] for r in rows} == {"peephole", "gru"} and len(rows) == 40
