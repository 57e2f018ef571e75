"""--prove: source and written file run by their own tools; a wrong file is told."""

import json

import numpy as np
import pytest
import torch

from lstm_course import __main__ as cli
from lstm_course import convert
from lstm_course.convert import proof, runners, tools, writers
from lstm_course.convert.readers import torch_file


@pytest.fixture
def there(tmp_path, monkeypatch):
    """A folder with a stack of torch's, both ways, all weights random."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    torch.save(torch.nn.LSTM(4, 6, 2, bidirectional=True).state_dict(), "a.pt")
    return tmp_path


def swapped(path, name, one, other):
    """Two gates of a state dict change places, as in a wrong conversion."""
    state = torch_file.load(path)
    a = state[name].reshape(4, 6, -1).copy()
    a[[one, other]] = a[[other, one]]
    state[name] = a.reshape(state[name].shape)
    torch.save({k: torch.from_numpy(np.array(v)) for k, v in state.items()}, path)


def test_both_files_are_run_by_torch_and_the_report_says_so(there, capsys):
    argv = "convert a.pt b.safetensors --prove --report r.json"
    assert cli.main(argv.split()) == 0
    shown = capsys.readouterr().out
    assert shown.count("run by torch") == 2 and "No tool was run" not in shown
    report = json.loads((there / "r.json").read_text())
    rows = report["proof"]["rows"]
    assert {(r["layer"], r["side"]) for r in rows} == {
        (f"the stack, layer {k}", side)
        for k in (0, 1)
        for side in ("forward", "reverse")
    }
    assert {r["case"] for r in rows} == {*proof.CASES}
    assert all(r["off"] <= r["explained"] < 1e-4 for r in rows)
    assert report["versions"]["torch"] == torch.__version__


def test_two_gates_swapped_in_the_written_file_are_told_by_layer(
    there, capsys, monkeypatch
):
    save = writers._save

    def wrong(layers, path, tool):
        save(layers, path, tool)
        swapped(path, "weight_hh_l1_reverse", 1, 2)

    monkeypatch.setattr(writers, "_save", wrong)
    assert cli.main("convert a.pt b.pt --prove --report r.json".split()) == 1
    said = capsys.readouterr()
    assert "layer 1, reverse computes something else" in said.err
    assert "written file that departs" in said.err
    rows = json.loads((there / "r.json").read_text())["proof"]["rows"]
    wrong = {(r["layer"], r["side"]) for r in rows if r["off"] > r["explained"]}
    assert wrong == {("the stack, layer 1", "reverse")}


def test_a_mistake_that_reader_and_writer_share_is_found_by_the_tool(
    there, monkeypatch
):
    layers = convert.read("a.pt")
    turned = tuple(
        f._replace(parts=tuple(p._replace(blocks=p.blocks.replace("ifgo", "figo"))
                               for p in f.parts)) if f.tool == "torch" else f
        for f in tools.FORMS
    )  # fmt: skip
    for module in (writers.named, convert.readers.named):
        monkeypatch.setattr(module, "FORMS", turned)
    convert.write(layers, "b.pt")
    back = convert.read("b.pt")
    x = np.random.default_rng(0).normal(size=(7, 3, 4)).astype("f4")
    ours, theirs = convert.run(layers, x)[0], convert.run(back, x)[0]
    np.testing.assert_array_equal(ours, theirs)  # in NumPy alone all is well
    with pytest.raises(ValueError, match="written file that departs"):
        proof.check(proof.prove(layers, back)[0], "b.pt")


def test_without_a_tool_the_proof_says_what_it_does_not_prove(there, capsys):
    assert cli.main("convert a.pt b.npz --to mlx".split()) == 0
    assert cli.main("convert b.npz --prove".split()) == 0
    if runners.apart.find_spec("mlx") is None:
        assert "No tool was run" in capsys.readouterr().out


def test_what_rounding_explains_grows_with_the_floats_and_the_numbers(there):
    layer, rng = convert.read("a.pt")[0], np.random.default_rng(0)
    x = rng.normal(size=(9, 2, 4))
    exact = convert.running.run_layer(proof.cast(layer, float), x)[0]
    small, large = (
        proof.explained(layer, x, (9, 9), exact, f, rng) for f in ("float64", "float32")
    )
    assert np.finfo("f4").eps < large < 1e-4 and small < large / 10


def test_a_relu_that_runs_away_is_compared_where_floats_reach(there):
    module = torch.nn.RNN(4, 6, 2, nonlinearity="relu")
    with torch.no_grad():
        for p in module.parameters():
            p.abs_().mul_(3)
    torch.save(module.state_dict(), "r.pt")
    layers = convert.read("r.pt", activation="relu")
    rows, _ = proof.prove(layers)
    proof.check(rows, "r.pt")
    assert all(0 < r.explained < 10 for r in rows)
