"""The benchmark measures what it says and keeps silent where it cannot know."""

import json

import pytest
import torch

from lstm_course import cost
from lstm_course.__main__ import main
from lstm_course.commands.bench import card, files, tables, whole
from lstm_course.commands.bench import measure as bench
from lstm_course.experiments import record
from lstm_course.recurrent import Recurrent

TINY = (5, 3, 4, 6)
MACHINE = cost.MACHINES["T4"]
PRODUCTS = MACHINE._replace(products=1.0, functions=float("inf"))
CELLS = "lstm,gru(reset='before', gate=hard_sigmoid)"


def test_a_row_holds_both_times_and_their_ratio(monkeypatch):
    monkeypatch.setattr(bench, "RESTLESS", float("inf"))
    row = bench.measure("lstm", TINY, rounds=3, machine=MACHINE, loop=True)
    assert row["ratio"] == pytest.approx(row["reference_ms"] / row["ms"])
    assert row["loop_ratio"] > 0 and row["floor_share"] > 0


def test_no_ratio_where_the_reference_differs_from_itself(monkeypatch):
    times = [[1.0], [1.2], [0.5]]
    monkeypatch.setattr(bench, "interleaved", lambda calls, rounds: times)
    row = bench.measure("lstm", TINY) | {"name": "tiny"}
    assert row["ratio"] is None
    assert "no ratio" in bench.line(row) and "1.20" in bench.line(row)
    assert bench.means([row]) == {}


def test_a_restless_moment_is_measured_again(monkeypatch):
    moments = iter([[[1.0], [1.2], [0.5]], [[1.0], [1.02], [0.5]]])
    monkeypatch.setattr(bench, "interleaved", lambda calls, rounds: next(moments))
    assert bench.measure("lstm", TINY)["ratio"] == pytest.approx(1.01 / 0.5)


def test_rounds_are_interleaved_and_the_first_does_not_count():
    order = []
    calls = [lambda: order.append("a"), lambda: order.append("b")]
    seconds = bench.interleaved(calls, rounds=2)
    assert order == ["a", "b"] * 3
    assert [len(s) for s in seconds] == [2, 2]


@pytest.mark.parametrize(
    "cell, by_x, others",
    [("lstm", 4 * 24, 6 * 24), ("depth_gated", 4 * 36, 6 * 24 + 6 * 30 + 6 * 24)],
)
def test_the_floor_counts_each_product_and_its_gradients(cell, by_x, others):
    floor = [bench.floor_seconds(cell, TINY, grad, PRODUCTS) for grad in (False, True)]
    assert floor == [30 * (by_x + others), 30 * (2 * by_x + 3 * others)]


@pytest.mark.parametrize("cell", ["lstm", "gru", "peephole"])
def test_bytes_kept_are_what_a_layer_keeps(cell):
    T, B, H = 40, 3, 6
    h, _ = Recurrent(cell, 4, H, seed=0)(torch.randn(T, B, 4))
    run = h.grad_fn.run
    kept = run.slab.nbytes + sum(s[1:].nbytes for s in run.seqs.values())
    assert kept == T * B * bench.bytes_kept(cell, H)


@pytest.mark.slow
def test_the_command_writes_json_and_a_plot(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(bench, "RESTLESS", float("inf"))
    monkeypatch.setattr(bench.here, "measure", lambda: MACHINE)
    files = [str(tmp_path / n) for n in ("r.json", "r.png")]
    status = main(["bench", "--cells", CELLS, "--sizes", "5x3x4x6", "--rounds", "2",
                   "--json", files[0], "--plot", files[1]])  # fmt: skip
    result = json.loads((tmp_path / "r.json").read_text())
    assert status == 0 and len(result["rows"]) == 4
    assert cost.Machine(**result["rates"]) == MACHINE
    assert result["command"].startswith("lstm-course bench --cells")
    assert [row["cell"] for row in result["rows"][::2]] == CELLS.split(",", 1)
    assert (tmp_path / "r.png").stat().st_size > 1000
    assert "geometric mean" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["lm", "stream"])
def test_models_and_single_steps_are_measured_beside_torch_s(
    what, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(bench, "RESTLESS", float("inf"))
    for name, small in (("UNITS", {what: (6,)}), ("T", 5), ("B", 3), ("STEPS", 2)):
        monkeypatch.setattr(whole, name, small)
    file = tmp_path / "r.json"
    command = ["bench", "--whole", what, "--cells", "gru,peephole", "--rounds", "2"]
    assert main([*command, "--json", str(file)]) == 0
    rows, printed = json.loads(file.read_text())["rows"], capsys.readouterr().out
    assert [(r["cell"], r["H"], r["what"]) for r in rows] == [
        ("gru", 6, what),
        ("peephole", 6, what),
    ]
    for row in rows:
        assert row["ratio"] == pytest.approx(row["reference_ms"] / row["ms"])
        assert whole.line(row) in printed


def test_files_of_every_tool_are_measured_beside_their_bytes(capsys):
    rows = files.bench(units=40, rounds=1)
    assert len(rows) >= 8 and all(r["write"] > 0 and r["read"] > 0 for r in rows)
    assert all(files.line(r) in capsys.readouterr().out for r in rows[:1])


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Tables of the smallest sizes, kept in a folder of the test."""
    monkeypatch.setattr(tables, "MINE", tmp_path / "here")
    monkeypatch.setattr(tables, "BOOKS", tmp_path / "book")
    monkeypatch.setattr(bench, "RESTLESS", float("inf"))
    monkeypatch.setattr(bench, "SIZES", {"M28": TINY})
    monkeypatch.setattr(bench, "GROWTH", {"T": (3, 5)})
    monkeypatch.setattr(bench, "checkpoint_price", lambda cell: 1.0)
    monkeypatch.setattr(whole, "UNITS", {"lm": (6,), "stream": (6,)})


@pytest.mark.parametrize("name", ["layers", "growth", "single_steps"])
def test_whoever_measures_a_table_sees_it_beside_the_book_s(name, small, monkeypatch):
    threads = torch.get_num_threads()
    assert tables.results(name)[tables.HERE] is None
    unmeasured = f": unmeasured; lstm-course bench --table {name}"
    assert tables.table(name) == f"the book{unmeasured}"
    assert main(["bench", "--table", name, "--rounds", "2"]) == 0
    torch.set_num_threads(threads)
    mine = tables.results(name)[tables.HERE]
    assert mine["clock"] == "CPU" and "1 thread" in mine["machine"]
    assert mine["command"] == f"lstm-course bench --table {name} --rounds 2"
    shown = tables.table(name).splitlines()
    assert shown[0].split() == ["this", "machine"]
    first = mine["rows"][0]
    assert shown[1].split()[0] == first["cell"] and f"{first['ratio']:.1f}" in shown[1]
    assert "oneDNN" in shown[-1]
    monkeypatch.setattr(
        tables, "BOOKS", tables.MINE
    )  # as where the book's own were measured
    assert tables.table(name).splitlines()[0].split() == ["the", "book"]


@pytest.mark.parametrize(
    "file", sorted(tables.BOOKS.glob("*.json")), ids=lambda f: f.stem
)
def test_a_table_of_the_book_says_how_when_and_where_it_was_measured(file):
    result = json.loads(file.read_text("utf-8"))
    assert result["command"] == f"lstm-course bench --table {file.stem}"
    assert len(result["date"]) == 10 and "oneDNN" in result["versions"]
    one = tables.TABLES[file.stem].get("threads") == 1
    assert result["clock"] == ("CPU" if one else "wall")
    assert "core" in result["machine"] and "/" not in result["machine"]
    assert all(row["ms"] > 0 for row in result["rows"])


def test_a_table_of_a_card_stands_beside_the_others(monkeypatch, tmp_path):
    monkeypatch.setattr(tables, "MINE", tmp_path)
    ms = {"ours": 2.0, "cudnn": 1.0, "again": 1.0, "captured": 6.0}
    row = card.row("peephole", (100, 16, 64, 64), ms)
    about = {k: "x" for k in ("date", "clock", "machine", "versions", "command")}
    tables.keep("card", about | {"rows": [row]})
    told = next(t for t in tables.table("card").splitlines() if "peephole" in t)
    assert told.split()[1:] == ["100x16x64x64", "2", "ms", "0.5", "/", "3.0"]


def test_a_table_nobody_has_is_explained():
    with pytest.raises(ValueError, match="Chapter 7 has layers, "):
        tables.table("speeds")


def test_versions_name_the_library_that_torch_s_layer_is_made_of():
    assert "oneDNN" in record.versions()


def test_an_unknown_size_is_explained(capsys):
    assert main(["bench", "--sizes", "huge"]) == 1
    assert "M28" in capsys.readouterr().err


def test_the_price_of_a_checkpoint_is_a_ratio_of_two_medians(monkeypatch):
    monkeypatch.setitem(bench.SIZES, "IMDB", TINY)
    monkeypatch.setattr(bench, "interleaved", lambda calls, rounds: [[2.0], [3.0]])
    assert bench.checkpoint_price("lstm") == 1.5
