"""Grade one notebook: run it in a jail, judge each question outside."""

import functools
import json
import time

from ..exercises.judging import judge
from . import isolation, plan
from .jail import Kit
from .session import Dead, Session, stopped

OUT_LIMIT = 12_000  # characters of output kept per notebook
OVER = "The time for the whole notebook was over."
BROKEN = "The grader's own test stopped on this answer. Tell your instructor."


class Runner:
    """Keeps a jail with the notebook's cells run; starts another when one dies."""

    def __init__(self, sources, kit):
        self.sources, self.kit = sources, kit
        self.until = time.monotonic() + kit.limits.whole
        self.session, self.starts, self.failed = None, 0, ""
        self.skip, self.report, self.out = {}, [], ""

    def call(self, exercise, args):
        """The answer of the student's function; raises Stopped."""
        session = self._ready()
        try:
            return session.call(exercise.function, args, exercise.needs_torch)
        except Dead as dead:
            raise stopped(dead.args[0]) from None
        finally:
            if not session.alive:
                self.session = None

    def _ready(self):
        """A session in which the cells have run."""
        while self.session is None:
            if time.monotonic() > self.until:
                self.failed = OVER
            elif self.starts > self.kit.limits.restarts:
                self.failed = "The notebook ended its process again and again."
            if self.failed:
                raise NotExecuted(self.failed)
            self.starts += 1
            self._start()
        return self.session

    def _start(self):
        try:
            session = Session(self.kit, self.until)
        except Dead:
            if time.monotonic() > self.until:
                return  # it was begun too late
            raise NoJail(self.kit.kind) from None
        report, out = [], []
        end = time.monotonic() + self.kit.limits.cells
        for k, source in enumerate(self.sources):
            status, text, printed = self._cell(session, k, source, end)
            report.append((k + 1, status, text))
            out.append(printed)
            if not session.alive:
                return  # next time without this cell
        if self.starts == 1 or self.skip:
            self.report, self.out = report, "".join(out)[:OUT_LIMIT]
        self.session = session

    def _cell(self, session, k, source, end):
        if k in self.skip:
            return "failed", self.skip[k], ""
        if time.monotonic() > end:
            return "failed", "Not run: the time for all cells was over.", ""
        try:
            return session.cell(source)
        except Dead as dead:
            self.skip[k] = "Not run: the cell ended the process it ran in."
            if dead.args[0] == "time":
                self.skip[k] = "Not run: the cell did not stop when its time was over."
            return "failed", self.skip[k], ""

    def close(self):
        if self.session:
            self.session.close()


class NotExecuted(Exception):
    """A question could not be asked; the argument says why."""


class NoJail(Exception):
    """The jail does not start on this machine."""


def grade(sources, made, kit, todo=None):
    """Grade the cells of a notebook.

    Parameters
    ----------
    sources : list of str
    made : plan.Plan
    kit : jail.Kit
    todo : collection of exercise ids, or None for all

    Returns
    -------
    dict
        ``questions``: id -> {status, fraction, message}; ``cells``: those that failed;
        ``out``: what they printed.  JSON values only.
    """
    runner, questions = Runner(sources, kit), {}
    try:
        for exercise in made.set.exercises:
            if todo is None or exercise.id in todo:
                questions[exercise.id] = _question(runner, exercise, made)
    finally:
        runner.close()
    failed = [[k, text] for k, status, text in runner.report if status != "ok"]
    return {"questions": questions, "cells": failed, "out": runner.out}


def _question(runner, exercise, made):
    if exercise.manual:
        return outcome("manual", 0.0, "A human reads this answer.")
    try:
        call = functools.partial(runner.call, exercise)
        order = made.rng(exercise, *runner.sources)
        verdict = judge(exercise, call, made.rng(exercise), order)
    except NotExecuted as e:
        return outcome("not executed", 0.0, str(e))
    except NoJail:
        raise
    except Exception:  # a test that trips over an answer must not stop the class
        return outcome("not executed", 0.0, BROKEN)
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
    return made, Kit(kind, made.set.helpers, made.torch, made.limits)
