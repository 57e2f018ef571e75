"""Text in the encodings and scripts that people have: read rightly, or asked about."""

import re
import subprocess
import unicodedata

import numpy as np
import pytest

from lstm_course.data.decoding import decode
from lstm_course.tasks import text as task
from lstm_course.tasks.tokens import RULE, pattern
from lstm_course.tasks.vocabulary import Vocabulary, tokenize

SAMPLES = {  # text, and encodings in which it is found
    "simplified": ("今天的风很大\n我们去看海，房间干净\n", "gbk gb18030 gb2312"),
    "traditional": ("今天的風很大\n我們去看海，房間乾淨\n", "big5 gbk"),
    "Japanese": (
        "この映画はとても面白かった。\nつまらない作品でした。\n",
        "shift_jis cp932 euc_jp iso2022_jp",
    ),
    "Korean": ("정말 재미있는 영화였다\n지루하고 나쁜 영화\n", "euc_kr cp949"),
    "Thai": ("หนังสนุกมาก\nน่าเบื่อมาก\n", "tis_620 cp874"),
    "Russian": (
        "Отличный фильм, очень понравился\nСкучный фильм\n",
        "cp1251 koi8_r iso8859_5",
    ),
    "Greek": ("Πολύ καλή ταινία\nβαρετή και κακή\n", "cp1253"),
    "Arabic": ("فيلم رائع جدا\nفيلم ممل\n", "cp1256"),
    "French": (
        "un film très réussi, à voir\nennuyeux, déjà vu, ça traîne\n",
        "cp1252 latin_1 mac_roman",
    ),
    "German": ("Ein schöner Film über Größe\nLangweilig für mich\n", "cp1252 latin_1"),
    "English": ("the café’s “best” film – a joy\nnot for me\n", "cp1252"),
    "Polish": (
        "Świetny film, gorąco polecam\nżałosna nuda, źle zagrany\n",
        "cp1250 iso8859_2",
    ),
    "Turkish": ("Çok güzel bir film, şahane\nsıkıcı ve kötü\n", "cp1254"),
}
CASES = [
    (language, encoding)
    for language, (_, names) in SAMPLES.items()
    for encoding in [
        *names.split(),
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
    ]
]


def one(data, encoding=None):
    (text,), note = decode([("a.txt", data)], encoding)
    return text, note


@pytest.mark.parametrize("form", ["text", "table"])
@pytest.mark.parametrize("language, encoding", CASES)
def test_the_encoding_of_a_short_text_is_found_out(language, encoding, form):
    text = SAMPLES[language][0]
    if form == "table":
        text = "review,label\n" + "".join(
            f"{line},{k % 2}\n" for k, line in enumerate(text.splitlines() * 3)
        )
    assert one(text.encode(encoding))[0] == text


def test_what_was_guessed_is_said_and_what_is_certain_is_not():
    text = SAMPLES["simplified"][0]
    assert one(text.encode()) == (text, "")
    assert "gb18030, a guess (--encoding" in one(text.encode("gbk"))[1]
    assert one(text.encode("gbk"), "gbk") == (text, "read as gbk")


def test_small_files_from_one_place_are_guessed_together():
    files = [(f"{k}.txt", f"très {k}".encode("cp1252")) for k in range(9)]
    long = ("long.txt", "été, ça, où, à bientôt".encode("cp1252"))
    assert decode([*files, long])[0] == [d.decode("cp1252") for _, d in [*files, long]]


@pytest.mark.parametrize(
    "text",
    ["plain words\n" * 40_000 + "déjà vu, café\n", "un café crème, déjà vu " * 20_000],
)
def test_the_one_telling_line_of_a_long_text_is_found(text):
    assert one(text.encode("cp1252"))[0] == text


def test_an_unclear_text_is_shown_in_each_way_and_the_named_one_is_taken():
    data = "房间干净".encode("gbk")
    with pytest.raises(ValueError, match="as gb18030 it reads '房间干净'") as error:
        one(data)
    names = re.findall(r"as (\w+) it reads", str(error.value))
    assert len(names) > 1 and f"Pass --encoding {names[0]}" in str(error.value)
    assert one(data, "gb18030")[0] == "房间干净"


def test_damaged_utf8_is_no_other_encoding_and_the_advice_mends_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("été à la mer ".encode() * 20 + b"\xff" + "où ".encode()[:-2])
    with pytest.raises(ValueError, match="UTF-8 but for 2 place") as error:
        decode([(path.name, path.read_bytes())])
    command = re.search("'(iconv .*)'", str(error.value))[1]
    subprocess.run(command, shell=True, cwd=tmp_path)  # says 1, as it dropped something
    assert one((tmp_path / "mended.txt").read_bytes())[0].startswith("été à la mer")


@pytest.mark.parametrize(
    "data, says",
    [
        (b"PK\x03\x04rest", "zip archive or an office"),
        (b"%PDF-1.7", "a PDF"),
        (b"PAR1\x00\x01", "Parquet"),
        (bytes(range(256)) * 9, "holds zero bytes"),
    ],
)
def test_what_is_no_text_is_named(data, says):
    with pytest.raises(ValueError, match=says):
        one(data)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "nonsense", "base64", "idna"])
def test_a_wrong_name_of_an_encoding_is_refused(encoding):
    with pytest.raises(ValueError, match="--encoding"):
        one("今天的风很大".encode("gbk"), encoding)


# ------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    "text, words",
    [
        ("房间干净，很好", "房 间 干 净 很 好"),
        ("このパーティー", "こ の パ ー テ ィ ー"),
        ("ที่นี่ดี", "ที่ นี่ ดี"),
        ("정말 재미있는 영화", "정말 재미있는 영화"),
        ("हिन्दी फ़िल्म", "हिन्दी फ़िल्म"),
        ("買iPhone15了", "買 iphone15 了"),
        ("ភាសា", "ភា សា"),
        ("cafe\u0301 na\u00efve", "caf\u00e9 na\u00efve"),
        ("مَرْحَبًا بك", "مَرْحَبًا بك"),
        ("İyi", "i\u0307yi"),
    ],
)
def test_a_word_is_what_its_script_makes_of_it(text, words):
    assert tokenize(text) == unicodedata.normalize("NFC", words).split()


def test_words_of_a_language_model_lose_no_sign():
    text = "snake_case — 你好，नमस्ते! don't\nอากาศดี 👍🏽"
    words = task.words(text)
    assert "".join(words) == "".join(text.replace("\n", "|").split()).replace("|", "\n")
    assert {"你", "好", "नमस्ते", "don't", "_"} <= set(words)


def test_characters_of_a_script_without_spaces_are_joined_without():
    text = "今天的风很大，我们去看海。\nhello world\n"
    corpus = task.corpus(text * 9, "words")
    assert corpus.decode(corpus.codes) == text * 9


def test_a_checkpoint_without_a_rule_is_read_by_the_old_one():
    old = Vocabulary.of(["房间干净", "很好"], "words")
    assert old.encode("房间干净，很好") == [4, 5]
    corpus = task.Corpus(np.array([]), (*task.SPECIAL, "房间干净"), "words")
    assert corpus.encode("房间干净").tolist() == [3]
    with pytest.raises(ValueError, match="later version"):
        pattern("of tomorrow")
    english = "It's GREAT, isn't it? 10/10 -- caf\u00e9"
    assert tokenize(english, "words") == tokenize(english, RULE)
