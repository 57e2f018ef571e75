"""Train a Reader on a task of the papers, for one seed or several."""

import numpy as np

from ... import tasks
from ...models import Reader
from ...models.reader import evaluate, reader_loss, scored
from . import common

FRESH = 2**32  # added to the seed of validation sequences


def run(args):
    """Every seed in turn; -> the result that is written."""
    options = {k: getattr(args, k) for k in args.task_options}
    task = tasks.make(args.task, **options)
    runs = []
    for seed, where in common.each(args, args.task):
        model, result = one(args, task, seed, where)
        runs.append(result)
        common.say(line(result, task))
    solved = sum(r["solved_after_sequences"] is not None for r in runs)
    return common.write(
        args,
        where,
        task.name,
        model,
        runs,
        options=options,
        chance={k: float(v) for k, v in task.chance.items()},
        solved=f"{solved} of {len(runs)}",
    )


def one(args, task, seed, where):
    """One run: -> the model, its part of the result."""
    bias = None if args.forget_bias is None else {"f": args.forget_bias}
    model = Reader(
        args.cell,
        task.I,
        args.hidden,
        task.K,
        args.layers,
        T_max=args.chrono,
        bias=bias,
        seed=seed,
    )
    watch = "loss" if task.kind == "classes" else "mse"
    history = common.train(
        args,
        model,
        reader_loss(task.kind),
        lambda rng: task.sample(rng, args.batch),
        args.sequences // args.batch,
        where,
        weigh=scored,
        seed=seed,
        until=task.solved,
        watch=watch,
        about={"kind": "task", "task": task.name},
        valid=lambda m: evaluate(m, task, np.random.default_rng([seed, FRESH])),
    )
    final = history.valid[-1]
    solved = final["step"] * args.batch if history.stopped == "solved" else None
    return model, common.run_of(
        history, seed, where, watch, final=final, solved_after_sequences=solved
    )


def line(result, task):
    """One line for the reader."""
    n = result["solved_after_sequences"]
    word = f"solved after {n:,} sequences" if n else "not solved"
    values, chance = (
        ", ".join(f"{k} {v:.4f}" for k, v in d.items() if k != "step")
        for d in (result["final"], task.chance)
    )
    return (
        f"{task.name}, seed {result['seed']}: {word}; {values} (chance: {chance}); "
        f"{result['seconds']:.0f} s"
    )
