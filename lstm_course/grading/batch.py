"""Grade a class: nothing twice, nothing lost, one writer.

A result is kept under the hash of the notebook and its exercise set, question by
question with the fingerprint of the definition that judged it.  What has the same hash
and fingerprint is never run again: a second run does nothing, an interrupted one goes
on, and a fixed test regrades its own question.
"""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass

from tqdm import tqdm

from . import isolation, plan, pool, preflight, rows
from .deadlines import Deadlines
from .reports import by_hand, every
from .store import Store
from .submissions.roll import Roll


@dataclass(frozen=True)
class Options:
    """What ``lstm-course grade`` was told."""

    out: str = "grades"
    set: str | None = None
    private: str | None = None
    scheduler: str | None = None
    workers: int | None = None
    limits: dict | None = None
    accept_partial: bool = False
    isolation: str | None = None  # the kind of jail; the best one by default
    again: bool = False
    quiet: bool = False
    layout: str | None = None  # of the names, see submissions.layouts
    pattern: str | None = None
    anonymous: bool = False  # the page of written answers names nobody


class Batch:
    """One run over some submissions."""

    def __init__(self, options):
        self.options, self.store = options, Store(options.out)
        self.private = plan.text(options.private)
        self.roll = Roll(options, self.private)
        self.names = self.roll.names
        self.deadlines = Deadlines(self.roll.overlay, self.names)
        self.broken, self.changes = {}, []
        self.plans, self.found, self.errors = {}, [], {}
        self.run_now, self.superseded, self.now = 0, Counter(), time.time()
        if not options.scheduler:
            isolation.demand(options.accept_partial, options.isolation)

    def plan(self, name):
        if name not in self.plans:
            seed, limits = self.store.seed(), self.options.limits
            self.plans[name] = plan.make(name, seed, self.private, limits)
        return self.plans[name]

    def run(self, paths):
        """Grade what is new, write every report, return the gradebook's rows."""
        try:
            with tqdm(desc="grading", total=0, disable=self.options.quiet) as bar:
                for key, text in self._pool(self._jobs(paths, bar)):
                    self._take(key, json.loads(text))
                    bar.update()
            return self._report()
        finally:
            self.store.close()

    def _pool(self, jobs):
        if self.options.scheduler:
            return pool.cluster(jobs, self.options.scheduler)
        workers = self.options.workers or os.cpu_count() or 1
        return pool.Local(workers).run(jobs)

    def _jobs(self, paths, bar):
        """(key, job) of every notebook that counts and has something to grade.

        All are read again each time, so that nobody's hundred drafts are run and no
        more than one is kept in memory.
        """
        self.found = self.roll.clear(paths)
        if self.private:
            for name in sorted({s["set"] for s in self.found if s["key"]}):
                preflight.check_tests(self.plan(name))
        counts = {s["key"] for s in rows.last(self._merged(), self.names)} - {None}
        for entry, sources in self.roll.entries(paths):
            key, name = entry["key"], entry["set"]
            todo = self._todo(key, name) if key in counts else []
            if todo:
                counts.remove(key)
                bar.total = self.run_now = self.run_now + 1
                yield key, self._job(name, sources, todo)

    def _todo(self, key, name):
        """Ids of the questions that no kept result answers."""
        kept = self.store.result(key).get("questions", {})
        prints = self.plan(name).fingerprints
        return [
            id
            for id, mark in prints.items()
            if kept.get(id, {}).get("fingerprint") != mark
            or (self.options.again and kept[id]["status"] == "not executed")
        ]

    def _job(self, name, sources, todo):
        return json.dumps(
            {
                "name": name,
                "cells": sources,
                "todo": todo,
                "seed": self.store.seed(),
                "private": self.private,
                "limits": self.options.limits or {},
                "accept_partial": self.options.accept_partial,
                "isolation": self.options.isolation,
            }
        )

    def _take(self, key, result):
        """Keep a result, beside the questions that were not asked again."""
        if "error" in result:
            self.errors[key] = result["error"]
            return
        name = key.partition("-")[2]
        kept = self.store.result(key).get("questions", {})
        both = kept | result["questions"]
        known = {e.id for e in self.plan(name).set.exercises}
        traces = {id: q.pop("trace", "") for id, q in result["questions"].items()}
        self.broken |= {id: trace for id, trace in traces.items() if trace}
        result["questions"] = {id: q for id, q in both.items() if id in known}
        self.store.keep(key, result)

    def _merged(self):
        """The submissions of this batch and of earlier ones, sorted.

        A file found again is what it is now, whosever it was.  What has no time of its
        own has that of the batch that found it first.
        """
        new = {(s["student"], s["file"]): s for s in self.found}
        files = {s["file"] for s in self.found}
        for s in self.store.submissions():
            mine = (s["student"], s["file"])
            if s["file"] not in files:
                new[mine] = s
            elif mine in new and s["key"] == new[mine]["key"]:
                new[mine]["when"] = new[mine]["when"] or s["when"]
        for s in new.values():
            s["when"] = s["when"] or self.now
        return [s for _, s in sorted(new.items())]

    def _report(self):
        """Bring the list of submissions and all reports up to date."""
        merged = self._merged()
        self.store.write("submissions.json", json.dumps(merged, indent=1))
        counting = rows.last(merged, self.names)
        read = by_hand.read(self.store, counting, self.plan)
        given = rows.Given(self.plan, self.names, self.errors, self.deadlines, read)
        made = rows.build(merged, self.store, given)
        anonymous = self.options.anonymous
        self.changes = every.write(made, self.store, self._rubrics(), anonymous)
        self._count_others(merged)
        return made

    def _rubrics(self):
        """Of every question for humans in the sets of this class."""
        plans = [self.plan(name) for name in {s["set"] for s in self.found} - {""}]
        return {e.id: e.rubric for made in plans for e in made.set.exercises}

    def _count_others(self, merged):
        """How many notebooks of each student do not count; copies are none."""
        counts = {}
        for s in rows.last(merged, self.names):
            counts[s["student"], s["set"] or s["file"]] = s["key"]
        for s in merged:
            place = s["student"], s["set"] or s["file"]
            if place in counts and s["key"] != counts[place] and s.get("rank", 1):
                self.superseded[s["student"]] += 1
