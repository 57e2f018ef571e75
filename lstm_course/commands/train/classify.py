"""Train a classifier of film reviews."""

from ...data import reviews as files
from ...data.columns import Form
from ...models import Classifier
from ...models.classifier import classifier_loss, evaluate
from ...tasks import reviews
from ...train import load
from ...train.checkpoint import best_path
from . import common


def run(args):
    """Every seed in turn, tested once with its best checkpoint; -> the result."""
    parts = files.read_parts(files.find(args.data), form=Form.of(args))
    data = reviews.encode_parts(
        parts, args.size, args.length, args.padding, args.truncation
    )
    options = {
        "cell": args.cell,
        "I": args.embedding,
        "H": args.hidden,
        "K": 1,
        "num_layers": args.layers,
        "words": len(data.vocabulary),
        "dropout": args.dropout,
        "read": args.read,
        "masked": args.masked,
        "bidirectional": args.bidirectional,
    }
    train, valid, test = (f"{len(part[1]):,}" for part in data[:3])
    common.say(
        f"reviews: {data.account}; {train} to train on, {valid} to validate, "
        f"{test} to test; {len(data.vocabulary):,} codes; T = "
        f"{len(data.train[0])}; "
        f"{common.parameters(Classifier(**options, seed=0)):,} parameters"
    )
    runs = []
    for seed, where in common.each(args, "classify"):
        model, result = one(args, data, options, seed, where)
        runs.append(result)
        common.say(line(result, where))
    return common.write(
        args,
        where,
        f"reviews of {args.data}",
        model,
        runs,
        chance={"accuracy": reviews.CHANCE},
    )


def one(args, data, options, seed, where):
    """One run: -> the model, its part of the result."""
    model = Classifier(**options, seed=seed)
    history = common.train(
        args,
        model,
        classifier_loss,
        lambda rng: reviews.sample(rng, data.train, args.batch),
        args.steps,
        where,
        seed=seed,
        valid=lambda m: evaluate(m, *data.valid),
        about={
            "kind": "classify",
            "model": options,
            "words": data.vocabulary.words,
            "rule": data.vocabulary.rule,
            "length": len(data.train[0]),
            "padding": args.padding,
            "truncation": args.truncation,
        },
    )
    model.load_state_dict(load(best_path(where / "checkpoint.pt"))["model"])
    best = min(history.valid, key=lambda v: v["loss"])
    test = evaluate(model, *data.test)
    return model, common.run_of(history, seed, where, best=best, test=test)


def line(result, where):
    """What came out, for the reader."""
    best, test = result["best"], result["test"]
    return (
        f"best validation after {best['step']} steps: accuracy "
        f"{best['accuracy']:.3f}; test accuracy {test['accuracy']:.3f} "
        f"(chance 0.5); {result['seconds']:.0f} s\n"
        f"try: lstm-course sample {where} --prompt 'a wonderful film'"
    )
