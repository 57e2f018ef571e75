"""Claims about the generated diagrams."""

import re
from xml.etree import ElementTree

import pytest

from lstm_course import CELLS, diagrams
from lstm_course.diagrams.sketch import segments

NS = "{http://www.w3.org/2000/svg}"


def pictures():
    """Every kind of diagram: dict name -> SVG text."""
    out = {name: diagrams.cell_diagram(name) for name in CELLS}
    return out | {
        "along": diagrams.unrolled("lstm"),
        "back": diagrams.unrolled("rnn", gradient=True),
    }


@pytest.mark.parametrize("text", pictures().values(), ids=pictures())
def test_diagram_is_xml_with_title_and_description(text):
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    named = {e.get("id"): e.text for e in root if e.tag in (NS + "title", NS + "desc")}
    assert set(root.get("aria-labelledby").split()) == set(named)
    assert all(len(words) > 10 for words in named.values())


def test_two_diagrams_on_a_page_share_no_id():
    ids = re.findall(r' id="([^"]+)"', "".join(pictures().values()))
    assert len(ids) == len(set(ids)) == 2 * len(pictures())


@pytest.mark.parametrize("name", CELLS)
def test_every_block_and_state_of_the_cell_is_drawn(name):
    s = diagrams.sketch(name)
    boxes = {n for n, node in s.nodes.items() if node.kind == "box"}
    assert boxes == set(CELLS[name].blocks)
    for state in CELLS[name].states:
        assert {f"{state}_prev", f"{state}_out"} <= set(s.nodes)


def test_highlight_dims_everything_else():
    root = ElementTree.fromstring(diagrams.cell_diagram("lstm", highlight={"forget"}))
    dim = {g.get("data-part"): "dim" in g.get("class") for g in root.iter(NS + "g")}
    assert not dim["f"] and not dim["f_out"] and not dim["keep"]
    assert dim["i"] and dim["o_out"] and dim["h_out"] and dim["plus"]


@pytest.mark.parametrize("name", CELLS)
def test_no_wire_passes_through_a_shape(name):
    s = diagrams.sketch(name)
    for key, wire in s.wires.items():
        for (x0, y0), (x1, y1) in segments(s.points(wire)):
            for node in s.nodes.values():
                w, h = node.size
                inside = (
                    min(x0, x1) < node.x + w
                    and max(x0, x1) > node.x - w
                    and min(y0, y1) < node.y + h
                    and max(y0, y1) > node.y - h
                )
                assert not (w and inside), (key, node)
