"""What all runs share: the folder, the options of ``fit``, the result."""

import json
import re
import shlex
import shutil
from pathlib import Path

import torch

from ...experiments.record import measured
from ...palette import GATES, PAGE
from ...train import fit, load, schedules
from ...train.parallel import Team, is_first

FIRST = 20  # losses that a result keeps exactly, so that a test can run them again
FREE = {
    "argv",
    "out",
    "again",
    "result",
    "quiet",
    "first",
    "seeds",
    "tensorboard",
    "device",
    "steps",
    "sequences",
    "patience",
}  # may change when a run resumes
POINTS = 200  # at most so many points of a curve in a result


def each(args, name):
    """(seed, folder) of every run that the command line asks for."""
    seeds = [args.seed] if args.seeds is None else args.seeds
    for seed in seeds:
        several = args.out and len(seeds) > 1
        yield seed, folder(args, name, seed, f"{args.out}/{seed}" if several else None)


def folder(args, name, seed, out=None):
    """The folder of a run; refused if it holds a run with other options."""
    cell, out = re.sub(r"\W+", "-", args.cell).strip("-"), out or args.out
    path = Path(out) if out else Path("runs") / f"{name}-{cell}-{seed}"
    mine = {k: v for k, v in vars(args).items() if k not in FREE} | {"seed": seed}
    mine = json.loads(json.dumps(mine))
    if path.exists() and not path.is_dir():
        raise ValueError(
            f"{path} is a file. A run writes several files into a folder. Expected a "
            f"folder, or a name that is free. Pass --out {path}-run?"
        )
    if args.result:  # found out before the training, not after it
        Path(args.result).parent.mkdir(parents=True, exist_ok=True)
    gpu = args.device != "cpu" and torch.cuda.is_available()
    team = Team(torch.device("cuda" if gpu else "cpu"))
    other = team.told(_prepare(path, mine, args.again) if is_first() else None)
    if other:
        name, old, new = other
        raise ValueError(
            f"{path} holds a run with --{name} {old}, now it is {new}. A run resumes "
            "with its own options. Pass --again to forget it, or another --out?"
        )
    return path


def _prepare(path, new, again):
    """Make the folder, or find the first option that differs: name, old, new."""
    note = path / "options.json"
    if again and note.exists():
        shutil.rmtree(path)
    if not note.exists():
        path.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(new, indent=1), encoding="utf-8")
        return None
    old = json.loads(note.read_text(encoding="utf-8"))
    for k in sorted(old.keys() | new.keys()):
        if old.get(k) != new.get(k):
            return k.replace("_", "-"), old.get(k), new.get(k)
    return None


def train(args, model, loss, batches, steps, where, **options):
    """``fit`` with the options of the command line; -> History."""
    _check_same(where, options["about"])
    return fit(
        model,
        loss,
        batches,
        steps=min(steps, args.first or steps),
        lr=args.lr,
        clip=args.clip or None,
        weight_decay=args.weight_decay,
        every=args.every,
        schedule=schedules.make(args.schedule, args.warmup, of=steps),
        patience=args.patience,
        device=args.device,
        precision=args.precision,
        tensorboard=args.tensorboard,
        checkpoint=where / "checkpoint.pt",
        log=where / "log.jsonl",
        progress=not args.quiet,
        **options,
    )


def _check_same(where, about):
    """Refuse to go on with a run whose symbols meant something else."""
    path = where / "checkpoint.pt"
    if not path.exists():
        return
    old = load(path)["about"]
    for name in ("alphabet", "words"):
        if name in about and list(old.get(name, ())) != list(about[name]):
            raise ValueError(
                f"{where} holds a run on other data: its {name} has "
                f"{len(old.get(name, ())):,} symbols, now there are "
                f"{len(about[name]):,}, or others. A run resumes on the same data, "
                "read the same way. Pass --again to forget it, or another --out?"
            )


def parameters(model):
    """How many numbers a model learns."""
    return sum(p.numel() for p in model.parameters())


def run_of(history, seed, where, watch="loss", **more):
    """One run of a result, its curves thinned; they are also drawn into its folder."""
    if is_first():
        plot(where / "plot.svg", history, watch)
    n, most = len(history.loss), min(len(history.loss), POINTS)
    at = [round(k * (n - 1) / max(most - 1, 1)) for k in range(most)]
    return {
        "seed": seed,
        **more,
        "seconds": round(history.seconds, 1),
        "first_losses": history.loss[:FIRST],
        "step": [k + 1 for k in at],
        "loss": [history.loss[k] for k in at],
        "grad_norm": [history.grad_norm[k] for k in at],
        "valid": history.valid,
    }


def write(args, where, what, model, runs, **more):
    """Write what, how, where and when beside the numbers; -> the result."""
    result = {
        "what": f"{what}: {args.cell} with {args.hidden} units",
        **measured(
            "lstm-course " + shlex.join(args.argv), next(model.parameters()).device
        ),
        "parameters": parameters(model),
        **more,
        "runs": runs,
    }
    text = json.dumps(rounded(result), indent=1, ensure_ascii=False) + "\n"
    text = re.sub(r"\[[^\[\]{}]*\]", lambda m: " ".join(m[0].split()), text)
    for path in filter(None, (where / "result.json", args.result)):
        if is_first():
            Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    return result


def rounded(value):
    """The same with every float at six digits."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def say(text):
    """Print, in one process for all of torchrun's."""
    if is_first():
        print(text, flush=True)


def plot(path, history, watch):
    """Loss, validation and norm of the gradient against the step, as SVG."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    fig, (top, low) = plt.subplots(
        2, 1, sharex=True, figsize=(6.4, 4.6), constrained_layout=True
    )
    steps = range(1, len(history.loss) + 1)
    top.plot(
        steps, history.loss, linewidth=0.8, color=PAGE["muted"], label="training loss"
    )
    if history.valid:
        top.plot(
            [v["step"] for v in history.valid],
            [v[watch] for v in history.valid],
            "o-",
            markersize=3,
            color=GATES["c"],
            label=f"validation {watch}",
        )
    low.plot(steps, history.grad_norm, linewidth=0.8, color=PAGE["muted"])
    low.set(
        xlabel="step",
        ylabel="norm of the gradient",
        yscale="log" if max(history.grad_norm, default=0) > 0 else "linear",
    )
    top.set_ylabel("loss (nats, or squared error)")
    top.legend()
    fig.savefig(path)
    plt.close(fig)
