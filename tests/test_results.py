"""Results of the book: complete, true to their claims, and run again in part."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from lstm_course import __main__ as cli
from lstm_course import unroll
from lstm_course.commands.train import classify, lm, task
from lstm_course.data import sources
from lstm_course.study import table
from lstm_course.tasks import latch

FOLDER = Path(__file__).resolve().parents[1] / "book" / "results"
RUN = {"task": task.run, "lm": lm.run, "classify": classify.run}
STEPS = 8  # of each result, run again


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


ALL = {p.stem: load(p.stem) for p in sorted(FOLDER.glob("*.json"))}
OURS = {k: r for k, r in ALL.items() if r["command"].startswith("lstm-course train")}


def here(result):
    """Whether the input of a result is on this machine: downloads are not."""
    needed = {"--text shakespeare": sources.SHAKESPEARE, "--data imdb": sources.IMDB}
    return all(s.kept.exists() for k, s in needed.items() if k in result["command"])


@pytest.mark.parametrize("name", ALL)
def test_a_result_says_how_when_and_where_it_was_made(name):
    result = ALL[name]
    assert result["command"].split()[0] in ("lstm-course", "python")
    assert len(result["date"]) == 10 and "core" in result["machine"]
    assert "/" not in result["machine"]
    trials = FOLDER / f"{name}.csv.gz"
    runs = table.read(trials)[0] if trials.exists() else result.get("runs")
    runs = runs or result.get("rows") or result["trials"]
    seeded = ("lstm-course sample", "lstm-course study search")
    assert all("seed" in run for run in runs) or result["command"].startswith(seeded)


@pytest.mark.slow
@pytest.mark.parametrize("name", [k for k, r in OURS.items() if here(r)])
def test_the_command_beside_a_result_gives_its_first_losses_again(name, tmp_path):
    """To 1e-4: float32 sums are taken in another order on another machine."""
    result = OURS[name]
    args = cli.parser().parse_args(shlex.split(result["command"])[1:])
    args.argv, args.out, args.result = [], str(tmp_path), None
    args.first, args.quiet, args.device, args.every = STEPS, True, "cpu", 10**9
    for run in result["runs"][:1]:
        args.seed, args.seeds = run["seed"], [run["seed"]]
        again = RUN[args.kind](args)["runs"][0]
        assert again["first_losses"] == pytest.approx(
            run["first_losses"][:STEPS], rel=1e-4
        )


def solved(name, within):
    """How many runs of a result were solved within so many sequences."""
    after = [r["solved_after_sequences"] for r in load(name)["runs"]]
    return sum(n is not None and n <= within for n in after), len(after)


def test_temporal_order_is_solved_by_the_lstm_with_chrono_initialisation():
    done, runs = solved("temporal_order_6a", 40_000)
    assert runs >= 5 and done >= 0.8 * runs


def test_modern_adding_is_solved_by_lstm_and_gru_but_not_by_the_rnn():
    for name, within in (("adding_lstm", 130_000), ("adding_gru", 40_000)):
        done, runs = solved(name, within)
        assert runs >= 3 and done == runs, name
    for run in load("adding_rnn")["runs"]:
        assert run["final"]["step"] * 64 >= 129_000
        assert run["final"]["mse"] > 0.9 / 6  # chance 1/6


def test_embedded_reber_is_solved_by_the_lstm():
    done, runs = solved("embedded_reber", 10**9)
    assert runs >= 10 and done >= 0.9 * runs


def test_copying_beats_chance_clearly_with_chrono_initialisation():
    result = load("copying")
    assert len(result["runs"]) >= 3
    for run in result["runs"]:
        assert run["final"]["loss"] < 0.5 * result["chance"]["loss"]
        assert run["final"]["recall"] > 0.5


def test_shakespeare_costs_what_a_gpt_of_fifteen_times_the_weights_costs():
    """1.4697 nats of 10.65 million weights: nanoGPT's README."""
    result = load("shakespeare_characters")
    carried, windows = (
        np.median([run[way] for run in result["runs"]])
        for way in ("carried", "windows")
    )
    assert carried < 1.47 < windows < 1.49 and len(result["runs"]) == 3
    assert 14 < 10.65e6 / result["parameters"] < 16


def test_the_latch_built_by_hand_holds_a_bit_for_a_thousand_steps():
    x, y, _ = latch.sample(np.random.default_rng(1), T=1000, B=2000)
    h, _, _ = unroll("rnn", latch.by_hand(), x)
    assert ((h[-1, :, 0] > 0) == y[-1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["temporal_order_6a", "adding_gru", "embedded_reber"])
def test_a_quick_run_is_solved_again(name, tmp_path):
    """One seed to the end, with half as many sequences again as its record took."""
    result = load(name)
    run = min(
        (r for r in result["runs"] if r["solved_after_sequences"]),
        key=lambda r: r["solved_after_sequences"],
    )
    args = cli.parser().parse_args(shlex.split(result["command"])[1:])
    args.argv, args.out, args.result, args.quiet = [], str(tmp_path), None, True
    args.seeds, args.device = [run["seed"]], "cpu"
    args.first = round(1.5 * run["solved_after_sequences"] / args.batch)
    assert task.run(args)["solved"] == "1 of 1"
