"""The command line: teaches, refuses politely, and a run can be taken up again."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_course import __main__ as cli
from lstm_course import commands, tasks
from lstm_course.commands.train import common
from lstm_course.models import saved
from lstm_course.models.classifier import READS
from lstm_course.tasks.text import LEVELS
from lstm_course.train.run import PRECISIONS
from lstm_course.train.schedules import SCHEDULES

TEXT = "the rain in spain stays mainly in the plain, said the rain man again " * 12
LM = [
    "train",
    "lm",
    "--text",
    "text.txt",
    "--hidden",
    "16",
    "--window",
    "8",
    "--batch",
    "4",
    "--steps",
    "8",
    "--every",
    "4",
    "--quiet",
    "--device",
    "cpu",
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSTM_COURSE_DATA", str(tmp_path / "cache"))
    Path("text.txt").write_text(TEXT)
    return tmp_path


def run(*argv):
    assert cli.main([str(a) for a in argv]) == 0


def refused(capsys, *argv):
    assert cli.main([str(a) for a in argv]) == 1
    return capsys.readouterr().err


def result(folder):
    return json.loads((Path(folder) / "result.json").read_text())


# -------------------------------------------------------------------------------- help


def parsers(parser, path=()):
    yield path, parser
    for action in parser._actions:
        for name, child in (
            getattr(action, "choices", None)
            and isinstance(action.choices, dict)
            and action.choices.items()
            or ()
        ):
            yield from parsers(child, (*path, name))


def test_every_command_and_every_option_explains_itself():
    for path, parser in parsers(cli.parser()):
        assert parser.description and len(parser.description) > 40, path
        text = parser.format_help()
        for action in parser._actions:
            named = action.option_strings or [action.dest]
            assert action.help or action.choices, f"{path}: {named} says nothing"
        assert "%(" not in text


def test_the_help_of_a_task_says_source_shapes_chance_and_when_it_is_solved():
    for path, parser in parsers(cli.parser()):
        if path[:2] == ("train", "task") and len(path) == 3:
            text = parser.format_help()
            for word in ("Source", "Shapes", "hance", "olved", "example"):
                assert word in text, (path, word)


def test_help_does_not_import_torch():
    code = (
        "import sys; from lstm_course import __main__ as cli\n"
        "try: cli.main(['train', 'task', 'adding', '--help'])\n"
        "except SystemExit: assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Hochreiter" in done.stdout


def test_every_command_is_one_module_with_the_two_functions():
    for module in commands.COMMANDS.values():
        assert callable(module.add_parser) and callable(module.run)


def test_an_option_offers_exactly_what_the_package_knows():
    known = {
        "schedule": SCHEDULES,
        "precision": PRECISIONS,
        "level": LEVELS,
        "read": READS,
        "task": tasks.TASKS,
    }
    offered = {
        (a.dest, *a.choices)
        for _, parser in parsers(cli.parser())
        for a in parser._actions
        if a.dest in known and a.choices  # a task may have an option of that name
    }
    assert offered == {(name, *words) for name, words in known.items()}


# ------------------------------------------------------------------------ train, sample


def test_a_language_model_is_trained_and_writes(capsys):
    run(*LM)
    files = {p.name for p in Path("runs/lm-lstm-0").iterdir()}
    assert files == {
        "checkpoint.pt",
        "checkpoint.best.pt",
        "log.jsonl",
        "options.json",
        "plot.svg",
        "result.json",
    }
    capsys.readouterr()
    run("sample", "runs/lm-lstm-0", "--prompt", "the rain", "--length", "30")
    text = capsys.readouterr().out.rstrip("\n")
    assert text.startswith("the rain") and len(text) == 38
    run("sample", "runs/lm-lstm-0", "--prompt", "the rain", "--length", "30")
    assert capsys.readouterr().out.rstrip("\n") == text
    run("sample", "runs/lm-lstm-0/checkpoint.pt", "--temperature", "0", "--length", "5")


def test_a_word_model_with_every_option_is_trained_and_writes(capsys):
    run(
        *LM,
        "--level",
        "words",
        "--size",
        "9",
        "--cell",
        "lstm(gate=sigmoid)",
        "--layers",
        "2",
        "--dropout",
        "0.2",
        "--variational",
        "--recurrent-dropout",
        "0.1",
        "--zoneout",
        "0.1",
        "--layer-norm",
        "--tied",
        "--schedule",
        "linear",
        "--warmup",
        "2",
        "--out",
        "w",
    )
    capsys.readouterr()
    run("sample", "w", "--prompt", "the unheard rain", "--length", "4", "--top-k", "3")
    assert capsys.readouterr().out.startswith("the unheard rain ")


def test_a_classifier_is_trained_on_the_bundled_sample_and_judges(capsys):
    run(
        "train",
        "classify",
        "--steps",
        "6",
        "--every",
        "3",
        "--hidden",
        "8",
        "--quiet",
        "--masked",
        "--device",
        "cpu",
    )
    found = result("runs/classify-lstm-0")
    assert set(found["runs"][0]["test"]) == {"loss", "accuracy"}
    capsys.readouterr()
    run("sample", "runs/classify-lstm-0", "--prompt", "a lovely film")
    whole = capsys.readouterr().out
    assert "probability of positive 0." in whole
    run("sample", "runs/classify-lstm-0", "--prompt", "a lovely film", "--words",
        "--result", "words.json")  # fmt: skip
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [word for _, word in lines] == ["a", "lovely", "film"]
    assert f"probability of positive {lines[-1][0]};" in whole
    rows = json.loads(Path("words.json").read_text())["rows"]
    assert [f"{row['positive']:.3f}" for row in rows] == [p for p, _ in lines]


def test_a_classifier_reads_a_table_of_ones_own():
    rows = [f"{'good' if k % 2 else 'bad'} film {k},{k % 2}" for k in range(40)]
    Path("mine.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    run(
        "train",
        "classify",
        "--data",
        "mine.csv",
        "--steps",
        "2",
        "--hidden",
        "4",
        "--quiet",
        "--out",
        "mine",
        "--device",
        "cpu",
    )
    assert result("mine")["runs"][0]["seed"] == 0


def test_a_task_is_trained_for_several_seeds_and_recorded():
    run(
        "train",
        "task",
        "latch",
        "--T",
        "5",
        "--hidden",
        "8",
        "--sequences",
        "3200",
        "--lr",
        "2e-2",
        "--every",
        "10",
        "--seeds",
        "3",
        "4",
        "--out",
        "latch",
        "--result",
        "deep/latch.json",
        "--quiet",
        "--device",
        "cpu",
    )
    found = json.loads(Path("deep/latch.json").read_text())
    assert found["solved"] == "2 of 2" and found["chance"]["accuracy"] == 0.5
    assert [r["seed"] for r in found["runs"]] == [3, 4]
    assert all(r["solved_after_sequences"] <= 3200 for r in found["runs"])
    assert found["command"].startswith("lstm-course train task latch --T 5 ")
    assert "torch" in found["versions"] and "thread" in found["machine"]
    assert len(found["date"]) == 10
    lines = Path("latch/3/log.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["step"] == 1


def test_the_same_command_goes_on_where_a_run_stopped_and_ends_in_the_same_bits():
    run(*LM, "--out", "whole")
    run(*LM, "--out", "parts", "--first", "4")
    run(*LM, "--out", "parts")
    one, other = (
        torch.load(f"{n}/checkpoint.pt", weights_only=True)["model"]
        for n in ("whole", "parts")
    )
    assert all(torch.equal(one[k], other[k]) for k in one)
    steps = [
        json.loads(x)["step"] for x in Path("parts/log.jsonl").read_text().splitlines()
    ]
    assert steps == [1, 2, 3, 4, 4, 5, 6, 7, 8, 8]  # validations after 4 and 8


def test_a_folder_with_another_run_is_refused_and_again_forgets_it(capsys):
    run(*LM)
    message = refused(capsys, *LM, "--lr", "0.5")
    assert "--lr 0.003, now it is 0.5" in message and "--again" in message
    run(*LM, "--lr", "0.5", "--again")


def test_sampling_reproduces_the_models_own_scores():
    run(*LM)
    about, model = saved.load("runs/lm-lstm-0/checkpoint.pt")
    assert about["alphabet"] == "".join(sorted(set(TEXT)))
    rng = np.random.default_rng(0)
    text = saved.write(about, model, "the", 9, rng, 0, None, None)
    scores, _ = model(torch.tensor([[about["alphabet"].index(c)] for c in text[:-1]]))
    best = "".join(about["alphabet"][k] for k in scores[2:, 0].argmax(-1))
    assert best == text[3:]


def test_a_checkpoint_that_names_sizes_as_before_still_writes(capsys):
    run(*LM)
    state = torch.load("runs/lm-lstm-0/checkpoint.pt", weights_only=True)
    about = json.loads(state["about"])
    about["model"]["hidden_size"] = about["model"].pop("H")
    about["model"]["embedding_size"] = about["model"].pop("I") and None
    torch.save(state | {"about": json.dumps(about)}, "old.pt")
    capsys.readouterr()
    texts = []
    for path in ("old.pt", "runs/lm-lstm-0/checkpoint.pt"):
        run("sample", path, "--length", "20")
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


# -------------------------------------------------------------------------------- data


def archive():
    with tarfile.open("imdb.tar.gz", "w:gz") as file:
        for part in ("train", "test"):
            for verdict in ("pos", "neg"):
                for k in range(20):
                    path = Path(f"aclImdb/{part}/{verdict}/{k}_1.txt")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(f"{verdict} film number {k}")
                    file.add(path)
    return "imdb.tar.gz"


def test_imdb_is_read_from_an_archive_once_and_then_known(capsys):
    run("data")
    assert "not here; lstm-course data imdb" in capsys.readouterr().out
    run("data", "imdb", "--from", archive())
    assert "40 training reviews (20 positive)" in capsys.readouterr().out
    run("data")
    assert "imdb         kept in" in capsys.readouterr().out
    run(
        "train",
        "classify",
        "--data",
        "imdb",
        "--steps",
        "2",
        "--hidden",
        "4",
        "--quiet",
        "--device",
        "cpu",
    )


def test_data_refuses_a_wrong_shakespeare_and_names_the_way_out(capsys):
    message = refused(capsys, "data", "shakespeare", "--from", "text.txt")
    assert "lstm-course train lm --text text.txt" in message
    message = refused(capsys, "train", "lm", "--text", "shakespeare")
    assert "lstm-course data shakespeare" in message


@pytest.mark.parametrize(
    "argv, says",
    [
        (["train", "lm", "--text", "nothing.txt"], "no file or folder"),
        (["train", "lm", "--text", "text.txt", "--batch", "999"], "Pass --batch 11"),
        (["train", "task", "adding", "--form", "old"], "form is 'old'"),
        (["train", "task", "adding", "--cell", "lstn"], "Did you mean 'lstm'"),
        (["train", "task", "copying", "--cell", "rnn", "--chrono", "9"], "Chrono"),
        (["train", "classify", "--data", "imdb"], "lstm-course data imdb"),
        (["sample", "nowhere"], "no checkpoint"),
        (["sample", "text.txt"], "no checkpoint of this course"),
    ],
)
def test_mistakes_get_one_line_that_says_what_to_do(argv, says, capsys):
    message = refused(capsys, *argv)
    assert says in message and "Traceback" not in message
    assert message.startswith("lstm-course: ") and message.rstrip().endswith("?")


def test_a_task_checkpoint_cannot_write(capsys):
    run(
        "train",
        "task",
        "latch",
        "--T",
        "5",
        "--sequences",
        "64",
        "--out",
        "t",
        "--quiet",
        "--device",
        "cpu",
    )
    assert "can write" in refused(capsys, "sample", "t")


def test_results_are_compact_and_rounded():
    assert common.rounded({"a": [1 / 3, 2], "b": "x"}) == {"a": [0.333333, 2], "b": "x"}


@pytest.mark.slow
def test_torchrun_trains_from_the_command_line(folder):
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node=2",
        "-m",
        "lstm_course",
        *LM,
        "--out",
    ]
    subprocess.run(
        [*command, "two"],
        check=True,
        capture_output=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    run(*LM, "--out", "one")
    two, one = result("two")["runs"][0], result("one")["runs"][0]
    assert two["first_losses"] == pytest.approx(one["first_losses"], rel=1e-4)
