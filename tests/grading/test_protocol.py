"""Frames say everything an exercise needs and accept nothing else."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstm_course.exercises.values import DTYPES, Opaque
from lstm_course.grading.inside.protocol import (
    HEAD,
    ProtocolError,
    call_id,
    end,
    load,
    pack,
    sizes,
    unpack,
)

arrays = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0))
)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats()
text = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.none() | st.booleans() | numbers | text | arrays
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(text, inner, max_size=4)
    ),
    max_leaves=8,
)


def split(frame):
    """A frame as (JSON bytes, array bytes)."""
    n, raw = sizes(frame[: HEAD.size])
    assert len(frame) == HEAD.size + n + raw
    return frame[HEAD.size :][:n], frame[HEAD.size + n :]


def same(a, b):
    """Equal in type, shape, dtype and every value; NaN equals NaN."""
    if isinstance(a, np.ndarray):
        if not isinstance(b, np.ndarray) or (a.dtype, a.shape) != (b.dtype, b.shape):
            return False
        return a.tobytes() == b.tobytes()
    if isinstance(a, float) and math.isnan(a):
        return isinstance(b, float) and math.isnan(b)
    if isinstance(a, tuple):
        return type(b) is tuple and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


@given(values)
@settings(max_examples=150, deadline=None)
def test_a_value_arrives_as_it_was_sent(value):
    message = unpack(*split(pack("answer", value, id="7", status="ok")))
    assert (message["kind"], message["id"], message["status"]) == ("answer", "7", "ok")
    assert same(value, message["value"])


@given(st.binary(max_size=300), st.binary(max_size=64))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_refused_and_nothing_else_happens(data, raw):
    with pytest.raises(ProtocolError):
        unpack(b"\x00" + data, raw)


tags = st.sampled_from(["t", "d", "a", "x", "o", "f", "z"])
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["float64", "object", "O", "<f8", "nan", "bool"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(tags, inner, max_size=2),
    max_leaves=12,
)  # fmt: skip


@given(bodies, st.binary(max_size=64))
@settings(max_examples=400, deadline=None)
def test_odd_trees_are_refused_or_become_plain_values(tree, raw):
    text = json.dumps({"kind": "answer", "value": tree}).encode()
    try:
        value = unpack(text, raw)["value"]
    except ProtocolError:
        return
    assert only_plain(value)


def only_plain(value):
    if isinstance(value, tuple):
        return all(map(only_plain, value))
    if isinstance(value, dict):
        return all(type(k) is str and only_plain(v) for k, v in value.items())
    if isinstance(value, np.ndarray):
        return value.dtype.name in DTYPES
    return value is None or type(value) in (bool, int, float, str, Opaque)


def frame_of(tree, raw=b""):
    return unpack(json.dumps({"kind": "k", "value": tree}).encode(), raw)["value"]


@pytest.mark.parametrize(
    "tree",
    [
        {"a": ["object", [1]]},
        {"a": ["<f8", [1]]},
        {"a": ["float64", [-1]]},
        {"a": ["float64", [True]]},
        {"a": ["float64", [1.0]]},
        {"a": ["float64", [2**31 - 1] * 16]},
        {"a": ["float64", [0, 2**31 - 1, 2**31 - 1, 2**31 - 1]]},
        {"a": ["float64", [0] * 40]},
        {"a": ["float64", [2]]},
        {"a": ["float64"]},
        {"a": "float64"},
        {"f": 0},
        {"t": {}},
        {"x": "1"},
        {"t": [], "d": {}},
        {},
        [],
        2**70,
    ],
)
def test_a_tree_outside_the_form_is_refused(tree):
    with pytest.raises(ProtocolError):
        frame_of(tree, bytes(8))


@pytest.mark.parametrize(
    "text",
    [
        b'{"kind":"k","kind":"l"}',
        b'{"kind":"k","value":NaN}',
        b'{"kind":"k","value":Infinity}',
        b'{"kind":1}',
        b'{"kind":"k","points":100}',
        b'{"kind":"\\ud800"}',
        b'{"kind":"k","value":"\\udfff"}',
        b'{"kind":"k","value":{"d":{"\\ud800":1}}}',
        b'\xff{"kind":"k"}',
        b"[" * 100_000,
        b'{"kind":"k","value":' + b'{"t":[' * 50 + b"]}" * 50 + b"}",
        b'{"kind":"k","value":' + b"9" * 100_000 + b"}",
        b"[]",
        b"",
    ],
)
def test_text_outside_the_form_is_refused(text):
    with pytest.raises(ProtocolError):
        unpack(text, b"")


def test_left_over_bytes_are_refused():
    with pytest.raises(ProtocolError):
        frame_of({"a": ["float64", [1]]}, bytes(9))


def test_giant_frames_are_refused_before_they_are_read():
    with pytest.raises(ProtocolError):
        sizes(HEAD.pack(2**32 - 1, 0))
    with pytest.raises(ProtocolError):
        sizes(HEAD.pack(2, 2**32 - 1))


def test_a_bool_array_holds_true_and_false_only():
    made = frame_of({"a": ["bool", [3]]}, b"\x00\x02\xff")
    assert made.view(np.uint8).tolist() == [0, 1, 1]


def test_what_is_no_value_travels_as_its_name():
    class Odd(float):
        pass

    sent = (Odd(1), np.ma.zeros(2), object(), np.array([None]), 10**30, {1: 2}, {1, 2})
    got = unpack(*split(pack("answer", sent)))["value"]
    assert all(isinstance(v, Opaque) for v in got)


def test_functions_travel_as_numbers():
    functions = []
    frame = pack("call", (np.exp, {"f": [np.tanh]}), functions)
    assert functions == [np.exp, np.tanh]
    got = load(*split(frame), function=lambda k: f"function {k}")["value"]
    assert got == ("function 0", {"f": ("function 1",)})


@given(values)
@settings(max_examples=150, deadline=None)
def test_both_readers_read_the_same(value):
    frame = split(pack("told", value, id="7", status="ok"))
    assert same(unpack(*frame)["value"], load(*frame)["value"])


def test_a_call_is_known_by_its_first_bytes_and_its_end_is_a_frame():
    mark = "0123456789abcdef" * 2
    text, _ = split(pack("call", (1,), id=mark, name="f"))
    assert call_id(text) == mark
    assert call_id(split(pack("cell", id=mark, text="x"))[0]) == ""
    said = unpack(*split(end(mark, "died")))
    assert (said["kind"], said["id"], said["status"]) == ("end", mark, "died")
