"""Claims about the generated diagrams: true to the cells, readable, well laid out."""

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from lstm_course import CELLS, diagrams, ops
from lstm_course.cells import (
    Cell,
    Phase,
    clockwork,
    coupled,
    depth_gated,
    greff,
    gru,
    lstm,
    lstm1997,
    peephole,
)
from lstm_course.diagrams.plans.along_time import feedforward_and_recurrent, unrolled
from lstm_course.diagrams.plans.generic import generic
from lstm_course.diagrams.plans.in_and_out import in_and_out
from lstm_course.diagrams.signs.legend import legend
from lstm_course.diagrams.signs.sketch import crossing, segments
from lstm_course.diagrams.signs.words import texts, value_keys
from lstm_course.diagrams.truth.agree import agrees

NS = "{http://www.w3.org/2000/svg}"
OPTIONS = {
    "lstm hard": lstm.make(gate=ops.hard_sigmoid),
    "lstm hard6": lstm.make(gate=ops.hard_sigmoid6),
    "lstm1997 full": lstm1997.make(squash="1997", gates_read_gates=True),
    "peephole i": peephole.make(gates="i"),
    "peephole f": peephole.make(gates="f"),
    "peephole o": peephole.make(gates="o"),
    "coupled f": coupled.make(keeps="f"),
    "gru before": gru.make(reset="before"),
    "gru before new": gru.make(reset="before", update="takes_new"),
    "gru after new": gru.make(update="takes_new"),
    "depth first": depth_gated.make(layers=1),
    "depth none": depth_gated.make(layers=1, first="none"),
    "greff": greff.make(),
    "nothing squashed": greff.make(without="gh"),
    "clockwork two": clockwork.make(periods=(1, 3), start=1),
}
ALL = dict(CELLS) | OPTIONS
PANEL = {"slstm", "mlstm"}  # their arithmetic is a panel of equations


def top(cell):
    """The cell itself, or the top layer of a stack."""
    return cell.layers[-1]


def others():
    return {
        "loop": diagrams.unrolled("rnn"),
        "two lines": diagrams.unrolled("lstm", steps=3),
        "back": diagrams.unrolled("rnn", gradient=True),
        "cut": diagrams.unrolled("rnn", 6, gradient=True, cut=2),
        "two kinds": diagrams.feedforward_and_recurrent(),
        "in and out": diagrams.in_and_out(),
        "legend": diagrams.legend(),
        "change": diagrams.cell_diagram("coupled", changed="lstm"),
    }


def pictures():
    """Every diagram, with options: dict name -> SVG text."""
    return {n: diagrams.cell_diagram(c) for n, c in ALL.items()} | others()


def sketches():
    """Everything that is laid out; also the cells as if nobody had drawn them."""
    out = {n: diagrams.sketch(c) for n, c in ALL.items()}
    out |= {f"generic {n}": generic(top(c)) for n, c in ALL.items()}
    out |= {f"{n} steps": unrolled("LSTM", ("h", "c"), n) for n in (1, 2, 5)}
    out |= {"back": unrolled("LSTM", ("h", "c"), gradient=True)}
    out |= {"back one": unrolled("RNN", ("h",), gradient=True)}
    out |= {"in and out": in_and_out()}
    out |= {"cut": unrolled("RNN", ("h",), 6, gradient=True, cut=2)}
    out |= {"numbers": unrolled("RNN", ("h",), 2, gradient=True, numbers=True)}
    return out | {"legend": legend(), "two kinds": feedforward_and_recurrent()}


@pytest.mark.parametrize("text", pictures().values(), ids=pictures())
def test_diagram_is_xml_with_title_and_description(text):
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    named = {e.get("id"): e.text for e in root if e.tag in (NS + "title", NS + "desc")}
    assert set(root.get("aria-labelledby").split()) == set(named)
    assert all(len(words) > 10 for words in named.values())


def test_two_diagrams_on_a_page_share_no_id():
    made = pictures()
    ids = re.findall(r' id="([^"]+)"', "".join(made.values()))
    assert len(ids) == len(set(ids)) == 2 * len(made)


@pytest.mark.parametrize("name", sorted(set(ALL) - PANEL))
def test_picture_run_as_a_program_computes_the_cell(name):
    assert agrees(diagrams.sketch(ALL[name]), top(ALL[name]))


@pytest.mark.parametrize("name", sorted(PANEL))
def test_panel_cells_are_drawn_with_their_equations(name):
    s = diagrams.sketch(name)
    lines = [n.text for n in s.nodes.values() if n.kind == "math"]
    for state in CELLS[name].states:
        assert any(line.startswith(f"{state}_t = ") for line in lines)


def damaged():
    """LSTM sketches with one thing wrong: name -> sketch."""
    out = {}
    for name, what in {"keep": "+", "plus": "×", "squash": "1−"}.items():
        out[name] = diagrams.sketch("lstm")
        out[name].change(name, text=what)
    for name, path in {
        "f_line": ("i", (272, 190), (272, 126), "keep"),
        "to_o": ("x", (82, 318), "o"),
    }.items():
        out[name] = diagrams.sketch("lstm")
        out[name].change(name, path=path)
    for name in ("g", "i_line", "h_in"):
        out[f"no {name}"] = diagrams.sketch("lstm")
        out[f"no {name}"].remove(name)
    return out


@pytest.mark.parametrize("name", damaged())
def test_a_wrong_picture_does_not_pass_as_the_cell(name):
    assert not agrees(damaged()[name], CELLS["lstm"])


def test_what_a_copy_sends_back_is_not_called_the_whole_gradient():
    for states in (("h",), ("h", "c")):
        s = unrolled("RNN", states, gradient=True)
        words = {n.text for name, n in s.nodes.items() if "gradient" in n.tags}
        assert words == {"message", "every copy adds its share to the same dW"}


def test_no_message_crosses_a_cut():
    s = unrolled("RNN", ("h",), 6, gradient=True, cut=2)
    assert {n for n in s.wires if n.startswith("back")} == {
        f"back_h_{t}" for t in (2, 4, 6)
    }
    assert [n.text for n in s.nodes.values()].count("cut") == 2


@pytest.mark.parametrize("name", ALL)
def test_every_block_state_and_weight_of_the_cell_is_drawn(name):
    cell, s = top(ALL[name]), diagrams.sketch(ALL[name])
    assert {n for n, node in s.nodes.items() if node.kind == "box"} == set(cell.blocks)
    assert {f"{state}_out" for state in cell.states} <= set(s.nodes)
    drawn = " ".join(node.text for node in s.nodes.values())
    for vector in cell.vectors:
        assert re.sub("_(.*)", r"_{\1}", vector) in drawn


def toy_forward(zk, zv, h_prev, p_prev, w_pk):
    k = ops.sigmoid(zk + w_pk * p_prev)
    p = 0.5 * p_prev + k * zv
    return k * ops.tanh(p) - (1.0 - k) * h_prev, p, k


def toy_backward(dh, dp, h_prev, p_prev, p, k, w_pk):
    raise AssertionError("a diagram needs no gradient")


def test_a_cell_nobody_has_drawn_gets_a_picture_of_its_own_equations():
    phase = Phase(toy_forward, toy_backward, gives="h p", keeps="k")
    toy = Cell(
        "toy",
        "k = x W_x + b\nv = h W_h",
        phase,
        states="h p",
        vectors="w_pk",
        doc="A toy: it is drawn from its own lines.",
    )
    s = diagrams.sketch(toy)
    assert {n for n, node in s.nodes.items() if node.kind == "box"} == {"k", "v"}
    lines = [node.text for node in s.nodes.values() if node.kind == "math"]
    assert "p_t = 0.5 · p_{t-1} + k_t ⊙ z_{v}" in lines
    h = lines.index("h_t = k_t ⊙ tanh(p_t)")  # too long for a phone: broken
    assert lines[h + 1] == "− (1 − k_t) ⊙ h_{t-1}"
    ElementTree.fromstring(diagrams.cell_diagram(toy))


def test_description_says_what_the_picture_shows():
    words = repr(diagrams.show(diagrams.cell_diagram("peephole")))
    assert "o_t = sigmoid layer of x_t and h_t-1 + w_co c_t." in words
    assert "c_t = (f_t × c_t-1) + (g_t × i_t)." in words


def test_highlight_dims_everything_else():
    root = ElementTree.fromstring(diagrams.cell_diagram("lstm", highlight={"forget"}))
    dim = {g.get("data-part"): "dim" in g.get("class") for g in root.iter(NS + "g")}
    assert not dim["f"] and not dim["f_line"] and not dim["keep"]
    assert dim["i"] and dim["o_line"] and dim["h_out"] and dim["plus"]


def test_the_four_steps_together_light_the_whole_lstm():
    lit = diagrams.cell_diagram("lstm", highlight="forget input update output".split())
    assert "dim" not in re.findall(r'class="([^"]*)"', lit)


def test_what_changed_against_the_lstm_is_marked():
    text = diagrams.cell_diagram("peephole", changed="lstm")
    root = ElementTree.fromstring(text)
    new = {g.get("data-part") for g in root.iter(NS + "g") if "new" in g.get("class")}
    assert {"w_ci", "w_cf", "w_co", "peep_i", "seen_o"} <= new
    assert not new & {"i", "f", "g", "o", "keep", "plus", "f_line", "h_new", "x"}
    assert "New here: " in text


def test_a_gate_that_is_gone_leaves_an_empty_frame():
    root = ElementTree.fromstring(diagrams.cell_diagram("lstm1997", changed="lstm"))
    ghosts = [
        g.get("data-part") for g in root.iter(NS + "g") if "ghost" in g.get("class")
    ]
    assert ghosts == ["no_f"]


def test_nothing_is_marked_where_two_pictures_are_the_same():
    text = diagrams.cell_diagram("np", changed="lstm")
    classes = set(" ".join(re.findall(r'class="([^"]*)"', text)).split())
    assert "old" in classes and not classes & {"new", "halo", "ghost"}


def test_an_unknown_part_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="forget"):
        diagrams.cell_diagram("lstm", highlight={"forgot"})
    with pytest.raises(ValueError, match="lstm"):
        diagrams.cell_diagram("lstn")


def test_values_are_written_into_the_picture():
    values = dict(zip(("x", "h_prev", "c_prev", *"figoch"), "123456789", strict=True))
    root = ElementTree.fromstring(diagrams.cell_diagram("lstm", values=values))
    found = [t for t in root.iter(NS + "text") if t.get("class") == "value"]
    assert sorted("".join(t.itertext())[-1] for t in found) == list("123456789")
    for name, value in values.items():  # where a script finds it
        (place,) = root.findall(f".//*[@data-value='{name}']")
        assert place.text == value


def test_the_unrolled_cell_has_its_numbers_and_those_of_the_way_back():
    keys = ("x_1", "h_1", "dh_out_2", "message_2")
    values = {k: f"[{n}, −0.3]" for n, k in enumerate(keys)}
    text = diagrams.unrolled("rnn", steps=2, gradient=True, values=values)
    for name, value in values.items():
        (place,) = ElementTree.fromstring(text).findall(f".//*[@data-value='{name}']")
        assert place.text == value
    with pytest.raises(ValueError, match="message_2"):
        diagrams.unrolled("rnn", steps=2, gradient=True, values={"message_1": "0"})


def test_show_gives_the_page_the_svg_and_a_terminal_the_description():
    picture = diagrams.show(diagrams.cell_diagram("rnn"), alt="One < layer")
    assert "<svg" in picture._repr_html_() and "One &lt; layer" in picture._repr_html_()
    assert "One < layer" in repr(picture)


def test_save_writes_the_same_file_for_the_same_picture(tmp_path):
    text = diagrams.cell_diagram("gru")
    diagrams.save(text, tmp_path / "gru.svg")
    diagrams.save(diagrams.cell_diagram("gru"), tmp_path / "again.svg")
    root = ElementTree.parse(tmp_path / "gru.svg").getroot()
    ids = {e.get("id") for e in root.iter() if e.get("id")}
    assert root.tag == NS + "svg" and set(root.get("aria-labelledby").split()) == ids
    assert (tmp_path / "gru.svg").read_text() == (tmp_path / "again.svg").read_text()


# ------------------------------------------------------------------------- layout


LAYOUTS = sketches()


def boxes(s):
    """Rectangles of the shapes of a sketch: dict name -> (x0, y0, x1, y1)."""
    return {
        n: (d.x - d.size[0], d.y - d.size[1], d.x + d.size[0], d.y + d.size[1])
        for n, d in s.nodes.items()
        if d.size[0]
    }


def overlap(a, b, slack=0.0):
    return (
        a[0] < b[2] - slack
        and b[0] < a[2] - slack
        and a[1] < b[3] - slack
        and b[1] < a[3] - slack
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_wire_passes_through_a_shape(name):
    s = LAYOUTS[name]
    for key, wire in s.wires.items():
        for (x0, y0), (x1, y1) in segments(s.points(wire)):
            line = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
            for other, box in boxes(s).items():
                assert not overlap(line, box), (key, other)


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_two_shapes_overlap(name):
    shapes = boxes(LAYOUTS[name])
    for a, b in combinations(shapes, 2):
        assert not overlap(shapes[a], shapes[b]), (a, b)


@pytest.mark.parametrize("name", LAYOUTS)
def test_two_wires_share_a_stretch_only_where_they_merge(name):
    s = LAYOUTS[name]
    for (a, first), (b, second) in combinations(s.wires.items(), 2):
        if first.path[-1] == second.path[-1]:
            continue
        for p in segments(s.points(first)):
            for q in segments(s.points(second)):
                assert not along(p, q), (a, b)


def along(p, q):
    """True if two segments lie on one line and share more than a point."""
    for k in (0, 1):
        if p[0][k] == p[1][k] == q[0][k] == q[1][k]:
            low = max(min(p[0][1 - k], p[1][1 - k]), min(q[0][1 - k], q[1][1 - k]))
            high = min(max(p[0][1 - k], p[1][1 - k]), max(q[0][1 - k], q[1][1 - k]))
            return high > low
    return False


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_text_touches_another_text_a_shape_or_a_wire(name):
    s = LAYOUTS[name]
    names = {*"xhcfigourndeqm", "h_prev", "c_prev", "kept", "written", "squashed"}
    values = {n: "−0.537" for n in names | {"added", "lf", "li", "t"}}
    if name == "numbers":
        values |= dict.fromkeys(value_keys(s), "[−0.54, 0.3]")
    found = texts(s, values)
    for (a, first), (b, second) in combinations(found, 2):
        assert not overlap(first, second, 0.5), (a, b)
    shapes = boxes(s)
    for label, box in found:
        for other, shape in shapes.items():
            inside = other == label or s.nodes[other].kind == "panel"
            assert inside or not overlap(box, shape, 0.5), (label, other)
        for key, wire in s.wires.items():
            for p in segments(s.points(wire)):
                line = (
                    min(p[0][0], p[1][0]),
                    min(p[0][1], p[1][1]),
                    max(p[0][0], p[1][0]),
                    max(p[0][1], p[1][1]),
                )
                assert not overlap(box, line, 0.5), (label, key)


@pytest.mark.parametrize("name", LAYOUTS)
def test_everything_lies_inside_the_picture(name):
    s = LAYOUTS[name]
    for label, (x0, y0, x1, y1) in texts(s, {}):
        assert 0 <= x0 and x1 <= s.width and 0 <= y0 and y1 <= s.height, label


def test_the_lstm_has_no_crossing_lines():
    s = diagrams.sketch("lstm")
    lines = [q for w in s.wires.values() for q in segments(s.points(w))]
    assert not [c for p, q in combinations(lines, 2) if (c := crossing(p, q))]
