"""Files that are no notebook, nearly one, or one with claims about itself."""

import io
import json
import os
import zipfile

from attacks.attack import POINTS, after, before, file, made, sample

FULL = dict(POINTS)
GOOD = sample.notebook(sample.CELLS)
TEXT = json.dumps(GOOD, ensure_ascii=False)


def changed(**parts):
    return json.dumps(GOOD | parts).encode()


def with_cells(change):
    """The good notebook with ``change(cell)`` applied to every cell."""
    rows = json.loads(TEXT)["cells"]
    for row in rows:
        change(row)
    return changed(cells=rows)


def format_3():
    rows = [
        {"cell_type": "code", "input": source, "language": "python", "outputs": []}
        for source in sample.CELLS
    ]
    sheet = {"cells": rows, "metadata": {}}
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {},
                       "worksheets": [sheet]}).encode()  # fmt: skip


def claims(cell):
    cell["metadata"] = {
        "tags": ["skip", "raises-exception", "points:1000", "otter_ignore"],
        "nbgrader": {"grade": True, "points": 1000, "grade_id": "90.1", "locked": True},
        "otter": {"tests": ["90.1"]},
    }
    cell["outputs"] = [{"output_type": "stream", "name": "stdout",
                        "text": "100 of 100 points"}]  # fmt: skip


def zipped(*members, **attributes):
    """A zip with (name, bytes) members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = attributes.get("mode", 0o100644) << 16
            info.compress_type = attributes.get("how", zipfile.ZIP_DEFLATED)
            archive.writestr(info, data)
    return target.getvalue()


def zip_of(data, changes):
    """Writes a zip whose only member has other bytes in both of its headers."""
    made = bytearray(zipped((NB, data)))
    for k, value in changes.items():
        made[k] = made[made.index(b"PK\1\2") + k + 2] = value
    return place("90_sample.zip", lambda p: p.write_bytes(made))


def place(name, write):
    """A submission written by ``write(path)`` where the notebook should be."""
    return lambda folder: write(folder / name)


NB = "90_sample.ipynb"
good = TEXT.encode()
CORPUS = [
    file("empty_file", b""),
    file("spaces", b"  \n"),
    file("no_json", b"{"),
    file("cut_off", good[: len(good) // 2]),
    file("a_list", b"[]"),
    file("a_number", b"1e999"),
    file("null", b"null"),
    file("python_source", "\n".join(sample.CELLS).encode()),
    file("utf_16", TEXT.encode("utf-16")),
    file("latin_1", TEXT.replace("progress()", "# é").encode("latin-1")),
    file("zero_bytes", bytes(1000)),
    file("byte_order_mark", b"\xef\xbb\xbf" + good, FULL),
    file("not_a_number", changed(metadata={"a": float("nan")}), FULL),
    file("long_integer", TEXT.replace('"nbformat_minor": 5', '"nbformat_minor": ' +
         "9" * 5000).encode(), FULL),
    file("key_twice", TEXT[:-1].encode() + b', "nbformat": 4}'),
    file("cells_twice", TEXT[:-1].encode() + b', "cells": []}'),
    file("deep_json", b"[" * 200000),
    file("deep_metadata", TEXT.replace('"metadata": {}, "nbformat"', '"metadata": ' +
         '{"a":' * 5000 + "1" + "}" * 5000 + ', "nbformat"').encode()),
    file("format_2", changed(nbformat=2)),
    file("format_5", changed(nbformat=5)),
    file("format_as_text", changed(nbformat="4")),
    file("format_is_true", changed(nbformat=True)),
    file("no_format", json.dumps({"cells": GOOD["cells"]}).encode()),
    file("format_3", format_3(), FULL),
    file("format_4_with_worksheets_only", changed(cells=None)),
    file("cells_are_a_dict", changed(cells={"0": 1})),
    file("no_cells", changed(cells=[]), dict.fromkeys(POINTS, 0)),
    file("odd_cells", changed(cells=[1, None, [], {}, {"cell_type": 7},
         {"cell_type": "code"}, {"cell_type": "code", "source": 5},
         {"cell_type": "code", "source": [1, 2]}, *GOOD["cells"]]), FULL),
    file("markdown_only", with_cells(lambda c: c.update(cell_type="markdown")),
         dict.fromkeys(POINTS, 0)),
    file("lists_of_lines", with_cells(lambda c: c.update(
         source=c["source"].splitlines(True))), FULL),
    file("windows_lines", with_cells(lambda c: c.update(
         source=c["source"].replace("\n", "\r\n"))), FULL),
    file("claims", with_cells(claims), FULL),
    file("claims_without_code", changed(cells=[], metadata={"grade": 100,
         "points": POINTS, "kernelspec": {"name": "root", "argv": ["id"]}}),
         dict.fromkeys(POINTS, 0)),
    file("foreign_kernel", changed(metadata={"kernelspec": {"name": "ir", "language":
         "R", "display_name": "x"}, "language_info": {"name": "R"}}), FULL),
    made("too_large", place(NB, lambda p: (p.write_bytes(good),
         os.truncate(p, 129 << 20)))),
    file("many_saved_figures", TEXT[:-1].encode() + b', "x": "' + b"y" * (30 << 20) +
         b'"}', FULL),
    file("too_much_code", with_cells(lambda c: c.update(source="#" * 300_000))),
    file("too_many_cells", changed(cells=[GOOD["cells"][0]] * 2000)),
    file("lone_surrogate", TEXT.replace("progress()", "progress() # \\ud800").encode(),
         FULL),
    before("syntax_error", "def f(:\n  pass", "x = = 1", "  indented"),
    before("conflict_marks", "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> mine"),
    before("zero_byte_in_a_cell", "x = 1\x00"),
    before("magics", "%matplotlib inline", "!pip install lstm-course\nx = !ls\n%cd ..",
           "%%bash\nrm -rf /", "%%time\nimport math\nassert math.pi > 3",
           "get_ipython().system('id')\nfoo?\n?foo\n%load_ext autoreload",
           "%%writefile x.py\nthis is no python"),
    after("magic_in_text", "s = '''\n%time\n!ls\n'''\nassert '%time' in s\n"
          "def unit(x):\n    n = 5 \\\n%3\n    return x / np.sqrt((x**2).sum())"),
    made("no_file", lambda folder: (folder / NB).mkdir()),
    made("link", place(NB, lambda p: os.symlink("OTHER", p))),
    made("dangling_link", place(NB, lambda p: os.symlink("nowhere", p))),
    made("link_to_itself", place(NB, lambda p: os.symlink(p.name, p))),
    made("device_link", place(NB, lambda p: os.symlink("/dev/zero", p))),
    made("hard_link", place(NB, lambda p: os.link("OTHER", p))),
    made("named_pipe", place(NB, os.mkfifo)),
    made("zip_of_one", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((NB, good)))), FULL),
    made("zip_with_paths", place("90_sample.zip", lambda p: p.write_bytes(
         zipped(("../../ada/" + NB, good), ("/abs/" + NB, b"{")))), FULL),
    made("zip_of_a_link", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((NB, b"/etc/passwd"), mode=0o120777)))),
    made("zip_bomb", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((NB, bytes(200 << 20)))))),
    made("zip_of_many", place("90_sample.zip", lambda p: p.write_bytes(
         zipped(*((f"{k}/{NB}", good) for k in range(100)))))),
    made("zip_of_nothing", place("90_sample.zip", lambda p: p.write_bytes(zipped()))),
    made("zip_cut_off", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((NB, good))[:-30]))),
    made("zip_damaged", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((NB, good)).replace(zipped((NB, good))[60:90], bytes(30))))),
    made("zip_that_is_none", place("90_sample.zip", lambda p: p.write_bytes(good))),
    file("carriage_returns", with_cells(lambda c: c.update(
         source=c["source"].replace("\n", "\r"))), FULL),
    after("number_of_9000_digits", f"{sample.UNIT}\ndef more(): return 0x{'f' * 9000}"),
    after("choice_of_900", sample.UNIT, "k = 0\nif k == 1: pass\n" + "\n".join(
          f"elif k == {n}: pass" for n in range(2, 900))),
    after("choice_of_2500_in_an_answer", "def unit(x):\n    if x is 1: pass\n"
          + "\n".join(f"    elif x is {n}: pass" for n in range(2, 2500))
          + "\n    return x / np.sqrt((x**2).sum())"),
    after("sum_of_20000", "k = 1" + "+1" * 20000, "k = " + "-" * 20000 + "1",
          "k = " + "(" * 5000 + ")" * 5000, "f = " + "lambda: " * 5000 + "1"),
    file("newer_minor_version", changed(nbformat_minor=99, worksheets=[3]), FULL),
    made("sparse", place(NB, lambda p: (p.touch(), os.truncate(p, 64 << 20)))),
    made("zip_without_a_date", zip_of(good, {10: 0, 11: 0, 12: 0, 13: 0}), FULL),
    made("zip_of_an_odd_date", zip_of(good, {k: 255 for k in range(10, 14)}), FULL),
    made("zip_encrypted", zip_of(good, {6: 1})),
    made("zip_of_an_unknown_method", zip_of(good, {8: 99})),
    made("zip_that_lies_about_its_size", zip_of(good, {25: 127}), FULL),
    made("zip_from_windows", place("90_sample.zip", lambda p: p.write_bytes(
         zipped(("work\\" + NB, good)))), FULL),
    made("zip_in_a_zip", place("90_sample.zip", lambda p: p.write_bytes(
         zipped(("work.zip", zipped((NB, good))), ("read.me", b"x")))), FULL),
    made("zip_in_a_zip_in_a_zip", place("90_sample.zip", lambda p: p.write_bytes(
         zipped(("a.zip", zipped(("b.zip", zipped((NB, good))))))))),
    made("zip_with_checkpoints", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((".ipynb_checkpoints/" + NB, b"{"), ("__MACOSX/._" + NB, b"x"),
                (NB, good)))), FULL),
    made("zip_of_lzma", place("90_sample.zip", lambda p: p.write_bytes(
         zipped((NB, good), how=zipfile.ZIP_LZMA))), FULL),
]  # fmt: skip
