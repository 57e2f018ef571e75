"""A sound layer passes every property; a layer with a known fault is caught."""

import json
import re

import pytest
from faulty_layers import FAULTS, NoMaskBack, Plain

from lstm_course import backends
from lstm_course.__main__ import main
from lstm_course.backends.known import KNOWN
from lstm_course.backends.properties import PROPERTIES


def asked(make, *properties, **options):
    tool = backends.TorchLayers(make={"lstm": make}, **options)
    return backends.check(tool, properties=properties or None)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_on_the_cpu_is_right(dtype):
    answer = backends.check(backends.TorchLayers(dtype=dtype))
    assert answer.right, answer.text()
    assert all(len(a.found) > 1 or a.property == "causality" for a in answer.asked)


def test_onnxruntime_is_right_in_what_it_can_do():
    answer = backends.check(backends.OnnxSessions())
    assert answer.right, answer.text()
    assert {a.property for a in answer.asked if a.skipped} == {"gradients", "dropout"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_on_torch_is_right():
    pytest.importorskip("keras", reason="pip install .[peers] brings keras")
    answer = backends.check(backends.KerasLayers())
    assert answer.right, answer.text()


def test_the_layer_that_the_faults_are_put_into_is_right():
    answer = asked(Plain)
    assert answer.right, answer.text()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_a_fault_is_caught_by_its_property(fault):
    answer = asked(fault, FAULTS[fault])
    assert not answer.right
    assert FAULTS[fault] + " does not hold" in answer.text()


def test_every_property_catches_a_fault_or_compares_numbers():
    assert set(PROPERTIES) - set(FAULTS.values()) == {"forward"}


def test_forward_catches_a_wrong_gate():
    class Swapped(Plain):
        def step(self, x, h, c, *w):
            h, c = super().step(x, h, c, *w)
            return h * (1 + 1e-4), c

    answer = asked(Swapped, "forward")
    assert [f.case for f in answer.asked[0].wrong][:1] == ["one layer"]


def test_a_layer_that_raises_has_given_up_and_the_rest_is_asked():
    class Stops(Plain):
        def dropped(self, x):
            raise RuntimeError("no stacks here")

    answer = asked(Stops, "forward", "causality")
    assert "the layer gave up: RuntimeError: no stacks here" in answer.text()
    assert [a.error != "" for a in answer.asked] == [True, True]


def test_a_known_report_is_named(monkeypatch):
    tool = backends.TorchLayers(make={"lstm": NoMaskBack})
    monkeypatch.setattr(tool, "device", "mps", raising=True)
    monkeypatch.setattr(tool, "build", _on_the_cpu(tool))
    text = backends.check(tool, properties=["dropout"]).text()
    assert "https://github.com/pytorch/pytorch/issues/190056" in text


def _on_the_cpu(tool):
    build = tool.build

    def made(*sizes, **options):
        tool.device = "cpu"
        layer = build(*sizes, **options)
        layer.of = backends.TorchLayers(make=tool.make)
        tool.device = "mps"
        return layer

    return made


def test_reports_are_addresses_of_properties_that_there_are():
    for known in KNOWN:
        assert known.property in PROPERTIES
        assert re.fullmatch(r"https://github\.com/\S+/(issues|pull)/\d+", known.url)


def test_the_command_prints_a_table_and_writes_json(tmp_path, capsys):
    file = tmp_path / "answer.json"
    words = ["check-backend", "--cells", "lstm", "--properties", "forward,causality"]
    assert main([*words, "--report", str(file)]) == 0
    assert re.search(r"forward +right \(0\.\d\d\)", capsys.readouterr().out)
    answer = json.loads(file.read_text())
    assert answer["right"] and [p["property"] for p in answer["properties"]] == [
        "forward",
        "causality",
    ]


@pytest.mark.parametrize(
    "words, said",
    [
        (["--device", "nowhere"], "Try --device cpu"),
        (["--cells", "lstn"], "There is no kind 'lstn'"),
        (["--report", "no/folder/a.json"], "There is no folder for it"),
        (["--properties", "speed"], "There is no property 'speed'"),
        (["keras", "--device", "cuda"], "keras has no --device"),
        (["onnxruntime", "--provider", "Moon"], "has no provider 'Moon'"),
    ],
)
def test_what_is_not_there_is_refused(words, said, capsys):
    assert main(["check-backend", *words]) == 1
    assert said in capsys.readouterr().err
