"""Train a language model on a text."""

from ..data import download, sources
from ..models import LanguageModel
from ..models.language_model import evaluate, stream_loss
from ..tasks import text
from . import common


def corpus(args):
    """The text that the command line names."""
    path = None if args.text == "book" else args.text
    if args.text == "shakespeare":
        path = download.cache() / sources.SHAKESPEARE.file
        if not path.exists():
            raise ValueError(
                f"Shakespeare is not in {path.parent} yet. It is fetched once, 1 MB. "
                "Expected shakespeare.txt there. Run 'lstm-course data shakespeare'?"
            )
    return text.read(path, level=args.level, size=args.size)


def run(args):
    """Train, write the result; -> the result."""
    whole = corpus(args)
    train, valid = whole.split()
    K = len(whole.alphabet)
    options = {"K": K, "cell": args.cell, "hidden_size": args.hidden,
               "num_layers": args.layers, "embedding_size": args.embedding,
               "dropout": args.dropout, "variational": args.variational,
               "tied": args.tied}
    if common.is_first():
        print(f"{len(train.codes):,} {whole.level} to train on, "
              f"{len(valid.codes):,} to validate, {K} different")
    where = common.folder(args, "lm", args.seed)
    model = LanguageModel(**options, seed=args.seed)
    about = {"kind": "lm", "model": options, "level": whole.level,
             "alphabet": whole.alphabet}
    history = common.train(
        args, model, stream_loss, text.Stream(train, args.window, args.batch),
        args.steps, where, seed=args.seed, about=about,
        valid=lambda m: evaluate(m, valid.codes))
    best = min(history.valid, key=lambda v: v["loss"])
    result = common.record(
        args, f"{whole.level} of {args.text}: {args.cell} with {args.hidden} units",
        [{"seed": args.seed, "best": best, "seconds": round(history.seconds, 1),
          "first_losses": history.loss[: common.FIRST], **common.curve(history)}],
        parameters=sum(p.numel() for p in model.parameters()))
    if common.is_first():
        common.plot(where / "plot.svg", history, "loss")
        common.write(args, where, result)
        print(f"best validation: {best['bits']:.3f} bits, perplexity "
              f"{best['perplexity']:.2f}, after {best['step']:,} steps; "
              f"{history.seconds:.0f} s\ntry: lstm-course sample {where}")
    return result
