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
    """Train, test once with the best checkpoint, write the result; -> the result."""
    parts = files.read_parts(files.find(args.data), form=Form.of(args))
    data = reviews.encode_parts(parts, args.size, args.length, args.padding,
                                args.truncation)
    options = {"words": len(data.vocabulary), "cell": args.cell,
               "embedding_size": args.embedding, "hidden_size": args.hidden,
               "num_layers": args.layers, "dropout": args.dropout, "read": args.read,
               "masked": args.masked, "bidirectional": args.bidirectional}
    model = Classifier(**options, seed=args.seed)
    parameters = sum(p.numel() for p in model.parameters())
    if common.is_first():
        sizes = ", ".join(f"{len(part[1]):,} {name}" for name, part in
                          zip(("to train on", "to validate", "to test"), data[:3],
                              strict=True))
        print(f"reviews: {data.account}; {sizes}; {len(data.vocabulary):,} codes; T = "
              f"{len(data.train[0])}; {parameters:,} parameters")
    where = common.folder(args, "classify", args.seed)
    about = {"kind": "classify", "model": options, "words": data.vocabulary.words,
             "rule": data.vocabulary.rule, "length": len(data.train[0]),
             "padding": args.padding, "truncation": args.truncation}
    history = common.train(
        args, model, classifier_loss,
        lambda rng: reviews.sample(rng, data.train, args.batch), args.steps, where,
        seed=args.seed, about=about, valid=lambda m: evaluate(m, *data.valid))
    best = load(best_path(where / "checkpoint.pt"))
    model.load_state_dict(best["model"])
    test = evaluate(model, *data.test)
    chosen = min(history.valid, key=lambda v: v["loss"])
    result = common.record(
        args, f"reviews of {args.data}: {args.cell} with {args.hidden} units",
        [{"seed": args.seed, "best": chosen, "test": test,
          "seconds": round(history.seconds, 1),
          "first_losses": history.loss[: common.FIRST], **common.curve(history)}],
        parameters=parameters, chance={"accuracy": reviews.CHANCE})
    if common.is_first():
        common.plot(where / "plot.svg", history, "loss")
        common.write(args, where, result)
        print(f"best validation after {chosen['step']} steps: accuracy "
              f"{chosen['accuracy']:.3f}; test accuracy {test['accuracy']:.3f} "
              f"(chance 0.5); {history.seconds:.0f} s\n"
              f"try: lstm-course sample {where} --prompt 'a wonderful film'")
    return result
