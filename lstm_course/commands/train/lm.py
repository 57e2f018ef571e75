"""Train a language model on a text."""

from ...data import sources
from ...models import LanguageModel
from ...models.language_model import stream_loss
from ...models.scoring import SCORES, evaluate
from ...tasks import text
from ...train import load
from ...train.checkpoint import best_path
from . import common

LEAST = 20  # symbols: a tenth of them are two


def corpus(args):
    """The text that the command line names, and which files it was read from."""
    path = None if args.text == "book" else args.text
    if args.text == "shakespeare":
        path = sources.SHAKESPEARE.find()
    if args.size and args.level == "characters":
        raise ValueError(
            f"--size {args.size} limits an alphabet of words, but the text is read as "
            "characters, all of which are kept. Expected --level words with it. Pass "
            f"--level words --size {args.size}, or leave --size out?"
        )
    read, account = text.collect(path, args.pattern, args.encoding)
    return text.corpus(read, args.level, args.size), account


def check_room(args, train, valid):
    """Refuse a text that is too short to learn from, and say which option helps."""
    unit, N, n = train.level, len(train.codes) + len(valid.codes), len(train.codes)
    if len(valid.codes) < 2:
        raise ValueError(
            f"{args.text} has {N} {unit}: too short. Of these, {n} would train "
            f"and {len(valid.codes)} validate, which takes 2. Expected {LEAST} {unit} "
            "or more. Name a longer text with --text?"
        )
    need, most = (args.window + 1) * args.batch + 1, (n - 1) // (args.window + 1)
    if n < need:
        step = f"--batch {most}" if most else f"--window {n - 2} --batch 1"
        raise ValueError(
            f"{args.text} has {n:,} {unit} to train on, too short for --window "
            f"{args.window} --batch {args.batch}. Expected {need:,}: a window and the "
            f"symbol after it in every row. Pass {step}, or a longer --text?"
        )


def run(args):
    """Every seed in turn; -> the result that is written."""
    whole, account = corpus(args)
    train, valid = whole.split()
    check_room(args, train, valid)
    options = {
        "cell": args.cell,
        "I": args.embedding or args.hidden,
        "H": args.hidden,
        "K": len(whole.alphabet),
        "num_layers": args.layers,
        "dropout": args.dropout,
        "variational": args.variational,
        "tied": args.tied,
        "recurrent_dropout": args.recurrent_dropout,
        "zoneout": args.zoneout,
        "layer_norm": args.layer_norm,
    }
    common.say(
        f"{account}; {len(train.codes):,} {whole.level} to train on, "
        f"{len(valid.codes):,} to validate, {options['K']} different"
    )
    about = {
        "kind": "lm",
        "model": options,
        "level": whole.level,
        "alphabet": whole.alphabet,
        "rule": whole.rule,
    }
    runs = []
    for seed, where in common.each(args, "lm"):
        model, result = one(args, train, valid, about, seed, where)
        runs.append(result)
        common.say(line(result, where))
    what = f"{whole.level} of {args.text}"
    return common.write(args, where, what, model, runs)


def one(args, train, valid, about, seed, where):
    """One run, its best checkpoint scored in both ways: -> the model, its result."""
    model = LanguageModel(**about["model"], seed=seed)
    history = common.train(
        args,
        model,
        stream_loss,
        text.Stream(train, args.window, args.batch),
        args.steps,
        where,
        seed=seed,
        valid=lambda m: evaluate(m, valid.codes, scores=args.scores),
        about=about,
    )
    model.load_state_dict(load(best_path(where / "checkpoint.pt"))["model"])
    found = {s: evaluate(model, valid.codes, scores=s)["loss"] for s in SCORES}
    best = min(history.valid, key=lambda v: v["loss"])
    return model, common.run_of(history, seed, where, best=best, **found)


def line(result, where):
    """What came out, for the reader."""
    best = result["best"]
    return (
        f"best validation: {best['bits']:.3f} bits, perplexity "
        f"{best['perplexity']:.2f}, after {best['step']:,} steps; in nats "
        f"{result['carried']:.4f} carried, {result['windows']:.4f} in windows; "
        f"{result['seconds']:.0f} s\ntry: lstm-course sample {where}"
    )
