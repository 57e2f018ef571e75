"""Data: fetched from a (local, mean) server, read from whatever a student has."""

import csv
import gzip
import hashlib
import io
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_course import places
from lstm_course.data import archives, download, reviews, sources
from lstm_course.data import files as files_of
from lstm_course.tasks import reviews as task
from lstm_course.tasks.vocabulary import PAD, START, UNKNOWN, Vocabulary

TEXTS = {  # what real reviews are like: markup, quotes, line ends, other alphabets
    ("train", "pos"): ["I loved it.<br /><br />10/10", 'She says "wow", and so do I'],
    ("train", "neg"): ["Dull.\nVery dull", "Bad, bad; I left", "caf\u00e9 noir? No."],
    ("test", "pos"): ["Bravo! \u201cA classic\u201d", "good"],
    ("test", "neg"): ["not good", "\u30c0\u30e1\u3060 bad"],
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_COURSE_DATA", str(tmp_path / "cache"))


# ------------------------------------------------------------ a server that can be mean


@pytest.fixture
def server():
    """A local server; set ``.answer`` to a function of the handler."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked += 1
            server.answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_address[1]}/file"
    yield server
    server.shutdown()
    server.server_close()


def whole(data):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def cut(data, sent, then=None):
    """Promise everything, send a part, hang up; after that answer like ``then``."""

    def answer(handler):
        if then and handler.server.asked > 1:
            return then(handler)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:sent])

    return answer


def source(data, url):
    digest = hashlib.sha256(data).hexdigest()
    return sources.Source("imdb", url, "a.bin", f"sha256:{digest}", len(data), "a test")


def nothing_kept():
    folder = places.data()
    return not folder.exists() or not any(folder.iterdir())


DATA = bytes(range(256)) * 4000


def test_a_file_is_fetched_once_and_then_comes_from_the_cache(server):
    server.answer = whole(DATA)
    path = download.fetch(source(DATA, server.url), progress=False)
    assert path.read_bytes() == DATA and path.parent == places.data()
    assert download.fetch(source(DATA, server.url), progress=False) == path
    assert server.asked == 1


def test_a_spoilt_file_in_the_cache_is_fetched_again(server):
    server.answer = whole(DATA)
    path = download.fetch(source(DATA, server.url), progress=False)
    path.write_bytes(b"spoilt")
    download.fetch(source(DATA, server.url), progress=False)
    assert path.read_bytes() == DATA and server.asked == 2


def test_the_download_shows_a_bar(server, capfd):
    server.answer = whole(DATA)
    download.fetch(source(DATA, server.url), progress=True)
    assert "100%" in capfd.readouterr().err


def test_a_cut_connection_is_tried_again(server):
    server.answer = cut(DATA, 1000, then=whole(DATA))
    path = download.fetch(source(DATA, server.url), progress=False)
    assert path.read_bytes() == DATA and server.asked == 2


def test_a_connection_that_is_cut_every_time_leaves_nothing_and_says_what_to_do(server):
    server.answer = cut(DATA, 1000)
    with pytest.raises(ConnectionError, match="--from FILE"):
        download.fetch(source(DATA, server.url), progress=False)
    assert server.asked == download.TRIES and nothing_kept()


def test_a_refusal_is_not_tried_again(server):
    server.answer = lambda handler: handler.send_error(403, "proxy says no")
    with pytest.raises(ConnectionError, match="403.*HTTPS_PROXY"):
        download.fetch(source(DATA, server.url), progress=False)
    assert server.asked == 1 and nothing_kept()


def test_nobody_at_the_other_end_is_explained(server):
    server.answer = whole(DATA)
    server.shutdown()
    server.server_close()
    with pytest.raises(ConnectionError, match="did not arrive"):
        download.fetch(source(DATA, server.url), progress=False)


def test_a_wrong_file_is_not_kept(server):
    server.answer = whole(b"<html>please log in to the hotel network</html>")
    with pytest.raises(ValueError, match="checksum is not sha256.*Does a proxy"):
        download.fetch(source(DATA, server.url), progress=False)
    assert nothing_kept()


def test_no_space_is_noticed_before_the_download(server, monkeypatch):
    server.answer = whole(DATA)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: FakeUsage)
    with pytest.raises(OSError, match=r"0 MB free.*Expected 2 MB"):
        download.fetch(source(DATA, server.url), progress=False)
    assert server.asked == 0


class FakeUsage:
    free = 100


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(server, monkeypatch):
    import pooch

    server.answer = whole(DATA)

    def full(self, url, output_file, *_, **__):
        Path(output_file).write_bytes(DATA[:500])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    with pytest.raises(OSError, match="too little for a.bin"):
        download.fetch(source(DATA, server.url), progress=False)
    assert nothing_kept()


def test_the_published_sources_have_checksums_of_the_right_form():
    for s in sources.SOURCES.values():
        kind, digest = s.checksum.split(":")
        assert len(digest) == 2 * hashlib.new(kind).digest_size and int(digest, 16)
        assert s.url.startswith("https://")


# --------------------------------------------------------------------- many containers


def files():
    for (part, verdict), texts in TEXTS.items():
        for k, text in enumerate(texts):
            yield f"aclImdb/{part}/{verdict}/{k}_{7 + k}.txt", text.encode()
    yield "aclImdb/train/unsup/0_0.txt", b"no verdict"
    yield "aclImdb/README", b"about"
    yield "aclImdb/train/labeledBow.feat", b"0:1"
    yield "__MACOSX/aclImdb/train/pos/._0_9.txt", b"\x00\x05\x16"


def make_tar(path, entries=None, mode="w:gz"):
    with tarfile.open(path, mode) as file:
        for name, data in entries or files():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


def make_zip(path, entries=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries or files():
            file.writestr(name, data)
    return path


def make_folder(path):
    for name, data in files():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def make_csv(path, split=True, **dialect):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, **dialect)
        writer.writerow(["review", "sentiment"] + ["split"] * split)
        for (part, verdict), texts in TEXTS.items():
            for text in texts:
                word = {"pos": "positive", "neg": "negative"}[verdict]
                writer.writerow([text, word] + [part] * split)
    return path


def packed(path, inner):
    return make_zip(path, [(inner.name, inner.read_bytes())])


CONTAINERS = {
    "tar.gz": lambda p: make_tar(p / "aclImdb_v1.tar.gz"),
    "tar": lambda p: make_tar(p / "imdb.tar", mode="w"),
    "tar.bz2 with a wrong name": lambda p: make_tar(p / "download", mode="w:bz2"),
    "zip": lambda p: make_zip(p / "imdb.zip"),
    "folder": lambda p: make_folder(p / "here") / "aclImdb",
    "folder around the folder": lambda p: make_folder(p / "there"),
    "csv": lambda p: make_csv(p / "IMDB Dataset.csv"),
    "tsv": lambda p: make_csv(p / "data.tsv", delimiter="\t"),
    "semicolons": lambda p: make_csv(p / "data.csv", delimiter=";"),
    "everything quoted": lambda p: make_csv(p / "q.csv", quoting=csv.QUOTE_ALL),
    "backslashes": lambda p: make_csv(p / "b.csv", doublequote=False, escapechar="\\"),
    "windows line ends": lambda p: make_csv(p / "w.csv", lineterminator="\r\n"),
    "csv in a zip": lambda p: packed(p / "archive.zip", make_csv(p / "inner.csv")),
}


@pytest.mark.filterwarnings("ignore:.* 1 skipped")  # of no verdict, in unsup
@pytest.mark.parametrize("name", CONTAINERS)
def test_the_same_reviews_come_out_of_every_container(name, tmp_path):
    train, test = reviews.read(CONTAINERS[name](tmp_path))
    for part, some in (("train", train), ("test", test)):
        got = sorted(zip(some.labels.tolist(), some.texts, strict=True))
        assert got == sorted(
            (int(v == "pos"), t)
            for (p, v), texts in TEXTS.items()
            if p == part
            for t in texts
        )


def test_a_gzipped_table_is_read_whatever_its_name(tmp_path):
    plain = make_csv(tmp_path / "a.csv")
    (tmp_path / "b").write_bytes(gzip.compress(plain.read_bytes()))
    assert reviews.read(tmp_path / "b")[0].texts == reviews.read(plain)[0].texts


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_of_spreadsheet_programs_are_read(encoding, tmp_path):
    plain = make_csv(tmp_path / "a.csv")
    other = tmp_path / "b.csv"
    other.write_bytes(plain.read_text(encoding="utf-8").encode(encoding))
    assert reviews.read(other)[0].texts == reviews.read(plain)[0].texts


def test_a_table_whose_quotes_mean_nothing_is_read(tmp_path):
    path = tmp_path / "raw.tsv"
    rows = ['"Wow" is all I say\t1', '"Dull\t0', "fine\t1", 'a "bad" one\t0']
    path.write_text("review\tsentiment\n" + "\n".join(rows) + "\n")
    train, test = reviews.read(path)
    assert sorted(train.texts + test.texts) == sorted(r.split("\t")[0] for r in rows)


def test_a_windows_code_page_is_told_from_others(tmp_path):
    path = tmp_path / "old.csv"
    rows = "Text,Label\ncaf\u00e9 great,1\n\u2018awful\u2019,0\nfine,1\npoor,0\n"
    path.write_bytes(rows.encode("cp1252"))
    train, test = reviews.read(path)
    assert {"caf\u00e9 great", "\u2018awful\u2019"} <= set(train.texts + test.texts)


def test_columns_may_be_in_any_order_and_verdicts_in_many_words(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        "id,Sentiment,Review\n"
        + "".join(
            f'{k},{v},"text {k}, of {v}"\n'
            for k, v in enumerate(
                [
                    "positive",
                    "NEG",
                    "1",
                    "0",
                    "1.0",
                    "0.0",
                    "True",
                    "no",
                    " pos ",
                    "neg",
                ]
            )
        )
    )
    train, test = reviews.read(path)
    found = dict(
        zip(train.texts + test.texts, [*train.labels, *test.labels], strict=True)
    )
    assert [
        found[f"text {k}, of {v}"]
        for k, v in ((0, "positive"), (1, "NEG"), (8, " pos "))
    ] == [1, 0, 1]
    assert sum(found.values()) == 5


def test_a_source_without_test_part_is_split_by_verdict_and_seed(tmp_path):
    path = make_csv(tmp_path / "a.csv", split=False)
    train, test = reviews.read(path, seed=1)
    assert len(train.texts) + len(test.texts) == 9 and len(set(test.labels)) == 2
    assert not set(train.texts) & set(test.texts)
    assert reviews.read(path, seed=1)[1].texts == test.texts
    assert any(reviews.read(path, seed=s)[1].texts != test.texts for s in range(2, 8))


def test_what_was_fetched_is_kept_as_one_table(tmp_path):
    parts = reviews.read_parts(make_tar(tmp_path / "a.tar.gz"))
    reviews.write(tmp_path / "kept.csv.gz", parts.train, parts.test, parts.valid)
    again = reviews.read_parts(tmp_path / "kept.csv.gz")
    for old, new in zip(parts[:3], again[:3], strict=True):
        assert old.texts == new.texts and (old.labels == new.labels).all()


# --------------------------------------------------------------------- hostile archives


def link(name, kind, target="../../secret"):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


HOSTILE_TAR = {
    "way out": [("aclImdb/train/pos/../../../../evil.txt", b"x")],
    "absolute": [("/tmp/train/pos/evil.txt", b"x")],
    "drive": [("C:\\train\\pos\\evil.txt", b"x")],
}


@pytest.mark.parametrize("make", [make_tar, make_zip])
@pytest.mark.parametrize("name", HOSTILE_TAR)
def test_a_member_that_leads_out_is_refused(make, name, tmp_path):
    path = make(tmp_path / "evil", [*files(), *HOSTILE_TAR[name]])
    before = sorted(p for p in tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="leads out of its folder"):
        reviews.read(path)
    assert sorted(p for p in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(kind, tmp_path):
    path = make_tar(tmp_path / "evil.tar", mode="w")
    with tarfile.open(path, "a") as file:
        file.addfile(link("aclImdb/train/pos/9_9.txt", kind))
    with pytest.raises(ValueError, match="is a link or a device"):
        reviews.read(path)


def test_a_link_in_a_zip_is_refused(tmp_path):
    info = zipfile.ZipInfo("aclImdb/train/pos/9_9.txt")
    info.external_attr = 0o120777 << 16
    path = make_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(info, "/etc/passwd")
    with pytest.raises(ValueError, match="is a link or a device"):
        reviews.read(path)


@pytest.mark.parametrize("make", [make_tar, make_zip])
def test_a_bomb_is_refused(make, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 10_000)
    path = make(tmp_path / "bomb", [("train/pos/1_1.txt", b"\0" * 10_001)])
    with pytest.raises(ValueError, match="larger than 1 GB"):
        reviews.read(path)
    monkeypatch.setattr(archives, "LARGEST", 10_002)
    monkeypatch.setattr(archives, "TOTAL", 30_000)
    path = make(
        tmp_path / "bombs", [(f"train/pos/{k}_1.txt", b"\0" * 10_001) for k in range(3)]
    )
    with pytest.raises(ValueError, match="more than 2 GB in all"):
        reviews.read(path)


def test_a_gzipped_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files_of, "LARGEST", 10_000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"a,b\n" * 2501))
    with pytest.raises(ValueError, match="unpacks to more than 1 GB"):
        reviews.read(tmp_path / "bomb.csv.gz")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_an_archive_that_was_cut_short_is_noticed(share, tmp_path):
    rng = np.random.default_rng(0)
    noise = [
        (f"train/{v}/{k}_1.txt", rng.bytes(300).hex().encode())
        for k in range(40)
        for v in ("pos", "neg")
    ]
    data = make_tar(tmp_path / "whole.tar.gz", noise).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ValueError, match="Was the download cut"):
        reviews.read(tmp_path / "cut.tar.gz")


# ------------------------------------------------------------------------------- doors


def table(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "Add the line 'review,sentiment'"),
        ("great film,positive\n", "Add the line 'review,sentiment'"),
        ("review,sentiment\ngood,positive\nbad,awful\n", "Row 3 .* verdict 'awful'"),
        (
            "review,sentiment\ngood, very good,positive\n",
            "Row 2 .* 3 cells.*double quotes",
        ),
        ("review,sentiment\ngood,positive\nfine,positive\n", "all with one verdict"),
        ("review,sentiment\n", "holds no reviews"),
    ],
)
def test_a_table_that_cannot_be_read_is_explained(text, says, tmp_path):
    with pytest.raises(ValueError, match=says):
        reviews.read(table(tmp_path, text))


def test_a_missing_file_an_empty_folder_and_imdb_not_fetched_are_explained(tmp_path):
    with pytest.raises(ValueError, match="no file or folder"):
        reviews.read(tmp_path / "nothing.csv")
    with pytest.raises(ValueError, match="holds no reviews"):
        (tmp_path / "empty").mkdir()
        reviews.read(tmp_path / "empty")
    with pytest.raises(ValueError, match="Run 'lstm-course data imdb'"):
        task.load("imdb")


# ------------------------------------------------------------------- the bundled sample


def test_the_sample_is_large_balanced_and_without_repetition():
    train, test = task.load()
    texts = train.texts + test.texts
    assert len(texts) >= 200 and len(set(texts)) == len(texts)
    assert train.labels.mean() == test.labels.mean() == 0.5
    words = [len(t.split()) for t in texts]
    assert min(words) >= 5 and max(words) <= 60


def test_a_bag_of_words_learns_the_sample_so_there_is_something_to_learn():
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline

    train, test = task.load()
    labels = np.concatenate([train.labels, test.labels])
    model = make_pipeline(CountVectorizer(), LogisticRegression())
    right = cross_val_score(model, train.texts + test.texts, labels, cv=5).mean()
    assert right >= 0.75  # chance 0.5; the mean over 25 such folds was 0.83


def test_prepared_reviews_follow_keras_conventions():
    data = task.prepare(size=100, length=12)
    x, y = data.train
    assert x.dtype == y.dtype == torch.int64 and x.shape[0] == 12
    assert len(data.vocabulary) == 100 and int(x.max()) < 100
    assert (x == UNKNOWN).any() and not (x == 3).any()
    short = (x == PAD).any(0)
    assert (x[0, short] == PAD).all()  # padding stands in front
    first = (x[:, short] != PAD).int().argmax(0)
    assert (x[:, short].gather(0, first[None]) == START).all()
    assert not (x[:, ~short] == START).all(0).any()


def test_validation_is_held_out_of_training_and_the_test_part_untouched():
    data, (train, test) = task.prepare(length=30), task.load()
    assert data.test[0].shape[1] == len(test.texts)
    assert data.train[0].shape[1] + data.valid[0].shape[1] == len(train.texts)
    assert float(data.valid[1].float().mean()) == 0.5


def test_the_vocabulary_knows_the_training_part_only(tmp_path):
    rows = [f"word{k} good,positive\nword{k} bad,negative\n" for k in range(30)]
    data = task.prepare(table(tmp_path, "review,sentiment\n" + "".join(rows)), size=500)
    assert isinstance(data.vocabulary, Vocabulary)
    assert not (data.train[0] == UNKNOWN).any() and (data.test[0] == UNKNOWN).any()


def test_a_batch_is_drawn_without_replacement():
    data = task.prepare(length=8)
    x, y = task.sample(np.random.default_rng(0), data.train, 172)
    assert x.shape == (8, 172)
    assert torch.equal(x.sum(1).sort().values, data.train[0].sum(1).sort().values)
    assert int(y.sum()) == 86
