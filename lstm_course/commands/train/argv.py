"""``lstm-course train``: language models, classifiers, and the tasks of the papers."""

import ast
from functools import partial
from pathlib import Path

from ... import tasks
from ..options import Plain, add_encoding, add_form, number, whole

ABOUT = """Train a model. A run writes into its folder: checkpoint.pt (the last state,
from which the same command goes on after a stop or a crash), checkpoint.best.pt (the
best by validation), log.jsonl (a line per step), result.json, and plot.svg.
"""
LM = """A language model of characters or words, trained on a text that is read from its
beginning to its end, the state carried from window to window (truncated
back-propagation through time). The last tenth of the text is for validation.
In Chinese, Japanese, Thai and their like, --level words makes a word of a character.

What you see: loss in nats per symbol; "bits" is loss / ln 2, "perplexity" e^loss.
"""
CLASSIFY = """Film reviews: positive or negative? By Keras' conventions: the --size most
frequent words have numbers, rarer ones are 2, a review starts with 1, it is cut to its
last --length words and filled with zeros in front. Without --masked the LSTM reads
those zeros; with it, it skips them.

Parts called train, valid and test (or by usual names like them) are kept. Where there
is none to test, a fifth is split off; none to validate, a tenth of the training part is
held out. The test part is looked at once, at the end, with the best checkpoint. Rows
without a verdict are left out; a line says how many, and how the rest was split.
"""
TASK = """A task of the papers. The answer is known, the gap is known: a model solves it
only by remembering. Sequences are drawn fresh at every step; "solved" is the published
criterion, checked on fresh sequences every --every steps.
"""
PARALLEL = """
several processes on one machine (each takes a share of every batch):
  torchrun --standalone --nproc_per_node 2 -m lstm_course train lm ...
"""
TASKS = Path(tasks.__file__).parent
EXAMPLES = {
    "adding": "--form modern --T 100 --cell gru --lr 5e-3",
    "copying": "--T 100 --chrono 120 --hidden 128",
    "temporal_order": "--form 6a --T 100 --hidden 32 --chrono 100",
    "gap_language": "--gap 20 --distractors 1",
    "long_lag": "--form 2a --T 100",
    "parity": "--form running --most 40 --hidden 16",
    "permutations": "--form S3 --hidden 64",
    "counting_language": "--form abc --hidden 16",
    "recall": "--cell mlstm --hidden 16",
    "selective_copy": "--cell mingru --layers 2",
}


def add_parser(sub):
    parser = sub.add_parser(
        "train",
        description=ABOUT,
        formatter_class=Plain,
        help="train a language model, a classifier, a task",
    )
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    kind = partial(kinds.add_parser, formatter_class=Plain, epilog=PARALLEL)
    _lm(kind("lm", help="language model of characters or words", description=LM))
    _classify(
        kind(
            "classify", help="film reviews, positive or negative", description=CLASSIFY
        )
    )
    task = kind(
        "task",
        help="adding, copying, temporal order, Reber, ...",
        description=TASK,
        epilog=None,
    )
    names = task.add_subparsers(dest="task", metavar="NAME", required=True)
    for name in tasks.TASKS:
        _task(names, name)


def _lm(p):
    add = p.add_argument
    add(
        "--text",
        default="book",
        help="a file, folder or archive, 'shakespeare', or 'book', this one's text",
    )
    add(
        "--pattern",
        nargs="+",
        metavar="GLOB",
        help="which files of a folder or archive (default '*.txt')",
    )
    add_encoding(p)
    add(
        "--level",
        choices=("characters", "words"),
        default="characters",
        help="what is read as one symbol",
    )
    add("--size", type=whole(4), help="alphabet of words; rarer ones <unknown>")
    add(
        "--window",
        type=whole(1),
        default=64,
        metavar="T",
        help="steps of back-propagation",
    )
    add("--embedding", type=whole(1), help="its width (default: as --hidden)")
    add(
        "--variational",
        action="store_true",
        help="drop the same units at every step of a window",
    )
    add(
        "--scores",
        choices=("carried", "windows"),
        default="carried",
        help="validate with the state carried through the text, or in windows of 256 "
        "symbols from an empty state",
    )
    add("--tied", action="store_true", help="readout and embedding share their weights")
    _along_time(_model(p, hidden=256, dropout=0.0))
    _training(p, steps=2000, batch=32, schedule="cosine", every=200)


def _classify(p):
    add, ends = p.add_argument, ("pre", "post")
    add(
        "--data",
        default="sample",
        help="'sample' (bundled), 'imdb', or an archive, folder or table",
    )
    add("--size", type=whole(5), default=5000, help="codes in all")
    add("--length", type=whole(1), default=500, help="words kept")
    add("--padding", choices=ends, default="pre", help="where zeros are put")
    add("--truncation", choices=ends, default="pre", help="where words are cut off")
    add("--masked", action="store_true", help="skip padding")
    add(
        "--read",
        choices=("last", "mean"),
        default="last",
        help="the last state, or the mean of all outputs",
    )
    add("--bidirectional", action="store_true", help="also read from the end")
    add("--embedding", type=whole(1), default=32, help="its width")
    _model(p, hidden=100, dropout=0.5)
    add_form(p)
    _training(p, steps=200, batch=64, schedule="constant", every=20)


def _task(names, name):
    """A parser from the task's own file: its docstring, and the options of ``make``."""
    tree = ast.parse((TASKS / f"{name}.py").read_text(encoding="utf-8"))
    text = ast.get_docstring(tree)
    example = EXAMPLES.get(name, "")
    p = names.add_parser(
        name,
        help=text.split("\n")[0],
        description=text,
        formatter_class=Plain,
        epilog=f"example:\n  lstm-course train task {name} {example}\n{PARALLEL}",
    )
    make = next(
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "make"
    )
    names = [a.arg for a in make.args.args]
    for option, default in zip(names, make.args.defaults, strict=True):
        value = ast.literal_eval(default)
        kind = type(value) if value is not None else int
        if option != "seed":  # of a split; it stays as it is
            p.add_argument(
                f"--{option}", type=kind, default=value, help="option of the task"
            )
    p.set_defaults(task_options=tuple(n for n in names if n != "seed"))
    add = p.add_argument
    add(
        "--chrono",
        type=float,
        metavar="T_MAX",
        help="chrono initialisation: memory times from 1 to T_MAX steps",
    )
    add(
        "--forget-bias",
        type=float,
        help="its start value (default: the cell's own, 1 for LSTMs)",
    )
    add("--sequences", type=whole(1), default=100_000, help="to train on at most")
    _model(p, hidden=64)
    _training(p, steps=None, batch=64, schedule="constant", every=50)


def _model(p, hidden, dropout=None):
    add = p.add_argument_group("model").add_argument
    add(
        "--cell",
        default="lstm",
        help="a name (lstm, gru, rnn, peephole, ...) or a "
        "call like \"gru(reset='before', gate=hard_sigmoid)\"",
    )
    add("--hidden", type=whole(1), default=hidden, help="units per layer")
    add("--layers", type=whole(1), default=1, help="on top of each other")
    if dropout is not None:
        add(
            "--dropout",
            type=number(0, 1),
            default=dropout,
            help="on embedding, between layers, at the readout",
        )
    return add


def _along_time(add):
    """What acts inside the layers, see ``Recurrent``."""
    add(
        "--recurrent-dropout",
        type=number(0, 1),
        default=0.0,
        metavar="P",
        help="on what a step would add to the memory",
    )
    add(
        "--zoneout",
        type=number(0, 1),
        default=0.0,
        metavar="P",
        help="with which a unit's states stay as they were",
    )
    add("--layer-norm", action="store_true", help="normalise pre-activations")


def _training(p, steps, batch, schedule, every):
    add = p.add_argument_group("training").add_argument
    if steps is not None:
        add("--steps", type=whole(1), default=steps, help="updates in all")
    add("--batch", type=whole(1), default=batch, help="sequences side by side")
    add("--lr", type=number(0), default=3e-3, help="learning rate")
    add(
        "--schedule",
        choices=("constant", "linear", "cosine"),
        default=schedule,
        help="of the learning rate",
    )
    add("--warmup", type=whole(0), default=0, help="steps of an even rise of lr")
    add(
        "--clip",
        type=number(0),
        default=1.0,
        help="largest norm of the gradient; 0: no clipping",
    )
    add("--weight-decay", type=number(0), default=0.0, help="of AdamW")
    add(
        "--every",
        type=whole(1),
        default=every,
        help="steps between validations and checkpoints",
    )
    add(
        "--patience",
        type=whole(1),
        help="stop after so many validations without a better one",
    )
    add("--seed", type=whole(0), default=0, help="of start values, batches and dropout")
    add(
        "--seeds",
        type=whole(0),
        nargs="+",
        metavar="SEED",
        help="one run per seed, e.g. --seeds 0 1 2 3 4",
    )
    add("--device", help="cpu, cuda, ... (default: a GPU if there is one)")
    add(
        "--precision",
        choices=("float32", "bfloat16", "float16"),
        default="float32",
        help="mixed precision, for GPUs",
    )
    add(
        "--first",
        type=whole(1),
        metavar="N",
        help="only the first N steps of the run, to check a result",
    )
    add = p.add_argument_group("output").add_argument
    add("--out", help="folder of the run (default runs/KIND-CELL-SEED)")
    add(
        "--again",
        action="store_true",
        help="forget an earlier run in this folder instead of resuming it",
    )
    add("--result", help="also write result.json to this file")
    add("--tensorboard", metavar="FOLDER", help="if it is installed")
    add("--quiet", action="store_true", help="no progress bar")


def run(args):
    from . import classify, lm, task  # these need torch, help does not

    {"lm": lm, "classify": classify, "task": task}[args.kind].run(args)
