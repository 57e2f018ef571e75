"""What the benchmark of a card tells of its medians; a card itself is not needed."""

import pytest
import torch

from lstm_course.__main__ import main
from lstm_course.commands.bench import card

MS = {"ours": 2.0, "cudnn": 3.0, "again": 3.1, "eager": 80.0, "captured": 8.0}
SIZE = (100, 16, 64, 64)


def test_ratios_are_above_one_where_our_layer_is_faster():
    row = card.row("lstm", SIZE, dict(MS))
    assert row["cudnn_ratio"] == 1.5 and row["eager_ratio"] == 40
    assert row["captured_ratio"] == 4 and row["compiled_ratio"] is None
    assert row["us_per_step"] == 20


def test_no_ratio_where_cudnn_differs_from_itself():
    row = card.row("lstm", SIZE, MS | {"again": 4.0})
    assert row["cudnn_ratio"] is row["eager_ratio"] is None
    assert "-" in card.line(row)


def test_the_floor_is_a_launch_or_the_products():
    launch = card.row("lstm", SIZE, dict(MS), (5.0, 1e12))
    products = card.row("lstm", SIZE, dict(MS), (5.0, 1e5))
    assert launch["floor_us_per_step"] == 5
    assert products["floor_us_per_step"] == 6 * 16 * (64 * 256 * 2) / 1e5


def test_what_does_not_run_is_told_and_the_rest_goes_on(monkeypatch):
    def measure(cell, size, *more):
        if cell == "rnn":
            raise RuntimeError("out of memory\nmore")
        return card.row(cell, size, dict(MS), (1.0, 1e6))

    monkeypatch.setattr(card, "measure", measure)
    monkeypatch.setattr(card, "launch_floor", lambda: 1.0)
    monkeypatch.setattr(card, "matrix_rate", lambda dtype: 1e6)
    monkeypatch.setattr(card, "engine_of", lambda *given: "cudnn")
    kept, said = [], []
    result = card.bench(["rnn", "lstm"], {"a": SIZE}, torch.float32, 1, False,
                        said.append, lambda r: kept.append(len(r["rows"])))  # fmt: skip
    assert [r["cell"] for r in result["rows"]] == ["lstm"] and kept == [0, 1]
    assert result["failed"][0]["error"] == "out of memory"
    assert any("cudnn" in text for text in said)


def test_the_plot_is_drawn(tmp_path):
    rows = [
        card.row("lstm", (100, b, h, h), dict(MS)) for b in (1, 16) for h in (64, 128)
    ]
    card.plot({"rows": rows}, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_without_a_card_the_command_says_so(capsys):
    assert main(["bench", "--device", "cuda"]) != 0
    assert "found none" in capsys.readouterr().err
