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
    seeds = [args.seed] if args.seeds is None else args.seeds
    out, results = args.out, []
    for seed in seeds:
        if out and len(seeds) > 1:
            args.out = f"{out}/{seed}"
        where = common.folder(args, args.task, seed)
        results.append(one(args, task, seed, where))
        if common.is_first():
            say(results[-1], task)
    done = [r["solved_after_sequences"] for r in results]
    result = common.record(
        args, f"{task.name}: {args.cell} with {args.hidden} units", results,
        chance={k: float(v) for k, v in task.chance.items()}, options=options,
        solved=f"{sum(n is not None for n in done)} of {len(seeds)}")
    args.out = out
    if common.is_first():
        common.write(args, where, result)
    return result


def one(args, task, seed, where):
    """One run: -> its part of the result."""
    bias = None if args.forget_bias is None else {"f": args.forget_bias}
    model = Reader(args.cell, task.I, args.hidden, task.K, args.layers, args.chrono,
                   bias, seed)
    fresh = [seed, FRESH]
    history = common.train(
        args, model, reader_loss(task.kind), lambda rng: task.sample(rng, args.batch),
        args.sequences // args.batch, where, weigh=scored, seed=seed, until=task.solved,
        watch="loss" if task.kind == "classes" else "mse",
        about={"kind": "task", "task": task.name},
        valid=lambda m: evaluate(m, task, np.random.default_rng(fresh)))
    if common.is_first():
        watch = "loss" if task.kind == "classes" else "mse"
        common.plot(where / "plot.svg", history, watch)
    final = history.valid[-1]
    solved = final["step"] * args.batch if history.stopped == "solved" else None
    return {"seed": seed, "solved_after_sequences": solved,
            "final": final, "seconds": round(history.seconds, 1),
            "first_losses": history.loss[: common.FIRST], **common.curve(history)}


def say(result, task):
    """One line for the reader."""
    n = result["solved_after_sequences"]
    word = f"solved after {n:,} sequences" if n else "not solved"
    values, chance = (", ".join(f"{k} {v:.4f}" for k, v in d.items() if k != "step")
                      for d in (result["final"], task.chance))
    print(f"{task.name}, seed {result['seed']}: {word}; {values} (chance: {chance}); "
          f"{result['seconds']:.0f} s", flush=True)
