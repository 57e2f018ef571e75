"""``lstm-course sample``: let a trained model write, or judge a text."""

import shlex
from pathlib import Path

from .options import Plain, number, whole

EPILOG = """Temperature divides the scores before one symbol is drawn: 0 always takes
the best, 0.7 is careful, 1 is as the model believes, 1.3 is wild. --top-k and --top-p
cut off the unlikely rest, which is where most nonsense comes from.

examples:
  lstm-course sample runs/lm-lstm-0 --prompt "The cell state" --temperature 0.7
  lstm-course sample runs/lm-lstm-0 --top-p 0.9 --length 1000 --seed 3
  lstm-course sample runs/classify-lstm-0 --prompt "a warm and clever film" --words
"""


def add_parser(sub):
    parser = sub.add_parser(
        "sample",
        help="let a trained language model write, or a classifier judge",
        description="Use a model that 'lstm-course train lm' or 'train classify' made.",
        epilog=EPILOG,
        formatter_class=Plain,
    )
    add = parser.add_argument
    add("checkpoint", help="a checkpoint, or the folder of a run")
    add("--prompt", help="the text to go on from, or to judge")
    add("--length", type=whole(1), default=500, help="characters or words to write")
    add("--temperature", type=number(0), default=1.0, help="see below")
    add("--top-k", type=whole(1), help="only the k best")
    add(
        "--top-p",
        type=number(0),
        help="only the best that hold this probability together",
    )
    add("--seed", type=whole(0), default=0, help="of the draws")
    add(
        "--words",
        action="store_true",
        help="judge: the probability of positive after every word",
    )
    add("--result", metavar="FILE", help="with --words: write them to this file, too")
    add("--last", action="store_true", help="the last of a run, not the best")


def run(args):
    import numpy as np

    from ..models import saved

    about, model = saved.load(_file(args.checkpoint, args.last))
    if about["kind"] == "classify" and args.words:
        return _word_by_word(args, saved.word_by_word(about, model, args.prompt))
    if about["kind"] == "classify":
        chance, known, words = saved.positive(about, model, args.prompt)
        word = "positive" if chance >= 0.5 else "negative"
        print(
            f"{word} (probability of positive {chance:.3f}; {known} of {words} "
            "words known)"
        )
        return
    _refuse_words(args)
    print(
        saved.write(
            about,
            model,
            args.prompt,
            args.length,
            np.random.default_rng(args.seed),
            args.temperature,
            args.top_k,
            args.top_p,
        )
    )


def _word_by_word(args, found):
    for word, chance in found:
        print(f"{chance:.3f}  {word}")
    if args.result:
        from ..experiments import record

        rows = [{"word": w, "positive": round(p, 4)} for w, p in found]
        about = record.measured("lstm-course " + shlex.join(args.argv))
        path = Path(args.result)
        record.save(path.stem, rows, about, path.parent)


def _refuse_words(args):
    if args.words or args.result:
        raise ValueError(
            "--words and --result are for classifiers, which judge a text after every "
            "word, but this model writes. Expected a run of 'train classify'. Leave "
            "them out?"
        )


def _file(path, last):
    path = Path(path)
    if not path.is_dir():
        return path
    best = path / "checkpoint.best.pt"
    return best if best.exists() and not last else path / "checkpoint.pt"
