"""Doors of the data and the command line x bad or odd input: what happens.

Every row is a command and either words of its refusal (exit status 1 from the package,
2 from the parser) or words of the one line that says what was read (exit status 0).
"""

import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from lstm_course import __main__ as cli
from lstm_course.tasks.text import corpus
from lstm_course.train.checkpoint import best_path

SMALL = [
    "--hidden",
    "4",
    "--steps",
    "2",
    "--every",
    "1",
    "--quiet",
    "--device",
    "cpu",
    "--out",
    "run",
]
LM = ["train", "lm", "--window", "8", "--batch", "2", *SMALL, "--text"]
CLASSIFY = ["train", "classify", *SMALL, "--data"]
LINE = "the gate is open, the state goes on\n"


def table(n=12, head="text,label", row="film {k} is {w},{v}"):
    return (
        head
        + "\n"
        + "".join(
            row.format(k=k, v=k % 2, w=("bad", "good")[k % 2]) + "\n" for k in range(n)
        )
    )


@pytest.fixture(autouse=True)
def sources(tmp_path, monkeypatch):
    """One source of every kind, in the folder where the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSTM_COURSE_DATA", str(tmp_path / "cache"))
    texts = {
        "good.txt": LINE * 20,
        "short.txt": "abcdefghijkl" * 3,
        "ten.txt": "abcdefghij",
        "one.txt": "a",
        "empty": "",
        "blank.txt": "\n" * 90,
        "same.txt": "a" * 90,
        "dir/a.txt": LINE * 9,
        "dir/b.TXT": LINE * 9,
        "dir/c.md": LINE * 9,
        "notes/a.md": LINE * 20,
        "notes/b.rst": LINE,
        "good.csv": table(),
        "four.csv": table(4),
        "bare.csv": table(head="a,b"),
        "row.csv": table(row="film, {w},{v}"),
        "head.csv": "text,label\n",
        "nohead.csv": table(head="a good film,1"),
        "lines.json": "[1, 2]",
        "twice.csv": table(head="text,text,label", row="film {k},other {w},{v}"),
        "unsup.csv": table(),
        "flag.csv": "text,label,is_train\n"
        + "".join(
            f"film {k},{k % 2},{'train' if k % 3 else 'test'}\n" for k in range(24)
        ),
        "half.jsonl": '{"text": "a", "label": 1}\n{"text": ',
        "odd.csv": table(row="a,{w}x"),
        "once.csv": table(row="film {k},1"),
        "signs.csv": table(row="!!!,{v}"),
        "parts.csv": table(row="film {k} {w},{v},top", head="text,label,split"),
        "validated.csv": table(row="film {k} {w},{v},val", head="text,label,split"),
    }
    for name, text in texts.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    Path("nothing").mkdir()
    Path("zh.txt").write_bytes(("今天的风很大，我们去看海。\n" * 20).encode("gbk"))
    Path("zh.csv").write_bytes(table(row="这部电影很{k}{w},{v}").encode("gb18030"))
    Path("unclear.txt").write_bytes("房间干净".encode("gbk"))
    Path("binary.csv").write_bytes(bytes(range(256)))
    Path("book.xlsx").write_bytes(b"PK\x03\x04")
    Path("good.csv.gz").write_bytes(gzip.compress(table().encode()))
    Path("cut.csv.gz").write_bytes(gzip.compress(table().encode())[:-9])
    with zipfile.ZipFile("texts.zip", "w") as file:
        file.writestr("in/a.txt", LINE * 20)


def run(argv, capsys):
    """-> exit status, what was printed, what was complained of."""
    try:
        status = cli.main(list(argv))
    except SystemExit as stop:
        status = stop.code
    out, err = capsys.readouterr()
    return status, out, err


# ------------------------------------------------------------------------ what is read


READ = {
    "a text": (LM, "good.txt", "1 file read: good.txt; 648 characters"),
    "a folder": (LM, "dir", "2 files read: a.txt, b.TXT; not read: c.md"),
    "a pattern": (LM, "dir --pattern *.md", "1 file read: c.md; not read: a.txt, b"),
    "two patterns": (LM, "notes --pattern *.md *.rst", "2 files read: a.md, b.rst"),
    "an archive": (LM, "texts.zip", "1 file read: a.txt"),
    "one character": (LM, "same.txt", "1 different"),
    "empty lines as characters": (LM, "blank.txt", "1 different"),
    "an encoding found out": (LM, "zh.txt", "read as gb18030, a guess (--encoding"),
    "an encoding named": (LM, "zh.txt --encoding gbk", "read as gbk"),
    "words without spaces": (LM, "zh.txt --level words", "252 words"),
    "a table": (CLASSIFY, "good.csv", "12 rows of good.csv read; none skipped"),
    "a packed table": (CLASSIFY, "good.csv.gz", "12 rows"),
    "a flag that names parts": (CLASSIFY, "flag.csv", "split by column 'is_train'"),
    "a table in Chinese": (CLASSIFY, "zh.csv", "read as gb18030, a guess"),
    "validation rows alone": (CLASSIFY, "validated.csv", "the valid part serves"),
    "columns named": (
        CLASSIFY,
        "bare.csv --text-column a --label-column b",
        "text in 'a'; verdict in 'b'",
    ),
    "verdicts named": (CLASSIFY, "odd.csv --positive goodx --negative badx", "12 rows"),
    "the sample": (CLASSIFY, "sample", "240 rows of sample_reviews.csv read"),
    "a short window": (LM, "short.txt --window 4 --batch 1", "32 characters"),
}


@pytest.mark.parametrize("name", READ)
@pytest.mark.slow
def test_what_can_be_read_is_read_and_said_in_one_line(name, capsys):
    command, rest, says = READ[name]
    status, out, err = run([*command, *rest.split()], capsys)
    assert (status, err) == (0, "") and says in out.splitlines()[0]


# ---------------------------------------------------------------------- what is refused


REFUSED = {
    "no such text": (LM, "nowhere.txt", "Check the path"),
    "an empty text": (LM, "empty", "it is empty"),
    "one letter": (LM, "one.txt", "at least two characters"),
    "ten letters": (LM, "ten.txt", "too short.*--text"),
    "too short for the batch": (LM, "short.txt --batch 9", "Pass --batch 3, or"),
    "too short for the window": (LM, "short.txt --window 99", "Pass --window 30 --b"),
    "no words": (LM, "blank.txt --level words --size 3", "whole number of at least 4"),
    "size of characters": (LM, "good.txt --size 9", "Pass --level words --size 9"),
    "an empty folder": (LM, "nothing", "no file in it matches"),
    "a folder of others": (LM, "notes", "Pass --pattern '[*].md'"),
    "no encoding": (LM, "zh.txt --encoding klingon", "There is no encoding"),
    "a wrong encoding": (LM, "zh.txt --encoding utf-8", "cannot be read as utf-8"),
    "an unclear encoding": (LM, "unclear.txt", "Pass --encoding gb18030"),
    "a binary text": (LM, "binary.csv", "it holds zero bytes"),
    "a workbook as text": (LM, "book.xlsx", "office document"),
    "Shakespeare not here": (LM, "shakespeare", "lstm-course data shakespeare"),
    "no such table": (CLASSIFY, "nowhere.csv", "Check the path"),
    "an empty table": (CLASSIFY, "empty", "Add the line 'review,sentiment'"),
    "a head alone": (CLASSIFY, "head.csv", "holds no reviews"),
    "no head": (CLASSIFY, "nohead.csv", "Add the line 'review,sentiment'"),
    "unknown columns": (CLASSIFY, "bare.csv", "--text-column NAME --label-column NAME"),
    "a column that is not": (CLASSIFY, "good.csv --text-column x", "Expected 'x'"),
    "a comma too many": (CLASSIFY, "row.csv", "in double quotes"),
    "four reviews": (CLASSIFY, "four.csv", "4 reviews to split.*--data sample"),
    "one verdict": (CLASSIFY, "once.csv", "all with one verdict"),
    "unknown verdicts": (CLASSIFY, "odd.csv", "--positive WORD --negative WORD"),
    "positive alone": (CLASSIFY, "odd.csv --positive goodx", "some for both"),
    "an unknown part": (CLASSIFY, "parts.csv", "rename the column"),
    "no words in reviews": (CLASSIFY, "signs.csv", "only punctuation"),
    "no objects": (CLASSIFY, "lines.json", "Write one to a line"),
    "half an object": (CLASSIFY, "half.jsonl", "Line 2 of half.jsonl"),
    "two columns of text": (CLASSIFY, "twice.csv", "2 columns are called 'text'"),
    "a name that says unsup": (CLASSIFY, "unsup.csv", "all are skipped: 12 without"),
    "a binary table": (CLASSIFY, "binary.csv", "it holds zero bytes"),
    "a workbook": (CLASSIFY, "book.xlsx", "a table as CSV"),
    "a cut table": (CLASSIFY, "cut.csv.gz", "Was the download cut"),
    "IMDB not here": (CLASSIFY, "imdb", "lstm-course data imdb"),
    "a device that is not": (LM, "good.txt --device warp", "--device cpu"),
    "a cell that is not": (LM, "good.txt --cell lstn", "Did you mean 'lstm'"),
    "a file for a folder": (LM, "good.txt --out good.csv", "Pass --out good.csv-run"),
    "data from nowhere": (["data", "imdb", "--from"], "nowhere", "Check the path"),
    "data from another": (["data", "shakespeare", "--from"], "good.txt", "lm --text"),
    "no checkpoint": (["sample"], "nothing", "no checkpoint"),
    "a text for a checkpoint": (["sample"], "good.txt", "no checkpoint of this"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_way_out(name, capsys):
    command, rest, says = REFUSED[name]
    status, out, err = run([*command, *rest.split()], capsys)
    assert status in (1, 2) and not Path("run/checkpoint.pt").exists()
    last = err.strip().splitlines()[-1]
    assert last.startswith("lstm-course") and last.endswith("?"), err
    assert len(err.strip().splitlines()) == 1 or status == 2  # the parser's usage
    assert re.search(says, last), last


NUMBERS = {
    "--window": "0",
    "--batch": "0",
    "--hidden": "-4",
    "--layers": "0",
    "--steps": "0",
    "--every": "0",
    "--patience": "0",
    "--first": "0",
    "--embedding": "0",
    "--seed": "-1",
    "--warmup": "-1",
    "--dropout": "1",
    "--lr": "nan",
    "--clip": "-1",
    "--weight-decay": "-0.1",
    "--size": "3",
}


@pytest.mark.parametrize("option", NUMBERS)
@pytest.mark.slow
def test_a_number_that_means_nothing_is_refused_before_anything_runs(option, capsys):
    for word in (NUMBERS[option], "many", "", "inf"):
        status, _, err = run([*LM, "good.txt", f"{option}={word}"], capsys)
        assert status == 2 and f"argument {option}: got {word!r}, expected" in err


# -------------------------------------------------------------------- advice that works


@pytest.mark.parametrize(
    "rest", ["short.txt --window 99", "short.txt --batch 9", "notes", "unclear.txt"]
)
def test_advice_in_a_refusal_works_when_it_is_typed(rest, capsys):
    if "unclear" in rest:
        Path("unclear.txt").write_bytes("房间干净".encode("gbk") * 20)
    err = run([*LM, *rest.split()], capsys)[2]
    advice = shlex.split(re.search(r"Pass (--.+?)(?:, or|\?)", err)[1])
    assert run([*LM, *rest.split(), *advice], capsys)[0] == 0


# --------------------------------------------------------------- a model from such data


def test_a_model_of_chinese_reviews_judges_by_characters(capsys):
    assert run([*CLASSIFY, "zh.csv"], capsys)[0] == 0
    status, out, _ = run(["sample", "run", "--prompt", "电影，很 x"], capsys)
    assert status == 0 and "3 of 4 words known" in out
    for prompt in ([], ["--prompt", " "]):
        assert "nothing to judge" in run(["sample", "run", *prompt], capsys)[2]


def test_a_model_of_chinese_words_writes_without_spaces(capsys):
    assert run([*LM, "zh.txt", "--level", "words"], capsys)[0] == 0
    status, out, _ = run(
        ["sample", "run", "--prompt", "今天", "--length", "9", "--top-k", "3"], capsys
    )
    assert status == 0 and out.startswith("今天") and "今天 " not in out


def test_an_old_checkpoint_cuts_words_as_it_was_trained(capsys):
    assert run([*CLASSIFY, "zh.csv"], capsys)[0] == 0
    path = best_path(Path("run/checkpoint.pt"))
    state = torch.load(path, weights_only=True)
    about = json.loads(state["about"])
    about["words"][0] = "电影很好"
    del about["rule"]
    torch.save(state | {"about": json.dumps(about)}, path)
    assert (
        "1 of 1 words known"
        in run(["sample", "run", "--prompt", "电影很好"], capsys)[1]
    )


def test_a_run_does_not_go_on_with_another_text(capsys):
    assert run([*LM, "good.txt"], capsys)[0] == 0
    Path("good.txt").write_text(LINE.upper() * 20)
    status, _, err = run([*LM, "good.txt"], capsys)
    assert status == 1 and "other data" in err and "--again" in err
    assert run([*LM, "good.txt", "--again"], capsys)[0] == 0


# --------------------------------------------------------------------------- terminals


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_printing_never_fails_whatever_the_terminal_can_show(encoding):
    Path("评论.csv").write_text(table(row="很{k}{w},{v}"), encoding="utf-8")
    main = [sys.executable, "-m", "lstm_course"]
    env = os.environ | {"PYTHONIOENCODING": encoding, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*main, *CLASSIFY, "评论.csv"], env=env, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "评论.csv".encode(encoding, "backslashreplace") in done.stdout
    bad = subprocess.run([*main, *LM, "没有.txt"], env=env, capture_output=True)
    assert bad.returncode == 1 and b"Traceback" not in bad.stderr


@pytest.mark.slow
def test_a_name_that_is_no_text_is_printed_and_recorded():
    name = os.fsdecode(b"caf\xe9.csv")
    Path("good.csv").rename(name)
    done = subprocess.run(
        [sys.executable, "-m", "lstm_course", *CLASSIFY, name], capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert name in json.loads(Path("run/result.json").read_text())["command"]


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error_of_ours():
    command = shlex.join([sys.executable, "-m", "lstm_course", *LM, "good.txt"])
    done = subprocess.run(f"{command} | true", shell=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_words_need_room_for_the_special_ones():
    with pytest.raises(ValueError, match="Expected at least 4.*--size 1000"):
        corpus("a b c", "words", size=2)
