"""The doors of training and of the tasks x bad or odd input: what happens."""

import numpy as np
import torch
from door_table import every_row, means, refused
from torch import nn

from lstm_course import tasks as all_tasks
from lstm_course.tasks import agreement, digits
from lstm_course.train import fit, load, schedules

NAN = float("nan")


def rng():
    return np.random.default_rng(0)


# ---------------------------------------------------------------------------- training


def train(model=None, loss=None, batches=None, **options):
    """Weights after training a line on two batches."""
    if model is None:
        torch.manual_seed(0)
        model = nn.Linear(2, 1)
    fit(
        model,
        loss or error,
        batches or pairs,
        **{"steps": 2, "progress": False, "device": "cpu"} | options,
    )
    return list(model.parameters())


def error(model, batch):
    x, y = batch.values() if isinstance(batch, dict) else batch
    return ((model(x) - y) ** 2).mean()


def pairs(rng):
    return rng.normal(size=(5, 2)), rng.normal(size=(5, 1))


def numbers_door(**bad):
    return {
        f"{name} {v!r}": (lambda name=name, v=v: train(**{name: v}), refused(name))
        for name, values in bad.items()
        for v in values
    }


def gives(value):
    return lambda *given: value


TRAINING = {
    "fit": numbers_door(
        steps=(0, -1, 1.5, "3", None),
        every=(0, -1, 1.5),
        warmup=(-1, 1.5, "a"),
        lr=(-1, NAN, np.inf, "a", None),
        weight_decay=(-1, NAN, "a"),
        clip=(0, -1, NAN, "a"),
        seed=(-1, "a", None, 1.5),
        schedule=("steep", None, 3),
        precision=("int8", "float64", torch.bfloat16),
        valid=(3, "loss"),
        tokens=(3,),
        weigh=(3,),
        about=(3, {"a": NAN * 1j}, ["a"]),
    )
    | {
        "no model": (lambda: train("lstm"), refused("model is str")),
        "nothing to learn": (lambda: train(nn.Identity()), refused("unfreeze")),
        "loss by name": (lambda: train(loss="mse"), refused(r"loss\(model, batch\)")),
        "loss of floats": (lambda: train(loss=gives(1.0)), refused("gave a float")),
        "loss of nothing": (lambda: train(loss=gives(None)), refused("NoneType")),
        "loss not summed": (lambda: train(loss=lambda m, b: m(b[0])), refused("mean")),
        "loss cut off": (
            lambda: train(loss=lambda m, b: error(m, b).detach()),
            refused("detach"),
        ),
        "batches in a list": (lambda: train(batches=[pairs(rng())]), refused("list")),
        "batch of nothing": (lambda: train(batches=gives(None)), refused("NoneType")),
        "batch of text": (lambda: train(batches=gives("abc")), refused("'abc'")),
        "batch in a list": (
            lambda: train(batches=lambda r: list(pairs(r))),
            means(train),
        ),
        "batch in a dict": (
            lambda: train(batches=lambda r: dict(zip("xy", pairs(r), strict=True))),
            means(train),
        ),
        "a factor of nothing": (lambda: train(schedule=gives(None)), refused("None")),
        "a factor below 0": (lambda: train(schedule=gives(-1.0)), refused("-1.0")),
        "warmup beyond the end": (
            lambda: train(warmup=4),
            means(lambda: train(schedule=lambda k, n: (k + 1) / 4)),
        ),
        "patience without valid": (lambda: train(patience=2), refused("no valid")),
        "until without valid": (lambda: train(until=gives(True)), refused("no valid")),
        "no patience": (
            lambda: train(patience=0, valid=gives({"loss": 1.0})),
            refused("patience is 0"),
        ),
        "until what": (
            lambda: train(until=3, valid=gives({"loss": 1.0})),
            refused("until is int"),
        ),
        "valid of a number": (lambda: train(valid=gives(3.0)), refused("valid gave")),
        "valid of a step": (lambda: train(valid=gives({"step": 1})), refused("'step'")),
        "watched is missing": (
            lambda: train(valid=gives({"accuracy": 1.0}), patience=1),
            refused("watch='accuracy'"),
        ),
        "a device that is not": (lambda: train(device="warp"), refused("'warp'")),
        "a folder for a file": (lambda: train(checkpoint="."), refused("'.'")),
    },
    "load": {
        "no file": (lambda: load("nowhere.pt"), refused("Check the path")),
        "a folder": (lambda: load("."), refused("'.' is no checkpoint")),
    },
    "schedules.make": {
        "unknown": (lambda: schedules.make("steep"), refused("'cosine'")),
        "nothing": (lambda: schedules.make(None), refused("None")),
    },
}


@every_row(TRAINING)
def test_training_refuses_what_cannot_be_meant(call, happens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    happens(call)


# ------------------------------------------------------------------------------- tasks


def draw(name, B=3, by=None, **options):
    return all_tasks.make(name, **options).sample(by or rng(), B)


LENGTHS = (
    "adding",
    "multiplication",
    "copying",
    "temporal_order",
    "continual_reber",
    "long_lag",
    "latch",
)
MIXED = ("parity", "permutations", "counting_language", "recall", "selective_copy")
FORMS = ("parity", "permutations", "counting_language")
TASKS = {
    "tasks.make": {
        f"{name!r}": (lambda name=name: all_tasks.make(name), refused("no task named"))
        for name in (None, 3, "", "adding task", ("adding",))
    }
    | {
        "another case": (lambda: all_tasks.make("ADDING"), refused("'adding'")),
        "an option too many": (
            lambda: all_tasks.make("latch", gap=3),
            refused("no option 'gap'"),
        ),
        "an option of none": (
            lambda: all_tasks.make("embedded_reber", T=5),
            refused("expected none"),
        ),
    },
    "T": {
        f"{name}: {T!r}": (lambda name=name, T=T: draw(name, T=T), refused("T is"))
        for name in LENGTHS
        for T in (0, -1, 2.5, "a", None)
    }
    | {
        f"{name}: too short": (lambda name=name: draw(name, T=1), refused("too short"))
        for name in ("adding", "multiplication", "temporal_order", "long_lag", "latch")
    },
    "form": {
        f"{name}: {form!r}": (
            lambda name=name, form=form: draw(name, form=form),
            refused("form is"),
        )
        for name in ("adding", "temporal_order", "long_lag", "digits", *FORMS)
        for form in ("other", None, 6)
    },
    "long_lag": {
        "distractors of 2a": (lambda: draw("long_lag", p=3), refused("form='2c'")),
        **{
            f"p {p!r}": (lambda p=p: draw("long_lag", form="2c", p=p), refused("p is"))
            for p in (0, -1, 1.5, "a")
        },
    },
    "gap_language": {
        f"{name} {v!r}": (
            lambda name=name, v=v: draw("gap_language", **{name: v}),
            refused(f"{name} is"),
        )
        for name in ("gap", "distractors")
        for v in (-1, 1.5, "a")
    }
    | {
        "no room": (
            lambda: draw("gap_language", gap=9, distractors=5),
            refused("Write gap=23"),
        )
    },
    "sizes from least to most": {
        f"{name}: {which} {v!r}": (
            lambda name=name, which=which, v=v: draw(name, **{which: v}),
            refused(f"{which} is"),
        )
        for name in MIXED
        for which in ("least", "most")
        for v in (0, -1, 2.5, "a", None)
    }
    | {
        f"{name}: from more to fewer": (
            lambda name=name: draw(name, least=9, most=8),
            refused("least is 9 and most is 8"),
        )
        for name in MIXED
    }
    | {
        "more pairs than keys": (
            lambda: draw("recall", most=9, keys=8),
            refused("Write keys=9"),
        ),
        **{
            f"permutations: {option} {v!r}": (
                lambda option=option, v=v: draw("permutations", **{option: v}),
                refused(f"{option} is"),
            )
            for option in ("read", "ask")
            for v in ("some", None, 0)
        },
        "more symbols than steps": (
            lambda: draw("selective_copy", symbols=9),
            refused("9 symbols need"),
        ),
        **{
            f"{option} {v!r}": (
                lambda name=name, option=option, v=v: draw(name, **{option: v}),
                refused(f"{option} is"),
            )
            for name, option in (("recall", "keys"), ("selective_copy", "symbols"))
            for v in (0, 1.5, "a", None)
        },
    },
    "digits": {
        f"seed {s!r}": (lambda s=s: draw("digits", seed=s), refused("seed is"))
        for s in (-1, "a", 1.5)
    }
    | {
        f"share {s!r}": (lambda s=s: digits.split(test_size=s), refused("test_size is"))
        for s in (0, 1, -0.5, NAN, "a")
    },
    "sample": {
        f"{name}: B {B!r}": (lambda name=name, B=B: draw(name, B), refused("B is"))
        for name in all_tasks.TASKS
        for B in (0, -1, 1.5, "a", None)
    }
    | {
        f"{name}: rng {type(by).__name__}": (
            lambda name=name, by=by: draw(name, by=by),
            refused("default_rng"),
        )
        for name in all_tasks.TASKS
        for by in (7, np.random.RandomState(0))
    }
    | {
        f"{name}: B of NumPy": (
            lambda name=name: draw(name, np.int64(3)),
            means(lambda name=name: draw(name)),
        )
        for name in all_tasks.TASKS
    },
    "agreement.encode": {
        "no words": (lambda: agreement.encode(" "), refused("holds no words")),
        "another word": (lambda: agreement.encode("the zebra"), refused("'zebra'")),
    },
}


@every_row(TASKS)
def test_tasks_refuse_what_their_definition_lacks(call, happens):
    happens(call)
