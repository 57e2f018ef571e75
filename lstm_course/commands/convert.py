"""``lstm-course convert``: recurrent layers from one tool's file into another's."""

import ast
import json
from dataclasses import fields, replace
from pathlib import Path

from .options import Plain, check_report

ABOUT = """Reads a model file of one tool, finds its recurrent layers, and writes them
as another tool's file. Nothing in the file is run. What a layer says beside its weights
is obeyed; what the target cannot say is refused, with the way out.

Without TARGET it shows what it finds.
"""
OURS = "convert.run"
ONLY = """No tool was run: this proves only that what is read from TARGET computes what
  is read from SOURCE, not that their tools read them so. Install one, prove again?"""
EPILOG = """examples:
  lstm-course convert model.pt                          what is in it?
  lstm-course convert model.pt model.eqx                for Equinox
  lstm-course convert model.safetensors a.npz --to mlx  for MLX
  lstm-course convert model.pt model.keras --prove      run both, in torch and Keras
  lstm-course convert rnn.pt rnn.npz --to haiku --say activation=relu

Tools are extras of this package: pip install 'lstm-course[keras,onnx,jax,paddle]', and
mlx, openvino, tensorflow. Where NumPy is enough, a tool's files are read and written
without it; only --prove misses it.
"""


def add_parser(sub):
    parser = sub.add_parser(
        "convert",
        help="recurrent layers from one tool's file into another's",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=Plain,
    )
    parser.add_argument("source", metavar="SOURCE", help="a model file")
    parser.add_argument("target", metavar="TARGET", nargs="?", help="the file to write")
    parser.add_argument(
        "--to",
        metavar="TOOL",
        help="whose file TARGET is, where its suffix is several's",
    )
    parser.add_argument(
        "--layer", metavar="NAME", help="only this stack, or this layer, as it is shown"
    )
    parser.add_argument(
        "--say",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="what the file cannot say, as activation=relu; may be repeated",
    )
    parser.add_argument(
        "--leave-out",
        metavar="FIELD",
        action="append",
        default=[],
        help="write a field as if it said nothing; may be repeated",
    )
    parser.add_argument(
        "--floats",
        choices=("float32", "float64"),
        help="write numbers of this kind; by default those of SOURCE",
    )
    parser.add_argument(
        "--prove",
        action="store_true",
        help="run SOURCE and TARGET in their own tools, where they are installed",
    )
    parser.add_argument(
        "--report", metavar="FILE.json", help="write what was found and done"
    )


def run(args):
    from .. import convert
    from ..convert.proof import check

    _check_names(args)
    layers = convert.read(args.source, **dict(map(_said, args.say)))
    layers = _picked(layers, args.layer)
    print(f"{args.source}: {len(layers)} recurrent layer(s)")
    for line in _shown(layers):
        print(f"  {line}")
    report = {"source": args.source, "layers": [_described(v) for v in layers]}
    done = None
    if args.target:
        done = convert.write(layers, args.target, args.to, args.leave_out, args.floats)
        print(f"written for {done.tool}: {done.path}")
        for remark in done.remarks:
            print(f"  {remark}")
        print("load it:", *done.line.splitlines(), sep="\n  ")
        report |= {"target": args.target, "tool": done.tool, "line": done.line}
        report["remarks"] = list(done.remarks)
    rows = ()
    if args.prove:
        rows, report["proof"] = _proof(layers, done, args.say)
    if args.report:
        report["versions"] = versions()
        Path(args.report).write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    check(rows, args.target or args.source)


def _check_names(args):
    """Three different files, and a folder for the report, before any work is done."""
    names = {"SOURCE": args.source, "TARGET": args.target, "--report": args.report}
    names = [(k, Path(v)) for k, v in names.items() if v]
    for n, (one, path) in enumerate(names):
        for other, there in names[n + 1 :]:
            if path.resolve() == there.resolve() or (
                path.exists() and there.exists() and path.samefile(there)
            ):
                raise ValueError(
                    f"{one} and {other} are one file, {path}. Got it twice, expected "
                    f"two: what it holds beside would be lost. Pass another {other}?"
                )
    check_report(args.report)


def _proof(layers, done, say):
    """Source and written file, each in its own tool, layer by layer."""
    from .. import convert
    from ..convert.proof import prove, worst

    back = convert.read(done.path, **dict(map(_said, say))) if done else None
    rows, unproved = prove(layers, back, (None, done.tool if done else None))
    print("proof: every layer alone, on ragged, long and saturated input")
    ran = [{r.source for r in rows}, {r.target for r in rows} if done else set()]
    for name, who in zip(("source", "target"), ran, strict=True):
        if tools := sorted(who - {OURS}):
            print(f"  {name} run by {', '.join(tools)}")
    for r in worst(rows):
        off = f"{r.floats} {r.off:.1e}, of which rounding explains {r.explained:.1e}"
        print(f"  {r.layer}, {r.side}: {off} ({r.case})")
    for why in unproved:
        print(f"  not run in the tool itself: {why}; convert.run stood for it")
    if not (ran[0] | ran[1]) - {OURS}:
        print(f"  {ONLY}")
    return rows, {"rows": [r._asdict() for r in rows], "not_run": unproved}


def _said(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(
            f"--say got {text!r}. It takes a field and its value. Expected "
            "FIELD=VALUE. Write --say activation=relu?"
        )
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def _picked(layers, name):
    """A stack by its name, or one layer by its label."""
    if name is None:
        return layers
    if stack := [layer for layer in layers if _stack(layer) == name]:
        return stack
    if one := [layer for layer in layers if layer.label == name]:
        return [replace(one[0], level=0)]
    labels = dict.fromkeys(v for layer in layers for v in (_stack(layer), layer.label))
    raise ValueError(
        f"There is no stack and no layer named {name!r}. Found "
        f"{', '.join(map(repr, labels))}. Expected one of these. Pass it to --layer?"
    )


def _stack(layer):
    """Its stack, as it is shown."""
    return layer.label.rpartition(", ")[0]


def _shown(layers):
    notes = {}
    for layer in layers:
        said = ", ".join(f"{k} {v}" for k, v in _odd(layer).items())
        sizes = f"I = {layer.input_size}, H = {layer.hidden_size}, {layer.dtype}"
        yield f"{layer.label}: {_spelled(layer)}, {sizes}{', ' * bool(said)}{said}"
        notes |= dict.fromkeys(layer.notes)
    for note in notes:
        yield f"note: {note}"


def _spelled(layer):
    """Our cell where one is the same, else the kind."""
    try:
        return layer.cell
    except ValueError:
        return f"{layer.kind} (no cell here computes it)"


def _odd(layer):
    """What a layer says that most do not, as text."""
    from ..convert.layer import neutral

    odd = {}
    for name, value in neutral().items():
        said = getattr(layer, name)
        if name in ("level", "source", "notes", "layout", "returns"):
            continue
        if isinstance(said, tuple) and name == "start":
            said = "a constant"
        if said != value:
            odd[name] = str(said)
    if layer.weights[0].out is not None:
        odd["projection"] = str(layer.output_size)
    return odd


def _described(layer):
    """Everything but the numbers, for a report."""
    made = {"cell": _spelled(layer), "I": layer.input_size, "H": layer.hidden_size}
    made |= {"dtype": str(layer.dtype), "peepholes": sorted(layer.weights[0].peepholes)}
    for f in fields(layer):
        if f.name != "weights":
            value = getattr(layer, f.name)
            plain = value is None or isinstance(value, str | int | float | bool)
            made[f.name] = value if plain else str(value)
    return made


def versions():
    """Of this package and of the tools that were used."""
    import sys
    from importlib import metadata

    from .. import __version__

    used = ("numpy", "torch", "keras", "tf_keras", "onnx", "onnxruntime", "h5py",
            "jax", "flax", "equinox", "haiku", "paddle", "mlx", "openvino",
            "tensorflow")  # fmt: skip
    found = {"lstm_course": __version__}
    for name in used:
        if name in sys.modules:
            said = getattr(sys.modules[name], "__version__", None)
            found[name] = str(said or metadata.version(name))
    return found
