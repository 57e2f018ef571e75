"""Small training runs that tests start as a process: to kill it, or two at once.

    python run_for_tests.py FOLDER KIND:STEPS ...

KIND "stream": a language model with carried state, "stream_drop": the same with
dropout; "task": a task whose sequences ask for different numbers of answers.  Process 0
writes FOLDER/KIND/final.pt.
"""

import os
import sys
from pathlib import Path

import torch

from lstm_course import tasks
from lstm_course.models import LanguageModel, Reader
from lstm_course.models.language_model import stream_loss
from lstm_course.models.reader import reader_loss, scored
from lstm_course.tasks import text
from lstm_course.train import fit

EVERY = 4


def stream_run(dropout):
    corpus = text.corpus("in the beginning was the word, and the word was long " * 30)
    model = LanguageModel(
        "lstm", 10, 10, len(corpus.alphabet), num_layers=2, dropout=dropout, seed=0
    ).double()
    return model, stream_loss, text.Stream(corpus, T=8, B=4), None


def task_run():
    task = tasks.make("embedded_reber")
    model = Reader("lstm", task.I, 8, task.K, seed=0).double()
    return model, reader_loss(task.kind), lambda rng: task.sample(rng, 6), scored


RUNS = {
    "stream": lambda: stream_run(0.0),
    "stream_drop": lambda: stream_run(0.3),
    "task": task_run,
}


def main(folder, kind, steps):
    model, loss, batches, weigh = RUNS[kind]()
    history = fit(
        model,
        loss,
        batches,
        steps=steps,
        lr=1e-2,
        every=EVERY,
        weigh=weigh,
        schedule=lambda step, steps: 1.0 / (1.0 + 0.1 * step),
        checkpoint=folder / "run.pt",
        log=folder / "log.jsonl",
        valid=lambda m: {"loss": 1.0},
        device="cpu",
        progress=False,
    )
    if int(os.environ.get("RANK", "0")) == 0:
        torch.save(
            [model.state_dict(), history.loss, history.grad_norm], folder / "final.pt"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for job in sys.argv[2:]:
        kind, steps = job.split(":")
        main(Path(sys.argv[1]) / kind, kind, int(steps))
