"""Layers of no tool: run as they say, written as they are, or refused."""

from dataclasses import fields, replace

import numpy as np
import pytest

from lstm_course import convert, unroll
from lstm_course.convert.activations import FUNCTIONS, Activation, activation_of
from lstm_course.convert.layer import BLOCKS, WAYS, Layer, Weights, neutral
from lstm_course.convert.writers import TOOLS, rules_for
from lstm_course.convert.writers.rules import check

T, B, I, H = 7, 3, 4, 6
LENGTHS = (5, 7, 2)
CELLS = {
    "rnn": dict(kind="rnn"),
    "lstm": dict(kind="lstm"),
    "lstm(gate=hard_sigmoid)": dict(kind="lstm", gate=activation_of("hard_sigmoid")),
    "peephole": dict(kind="lstm", peepholes="ifo"),
    "peephole(gates='io')": dict(kind="lstm", peepholes="io"),
    "coupled(keeps='i')": dict(kind="lstm", coupled=True),
    "cifg": dict(kind="lstm", coupled=True, peepholes="io"),
    "gru": dict(kind="gru"),
    "gru(reset='before')": dict(kind="gru", reset="before"),
    "gru(update='takes_new')": dict(kind="gru", update="takes_new"),
    "gru(reset='before', update='takes_new', gate=hard_sigmoid6)": dict(
        kind="gru",
        reset="before",
        update="takes_new",
        gate=activation_of("hard_sigmoid", 1 / 6, 0.5),
    ),
}
# A value for every field with which a layer computes something else, or says more.
ODD = {
    "level": 0,
    "way": "reverse",
    "reset": "before",
    "update": "takes_new",
    "coupled": True,
    "gate": activation_of("hard_sigmoid"),
    "activation": Activation("relu"),
    "shown": activation_of("elu"),
    "clip": 0.3,
    "cell_clip": 0.1,
    "forget_bias": 1.0,
    "merge": "sum",
    "turned": True,
    "masked": 0.5,
    "lengths": LENGTHS,
    "start": (np.full((1, 1, H), 0.4), np.full((1, 1, H), -0.7)),
    "stateful": True,
    "layout": "batch_first",
    "returns": "last",
    "dropout": 0.5,
    "source": "somewhere",
    "notes": ("a note",),
}
NO_NUMBER = ("level", "layout", "returns", "dropout", "source", "notes")
TOLD = ("lengths", "turned", "stateful")


def layer(kind="lstm", peepholes="", inner=True, out=None, inputs=I, seed=0, **said):
    """A layer of random asymmetric float64 weights that says what is asked."""
    rng = np.random.default_rng(seed)
    blocks = BLOCKS[kind].replace("f", "" if said.get("coupled") else "f")

    def side():
        return Weights(
            {k: rng.normal(size=(inputs, H)) * 0.6 for k in blocks},
            {k: rng.normal(size=(out or H, H)) * 0.6 for k in blocks},
            {k: rng.normal(size=H) for k in blocks},
            rng.normal(size=H) if inner and kind == "gru" else None,
            {k: rng.normal(size=H) for k in peepholes},
            rng.normal(size=(H, out)) if out else None,
        )

    weights = tuple(side() for _ in WAYS[said.get("way", "forward")])
    return Layer("", kind, weights, **said)


def x_of(inputs=I, seed=1):
    return np.random.default_rng(seed).normal(size=(T, B, inputs))


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_runs_as_the_cell_it_is_spelled_as(cell):
    made = layer(**CELLS[cell], inner="before" not in cell)
    assert made.cell == cell
    h, state, _ = unroll(made.cell, made.params[0], x_of())
    y, (end,) = convert.run([made], x_of())
    np.testing.assert_allclose(y, h, rtol=0, atol=1e-12)
    for a, b in zip(end, state, strict=True):
        np.testing.assert_allclose(a[0], b, rtol=0, atol=1e-12)


def test_lengths_and_directions_are_those_of_each_sequence_alone():
    made = layer("gru", way="both")
    y, (end,) = convert.run([made], x_of(), LENGTHS)
    for b, n in enumerate(LENGTHS):
        for d in range(2):
            x = x_of()[:n, b : b + 1][:: -1 if d else 1]
            h, state, _ = unroll(made.cell, made.params[d], x)
            half = y[:n, b, d * H : (d + 1) * H][:: -1 if d else 1]
            np.testing.assert_allclose(half, h[:, 0], rtol=0, atol=1e-12)
            np.testing.assert_allclose(end[0][d, b], state[0][0], rtol=0, atol=1e-12)
        assert not y[n:, b].any()


@pytest.mark.parametrize("name", [n for n in ODD if n not in NO_NUMBER])
def test_every_field_that_is_said_to_matter_changes_the_numbers(name):
    if name == "stateful":
        pytest.skip("a second call would show it; the runner is given its start")
    kind = "gru" if name in ("reset", "update") else "lstm"
    two = {"way": "both"} if name == "merge" else {}
    two |= {"way": "reverse"} if name == "turned" else {}
    plain = layer(kind, **two)
    said = replace(plain, **{name: ODD[name]})
    x = x_of()
    x[:2] = 0.5
    one, other = (convert.run([v], x)[0] for v in (plain, said))
    assert one.shape != other.shape or abs(one - other).max() > 1e-3


def test_the_table_of_odd_values_holds_every_field():
    assert set(ODD) == set(neutral())


def test_every_activation_keeps_the_kind_of_its_floats():
    z = np.linspace(-3, 3, 7, dtype=np.float32)
    assert {activation_of(n)(z).dtype for n in FUNCTIONS} == {z.dtype}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", ODD)
def test_a_field_is_written_told_or_refused_never_dropped(tool, name, tmp_path):
    kind = "gru" if name in ("reset", "update") else "lstm"
    two = "both" if name == "merge" else "forward"
    if tool == "haiku" and kind == "gru":
        said = layer(kind, **{"reset": "before", name: ODD[name]}, inner=False)
    else:
        said = layer(kind, **{"way": two, name: ODD[name]}, inner=False)
    file = tmp_path / f"a{TOOLS[tool][0]}"
    try:
        written = convert.write([said], file, tool)
    except ValueError as error:
        assert f"{name}=" in str(error) and "Expected" in str(error)
        assert str(error).endswith("?") and not file.exists()
        return
    told = [r for r in written.remarks if f"{name}=" in r]
    if name in NO_NUMBER:
        return
    assert bool(told) == (name in TOLD or (tool, name) == ("equinox", "way"))
    if not told:
        back = convert.read(file)
        a, b = (convert.run(v, x_of())[0] for v in ([said], back))
        within = 1e-6 if tool == "onnx" else 1e-12  # its attributes are float32
        np.testing.assert_allclose(a, b, rtol=0, atol=within)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("kind", BLOCKS)
def test_a_new_field_is_refused_until_a_writer_names_it(tool, kind):
    rules = rules_for(tool, kind)
    assert set(rules) == {f.name for f in fields(Layer)}
    before = (tool, kind) == ("haiku", "gru")
    plain = layer(kind, reset="before" if before else "after")
    relu = (
        {"activation": activation_of("relu")}
        if (tool, kind) == ("haiku", "rnn")
        else {}
    )
    del rules["clip"]
    with pytest.raises(ValueError, match="does not say what it does with clip"):
        check(replace(plain, clip=0.3, **relu), tool, rules)


@pytest.mark.parametrize("tool", TOOLS)
def test_numbers_without_a_field_are_refused_too(tool, tmp_path):
    file = tmp_path / f"a{TOOLS[tool][0]}"
    if tool != "onnx":
        with pytest.raises(ValueError, match="cannot hold peepholes"):
            convert.write([layer(peepholes="io")], file, tool)
    if tool not in ("torch", "paddle"):
        with pytest.raises(ValueError, match="cannot hold a projection"):
            convert.write([layer(out=3)], file, tool)


def test_what_is_left_out_is_told(tmp_path):
    with pytest.raises(ValueError, match="leave_out"):
        convert.write([layer(clip=0.3)], tmp_path / "a.pt")
    done = convert.write([layer(clip=0.3)], tmp_path / "a.pt", leave_out=("clip",))
    assert [r for r in done.remarks if "clip=0.3 was left out" in r]
