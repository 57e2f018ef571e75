"""``lstm-course bench``: how fast this machine runs the cells, beside torch.nn."""

import json
import re
import shlex
from pathlib import Path

from ..options import whole
from .tables import TABLES, keep

BETWEEN = re.compile(r", *(?![^()]*\))")  # cells, not their options


def add_parser(sub):
    """Add the sub-command to the parsers ``sub``."""
    p = sub.add_parser(
        "bench",
        help="measure the cells beside torch.nn.LSTM, GRU and RNN",
        description=(
            "Measures cells against torch's own layers in one run, interleaved. A "
            "ratio above 1 means: as many times as fast. No ratio is printed where "
            "torch's layer differs from itself by more than 10 %. GRU is compared "
            "with nn.GRU, the RNN with nn.RNN, every other cell with nn.LSTM."
        ),
    )
    p.add_argument(
        "--cells",
        default="lstm,gru,rnn",
        help="names, calls like \"gru(reset='before')\", your/file.py:NAME, or 'all'",
    )
    p.add_argument("--sizes", help="names like A,M28, or T,B,I,H as 100x32x64x128")
    p.add_argument("--threads", type=whole(1), help="threads (default: torch's)")
    p.add_argument("--rounds", type=whole(1), default=9, help="rounds that count")
    p.add_argument("--loop", action="store_true", help="also a plain torch loop")
    p.add_argument("--scaling", action="store_true", help="growth with T, B and H")
    p.add_argument("--whole", choices=("lm", "stream"),
        help="lm: a model's training step; stream: one step at B = 1")  # fmt: skip
    p.add_argument("--convert", action="store_true",
        help="files of 100 MB in every tool, beside their bytes alone")  # fmt: skip
    p.add_argument("--device", choices=("cpu", "cuda"), default="cpu",
        help="cuda: a training step beside cuDNN and three loops")  # fmt: skip
    p.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32",
        help="on cuda (default: float32)")  # fmt: skip
    p.add_argument("--compile", action="store_true",
        help="on cuda also torch.compile's loop, which takes minutes")  # fmt: skip
    p.add_argument("--table", choices=tuple(TABLES),
        help="measure a table of chapter 7, which then shows yours")  # fmt: skip
    p.add_argument("--json", metavar="FILE", help="write the results there")
    p.add_argument("--plot", metavar="FILE", help="draw the ratios there")
    return p


def run(args):
    """Measure, print, write; 0 unless every row was too restless to tell."""
    import torch

    from ...experiments.record import measured
    from . import measure as bench

    for file in filter(None, (args.json, args.plot)):
        if not Path(file).resolve().parent.is_dir():
            raise ValueError(
                f"{file} cannot be written: there is no such folder. Measuring takes "
                "minutes, so this is asked first; expected a folder that is there. "
                f"Run mkdir -p {Path(file).parent}?"
            )
    vars(args).update(TABLES.get(args.table, {}))
    if args.threads:
        torch.set_num_threads(args.threads)
    cells = asked(args.cells)  # what is no cell is said before anything is measured
    if args.device == "cuda":
        return on_card(args, cells)
    about = measured("lstm-course " + shlex.join(args.argv))
    print(about["machine"])
    way = on_whole if args.whole else on_scaling if args.scaling else on_layers
    way = on_files if args.convert else way
    clock = "CPU" if args.convert or torch.get_num_threads() == 1 else "wall"
    result = about | {"clock": clock} | way(args, cells)
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if args.table:
        print(f"wrote {keep(args.table, result)}")
    if args.plot:
        bench.plot(result, args.plot)
    return 0 if any(row["ratio"] for row in result["rows"]) else 1


def asked(text):
    """Cells as they are named, or themselves where they lie in somebody's own file."""
    from ...cells import CELLS
    from ...cells.written import OWN
    from ...doors import as_cell

    names = list(CELLS) if text == "all" else BETWEEN.split(text)
    made = [as_cell(name, run_files=True) for name in names]
    return [c if OWN.fullmatch(n) else n for n, c in zip(names, made, strict=True)]


def on_layers(args, cells):
    """Measure layers at sizes: dict."""
    from ...doors import as_cell
    from . import measure as bench

    sizes = chosen(args.sizes, bench.SIZES)
    result = bench.bench(cells, sizes, args.rounds, args.loop)
    for cell in cells:
        if as_cell(cell).phases:
            kept, again = (bench.bytes_kept(cell, 1, c) for c in (False, True))
            print(f"{bench.named(cell)} keeps {kept} H bytes a step and row for "
                  f"backward, {again} H with checkpoint=64, which takes "
                  f"{bench.checkpoint_price(cell):.2f} times as long")  # fmt: skip
    return result


def on_scaling(args, cells):
    """Measure one layer as T, B and H grow: dict."""
    from . import measure as bench

    print(bench.HEAD)
    return {"rows": [row for c in cells for row in bench.scaling(c, args.rounds)]}


def on_whole(args, cells):
    """Measure models or single steps: dict."""
    from . import whole

    return {"rows": whole.bench(args.whole, cells, args.rounds)}


def on_files(args, cells):
    """Measure conversions: dict."""
    from . import files

    return {"rows": files.bench(rounds=args.rounds)}


def on_card(args, cells):
    """Measure on a graphics card; what is measured is written row by row."""
    import torch

    from ...experiments.record import measured
    from . import card

    if not torch.cuda.is_available():
        raise ValueError(
            f"--device cuda needs a graphics card that torch {torch.__version__} can "
            "use, but it found none. Expected one, and torch's build for CUDA. Leave "
            "out --device to measure on the CPU?"
        )
    about = measured("lstm-course " + shlex.join(args.argv), "cuda")
    print(about["machine"])

    def write(result):
        result = about | {"clock": "the card's"} | result
        if args.json:
            Path(args.json).write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        if args.table:
            keep(args.table, result)

    sizes, dtype = chosen(args.sizes, card.SIZES), getattr(torch, args.dtype)
    result = card.bench(cells, sizes, dtype, args.rounds, args.compile, keep=write)
    if args.plot:
        card.plot(about | result, args.plot)
    return 0 if result["rows"] else 1


def chosen(text, known):
    """Sizes by name or as TxBxIxH: dict."""
    if not text:
        return known
    sizes = {}
    for part in text.split(","):
        numbers = part.split("x")
        if part in known:
            sizes[part] = known[part]
        elif len(numbers) == 4 and all(n.isdigit() and int(n) for n in numbers):
            sizes[part] = tuple(map(int, numbers))
        else:
            raise ValueError(
                f"{part!r} is no size. Known: {', '.join(known)}; or four numbers T, "
                "B, I, H. Write for example --sizes A,100x32x64x128?"
            )
    return sizes
