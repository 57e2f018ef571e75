"""The doors of what draws, explains, asks and measures x bad or odd input."""

import json

import numpy as np
import pytest
import torch
from door_table import every_row, means, refused
from matplotlib.figure import Figure
from torch import nn

from lstm_course import __main__ as cli
from lstm_course import check, diagrams, equations, init, plots, table
from lstm_course.cells import gru
from lstm_course.convert import count
from lstm_course.equations import changes
from lstm_course.experiments import command, record
from lstm_course.tasks import agreement
from lstm_course.widgets import GateMicroscope, StepWalker, UnitExplorer, VariantDiff

NAN = float("nan")


def rng():
    return np.random.default_rng(0)


# ---------------------------------------------------- what draws and explains the cells


P, DRAWN = init("lstm", 4, 6, rng()), diagrams.cell_diagram("lstm")
WORDS = init("lstm", agreement.K, 2, rng())
V, v = rng().normal(size=(agreement.K, 2)), np.zeros(agreement.K)
SHOWS = {
    "equations": equations.equations,
    "code": changes.code,
    "equation_changes": changes.equation_changes,
    "code_changes": changes.code_changes,
    "base": lambda cell: changes.equation_changes("lstm", cell),
    "cell_diagram": diagrams.cell_diagram,
    "unrolled": diagrams.unrolled,
    "sketch": diagrams.sketch,
    "changed": lambda cell: diagrams.cell_diagram("lstm", changed=cell),
    "count": lambda cell: count(cell, 4, 6),
    "at_a_glance": lambda cell: table.at_a_glance(cells={"mine": cell}),
}
CELL = {
    show: {
        f"{odd}": (lambda f=f, cell=cell: f(cell), refused(says))
        for odd, cell, says in (
            ("unknown", "lsmt", "Did you mean 'lstm'"),
            ("no name", "", "no cell"),
            ("another case", "LSTM", "'lstm'"),
            ("a number", 3, "got int"),
            ("parameters", P, "got dict"),
            ("a module", nn.LSTM(4, 6), "got LSTM"),
            ("a list", ["lstm"], "got list"),
        )
    }
    for show, f in SHOWS.items()
}


def axes():
    return Figure().add_subplot()


def tiles(values=((0.5, 1.0),), *given, **options):
    return plots.tiles(axes(), values, *given, **options)


def band(runs, x=(1, 2), draw=plots.band):
    return draw(axes(), x, runs, "r", "label")


def lens(V=V, v=v, p=WORDS, **traits):
    return GateMicroscope(p, V, v, **traits)


def walk(p=P, x=np.ones((2, 4)), words="a b", **traits):  # noqa: B008
    return StepWalker(p, x, words, **traits)


EXPLAINED = CELL | {
    "show_changes": {
        f"what {w!r}": (
            lambda w=w: changes.show_changes("gru", what=w),
            refused("Expected 'equations', 'code'"),
        )
        for w in (("pictures",), "kode", (), None)
    },
    "table": {
        **{
            f"cells {c!r}": (lambda c=c: table.at_a_glance(cells=c), refused("dict"))
            for c in (None, ["lstm"], "lstm")
        },
        "no units": (lambda: table.at_a_glance(H=0), refused("H is 0")),
    },
    "highlight": {
        f"{h!r}": (lambda h=h: diagrams.cell_diagram("lstm", h), refused("collection"))
        for h in ("forget", {"foo"}, {3}, 3)
    },
    "values": {
        f"{w!r}": (
            lambda w=w: diagrams.cell_diagram("lstm", values=w),
            refused("collection"),
        )
        for w in (["f"], {"zz": "1"}, 3, "f")
    },
    "unrolled steps": {
        f"{n!r}": (lambda n=n: diagrams.unrolled("lstm", n), refused("steps is"))
        for n in (0, -1, 1.5, "3")
    },
    "show and save": {
        f"{f.__name__} {s!r}": (lambda f=f, s=s: f(s, "x.svg"), refused("SVG text"))
        for f in (diagrams.show, diagrams.save)
        for s in (None, "hello", 3)
    },
    "tiles": {
        "a row": (lambda: tiles([1.0, 2.0]), refused(r"values\[None\]")),
        "three axes": (lambda: tiles(np.ones((2, 2, 2))), refused(r"\(2, 2, 2\)")),
        "NaN": (lambda: tiles([[NAN]]), refused("NaN")),
        "words": (lambda: tiles([["a"]]), refused("<U1")),
        "a tensor": (lambda: tiles(torch.ones(2, 3)), refused("torch tensor")),
        "another colour": (lambda: tiles(name="zz"), refused("'zz'")),
        "no range": (lambda: tiles(low=1.0), refused("two different numbers")),
        "a label too few": (lambda: tiles(labels="a"), refused("labels are 1")),
    },
    "band and each": {
        "one run": (lambda: band(np.ones((1, 2))), refused("second seed")),
        "a row": (lambda: band(np.ones(2)), refused(r"\(2,\)")),
        "other places": (lambda: band(np.ones((4, 2)), (1, 2, 3)), refused(r"runs.T")),
        "each, other places": (
            lambda: band(np.ones((4, 2)), (1, 2, 3), plots.each),
            refused("runs.T"),
        ),
    },
    "interval": {
        "one run": (lambda: plots.interval([1.0]), refused("second seed")),
        "a number": (lambda: plots.interval(3.0), refused(r"shape \(\)")),
        "words": (lambda: plots.interval(["a", "b"]), refused("<U1")),
        "another axis": (lambda: plots.interval(np.ones((2, 2)), 5), refused("is 5")),
        "half an axis": (lambda: plots.interval([1, 2], 0.5), refused("is 0.5")),
        "whole numbers": (
            lambda: plots.interval([1, 2, 3]),
            means(lambda: plots.interval([1.0, 2.0, 3.0])),
        ),
    },
    "themed_svg": {
        "no figure": (lambda: plots.themed_svg(None), refused("NoneType")),
        "axes": (lambda: plots.themed_svg(axes()), refused("ax.figure")),
    },
    "GateMicroscope": {
        "another cell's weights": (
            lambda: lens(p=init("gru", agreement.K, 2, rng())),
            refused("'b_h'"),
        ),
        "another cell": (
            lambda: GateMicroscope(
                init("lstm", agreement.K, 2, rng()),
                V,
                np.zeros(agreement.K),
                cell="gru",
            ),
            refused("W_x"),
        ),
        "an unknown cell": (lambda: lens(cell="gruu"), refused("'gru'")),
        "another width": (lambda: lens(V[:, :1]), refused(r"V must be \(41, 2\)")),
        "NaN": (lambda: lens(V * NAN), refused("NaN")),
        "no scores": (lambda: lens(v=None), refused(r"v \(\)")),
        "a unit too far": (lambda: lens(units={"a": 1, "b": 9}), refused("0 to 1")),
        "units in a list": (lambda: lens(units=[1]), refused("units is list")),
        "half a unit": (lambda: lens(unit=1.5), refused("unit is 1.5")),
        "a word it does not know": (
            lambda: lens(sentence="the zebra").picture(),
            refused("'zebra'"),
        ),
        "no words": (lambda: lens(sentence="").picture(), refused("no words")),
        "a typing slip": (lambda: lens(sentense="the king"), refused("'sentense'")),
    },
    "StepWalker": {
        "a word too few": (lambda: walk(words="a"), refused("1 words")),
        "other features": (lambda: walk(x=np.ones((2, 3))), refused("3 features")),
        "a word too far": (lambda: walk(at=2), refused("at is 2")),
        "NaN": (lambda: walk(x=np.full((2, 4), NAN)), refused("NaN")),
        "whole numbers": (
            lambda: list(walk(x=np.ones((2, 4), int)).values().values())[:-1],
            means(lambda: list(walk().values().values())[:-1]),
        ),
        "a typing slip": (lambda: walk(stepp=1), refused("'stepp'")),
    },
    "UnitExplorer": {
        "another preset": (lambda: UnitExplorer("remembr"), refused("no preset")),
        "a typing slip": (lambda: UnitExplorer(Wx=[0.0] * 4), refused("'Wx'")),
    },
    "VariantDiff": {
        "another cell": (lambda: VariantDiff("lsmt"), refused("'lstm'")),
        "no units": (lambda: VariantDiff(H=0), refused("H is 0")),
    },
}


@every_row(EXPLAINED)
def test_what_explains_a_cell_says_what_it_needs(call, happens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    happens(call)


@pytest.mark.parametrize("cell", [gru, gru.make(reset="before"), "gru"])
def test_a_room_or_a_made_cell_is_shown_like_its_name(cell):
    for show in SHOWS.values():
        assert show(cell)


def test_a_picture_is_saved_and_shown_like_its_text(tmp_path):
    shown = diagrams.show(DRAWN)
    for name, svg in (("a", DRAWN), ("b", shown)):
        diagrams.save(svg, tmp_path / name)
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text()
    assert diagrams.show(shown).svg == DRAWN


# --------------------------------------------------------------------------- exercises


EXERCISES = {
    "id": {
        f"{i!r}": (lambda i=i: check.check(i, max), refused("no exercise"))
        for i in (4, 4.2, None, [], "99.1", "", "04")
    },
    "hint": {
        f"{i!r}": (lambda i=i: check.hint(i), refused("no exercise"))
        for i in (4, None, "04.99")
    },
    "points": {
        f"{i!r}": (lambda i=i: check.points(i), refused("no set"))
        for i in (4, None, "99", "")
    },
    "function": {
        "left out": (lambda: check.check("04.2"), refused("got nothing")),
        "its result": (lambda: check.check("04.2", 3.0), refused("got float")),
        "an array": (lambda: check.check("04.2", np.ones(2)), refused("got ndarray")),
        **{
            odd: (lambda f=f: check.check("04.2", f), means(lambda: 0.0))
            for odd, f in (
                ("without arguments", lambda: 0),
                ("that raises", lambda *a: 1 / 0),
                ("that gives nothing", lambda *a: None),
                ("that gives tensors", lambda *a: torch.ones(2)),
                ("of Python", print),
                ("that is a class", dict),
            )
        },
    },
}


@every_row(EXERCISES)
def test_exercises_take_any_function_and_no_other_thing(
    call, happens, tmp_path, monkeypatch
):
    monkeypatch.setenv("LSTM_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    happens(call)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"04.2": 3}', "\0", '{"04.2": {}}'])
def test_a_spoilt_file_of_progress_stops_no_exercise(text, tmp_path, monkeypatch):
    file = tmp_path / "progress.json"
    file.write_text(text)
    monkeypatch.setenv("LSTM_COURSE_PROGRESS", str(file))
    assert check.check("04.2", lambda *a: None) == 0.0
    assert "04.2" in json.loads(file.read_text())


# ---------------------------------------------------------------- commands that measure


COMMANDS = {
    "another cell": ("bench --cells lsmt", 1, "Did you mean 'lstm'"),
    "no cell": ("bench --cells ,", 1, "no cell named ''"),
    "another size": ("bench --sizes Q", 1, "'Q' is no size"),
    "half a size": ("bench --sizes 1x2x3", 1, "four numbers"),
    "a size of nothing": ("bench --sizes 0x2x3x4", 1, "four numbers"),
    "no rounds": ("bench --rounds 0", 2, "whole number of at least 1"),
    "many rounds": ("bench --rounds many", 2, "whole number of at least 1"),
    "no threads": ("bench --threads 0", 2, "whole number of at least 1"),
    "a folder that is not": ("bench --cells rnn --json no/where.json", 1, "no/where"),
    "another command": ("benhc", 2, "invalid choice"),
    "a mirror that is none": ("data shakespeare --url ftp:/x", 1, "https://"),
    "temperature NaN": ("sample run --temperature nan", 2, "at least 0"),
    "no top-k": ("sample run --top-k 0", 2, "at least 1"),
    "nothing to write": ("sample run --length 0", 2, "at least 1"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_needs(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSTM_COURSE_DATA", str(tmp_path))
    words, status, says = COMMANDS[name]
    try:
        got = cli.main(words.split())
    except SystemExit as stop:
        got = stop.code
    assert got == status and says in capsys.readouterr().err


@pytest.mark.parametrize("words", ["gpa", "gap --processes 0", "gap --processes x"])
def test_an_experiment_says_what_it_needs(words, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(words.split())
    assert stop.value.code == 2 and "argument" in capsys.readouterr().err


RECORDS = {
    "load": {"no result": (lambda: record.load("gpa"), refused("There is no result"))},
    "pick": {
        "no such row": (
            lambda: record.pick([{"a": 1}], "a", a=2),
            refused("No row has"),
        ),
        "no such column": (
            lambda: record.pick([{"a": 1}], "a", b=2),
            refused("No row has"),
        ),
    },
}


@every_row(RECORDS)
def test_records_say_what_they_hold(call, happens):
    happens(call)
