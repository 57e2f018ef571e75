"""What a file cannot say, or a target cannot load, is asked for or refused."""

from dataclasses import replace

import numpy as np
import pytest
from test_convert_layers import layer, x_of

from lstm_course import __main__ as cli
from lstm_course import convert
from lstm_course.convert.layer import cast
from lstm_course.convert.writers import TOOLS


def uneven(**second):
    """Two levels that no single nn.LSTM can hold."""
    above = replace(layer(inputs=6, seed=1, **second), name="net", level=1)
    return [replace(layer(), name="net"), above]


ODD = {
    "way=both": uneven(way="both"),
    "hidden_size=5": [
        replace(layer(), name="net"),
        replace(
            cast(layer(inputs=6), float, lambda a: a[..., :5][:6]), level=1, name="net"
        ),
    ],
    "kind=gru": uneven(kind="gru"),
    "level 2 with": [replace(v, level=2 * v.level) for v in uneven()],
}


@pytest.mark.parametrize("said", ODD)
@pytest.mark.parametrize("tool, suffix", [("torch", ".pt"), ("paddle", ".pdparams")])
def test_a_stack_that_one_module_cannot_hold_is_refused(said, tool, suffix, tmp_path):
    file = tmp_path / f"a{suffix}"
    with pytest.raises(ValueError, match=rf"{said}.*Expected.*--layer .*\?$"):
        convert.write(ODD[said], file, tool)
    assert not file.exists()


def test_a_layer_of_such_a_stack_is_written_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    convert.write(ODD["way=both"], "a.safetensors", "mlx")
    argv = ["convert", "a.safetensors", "b.pt", "--layer", "net, layer 1", "--prove"]
    assert cli.main(argv) == 0
    assert "bidirectional=True" in capsys.readouterr().out
    assert cli.main([*argv[:-2], "net, layer 7"]) == 1
    assert "'net, layer 1'" in capsys.readouterr().err


def cells(*sizes):
    """Cells of one compact module of linen, by name -> array."""
    made, rng = {}, np.random.default_rng(0)
    for k, (inputs, H) in enumerate(sizes):
        for b in "ifgo":
            made[f"LSTMCell_{k}.i{b}.kernel"] = rng.normal(size=(inputs, H))
            made[f"LSTMCell_{k}.h{b}.kernel"] = rng.normal(size=(H, H))
            made[f"LSTMCell_{k}.h{b}.bias"] = rng.normal(size=H)
    return made


@pytest.mark.parametrize("sizes", [((5, 5), (5, 5)), ((4, 6), (4, 6))])
def test_cells_beside_each_other_are_told_and_paired_when_asked(sizes, tmp_path):
    file = tmp_path / "a.npz"
    np.savez(file, **cells(*sizes))
    told = [v.notes for v in convert.read(file)]
    assert all(any("say way=both" in n for n in notes) for notes in told)
    (one,) = convert.read(file, way="both")
    assert (one.way, one.name, one.level) == ("both", "LSTMCell", 0)
    assert not any("say way=both" in n for n in one.notes)


def test_pairs_that_were_numbered_from_the_top_are_put_in_order(tmp_path):
    np.savez(tmp_path / "a.npz", **cells((10, 5), (10, 5), (4, 5), (4, 5)))
    stack = convert.read(tmp_path / "a.npz", way="both")
    assert [(v.level, v.input_size) for v in stack] == [(0, 4), (1, 10)]
    np.savez(tmp_path / "b.npz", **cells((4, 5), (5, 5), (5, 5)))
    with pytest.raises(ValueError, match="two by two, and there are 3.*Expected pairs"):
        convert.read(tmp_path / "b.npz", way="both")


def test_other_floats_are_written_when_asked_and_told_where_they_fail(tmp_path):
    pytest.importorskip("onnx", reason="pip install .[peers] brings onnx")
    done = convert.write([layer()], tmp_path / "a.onnx")
    assert any("onnxruntime 1.31 refuses" in r for r in done.remarks)
    done = convert.write([layer()], tmp_path / "b.onnx", floats="float32")
    assert not any("refuses" in r for r in done.remarks)
    (back,) = convert.read(done.path)
    assert back.dtype == np.float32
    ours, theirs = (convert.run([v], x_of())[0] for v in (layer(), back))
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=2e-6)
    with pytest.raises(ValueError, match="Expected float32 or float64"):
        convert.write([layer()], tmp_path / "c.onnx", floats="float16")


def test_a_file_whose_package_is_missing_is_refused_with_its_name(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(convert.readers.bounds, "find_spec", lambda name: None)
    for suffix, package in convert.readers.NEEDED.items():
        file = tmp_path / f"a{suffix}"
        file.write_bytes(b"")
        with pytest.raises(ValueError, match=rf"Expected.*pip install {package}\?$"):
            convert.read(file)
    with pytest.raises(ValueError, match=r"pip install torch\?$"):
        convert.write([layer()], tmp_path / "new.pt")


def save_weights(file, name, shapes, version=None):
    """As Keras 3 writes a layer's weights without the model, or an older one."""
    h5py = pytest.importorskip("h5py", reason="pip install .[peers] brings it")
    with h5py.File(file, "w") as h5:
        if version:
            h5.attrs["keras_version"], h5.attrs["layer_names"] = version, [name]
            h5.create_group(name).attrs["weight_names"] = [
                *map(str, range(len(shapes)))
            ]
        for k, shape in enumerate(shapes):
            place = f"{name}/{k}" if version else f"layers/{name}/cell/vars/{k}"
            h5[place] = np.ones(shape)


def test_weights_without_their_model_ask_for_what_no_shape_says(tmp_path):
    file, lstm = tmp_path / "a.weights.h5", [(4, 24), (6, 24), (24,)]
    save_weights(file, "gru", [(4, 18), (6, 18)])
    with pytest.raises(ValueError, match="without biases.*Expected.*reset=before"):
        convert.read(file)
    (gru,) = convert.read(file, reset="before")
    assert (gru.kind, gru.reset) == ("gru", "before")
    save_weights(file, "lstm", lstm, "2.2.4")
    with pytest.raises(ValueError, match="hard sigmoid by default.*Expected.*\\?$"):
        convert.read(file)
    (hard,) = convert.read(file, gate="hard_sigmoid")
    assert str(hard.gate) == "hard_sigmoid(0.2, 0.5)"
    save_weights(file, "lstm", lstm)
    (relu,) = convert.read(file, activation="relu")
    assert str(relu.shown) == "relu" and "without their model" in relu.notes[-1]


@pytest.mark.parametrize("suffix", sorted({s for v in TOOLS.values() for s in v}))
def test_a_file_with_changed_bytes_is_read_or_refused(suffix, tmp_path):
    tool = next(t for t, suffixes in TOOLS.items() if suffix in suffixes)
    if suffix == ".keras":
        pytest.skip("HDF5's own library crashes on some; see readers/hdf5")
    pytest.importorskip("onnx" if suffix == ".onnx" else "numpy")
    whole, rng = tmp_path / f"a{suffix}", np.random.default_rng(0)
    convert.write([layer(inner=False)], whole, tool)
    data = whole.read_bytes()
    for k in range(24):
        changed = bytearray(data[: rng.integers(len(data))] if k % 4 == 0 else data)
        for _ in range(k % 4):
            changed[rng.integers(min(len(data), 600))] = rng.integers(256)
        file = tmp_path / f"b{k}{suffix}"
        file.write_bytes(bytes(changed))
        if suffix == ".xml":
            file.with_suffix(".bin").write_bytes(whole.with_suffix(".bin").read_bytes())
        try:
            convert.read(file)
        except ValueError as error:
            assert "Expected" in str(error)


def refused(capsys, *argv):
    """What the command says, in four parts and without a traceback."""
    assert cli.main(["convert", *map(str, argv)]) == 1
    said = capsys.readouterr().err
    assert said.count("lstm-course: ") == 1 and "expected" in said.lower()
    assert said.rstrip().endswith("?")
    return said


def test_what_is_there_already_is_never_lost(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    convert.write([layer()], "a.safetensors")
    (tmp_path / "same.safetensors").hardlink_to("a.safetensors")
    (tmp_path / "m.bin").write_bytes(b"of another model")
    (tmp_path / "folder.pt").mkdir()
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.is_file()}
    for words in (
        ["a.safetensors"],
        ["same.safetensors"],
        ["m.xml"],
        ["folder.pt"],
        ["no/folder/a.pt"],
        ["b.pt", "--report", "a.safetensors"],
        ["b.pt", "--report", "b.pt"],
        ["b.pt", "--report", "no/folder/a.json"],
    ):
        refused(capsys, "a.safetensors", *words)
    after = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f.is_file()}
    assert after == before


def test_over_its_own_mapped_source_or_in_capitals_a_file_is_whole(tmp_path):
    file = tmp_path / "a.safetensors"
    convert.write([layer()], file)
    convert.write(convert.read(file), file)  # once a bus error, and the file was gone
    convert.write(convert.read(file), tmp_path / "B.PT")
    for back in (file, tmp_path / "B.PT"):
        np.testing.assert_array_equal(
            convert.run(convert.read(back), x_of())[0],
            convert.run([layer()], x_of())[0],
        )
    assert sorted(f.name for f in tmp_path.iterdir()) == ["B.PT", "a.safetensors"]


def test_what_fails_half_way_leaves_nothing(tmp_path, monkeypatch):
    def full(path, arrays):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(convert.writers.NAMED, ".eqx", full)
    with pytest.raises(ValueError, match=r"No space left.*Expected.*TARGET\?$"):
        convert.write([layer()], tmp_path / "a.eqx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    ["--say way=sideways", "--say dropout=abc", "--say coupled=1", "--leave-out nope",
     "--leave-out weights", "--to pytorch"],
)  # fmt: skip
def test_a_slip_in_an_option_is_told(words, tmp_path, capsys):
    convert.write([layer()], tmp_path / "a.npz", "mlx")
    said = refused(capsys, tmp_path / "a.npz", tmp_path / "b.pt", *words.split())
    assert words.split()[1].partition("=")[0] in said
    assert not (tmp_path / "b.pt").exists()


def test_an_empty_file_a_folder_and_a_program_are_named(tmp_path):
    torch = pytest.importorskip("torch")
    for suffix in (".h5", ".msgpack", ".safetensors", ".pt", ".npz"):
        (tmp_path / f"a{suffix}").write_bytes(b"")
        with pytest.raises(ValueError, match=r"is empty. Expected.*\?$"):
            convert.read(tmp_path / f"a{suffix}")
    with pytest.raises(ValueError, match=r"is a folder. Expected.*\?$"):
        convert.read(tmp_path)
    torch.save(torch.nn.LSTM(2, 3), tmp_path / "whole.pt")
    with pytest.raises(ValueError) as whole:
        convert.read(tmp_path / "whole.pt")
    assert "\x1b" not in str(whole.value) and "weights_only" not in str(whole.value)


def test_weights_that_are_no_numbers_are_not_blamed_on_the_writer(tmp_path, capsys):
    ill = cast(layer(), float, lambda a: a * np.nan)
    convert.write([ill], tmp_path / "a.npz", "mlx")
    assert "source's own" in refused(
        capsys, tmp_path / "a.npz", tmp_path / "b.pt", "--prove"
    )


@pytest.mark.parametrize(
    "name", ["weight_hh_l0_reverse", "bias_hh_l1", "weight_ih_l0", "weight_ch_l0"]
)
def test_a_module_that_lacks_an_array_or_has_one_more_is_refused(name, tmp_path):
    torch = pytest.importorskip("torch")
    state = torch.nn.LSTM(3, 5, 2, bidirectional=True).state_dict()
    state = {f"net.{k}": v for k, v in state.items()}
    if state.pop(f"net.{name}", None) is None:
        places = "l0", "l1", "l0_reverse", "l1_reverse"
        state |= {f"net.weight_ch_{place}": torch.ones(5) for place in places}
    torch.save(state, tmp_path / "a.pt")
    with pytest.raises(ValueError, match=rf"'net'.*net.{name}.*Expected.*\?$"):
        convert.read(tmp_path / "a.pt")
