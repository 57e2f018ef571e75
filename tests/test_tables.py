"""Tables of reviews as people keep them: every row is used, or its absence is said."""

import gzip
import json
import re
import zipfile

import numpy as np
import pytest

from lstm_course.data import reviews
from lstm_course.data.columns import PLAIN, Form
from lstm_course.data.parts import WORDS, part_of_word
from lstm_course.tasks import reviews as task

COUNTS = re.compile(r"([\d,]+) rows of .* read; (?:none|([\d,]+)) skipped")


def lines(columns, n=24, separator=","):
    """A table of n rows; each column is a name and a function of the row's number."""
    rows = [separator.join(columns)]
    rows += [separator.join(str(f(k)) for f in columns.values()) for k in range(n)]
    return "\n".join(rows) + "\n"


def text(k):
    return f"review {k} says {'good' if k % 2 else 'bad'}"


def label(k):
    return k % 2


@pytest.fixture
def parts(tmp_path):
    """Write files and read them as reviews: {name: content} -> Parts."""

    def make(files, form=PLAIN, **options):
        for name, content in files.items():
            path = tmp_path / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)
        one = len(files) == 1
        got = reviews.read_parts(
            path if one else tmp_path / "source", 0, form, **options
        )
        nothing_vanished(got)
        return got

    return make


def nothing_vanished(got):
    rows, skipped = (
        int((n or "0").replace(",", "")) for n in COUNTS.search(got.account).groups()
    )
    assert skipped == got.skipped and "\n" not in got.account
    assert rows == skipped + sum(len(some.texts) for some in got[:3])


def right(got):
    """Every verdict is the one that its text tells."""
    for some in got[:3]:
        assert [int("good" in t) for t in some.texts] == some.labels.tolist()


# ----------------------------------------------------------------------------- columns


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "review",
        "sentence",
        "Comment",
        "content",
        "body",
        "Review Text",
        "tweet",
        "reviewText",
        "Phrase",
    ],
)
@pytest.mark.parametrize(
    "verdict", ["label", "sentiment", "Class", "verdict", "target", "polarity", "score"]
)
def test_columns_have_many_names(name, verdict, parts):
    right(parts({"a.csv": lines({"id": str, verdict: label, name: text})}))


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_separators_line_ends_and_marks_are_found_out(separator, ends, encoding, parts):
    table = lines(
        {"text": lambda k: text(k) + " caf\u00e9", "label": label}, 8, separator
    )
    got = parts({"a.csv": table.replace("\n", ends).encode(encoding)})
    right(got)
    assert all(t.endswith("caf\u00e9") for t in got.train.texts)


def test_text_full_of_commas_does_not_hide_the_tabs(parts):
    right(
        parts(
            {
                "a.txt": lines(
                    {"text": lambda k: f"well, so, {text(k)}, yes, oh", "label": label},
                    separator="\t",
                )
            }
        )
    )


@pytest.mark.parametrize("form", ["lines", "list", "parts"])
def test_json_is_a_table_too(form, parts):
    rows = [{"text": text(k), "label": bool(k % 2)} for k in range(24)]
    content = {
        "lines": "\n".join(map(json.dumps, rows)),
        "list": json.dumps(rows),
        "parts": json.dumps({"train": rows, "dev": rows, "test": rows}),
    }[form]
    got = parts({"a.json": content})
    right(got)
    assert form != "parts" or [len(some.texts) for some in got[:3]] == [24, 24, 24]


def test_columns_with_other_names_are_named_by_options(parts):
    table = {"a.csv": lines({"v1": label, "v2": text})}
    with pytest.raises(ValueError, match="--text-column NAME --label-column NAME"):
        parts(table)
    right(parts(table, Form(text="v2", label="v1")))


@pytest.mark.parametrize(
    "line, header",
    [
        ("a bad review,0", "review,sentiment"),
        ("0\ta bad review", "sentiment\treview"),
        ("0,17,a bad review", "sentiment,column1,review"),
    ],
)
def test_the_line_that_a_table_lacks_works_when_it_is_added(line, header, parts):
    other = line.replace("bad", "good").replace("0", "1", 1)
    table = f"{other}\n{line}\n" * 12
    with pytest.raises(ValueError, match="Add the line") as error:
        parts({"a.csv": table})
    assert repr(header) in str(error.value)
    right(parts({"a.csv": header + "\n" + table}))


# ---------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    "words",
    [
        ("0", "1"),
        ("-1", "1"),
        ("neg", "pos"),
        ("Negative", "Positive"),
        ("no", "yes"),
        ("False", "True"),
        ("1", "2"),
        ("0.0", "1.0"),
        ("bad", "good"),
        ("1", "5"),
        ("2 stars", "4.0 out of 5 stars"),
        ("1 star", "5 stars"),
        ("0", "4"),
        ("3", "9"),
    ],
)
def test_verdicts_have_many_words(words, parts):
    got = parts({"a.csv": lines({"text": text, "label": lambda k: words[k % 2]})})
    right(got)
    assert got.skipped == 0


@pytest.mark.parametrize(
    "column, words, middle",
    [
        ("stars", [2, 4, 1, 5, 3, 3], 8),
        ("label", [0, 2, 1, 1], 12),
        ("sentiment", ["negative", "positive", "neutral", "neutral"], 12),
        ("label", [0, 4, 1, 3, 2, 2], 8),
        ("rating", [1, 10, 4, 7, 5, 6], 8),
    ],
)
def test_what_lies_in_the_middle_is_left_out_aloud(column, words, middle, parts):
    table = lines({"text": text, column: lambda k: words[k % len(words)]})
    got = parts({"a.csv": table})
    right(got)
    assert got.skipped == middle and f"{middle} neutral" in got.account


@pytest.mark.parametrize("word", ["", "unsup", "NaN", "None", "unlabeled", "?", "NULL"])
def test_rows_without_a_verdict_are_left_out_aloud(word, parts):
    table = lines(
        {"text": text, "label": lambda k: word if k % 6 > 3 else ("neg", "pos")[k % 2]}
    )
    got = parts({"a.csv": table})
    right(got)
    assert got.skipped == 8 and "8 without a verdict" in got.account


def test_rows_without_text_are_left_out_aloud(parts):
    got = parts(
        {
            "a.csv": lines(
                {"text": lambda k: "  " if k == 3 else text(k), "label": label}
            )
        }
    )
    assert got.skipped == 1 and "1 without text" in got.account


def test_minus_one_is_no_verdict_where_a_part_has_nothing_else(parts):
    got = parts(
        {
            "a.csv": lines(
                {
                    "text": text,
                    "label": lambda k: label(k) if k < 16 else -1,
                    "split": lambda k: "train" if k < 16 else "test",
                }
            )
        }
    )
    right(got)
    assert got.skipped == 8 and "no test part" in got.account


def test_numbers_that_may_mean_two_things_are_refused_with_a_way_out(parts):
    table = {"a.csv": lines({"text": text, "label": lambda k: (-1, 1, 0, 1)[k % 4]})}
    with pytest.raises(ValueError, match="--positive 1 --negative -1"):
        parts(table)
    got = parts(table, Form(positive=("1",), negative=("-1",)))
    right(got)
    assert got.skipped == 6 and "6 of another verdict" in got.account


@pytest.mark.parametrize("words", [[0.1, 0.9], [0, 50, 100], ["ham", "spam"]])
def test_verdicts_that_nobody_knows_are_named_by_options(words, parts):
    table = {"a.csv": lines({"text": text, "label": lambda k: words[k % 2 - 2]})}
    with pytest.raises(ValueError, match="--positive .* --negative "):
        parts(table)
    form = Form(positive=(str(words[-1]),), negative=(str(words[-2]),))
    right(parts(table, form))


def test_two_tables_with_scales_of_their_own_are_read_each_by_its_own(parts):
    right(
        parts(
            {
                "train.csv": lines({"text": text, "stars": lambda k: (1, 5)[k % 2]}),
                "test.csv": lines({"text": text, "label": label}),
            }
        )
    )


# ------------------------------------------------------------------------------- parts


@pytest.mark.parametrize(
    "column",
    ["split", "set", "fold", "part", "type", "subset", "partition", "Dataset", "usage"],
)
@pytest.mark.parametrize(
    "words",
    [
        ("train", "valid", "test"),
        ("training", "validation", "testing"),
        ("Train", "dev", "TEST"),
        ("train", "val", "eval"),
        ("train", "eval", "test"),
        ("train set", "tuning", "held-out"),
    ],
)
def test_every_usual_name_and_word_of_a_split_is_honoured(column, words, parts):
    got = parts(
        {
            "a.csv": lines(
                {
                    "text": text,
                    "label": label,
                    column: lambda k: words[(0, 0, 1, 2)[k // 2 % 4]],
                }
            )
        }
    )
    right(got)
    assert [len(some.texts) for some in got[:3]] == [12, 6, 6]
    assert "split by column" in got.account


@pytest.mark.parametrize("part", WORDS)
def test_every_word_of_a_part_means_it_in_capitals_and_with_data_behind_it(part):
    assert {
        part_of_word(form)
        for w in WORDS[part]
        for form in (w, w.upper(), f"{w}_data", f" {w} set")
    } == {part}


def test_the_last_of_numbered_folds_is_the_test_part_and_that_is_said(parts):
    got = parts(
        {
            "a.csv": lines(
                {"text": text, "label": label, "fold": lambda k: k // 2 % 10 + 1}, 60
            )
        }
    )
    assert len(got.test.texts) == 6 and "fold 10 to test" in got.account


def test_a_column_of_any_name_splits_where_all_its_words_are_parts(parts):
    got = parts(
        {
            "a.csv": lines(
                {
                    "text": text,
                    "label": label,
                    "mein_teil": lambda k: ("train", "test", "dev")[k // 2 % 3],
                }
            )
        }
    )
    assert [len(some.texts) for some in got[:3]] == [8, 8, 8]


def test_folds_may_be_written_as_words(parts):
    got = parts(
        {
            "a.csv": lines(
                {"text": text, "label": label, "kfold": lambda k: f"fold_{k // 2 % 3}"}
            )
        }
    )
    assert len(got.test.texts) == 8 and "fold 2 to test" in got.account


def test_two_columns_that_split_differently_are_refused(parts):
    def late(k):
        return "train" if k < 16 else "test"

    table = {"text": text, "label": label, "split": late}
    right(parts({"a.csv": lines(table | {"type": late})}))
    with pytest.raises(ValueError, match="'split' and 'type', and they differ"):
        parts({"a.csv": lines(table | {"type": lambda k: late(23 - k)})})


def test_a_column_that_says_yes_or_no_splits(parts):
    got = parts(
        {"a.csv": lines({"text": text, "label": label, "is_valid": lambda k: k >= 16})}
    )
    assert len(got.valid.texts) == 8 and len(got.train.texts + got.test.texts) == 16


@pytest.mark.parametrize(
    "column, word", [("split", "2"), ("set", "hidden"), ("type", "trial")]
)
def test_a_word_that_names_no_part_is_refused(column, word, parts):
    table = lines(
        {"text": text, "label": label, column: lambda k: word if k > 15 else "train"}
    )
    with pytest.raises(ValueError, match=f"holds '{word}'.*rename the column"):
        parts({"a.csv": table})
    right(parts({"a.csv": table.replace(column, "group", 1)}))


def test_a_column_of_another_meaning_splits_nothing_and_that_is_said(parts):
    got = parts(
        {
            "a.csv": lines(
                {
                    "text": text,
                    "label": label,
                    "type": lambda k: ("hotel", "cafe")[k // 2 % 2],
                }
            )
        }
    )
    assert "column 'type' names no parts" in got.account


def test_rows_of_no_part_join_the_training_part_aloud(parts):
    table = lines(
        {
            "text": text,
            "label": label,
            "split": lambda k: ("", "train", "test")[k // 2 % 3],
        }
    )
    got = parts({"a.csv": table}, held_out=0.0)
    assert len(got.train.texts) == 16 and "8 of no part join" in got.account


def test_validation_rows_of_a_source_are_those_that_decide(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        lines(
            {
                "text": text,
                "label": label,
                "split": lambda k: ("train", "train", "validation", "test")[k // 2 % 4],
            }
        )
    )
    data = task.prepare(path)
    assert [part[0].shape[1] for part in data[:3]] == [12, 6, 6]
    train, test = reviews.read(path)  # in two parts: none is lost
    assert len(train.texts) == 18 and len(test.texts) == 6


def test_a_source_with_only_test_reviews_trains_on_them_aloud(parts):
    got = parts({"test.csv": lines({"text": text, "label": label})})
    assert "no training part: the test part serves" in got.account


# ----------------------------------------------------------------------------- folders


def test_files_of_a_competition_are_read_as_they_come(parts, tmp_path):
    labelled = lines({"id": str, "sentiment": label, "review": text}, separator="\t")
    bare = lines({"id": str, "review": text}, separator="\t")
    files = {
        "labeledTrainData.tsv": labelled,
        "testData.tsv": bare,
        "unlabeledTrainData.tsv": bare,
        "notes.md": "# notes",
        "sampleSubmission.csv": "id,sentiment\n1,0\n",
    }
    got = parts(files)
    right(got)
    assert got.skipped == 48 and sum(len(some.texts) for some in got[:3]) == 24
    for name in ("testData.tsv has no verdicts", "sampleSubmission.csv", "notes.md"):
        assert name in got.account
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    assert reviews.read_parts(tmp_path / "all.zip").skipped == 48


def test_tables_named_for_parts_keep_them(parts):
    table = lines({"sentence": text, "label": label}, separator="\t")
    got = parts(
        {
            "train.tsv": table,
            "dev.tsv": table,
            "test.tsv.gz": gzip.compress(table.encode()),
        }
    )
    assert [len(some.texts) for some in got[:3]] == [24, 24, 24]


def test_folders_of_single_reviews_count_what_has_no_verdict(parts):
    files = {
        f"{part}/{verdict}/{k}.txt": f"{word} {k}"
        for part in ("train", "test")
        for verdict, word in (("pos", "good"), ("Negative", "bad"))
        for k in range(6)
    }
    files |= {f"train/unsup/{k}.txt": "who knows" for k in range(5)}
    got = parts(files | {"README": "about", "list.csv": "a,b\n"})
    right(got)
    assert got.skipped == 5 and "not read: README, list.csv" in got.account


# -------------------------------------------------------------------------------- tiny


@pytest.mark.parametrize("n", [2, 4, 5])
def test_too_few_reviews_are_counted_and_the_option_named(n, parts):
    with pytest.raises(ValueError, match=f"{n} reviews to split.*--data"):
        parts({"a.csv": lines({"text": text, "label": label}, n)})


def test_six_reviews_are_enough(parts):
    got = parts({"a.csv": lines({"text": text, "label": label}, 6)})
    assert [np.bincount(some.labels).tolist() for some in got[:3]] == 3 * [[1, 1]]


def test_a_source_read_from_python_warns_of_what_it_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(lines({"text": text, "label": lambda k: ("pos", "neg", "")[k % 3]}))
    for call in (reviews.read, task.load, task.prepare):
        with pytest.warns(UserWarning, match="8 skipped: 8 without a verdict"):
            call(path)


# ------------------------------------------------------------------- less usual sources


def test_files_of_one_verdict_hold_a_review_in_every_line(parts):
    good, bad = (f"{w} film\n" * 9 for w in ("good", "bad"))
    right(parts({"pos.txt": good, "neg.txt": bad}))
    right(parts({"rt-polarity.pos": good, "rt-polarity.neg": bad}))
    got = parts(
        {
            "train_positive.txt": good,
            "train_negative.txt": bad + "\n",
            "test_positive.txt": good,
            "test_negative.txt": bad,
        }
    )
    assert len(got.test.texts) == 18 and got.skipped == 1


def test_a_word_list_is_no_file_of_reviews(parts):
    got = parts(
        {
            "reviews.csv": lines({"text": text, "label": label}),
            "positive-words.txt": "good\n",
            "negative-words.txt": "bad\n",
        }
    )
    right(got)
    assert "not read: negative-words.txt, positive-words.txt" in got.account


def test_lines_with_a_label_in_front_are_a_table(parts):
    right(
        parts(
            {
                "a.txt": "".join(
                    f"__label__{k % 2 + 1} {text(k)}: so, {k}\n" for k in range(24)
                )
            }
        )
    )


def test_the_separator_that_a_spreadsheet_declares_is_taken(parts):
    right(
        parts(
            {
                "a.csv": "\ufeffsep=;\r\n"
                + lines({"text": text, "label": label}, separator=";")
            }
        )
    )


def test_zips_in_a_folder_are_read_where_they_lie(parts, tmp_path):
    path = tmp_path / "inner.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("train.tsv", lines({"review": text, "label": label}, 24, "\t"))
    got = parts(
        {
            "train.tsv.zip": path.read_bytes(),
            "test.csv": lines({"review": text, "label": label}),
        }
    )
    right(got)
    assert len(got.test.texts) == 24


def test_a_row_is_numbered_as_an_editor_does(parts):
    with pytest.raises(ValueError, match="Row 3 of a.csv has the verdict 'meh'"):
        parts({"a.csv": "text,label\ngood,1\nbad,meh\n"})
    with pytest.raises(ValueError, match="Row 2 of a.json has the verdict 'meh'"):
        parts({"a.json": '{"text": "a", "label": 1}\n{"text": "b", "label": "meh"}\n'})
