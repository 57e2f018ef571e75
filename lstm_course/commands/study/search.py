"""``lstm-course study search``.

Searches for cells and writes ``search.json``.  Stopped and started again, it goes on
from ``search.part``; without that file it begins anew.
"""

import json
import os
import tempfile
from pathlib import Path

from ...places import BOOK

SEED, GENERATIONS, CHILDREN = 0, 24, 8


def add_arguments(parser):
    """What the command takes."""
    parser.add_argument("--seed", type=int, default=SEED, help="of the whole search")
    parser.add_argument(
        "--generations", type=int, default=GENERATIONS, metavar="N", help="of cells"
    )
    parser.add_argument(
        "--children", type=int, default=CHILDREN, metavar="N", help="of a generation"
    )
    parser.add_argument(
        "--out",
        default=BOOK / "results",
        metavar="FOLDER",
        help="where the result goes (default: book/results)",
    )


def run(args):
    """Search, judge, write the result: -> exit status."""
    for name in ("generations", "children"):
        if getattr(args, name) < 1:
            raise SystemExit(
                f"--{name} is {getattr(args, name)}. A search has at least one. "
                f"Expected a whole number from 1 on. Write --{name} 12?"
            )
    with tempfile.TemporaryDirectory(prefix="lstm-course-search-") as folder:
        os.environ["LSTM_COURSE_CACHE"] = folder  # hundreds of loops, needed once
        result = searched(args)
    file = Path(args.out) / "search.json"
    file.write_text(compact(result), encoding="utf-8")
    print(f"wrote {file}")
    return 0


def searched(args):
    """The whole of a search as a dict."""
    import torch

    from ...experiments import record
    from ...search import judge
    from ...search.evolve import Log, search

    torch.set_num_threads(1)
    Path(args.out).mkdir(parents=True, exist_ok=True)
    log = Log(Path(args.out) / "search.part")
    trials = search(log, args.seed, args.generations, args.children)
    after = Log(Path(args.out) / "search.after.part")
    finals = judge.best(after, trials)
    ablated = judge.ablation(after, trials, finals)
    command = "lstm-course study search"
    for name, usual in (("seed", SEED), ("generations", GENERATIONS),
                        ("children", CHILDREN)):  # fmt: skip
        if getattr(args, name) != usual:
            command += f" --{name} {getattr(args, name)}"
    about = {"experiment": "search", **record.measured(command)}
    about["seconds"] = round(sum(row["seconds"] for row in log.rows + after.rows))
    return about | {"best": finals, "ablation": ablated, "trials": trials}


def compact(result):
    """The result as JSON, a row to a line."""
    rows = {k: v for k, v in result.items() if isinstance(v, list)}
    head = {k: v for k, v in result.items() if k not in rows}
    text = json.dumps(head, indent=1)[:-2]
    for name, part in rows.items():
        body = ",\n  ".join(json.dumps(row, separators=(",", ":")) for row in part)
        text += f',\n "{name}": [\n  {body}\n ]'
    return text + "\n}\n"
