"""The report of a study as files: tables, words, figures, the command."""

import argparse
import csv
import re

import matplotlib.pyplot as plt
import pytest
from study import made_up

from lstm_course.commands.study import report as argv
from lstm_course.study import report
from lstm_course.study import table as trial_table
from lstm_course.study.report import figures
from lstm_course.study.store import Store
from lstm_course.themed import STYLE

pytestmark = pytest.mark.slow

CELLS = {"lstm": 0.0, "peephole": 0.0, "gru": 0.2, "nfg": -0.6, "noaf": None}
ABOUT = {"command": "lstm-course study run", "date": "2026-11-30"}


@pytest.fixture(scope="module")
def rows():
    return made_up.rows(CELLS, tasks=("parity", "adding"), draws=12)


@pytest.fixture(scope="module")
def folder(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    report.write(rows, ABOUT, folder, baseline="peephole")
    return folder


def test_every_table_is_a_csv_file_with_its_rows(rows, folder):
    tables = report.tables(rows, "peephole")
    for name, table in tables.items():
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == len(table), name


def test_the_words_say_the_numbers_of_the_tables(rows, folder):
    text = (folder / "report.md").read_text(encoding="utf-8")
    tables = report.tables(rows, "peephole")
    gains = [r for r in tables["over_tasks"] if r["way"] == "searched"]
    for r in gains:
        assert re.search(rf"\| {r['cell']} \| \{100 * r['gain']:+.1f} \[", text)
    assert "Cells compared with peephole" in text and ABOUT["date"] in text
    for r in tables["points"]:
        assert r["claim"] in text and r["verdict"] in text
    assert not re.search(r"\bnan\b|\binf\b|None", text)


def test_figures_follow_the_page_and_say_what_they_show(folder):
    figures_made = sorted(folder.glob("*.svg"))
    assert len(figures_made) == 4 + 2 * 2
    for file in figures_made:
        text = file.read_text(encoding="utf-8")
        assert 'aria-label="' in text and "prefers-color-scheme:dark" in text


def test_a_figure_can_be_drawn_into_axes_of_a_chapter(rows):
    tables = report.tables(rows)
    with plt.rc_context(STYLE):
        fig, axes = plt.subplots(2, 2)
    searched = [r for r in tables["differences"] if r["way"] == "searched"]
    figures.field(axes[0, 0], searched)
    figures.gains(axes[0, 1], tables["points"], "claim")
    figures.best_tenth(axes[1, 0], tables["best"], "parity", "accuracy")
    figures.learning(axes[1, 1], tables["curves"], "parity", ["lstm", "gru"])
    shown = [t.get_text() for t in axes[0, 0].texts]
    assert len(shown) == len(searched) and any(t.startswith("−") for t in shown)
    plt.close(fig)


def test_the_command_writes_a_report_of_a_table_and_of_a_database(
    rows, tmp_path, capsys
):
    rows = [r | {"drawn": r["start"], "machine": "one"} for r in rows]
    file = trial_table.write(rows, ABOUT, tmp_path / "study.csv.gz")
    database = Store(tmp_path / "study.db")
    for r in rows[:60]:
        database.add(r)
    parser = argparse.ArgumentParser()
    argv.add_arguments(parser)
    for given in ([str(file)], ["--storage", str(tmp_path / "study.db")]):
        out = tmp_path / str(len(given))
        args = parser.parse_args([*given, "--out", str(out), "--baseline", "gru"])
        assert argv.run(args) == 0
        assert "Cells compared with gru" in capsys.readouterr().out
        assert (out / "report.md").exists()
