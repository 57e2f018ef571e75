"""Files of every tool: read as the tool computes them, through every pair, or not."""

import io
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
import torch
from test_convert_layers import T, layer, x_of

from lstm_course import __main__ as cli
from lstm_course import convert
from lstm_course.convert.activations import activation_of
from lstm_course.convert.writers import TOOLS

PAIRS = [(tool, suffix) for tool, suffixes in TOOLS.items() for suffix in suffixes]
KINDS = {
    "lstm": dict(kind="lstm"),
    "lstm both ways": dict(kind="lstm", way="both"),
    "gru": dict(kind="gru"),
    "gru both ways": dict(kind="gru", way="both"),
    "gru without an inner bias": dict(kind="gru", inner=False),
    "gru, reset before, takes new": dict(
        kind="gru", reset="before", update="takes_new", inner=False
    ),
    "rnn": dict(kind="rnn"),
    "rnn of relu": dict(kind="rnn", activation=activation_of("relu")),
    "coupled": dict(kind="lstm", coupled=True),
    "lstm, forget bias at call time": dict(kind="lstm", forget_bias=1.0),
}
CANNOT = {  # kind -> tools that have no such layer
    "equinox": ("rnn", "rnn of relu", "gru, reset before, takes new"),
    "haiku": ("rnn", "gru", "gru both ways", "gru without an inner bias"),
    "keras": (),
    "onnx": (),
    "openvino": (),
    "nnx": ("gru", "gru both ways", "gru, reset before, takes new"),
}
ALL = ("gru, reset before, takes new",)
SEED = np.random.default_rng(5)


def stack(name, dtype=float, levels=2):
    """Two layers, each with weights of its own, in the given floats."""
    from dataclasses import replace

    made, inputs = [], 4
    for level in range(levels):
        one = layer(**KINDS[name], inputs=inputs, seed=level)
        weights = tuple(cast(w, dtype) for w in one.weights)
        made.append(replace(one, level=level, weights=weights, name="net.body"))
        inputs = made[-1].width
    return made


def cast(w, dtype):
    """Weights in other floats."""
    return w._replace(
        **{k: {b: a.astype(dtype) for b, a in getattr(w, k).items()} for k in "xhb"},
        inner=None if w.inner is None else w.inner.astype(dtype),
    )


def say(name):
    return {"activation": "relu"} if name == "rnn of relu" else {}


@pytest.mark.parametrize("tool, suffix", PAIRS)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("dtype, within", [(np.float64, 1e-12), (np.float32, 1e-6)])
def test_a_stack_comes_back_as_it_was(name, tool, suffix, dtype, within, tmp_path):
    layers, file = stack(name, dtype), tmp_path / f"a{suffix}"
    if name in CANNOT.get(tool, ALL):
        with pytest.raises(ValueError, match="cannot|has no layer"):
            convert.write(layers, file, tool)
        return
    convert.write(layers, file, tool)
    back = convert.read(file, **say(name))
    assert [v.level for v in back] == [0, 1]
    stem = "net_body" if tool == "keras" else "net.body"
    assert suffix == ".eqx" or {v.name for v in back} == {stem}
    x = x_of().astype(dtype)
    one, other = (convert.run(v, x, (5, 7, 2))[0] for v in (layers, back))
    assert other.dtype == dtype
    np.testing.assert_allclose(other, one, rtol=0, atol=within * abs(one).max())


@pytest.mark.parametrize("tool, suffix", PAIRS)
@pytest.mark.parametrize("other, other_suffix", PAIRS)
@pytest.mark.slow
def test_from_every_tool_to_every_other_and_back(
    tool, suffix, other, other_suffix, tmp_path
):
    layers, leave = stack("lstm both ways"), ()
    if "openvino" in (tool, other):
        leave = ("lengths",)  # which ONNX lets feed and OpenVINO loses
    first, third = tmp_path / f"a{suffix}", tmp_path / f"c{suffix}"
    second = tmp_path / f"b{other_suffix}"
    convert.write(layers, first, tool)
    convert.write(convert.read(first), second, other, leave)
    convert.write(convert.read(second), third, tool, leave)
    y, z = (convert.run(v, x_of())[0] for v in (layers, convert.read(third)))
    np.testing.assert_allclose(z, y, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 3, "bidirectional": True},
                                     {"bias": False}])  # fmt: skip
def test_a_torch_module_s_file_computes_what_the_module_does(kind, options, tmp_path):
    module = getattr(torch.nn, kind)(4, 6, **options).double()
    for k, p in enumerate(module.parameters()):
        torch.nn.init.normal_(p, std=0.6, generator=torch.Generator().manual_seed(k))
    torch.save({"state_dict": {f"net.{k}": v for k, v in module.state_dict().items()},
                "epoch": 3, "optimizer": [1, 2.0]}, tmp_path / "a.ckpt")  # fmt: skip
    layers = convert.read(tmp_path / "a.ckpt")
    assert {v.name for v in layers} == {"net"}
    x = torch.from_numpy(x_of())
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, [5, 7, 2], enforce_sorted=False)
    y = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0], total_length=T)[0]
    ours = convert.run(layers, x.numpy(), (5, 7, 2))[0]
    np.testing.assert_allclose(ours, y.detach().numpy(), rtol=0, atol=1e-12)
    done = convert.write(layers, tmp_path / "b.pt")
    back = getattr(torch.nn, kind)(4, 6, **options | {"bias": True}).double()
    state = torch.load(done.path)
    back.load_state_dict({k.removeprefix("net."): v for k, v in state.items()})
    z = back(x)[0]
    torch.testing.assert_close(z, module(x)[0], rtol=0, atol=1e-12)


def test_a_projection_is_read_and_written(tmp_path):
    module = torch.nn.LSTM(4, 6, 2, proj_size=3).double()
    torch.save(module.state_dict(), tmp_path / "a.pt")
    layers = convert.read(tmp_path / "a.pt")
    x = torch.from_numpy(x_of())
    y = module(x)[0].detach().numpy()
    np.testing.assert_allclose(convert.run(layers, x_of())[0], y, rtol=0, atol=1e-12)
    convert.write(layers, tmp_path / "b.safetensors")
    back = convert.read(tmp_path / "b.safetensors")
    np.testing.assert_allclose(convert.run(back, x_of())[0], y, rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="No cell here computes .* projection"):
        layers[0].cell  # noqa: B018


# ---------------------------------------------------------------------- what is refused


class Runs:
    """Would write a file if it were unpickled."""

    def __init__(self, file):
        self.file = str(file)

    def __reduce__(self):
        return open, (self.file, "w")


@pytest.mark.parametrize("suffix", [".pt", ".pdparams", ".npz", ".ckpt"])
def test_nothing_in_a_file_is_run(suffix, tmp_path):
    file, trace = tmp_path / f"a{suffix}", tmp_path / "trace"
    evil = {"weight_ih": Runs(trace)}
    if suffix == ".npz":
        np.savez(file, a=np.array([Runs(trace)], dtype=object))
    elif suffix == ".ckpt":
        torch.save(evil, file)
    else:
        file.write_bytes(pickle.dumps(evil, 2))
    assert not trace.exists()
    with pytest.raises(ValueError, match="Expected"):
        convert.read(file)
    assert not trace.exists()


def huge_safetensors():
    table = {"weight_ih_l0": {"dtype": "F32", "shape": [1 << 40, 4],
                              "data_offsets": [0, 64]}}  # fmt: skip
    header = json.dumps(table).encode()
    return struct.pack("<Q", len(header)) + header + bytes(64)


def huge_npz():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as z:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            head,
            {"descr": "<f8", "fortran_order": False, "shape": (1 << 40, 4)},
        )
        z.writestr("a.npy", head.getvalue() + bytes(64))
    return made.getvalue()


def huge_pickle():
    a = pickle.dumps({"a": np.zeros((2, 3))}, 4)
    small, large = b"K\x02K\x03\x86", b"J\xff\xff\xff\x7fK\x03\x86"
    assert small in a
    return a.replace(small, large)


HOSTILE = {
    "its table is longer than the file": (".safetensors", b"\xff" * 7 + b"\x00{}"),
    "no table": (".safetensors", struct.pack("<Q", 2) + b"[]"),
    "an array larger than the file": (".safetensors", huge_safetensors()),
    "an .npz array larger than its entry": (".npz", huge_npz()),
    "a pickled array larger than its bytes": (".pdparams", huge_pickle()),
    "a pickle cut short": (".pdparams", pickle.dumps({"a": np.ones(3)}, 4)[:-9]),
    "bytes promised by msgpack": (".msgpack", b"\xc6\xff\xff\xff\xff1"),
    "a list of billions": (".msgpack", b"\xdd\xff\xff\xff\xff1"),
    "lists in lists": (".msgpack", b"\x91" * 5000 + b"\xc0"),
    "no file of torch": (".pt", b"hello"),
    "no zip": (".npz", b"PK\x03\x04hello"),
    "no arrays": (".eqx", b"hello"),
    "empty": (".safetensors", b"\0" * 8),
    "of no known kind": (".docx", b"hello"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_or_hostile_file_is_refused_in_four_parts(name, tmp_path):
    suffix, data = HOSTILE[name]
    file = tmp_path / f"a{suffix}"
    file.write_bytes(data)
    with pytest.raises(ValueError, match=r"Expected[\s\S]*\?$"):
        convert.read(file)


def test_what_a_cell_has_beside_its_weights_is_refused(tmp_path):
    arrays = {"rnn.weight_ih": np.ones((24, 4)), "rnn.weight_hh": np.ones((24, 6)),
              "rnn.layer_norm_gain": np.ones(24)}  # fmt: skip
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match="layer_norm_gain.*would be lost"):
        convert.read(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", **{k: np.ones(2) for k in "ab"})
    with pytest.raises(ValueError, match="holds no recurrent layer"):
        convert.read(tmp_path / "b.npz")


# ------------------------------------------------------------------------- the command


def test_the_command_shows_converts_and_reports(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(torch.nn.RNN(4, 6, 2).state_dict(), "a.pt")
    assert cli.main(["convert", "a.pt"]) == 0
    shown = capsys.readouterr().out
    assert "layer 1: rnn, I = 6, H = 6" in shown and "tanh or relu" in shown
    argv = "convert a.pt b.npz --to haiku --say activation=relu --report r.json"
    assert cli.main(argv.split()) == 0
    assert "written for haiku" in capsys.readouterr().out
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["tool"] == "haiku" and report["layers"][1]["level"] == 1
    assert {"lstm_course", "numpy", "torch"} <= set(report["versions"])


def test_the_command_refuses_with_the_way_out(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(torch.nn.LSTM(4, 6).state_dict(), "a.pt")
    for argv, said in {
        "a.pt b.npz": "Pass tool=, --to TOOL",
        "a.pt b.pt --to mlx": "ends with one of .safetensors, .npz",
        "a.pt b.pt --layer body": "Found 'the stack'",
        "a.pt --say relu": "Expected FIELD=VALUE",
        "a.pt --say colour=red": "no field 'colour'",
        "none.pt": "There is no file",
    }.items():
        assert cli.main(["convert", *argv.split()]) == 1
        assert said in capsys.readouterr().err
