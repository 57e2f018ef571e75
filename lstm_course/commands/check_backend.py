"""``lstm-course check-backend``: is the recurrent layer of this machine right?"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

from .options import Plain, check_report

ABOUT = """Asks a tool's own recurrent layers what must hold of them: outputs, every
gradient, the same sequence alone and in a batch, lengths, the state carried over,
dropout in the backward pass, the same bits twice.  Judged by this course's NumPy
cells; how much rounding explains is measured with them in float32.
"""
EPILOG = """examples:
  lstm-course check-backend                            torch.nn on the CPU
  lstm-course check-backend torch --device mps         on an Apple GPU
  lstm-course check-backend torch --device cuda --compile
  KERAS_BACKEND=jax lstm-course check-backend keras
  lstm-course check-backend onnxruntime --provider CUDAExecutionProvider
  lstm-course check-backend flax --report answer.json

A layer of your own: lstm_course.backends.TorchLayers(make={"lstm": MyLSTM}).
The exit status is 0 where everything holds, 1 where something does not.
"""
TOOLS = ("torch", "keras", "onnxruntime", "flax")


def add_parser(sub):
    parser = sub.add_parser(
        "check-backend",
        help="is a tool's LSTM right on this machine?",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=Plain,
    )
    a = parser.add_argument
    a("tool", nargs="?", choices=TOOLS, default="torch", help="(default torch)")
    a("--device", help="of torch: cpu, cuda, mps, ... (default cpu)")
    a("--compile", action="store_true", help="torch.compile (minutes), or jit of JAX")
    a("--dtype", choices=("float32", "float64"), help="(default float32)")
    a("--provider", help="of onnxruntime (default CPUExecutionProvider)")
    a("--cells", metavar="NAMES", help="separated by commas (default: all there are)")
    a("--properties", metavar="NAMES", help="separated by commas (default: all)")
    a("--report", metavar="FILE", help="the answer as JSON")


def run(args):
    from .. import backends

    check_report(args.report)
    tool = _tool(backends, args)
    say = _line if sys.stderr.isatty() else None
    answer = backends.check(tool, _words(args.cells), _words(args.properties), say)
    if say:
        say("")
    print(answer.text())
    if args.report:
        text = json.dumps(answer.plain(), indent=1, allow_nan=True)
        Path(args.report).write_text(text + "\n", encoding="utf-8")
    return 0 if answer.right else 1


def _line(text):
    """One line of a terminal, written over and over."""
    print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _words(text):
    return [word.strip() for word in text.split(",")] if text else None


def _tool(backends, args):
    """The tool with the options that it has; others are refused, not passed over."""
    takes = {
        "torch": (backends.TorchLayers, ("device", "dtype", "compile")),
        "keras": (backends.KerasLayers, ("dtype",)),
        "flax": (backends.JaxLayers, ("dtype", "compile")),
        "onnxruntime": (backends.OnnxSessions, ("provider",)),
    }
    make, options = takes[args.tool]
    given = {
        k: getattr(args, k)
        for k in ("device", "dtype", "compile", "provider")
        if getattr(args, k)
    }
    for name in given:
        if name not in options:
            raise ValueError(
                f"{args.tool} has no --{name}. Expected "
                f"{' or '.join('--' + o for o in options)}. Leave it out? (Keras and "
                "JAX choose their device themselves.)"
            )
    if "compile" in given:
        given["compiled"] = given.pop("compile")
    try:
        return make(**given)
    except ImportError as error:
        if args.tool == "keras" and find_spec("keras"):
            raise ValueError(
                f"Keras is here, and the backend that it asks for is not ({error}). "
                "Expected one of tensorflow, torch or jax. Name the one that is "
                "installed, KERAS_BACKEND=torch lstm-course check-backend keras?"
            ) from None
        raise ValueError(
            f"{args.tool} is not installed here ({error}). Expected it in this "
            f"environment. Run: python -m pip install {args.tool}"
        ) from None
