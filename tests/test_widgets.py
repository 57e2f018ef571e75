"""Live figures, as far as Python goes; tests/book/test_widgets.py sees them draw."""

import gzip
import json
import re
import subprocess
import sys
import tomllib

import ipywidgets
import numpy as np
import pytest
from live_figures import FIGURES, example

from lstm_course import widgets
from lstm_course.palette import GATES, GATES_DARK, PAGE
from lstm_course.widgets import bundle

every_figure = pytest.mark.parametrize("name", FIGURES)


def test_the_package_imports_without_anywidget():
    code = "import sys, lstm_course.widgets; print('anywidget' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr


def test_a_bundle_is_one_module_with_every_part_once():
    text = bundle.esm("unit_explorer")
    assert "import {" not in text
    assert text.count("function runNet(") == text.count("function scale(") == 1
    assert text.count("export default") == 1


def test_a_part_brings_its_style_along():
    assert ".sorts" in bundle.css("state_table")
    assert ".sorts" not in bundle.css("roofline")


@every_figure
def test_a_figure_asks_no_host_for_anything(name):
    figure = getattr(widgets, name)
    for text in (figure._esm, figure._css):
        assert "http" not in str(text).replace("http://www.w3.org/2000/svg", "")


@every_figure
def test_no_class_of_a_figure_is_one_of_bootstrap(name):
    taken = r"class: [`\"](?:[\w-]+ )*(row|btn|panel|well|badge|alert|modal|col)\b(?!-)"
    assert re.findall(taken, str(getattr(widgets, name)._esm)) == []


@every_figure
def test_a_figure_s_script_stays_small(name):
    script = str(getattr(widgets, name)._esm).encode()
    assert len(gzip.compress(script)) < 18_000  # as a page brings it, the engine in it


def test_colours_come_from_the_palette():
    css = bundle.css("unit_explorer")
    assert all(colours[k] in css for colours in (GATES, GATES_DARK) for k in "ifgochx")
    assert PAGE["ink"] in css
    for folder, pattern in (("js", "*.js"), ("css", "*.css")):
        for file in (bundle.FOLDER / folder).glob(pattern):
            words = file.read_text(encoding="utf-8").upper()
            assert not any(v.upper() in words for v in GATES.values()), file.name


def test_scripts_and_styles_travel_with_the_package(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    data = project["tool"]["setuptools"]["package-data"]["lstm_course"]
    assert {"**/*.js", "**/*.css"} <= set(data)


@every_figure
def test_a_figure_is_html_that_needs_no_kernel(name):
    data, _ = example(name)._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}  # JupyterLab prefers a widget view
    assert data["text/plain"] == f"{name}()"
    assert "<svg" in data["text/html"] or "<table" in data["text/html"]


@every_figure
def test_the_html_of_a_figure_holds_its_state_and_its_script(name):
    figure = example(name)
    page = figure._repr_mimebundle_()[0]["text/html"]
    state = re.findall(r'<script type="application/json">(.*?)</script>', page, re.S)
    state = json.loads(*state)
    assert state["_esm"] == figure._esm and state["_css"] == figure._css
    own = set(figure.keys) - set(ipywidgets.DOMWidget.class_trait_names(sync=True))
    shown = {k: state[k] for k in own if not k.startswith("_")}
    assert shown and shown == {k: figure.get_state(k)[k] for k in shown}


def test_a_figure_in_a_box_of_ipywidgets_is_heard():
    unit, heard = widgets.UnitExplorer(), []
    box = ipywidgets.VBox([unit])
    assert box.get_state("children")["children"] == [f"IPY_MODEL_{unit.model_id}"]
    unit.observe(lambda change: heard.append(change.new["b"]), "weights")
    b = [0.0, 2.0, 0.0, 10.0]
    unit.set_state({"weights": unit.weights | {"b": b}})  # as a message of the page
    assert heard == [b]
    assert np.isclose(unit.trace()["f"][0], 1 / (1 + np.exp(-2)))


def test_the_presets_do_what_their_sentences_say():
    names = widgets.UnitExplorer().presets
    runs = {name: widgets.UnitExplorer(name).trace() for name in names}
    c = {name: q["c"] for name, q in runs.items()}
    assert c["remember"].min() > 0.95 and c["remember"].max() < 1.05
    assert c["first only"].max() < 1.05  # two more pulses came
    assert c["latch"][2:9].min() > 0.9 and abs(c["latch"][9:14]).max() < 0.05
    assert c["latch"][14:20].min() > 0.9 and abs(c["latch"][20:]).max() < 0.05
    assert np.diff(c["count"]).round(1).tolist().count(1.0) == 5
    assert runs["count"]["h"][11:].min() > 0.99
    np.testing.assert_allclose(c["forget"][1:12] / c["forget"][:11], 0.8, atol=0.01)


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'hold'.*remember, first only"):
        widgets.UnitExplorer("hold")
