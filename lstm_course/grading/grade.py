"""Grade one notebook: run it in a jail, judge each question outside."""

import functools
import json
import traceback

from ..exercises.judging import judge
from . import isolation, plan
from .jail import Jail
from .kit import Kit
from .runner import NoJail, NotExecuted, Runner
from .submissions import likeness

BROKEN = "The grader's own test stopped on this answer. Tell your instructor."


def grade(sources, made, kit, todo=None):
    """Grade the cells of a notebook.

    Parameters
    ----------
    sources : list of str
    made : plan.Plan
    kit : kit.Kit
    todo : collection of exercise ids, or None for all

    Returns
    -------
    dict
        ``questions``: id -> {status, fraction, message}; ``cells``: those that failed;
        ``out``: what they printed; ``answers``: function -> mark that equal answers
        share.  JSON values only.
    """
    runner, questions = Runner(sources, kit), {}
    asked = [e for e in made.set.exercises if todo is None or e.id in todo]
    try:
        for exercise in asked:
            questions[exercise.id] = _question(runner, exercise, made)
        _ask_earlier(runner, asked, made, questions)
    finally:
        runner.close()
    failed = [[k, t] for k, status, t in runner.report if status in ("failed", "time")]
    answers = likeness.marks(sources, [e.function for e in made.set.exercises])
    return {
        "questions": questions,
        "cells": failed,
        "out": runner.out,
        "answers": answers,
    }


def _ask_earlier(runner, asked, made, questions):
    """Ask again, right after its cell, what later cells have changed or overwritten.

    ``check`` below an answer said what it is worth there, and that is what it is worth.
    """

    def cell(exercise):
        return runner.defined[exercise.function]

    changed = [
        e
        for e in asked
        if e.function in runner.stale
        and e.function in runner.defined
        and questions[e.id]["status"] == "graded"
        and questions[e.id]["fraction"] < 1
    ]
    for exercise in sorted(changed, key=cell):
        there = _question(runner, exercise, made, cell(exercise) + 1)
        if there["fraction"] > questions[exercise.id]["fraction"]:
            questions[exercise.id] = there


def _question(runner, exercise, made, upto=None):
    if exercise.manual:
        return outcome("manual", 0.0, "A human reads this answer.")
    try:
        runner.question()
        call = functools.partial(runner.call, exercise, upto=upto)
        alone = functools.partial(runner.alone, exercise, upto=upto)
        many = functools.partial(runner.many, exercise, upto=upto)
        order = made.rng(exercise, *runner.sources)
        verdict = judge(exercise, call, made.rng(exercise), order, alone, many)
    except NotExecuted as e:
        return outcome("not executed", 0.0, str(e))
    except NoJail:
        raise
    except Exception:  # a test that trips over an answer must not stop the class
        trace = traceback.format_exc(limit=-4)  # for the instructor alone
        return outcome("not executed", 0.0, BROKEN) | {"trace": trace}
    return outcome("graded", verdict.fraction, verdict.brief)


def outcome(status, fraction, message):
    return {"status": status, "fraction": round(fraction, 6), "message": message}


def grade_text(job):
    """One unit of work for any scheduler: JSON text in, JSON text out.

    The job has ``cells``, ``name`` (of the set), ``seed``, ``private``, ``limits``,
    ``accept_partial``, ``isolation`` and ``todo``.
    """
    job = json.loads(job)
    kind = isolation.demand(job["accept_partial"], job["isolation"])
    made, kit = _prepared(
        job["name"], job["seed"], job["private"], json.dumps(job["limits"]), kind
    )
    try:
        result = grade(job["cells"], made, kit, job["todo"])
    except NoJail:
        return json.dumps({"error": f"A jail of kind {kind} did not start."})
    prints = made.fingerprints
    for id, question in result["questions"].items():
        question["fingerprint"] = prints[id]
    return json.dumps(result | {"isolation": kind})


@functools.lru_cache(maxsize=8)
def _prepared(name, seed, private, limits, kind):
    made = plan.make(name, seed, private, json.loads(limits))
    jail = _jail(kind, made.torch, made.limits, made.packages)
    return made, Kit(jail, made.set.helpers, made.set.exercises)


@functools.lru_cache(maxsize=8)
def _jail(*how):
    """The jail of all sets that need the same one: it starts slowly, and once."""
    return Jail(*how)
