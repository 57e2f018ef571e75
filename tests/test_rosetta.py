"""The table of layouts is what the converter does; tests/peers asks the tools."""

import re
from dataclasses import replace
from html import escape

import nbformat
import numpy as np
import pytest
from peers import drift

from lstm_course import convert
from lstm_course.cells import gru
from lstm_course.convert import about
from lstm_course.convert.activations import TANH
from lstm_course.convert.layer import BLOCKS
from lstm_course.convert.readers import tensorflow
from lstm_course.convert.readers.named import layers_of
from lstm_course.convert.tools import FORMS
from lstm_course.convert.writers import openvino_ir
from lstm_course.convert.writers.rules import folded
from lstm_course.palette import SAME
from lstm_course.rosetta import layout, picture, where, words
from lstm_course.widgets import RosettaStone

NUMBERED = ("torch", "paddle")  # their state dicts number the layers
WRITTEN = [f for f in where.TABLE if f is where.form_of(f.tool, f.kind)]


def over(forms):
    return pytest.mark.parametrize(
        "form", forms, ids=lambda form: f"{form.tool} {form.kind}"
    )


def named(arrays, form):
    """Read as arrays of a file, under a path that says what the tool's own would."""
    torch = form.tool in NUMBERED
    path = "lstm." if form.below == "lstm" else "vanilla_rnn." if form.below else ""
    said = {f"{path}{k}{'_l0' if torch else ''}": v for k, v in arrays.items()}
    (layer,) = layers_of(said, "a test")
    layer = replace(layer, activation=TANH)
    return folded(layer).params[0]  # its update gate keeps the old, as ours


def keras(arrays, form):
    kernel, recurrent, *bias = arrays.values()
    if form.tool == "keras 1":
        by_block = [[k for k in arrays if k.endswith(f"_{b}")] for b in "icfozrh"]
        return convert.from_keras([arrays[k] for b in by_block for k in b], cell(form))
    if form.tool == "cudnn":
        bias = [np.concatenate(bias)]
    elif len(bias) == 2:
        bias = [np.stack(bias)]
    return convert.from_keras([kernel, recurrent, *bias], cell(form))


def onnx(arrays, form):
    b = np.concatenate([v for k, v in arrays.items() if k.startswith("B")])
    weights = {"W": arrays["W"][None], "R": arrays["R"][None], "B": b[None]}
    return convert.from_onnx(weights, cell(form))


def tf1(arrays, form):
    """As TensorFlow 1 calls them in a checkpoint."""
    if form.kind == "lstm":
        layer = tensorflow._cell("a", "basic_lstm_cell", {
            "kernel": arrays["w"], "bias": arrays["b"]})  # fmt: skip
        return layer.params[0]
    ends = {"w_ru": "gates/kernel", "b_ru": "gates/bias"}
    ends |= {"w_c": "candidate/kernel", "b_c": "candidate/bias"}
    named = {end: arrays[name] for name, end in ends.items()}
    return tensorflow._gru("a", "gru_cell", named).params[0]


def cell(form):
    before = form.says.get("reset") == "before"
    return gru.make(reset="before") if before else form.kind


READ = {"keras": keras, "keras 1": keras, "keras before": keras, "cudnn": keras,
        "onnx": onnx, "onnx before": onnx, "paddle": named,
        "tensorflow": tf1}  # fmt: skip
READ |= {f.tool: named for f in FORMS}


@over([f for f in WRITTEN if f.tool in READ])
def test_our_readers_read_what_the_table_lays_out(form):
    layer = where.meant(form)
    theirs = READ[form.tool](where.written(layer, form), form)
    ours = replace(layer, activation=TANH).params[0]  # a form may mean another
    if "b_h" in ours and "inner" not in {p.what for p in form.parts}:
        theirs = theirs | {"b": theirs["b"] + outside(theirs), "b_h": inside(theirs)}
    assert ours.keys() == theirs.keys()
    for name, a in ours.items():
        np.testing.assert_allclose(theirs[name], a, rtol=0, atol=1e-15)


@over([f for f in WRITTEN if f.tool.startswith("openvino")])
def test_openvino_s_writer_lays_them_out_alike(form):
    layer = where.meant(form)
    ours = where.written(layer, form)
    b = np.concatenate([v for k, v in ours.items() if k.startswith("B")])
    for a, theirs in zip(
        (ours["W"], ours["R"], b), openvino_ir._arrays(layer), strict=True
    ):
        np.testing.assert_array_equal(a, np.asarray(theirs).reshape(a.shape))


def outside(p):
    """Of a second bias, what is added outside the reset product: all but n."""
    return np.concatenate([p["b_h"][: -where.H], np.zeros(where.H)])


def inside(p):
    return np.concatenate([np.zeros(2 * where.H), p["b_h"][-where.H :]])


@over(WRITTEN)
def test_a_place_is_where_the_number_lies(form):
    layer = where.meant(form, seed=1)
    arrays, w = where.written(layer, form), where.plain(layer, form)
    places = where.places(form)
    assert len({(p.array, p.row, p.column) for p in places}) == len(places)
    assert len(places) == sum(a.size for a in arrays.values())
    values = {"x": w.x, "h": w.h, "b": w.b}
    for p in places:
        got = np.atleast_2d(arrays[p.array])[p.row, p.column]
        if p.what == "inner":
            wanted = w.inner[p.unit] if w.inner is not None else 0.0
        elif p.what == "b2":
            wanted = 0.0
        else:
            wanted = np.atleast_2d(values[p.what][p.block])[p.source, p.unit]
        assert got == wanted, p


@over(WRITTEN)
def test_every_number_of_a_layer_has_one_place(form):
    once = [p[:4] for p in where.places(form)]
    assert len(set(once)) == len(once)
    per_block = where.I * where.H + where.H**2 + where.H
    plain = [p for p in once if p[0] in ("x", "h", "b")]
    assert len(plain) == len(BLOCKS[form.kind]) * per_block


def test_what_a_form_cannot_hold_is_said_and_is_what_the_writer_refuses(tmp_path):
    after, before = where.example("gru"), where.example("gru", "before")
    bare = where.example("gru", inner=False)
    suffix = {"torch": ".pt", "haiku": ".npz", "nnx": ".npz", "linen": ".msgpack"}
    for tool, end in suffix.items():
        for layer in (after, before, bare):
            why = where.fits(layer, where.form_of(tool, "gru"))
            if why:
                with pytest.raises(ValueError, match=f"{why}|inside the reset"):
                    convert.write([layer], tmp_path / f"a{end}", tool)
            else:
                convert.write([layer], tmp_path / f"a{end}", tool)
    reasons = [where.fits(after, where.form_of(t, "gru")) for t in suffix]
    assert reasons == ["", "reset", "inner", ""]


def test_an_unknown_tool_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'lstm' of 'pytorch'.*torch"):
        where.form_of("pytorch", "lstm")


# ---- what is known of the tools ----
def test_every_tool_of_the_table_is_told_of_and_has_its_forms():
    named = {f for t in about.TOOLS.values() for v in t.forms.values() for f in v}
    assert named == {f.tool for f in where.TABLE}
    for tool in about.TOOLS.values():
        for kind, forms in tool.forms.items():
            for form in forms:
                blocks = where.form_of(form, kind).blocks
                assert sorted(blocks) == sorted(BLOCKS[kind])


def test_the_versions_seen_are_those_that_make_peers_installs(root):
    pins = {}
    for file in ("requirements.txt", "tests/peers/requirements.txt"):
        text = (root / file).read_text("utf-8")
        pins |= dict(re.findall(r"^([\w-]+)==([\d.]+)", text, re.M))
    pins["tensorflow"] = pins["tensorflow-cpu"]
    seen = [*about.TOOLS.values(), *about.TRAPS.values()]
    wrong = {t.package: t.version for t in seen}.items() - pins.items()
    assert not wrong
    by_name = {"onnx": "onnx", "openvino_fixed": "openvino"}
    for key, (_, version) in about.RUNTIMES.items():
        assert pins[by_name.get(key, key)] == version


def test_a_changed_line_is_told_from_a_known_one():
    same = drift.same
    assert same(0.118, 0.117) and same(0.001, 0.003) and same("right", "right")
    assert not same(0.2, 0.117) and not same("off by 0.3", "right")
    assert not same("right", 0.117)


# ---- on paper ----
@over([f for f in WRITTEN if f.kind != "rnn"])
def test_a_drawing_has_a_cell_for_each_number_and_a_name_for_each_array(form):
    d = layout.laid_out(form)
    corners = {(x, y) for _, x, y in d.spots}
    assert len(corners) == len(d.spots) == len(where.places(form))
    assert all(x + 1 <= d.width and y + 1 <= d.height for x, y in corners)
    assert {name for name, _, _ in d.names} == {p.array for p, _, _ in d.spots}
    across = [x if not layout.upright(form) else y for _, x, y in d.letters.values()]
    shown = [b for _, b in sorted(zip(across, d.letters, strict=True))]
    assert "".join(shown) == form.blocks
    svg = picture.matrices(form)
    words = re.sub(r"</text><text[^>]*>", "", svg)  # a name may stand in two lines
    assert all(escape(name) in words for name, _, _ in d.names)
    assert {f"var(--p-{SAME.get(b, b)})" for b in form.blocks} <= set(
        re.findall(r"var\(--p-\w\)", svg)
    )


def test_the_page_s_tables_have_a_line_for_all_that_is_known():
    assert words.layouts().count("\n") == 2 + len(about.TOOLS)
    assert words.traps().count("\n") == 2 + len(about.TRAPS)
    assert words.runtimes().count("\n") == 2 + len(about.OPTIONS)
    assert words.runtimes().count("**") == 2 * sum(map(len, about.WRONG.values()))
    for key, text in (("onnx", "i\xa0o\xa0f\xa0c"), ("haiku", "takes the new")):
        line = f"| **{about.TOOLS[key].name}**"
        assert text in next(row for row in words.layouts().splitlines() if line in row)


def test_a_form_is_told_in_a_sentence():
    said = words.about_form(where.form_of("haiku", "lstm"))
    assert "block columns, from the left: i g f o" in said
    assert "1 is added to f" in said and "x above h" in said


def test_the_table_of_exported_models_is_what_was_recorded():
    rows = words.exports().splitlines()[2:]
    found = [v for v in words.recorded().values() if "both ways" in words._models(v)]
    assert sum(r.count("| right") for r in rows) == sum(len(v["right"]) for v in found)
    assert sum(r.count("**") for r in rows) == 2 * sum(len(v["not"]) for v in found)
    assert not [r for r in rows if "only_x" in r]


# ---- the page ----
def test_the_page_types_nothing_that_the_table_knows(root):
    page = nbformat.read(root / "book/rosetta_stone.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in page.cells)
    known = {t.version for t in about.TOOLS.values()} | {about.SEEN}
    known |= {t.version for t in about.TRAPS.values()}
    known |= {v for wrong in about.WRONG.values() for v in wrong.values()} - {"refused"}
    known |= {words.spelled(f) for f in where.TABLE if f.kind != "rnn"}
    known |= {p.name for f in where.TABLE for p in f.parts if len(p.name) > 5}
    known |= {f"{t.found:.2f}" for t in about.TRAPS.values() if _size(t.found)}
    assert not [k for k in known if k in text]
    for part in ("layouts", "peepholes", "traps", "runtimes", "exports", "lite"):
        assert f"words.{part}()" in text, part


def _size(found):
    return isinstance(found, float) and found != round(found)


def test_chapter_4_points_to_the_page(root):
    chapter = (root / "book/04_lstm_step_by_step.ipynb").read_text("utf-8")
    assert "{doc}`rosetta_stone`" in chapter


def test_make_peers_says_what_changed(monkeypatch, capsys):
    answers = iter([({"a line": "wrong"}, {"a line": "right"}, {}), None])
    monkeypatch.setattr(drift, "jobs", lambda: [("trap", k, k) for k in "xyz"])
    monkeypatch.setattr(drift, "has", lambda python, module: module in "xy")
    monkeypatch.setattr(
        drift, "ask", lambda *words: (a := next(answers), a or "it broke")
    )
    assert drift.main(["python"]) == 1
    said = capsys.readouterr().out
    assert "a line: wrong, known is right" in said and "trap y: it broke" in said
    assert "1 lines seen again, 2 changed, 1 unseen" in said


@pytest.mark.parametrize(
    "odd", [{"layer": "rnn"}, {"source": "pytorch"}, {"target": "keras before"}]
)
def test_a_figure_of_an_unknown_form_is_refused(odd):
    (name, value), *_ = odd.items()
    with pytest.raises(ValueError, match=f"{name} is '{value}'.*Expected one of"):
        RosettaStone(**odd)
