"""Every hand writes the same lines, and the lines are what the code computes."""

import ast
import inspect
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from lstm_course import CELLS, diagrams, equations, ops
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
    mlstm,
    mut,
    peephole,
)
from lstm_course.diagrams.plans.generic import generic
from lstm_course.engines.cpu.text import Numba
from lstm_course.engines.gpu.text import Triton
from lstm_course.equations.changes import code
from lstm_course.equations.fold import fold
from lstm_course.equations.mathml import MathML
from lstm_course.equations.plain import Plain
from lstm_course.equations.room import arithmetic, lines
from lstm_course.equations.tex import Tex
from lstm_course.gradcheck import random_case
from lstm_course.table import math
from lstm_course.widgets.variant_diff import record

OPTIONS = {
    f"{room.__name__.rsplit('.', 1)[1]} {getattr(value, '__name__', value)}": room.make(
        **{name: value}
    )
    for room, name, values in [
        (lstm, "gate", ops.GATES.values()),
        (gru, "gate", ops.GATES.values()),
        (gru, "reset", gru.READS),
        (gru, "update", gru.MIX),
        (peephole, "gates", ["", "i", "f", "o", "if", "io", "fo"]),
        (coupled, "keeps", "if"),
        (lstm1997, "squash", ["tanh", "1997"]),
        (lstm1997, "gates_read_gates", [True]),
        (mut, "number", [1, 2, 3]),
        (greff, "without", ["", *"ifoghp", "ifo", "ifoghp"]),
        (mlstm, "heads", [1, 2]),
        (greff, "gates_read_gates", [True]),
        (depth_gated, "layers", [1, 3]),
        (depth_gated, "first", ["projected", "none"]),
        (clockwork, "start", [0, 1]),
        (clockwork, "periods", [(1, 3)]),
    ]
    for value in values
}
ALL = {name: cell.layers[-1] for name, cell in (CELLS | OPTIONS).items()}
every_cell = pytest.mark.parametrize("name", ALL)


def test_every_option_of_every_room_is_among_them():
    rooms = {
        cell.made_by.func.__module__: cell.made_by.func
        for cell in ALL.values()
        if cell.made_by
    }
    tried = {
        (c.made_by.func.__module__, name)
        for c in OPTIONS.values()
        for name in c.made_by.keywords
    }
    known = {
        (room, name)
        for room, make in rooms.items()
        for name in inspect.signature(make).parameters
    }
    inner = {("lstm_course.cells.depth_gated", "first")}  # of one layer
    assert known - inner <= tried | {
        ("lstm_course.cells.greff", name) for name in ("name", "purpose", "options")
    }


def step_of(cell):
    """Every quantity of one random step by its Python name: dict."""
    p, x, state, *_ = random_case(cell, T=1, I=10 if cell.extra else 4, seed=3)
    H = state[0].shape[-1]
    old = {f"{s}_prev": v for s, v in zip(cell.states, state, strict=True)}
    if cell.phases:
        ready = cell.prepare(p, H)
        known = cell.advance(ready, cell.input_products(ready, x[0], H), state)
        return {k: v for k, v in ready.items() if k not in known} | known
    new, cache = cell.step(p, x[0], state)
    rows = cache | old | dict(zip(cell.states, new, strict=True))
    rows["h"] = rows["h"].reshape(rows["o"].shape)
    rows = {k: v[..., None, :] if k[0] != "C" else v for k, v in rows.items()}
    sums = dict(
        zip(("zq", "zk", "zv", "zo", "zi", "zf"), cell.gates(p, x[0]), strict=True)
    )
    return p | rows | sums | {"D": cell.width(H), "x": x[0]}


FUNCTIONS = {Plain.function(row.word, row.below): f for f, row in ops.TABLE.items()}
SPACE = {f.__name__: f for f in ops.TABLE} | {"abs": abs, "np": np}


def as_python(text):
    """A line of a diagram, turned back into Python."""
    for sign in sorted(FUNCTIONS, key=len, reverse=True):
        word = FUNCTIONS[sign].__name__
        text = re.sub(rf"(?<!\w){re.escape(sign)}\(", f"{word}(", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√(\w)", r"\1 ** 0.5", text)
    text = re.sub(r"(\w+?)_\{t-1\}", r"\1_prev", text)
    text = re.sub(r"\bz_\{(\w+)\}", r"z\1", text)
    text = re.sub(r"\b(\w+?)_\{(\w+)\}", r"\1_\2", text)
    text = re.sub(r"\b(\w+?)_t(?!\w)", r"\1", text.replace("ᵀ", ".mT"))
    for old, new in (("⊙", "*"), ("·", "*"), ("−", "-"), (" mod ", " % ")):
        text = text.replace(old, new)
    return re.sub(r"(?<=[\w)]) (?=[\w(])", " @ ", text)


def check(text, known):
    """The line ``name = expression`` holds for these numbers."""
    left, right = text.split(" = ", 1)
    found = np.broadcast_to(eval(right, SPACE, known), known[left].shape)
    np.testing.assert_allclose(found, known[left], rtol=1e-11, atol=1e-14)


@every_cell
def test_the_lines_of_a_picture_hold_on_random_numbers(name):
    cell, known = ALL[name], step_of(ALL[name])
    for line in arithmetic(cell):
        check(as_python(Plain(cell).line(line)), known)


@every_cell
def test_the_lines_of_code_hold_on_random_numbers(name):
    cell, known = ALL[name], step_of(ALL[name])
    for line in code(cell)[len(cell.reads.split("\n")) :]:
        check(line, known)


@pytest.mark.parametrize("name", [k for k, c in ALL.items() if c.phases])
def test_the_products_hold_on_random_numbers(name):
    cell, known = ALL[name], step_of(ALL[name])
    H = known["z"].shape[-1] // len(cell.blocks)
    known |= cell.views(known["z"], H) | {"M": 1.0}
    for line in lines(cell):
        text = as_python(Plain(cell).line(line))
        blocks = [n for n in line.names if n[1:] in cell.blocks and n[0] == "z"]
        for z in blocks:
            own = {
                t.param: known[t.param][..., k * H : (k + 1) * H]
                for t in cell.all_terms
                if z[1:] in t.blocks and t.param in known
                for k in [t.first + t.blocks.index(z[1:])]
            }
            check(f"{z} = {text.split(' = ', 1)[1]}", known | own)


TILES = {
    "abs": np.abs,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "where": np.where,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: x**-0.5,
}
MODULES = {  # what surrounds the copies there, for one number here
    Numba: {"njit": lambda **how: lambda f: f, "inner": {}, "F": float},
    Triton: {
        "triton": SimpleNamespace(jit=lambda f: f),
        "square": np.square,
        "tl": SimpleNamespace(**TILES),
        "power": np.power,
    },
}


@pytest.mark.parametrize("hand", MODULES)
@pytest.mark.parametrize("name", [k for k, c in ALL.items() if c.phases])
def test_compiled_text_computes_the_same_lines(name, hand):
    cell, known, copies = ALL[name], step_of(ALL[name]), hand()
    one = {k: v.flat[0] for k, v in known.items()}
    space = MODULES[hand] | {"exp": np.exp, "tanh": np.tanh, "log": np.log}
    for phase in cell.phases:
        copy = copies.copy(phase.forward)
        exec("\n".join(copies.texts), space)
        with np.errstate(over="ignore"):  # a gate that is held open or shut
            found = space[copy](*(one[a] for a in phase.args))
        found = found if isinstance(found, tuple) else (found,)
        wanted = [one[n] for n in phase.names]
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)


TEX = {
    r"\odot": "⊙",
    r"\sigma": "σ",
    r"\mathbb1": "𝟙",
    r"\bmod": "mod",
    r"\top": "ᵀ",
    r"\sqrt": "√",
    r"\lvert": "|",
    r"\rvert": "|",
    **{rf"\{w}": w for w in ("tanh", "exp", "log", "max", "min")},
}


def bare(text):
    """TeX or the line of a diagram without what only sets it."""
    text = re.sub(r"\\(?:mathrm|text|frac|quad|[;,])|[{}_^&]", "", text)
    for tex, sign in TEX.items():
        text = text.replace(tex, sign)
    return re.sub(r"[\s\\]", "", text).replace("-", "−")


def in_brackets(text):
    """A diagram's line as bare as TeX, whose fractions need no brackets and no sign."""
    return bare(re.sub(r"[()/·]", "", text))


@every_cell
def test_tex_says_what_the_picture_says(name):
    cell = ALL[name]
    for line in lines(cell):
        theirs, ours = Plain(cell).line(line), Tex(cell).line(line)
        assert in_brackets(theirs) == in_brackets(ours)


@every_cell
def test_mathml_says_what_tex_says(name):
    cell = ALL[name]
    for line in lines(cell):
        text = f"<p>{MathML(cell).line(line)}</p>"
        theirs = "".join(ElementTree.fromstring(text).itertext())
        ours = bare(Tex(cell).line(line)).replace("√", "").replace("ᵀ", "⊤")
        assert re.sub(r"\s", "", theirs) == ours


@every_cell
def test_equations_are_the_same_lines(name):
    cell = ALL[name]
    assert equations.equations(cell) == [Tex(cell).line(line) for line in lines(cell)]


@every_cell
def test_the_table_breaks_the_same_lines_and_changes_none(name):
    text = math(ALL[name]).removeprefix(r"$\begin{aligned}")
    text = text.removesuffix(r"\end{aligned}$").replace(r" \\ &\quad + ", " + ")
    shown = text.replace(" &= ", " = ").split(r" \\ ")
    assert shown == equations.equations(ALL[name])


@every_cell
def test_the_widget_travels_with_the_same_lines(name):
    cell = ALL[name]
    given = dict(record(cell, 32, 100)["lines"])
    assert list(given) == equations.equations(cell)
    for line, shown in zip(lines(cell), given.values(), strict=True):
        pieces = [e.removesuffix("</math>") for e in re.split(r" ?<math[^>]*>", shown)]
        assert "".join(pieces) == MathML(cell).line(line)


@every_cell
def test_the_panel_and_the_layers_of_a_picture_say_the_same_lines(name):
    cell, hand = ALL[name], Plain(ALL[name])
    s = generic(cell)
    said = {node.text for node in s.nodes.values() if node.kind == "math"}
    for b in cell.blocks:  # a layer says its activation
        act, z = s.nodes[b].text, hand(ast.Name(f"z{b}"))
        said.add(f"{b}_t = {z}" if act == "linear" else f"{b}_t = {act}({z})")
    assert set(map(hand.line, arithmetic(cell))) <= said


def test_the_cell_state_of_slstm_has_one_story():
    s = equations.equations("slstm")
    assert r"i_t = \exp(z_{i} - m_t)" in s and "i = exp(zi - m)" in code("slstm")


# ------------------------------------------------------------------- what is decided


def shown(forward, gives="h", keeps="", **options):
    """Python's lines of a cell with this forward."""
    phase = Phase(forward, lambda dh: dh, gives, keeps)
    cell = Cell("toy", "i g = x W_x + h W_h + b", phase, states=gives, **options)
    for hand in (Tex, MathML, Plain):
        assert all(map(hand(cell).line, lines(cell)))
    return code(cell)[1:]


HALF = 0.5


def helper(z):
    return HALF * abs(z)


def longer(z):
    y = z * z
    return y + 1.0


def test_a_value_under_another_name_is_shown_as_what_it_is():
    def forward(zi, zg, h_prev):
        i = ops.sigmoid(zi)
        return i * zg + h_prev, i, zg

    assert shown(forward, keeps="i g") == ["i = sigmoid(zi)", "h = i * zg + h_prev"]


def test_an_open_gate_disappears_and_a_shut_one_takes_its_product_along():
    def forward(zi, zg, h_prev):
        i = ops.sigmoid(zi)
        return (1.0 - i) * h_prev + i * ops.tanh(zg)

    assert shown(forward, fixed={"zi": 1000.0}) == ["h = tanh(zg)"]
    assert shown(forward, fixed={"zi": -1000.0}) == ["h = h_prev"]


def test_helpers_are_written_out_and_named_functions_keep_their_names():
    def forward(zi, zg):
        return helper(zi) + longer(ops.hard_sigmoid(zg))

    assert shown(forward) == ["h = 0.5 * abs(zi) + longer(hard_sigmoid(zg))"]


def test_a_name_used_twice_is_written_out():
    def forward(zi, zg):
        y = zi * HALF
        y = y + zg
        y *= zi
        zg = ops.tanh(zg)
        h = y - zg
        return h

    assert shown(forward) == ["y = (zi * 0.5 + zg) * zi", "h = y - tanh(zg)"]


def test_powers_quotients_and_comparisons_have_signs():
    def forward(zi, zg):
        return (zi > 0.0) * (1.0 + abs(zg)) ** -0.5 - (zi - zg) / -(zi**2)

    phase = Phase(forward, lambda dh: dh, gives="h")
    cell = Cell("toy", "i g = x W_x + h W_h + b", phase)
    (*_, tex), (*_, plain) = (
        [hand(cell).line(k) for k in lines(cell)] for hand in (Tex, Plain)
    )
    assert tex == (
        r"h_t = {[z_{i} > 0]} \odot "
        r"(1 + \lvert z_{g}\rvert)^{-0.5}"
        r" - \frac{z_{i} - z_{g}}{-z_{i}^{2}}"
    )
    assert plain == (
        "h_t = [z_{i} > 0] ⊙ (1 + |z_{g}|)⁻⁰·⁵ − (z_{i} − z_{g}) / (−z_{i}²)"
    )


def branches(zi, zg):
    if zi.mean() > 0:
        y = zi
    else:
        y = zg
    return y


def loops(zi, zg):
    y = 0.0 * zi
    for k in range(3):
        y = y + zg**k
    return y


def odd(zi, zg):
    (y, *_), z = [zi, zg], np.where(zi > 0, zi, 0.0)
    z[..., 0] = 1.0
    w = max(zi[0] for _ in "ab") if (n := 2) else (lambda q: q)(zg)
    y = y @ z.T + np.tanh(w, out=None) + {"a": 1}["a"] + n
    return y - ~zi + len("") + zi.clip(-1, 1)


def recursive(zi, zg):
    return recursive(zg, zi) if zi is None else f"{zi}" + recursive(*[zi], **{"zg": zg})


def total(*terms):
    return sum(terms)


def of_many(zi, zg):
    return total(zi, zg) + ops.sigmoid(x=zi)


def whole(zi, zg):
    return longer_tuple(zi, zg)


def longer_tuple(zi, zg):
    y = zi + zg
    return y, y


WITHOUT_TEXT = eval("lambda zi, zg: zi + zg")
READ = [branches, loops, odd, recursive, of_many, WITHOUT_TEXT]


@pytest.mark.parametrize("forward", READ)
def test_what_no_hand_knows_is_written_as_python(forward):
    assert shown(forward)


@pytest.mark.parametrize("forward", [branches, loops, WITHOUT_TEXT])
def test_a_cell_that_no_hand_can_read_whole_still_has_a_picture(forward):
    phase = Phase(forward, lambda dh: dh, gives="h")
    cell = Cell("toy", "i g = x W_x + h W_h + b", phase, doc="A toy: of a test.")
    ElementTree.fromstring(diagrams.cell_diagram(cell))


def test_a_function_that_gives_two_values_stands_for_both():
    phase = Phase(whole, lambda dh: dh, gives="h", keeps="y")
    cell = Cell("toy", "i g = x W_x + h W_h + b", phase)
    assert fold(phase, {})[0][0] == ("h", "y")
    assert equations.equations(cell)[-1] == (
        r"{[h_t\;\mathrm{y}_t]} = \text{longer\_tuple}(z_{i}, z_{g})".replace(
            r"\mathrm{y}", "y"
        )
    )
