"""Rows in a database that Optuna knows.

Every pair of task and cell is one Optuna study, "parity/lstm", so that Optuna's own
tools and dashboard read it.  A trial is written once, when it has ended: a process that
is killed leaves nothing half done.
"""

import math
import time
from collections import Counter
from pathlib import Path

import optuna
from optuna.trial import TrialState, create_trial

from ..experiments.record import versions
from .space import SPACE
from .table import COLUMNS, SETTING, key

NOTES = "notes"  # an Optuna study without trials, for what is said of the search
DRAWN = [k for k in SETTING if k != "start"]  # a cell may start in its own way


class Store:
    """The trials of a search in a database.

    Parameters
    ----------
    url : str
        As Optuna takes it, "sqlite:///runs/study.db", or the path of a SQLite file.
    """

    def __init__(self, url):
        self.url = address(url)
        self.database = optuna.storages.RDBStorage(
            self.url, engine_kwargs={"connect_args": _patience(self.url)}
        )
        self.studies = {}

    def study(self, task, cell):
        """The Optuna study of a task and a cell, made where there is none."""
        name = f"{task}/{cell}"
        if name not in self.studies:
            self.studies[name] = optuna.create_study(
                study_name=name, storage=self.database, load_if_exists=True
            )
        return self.studies[name]

    def add(self, row):
        """Write one trial that has ended."""
        setting = {k: row[k] for k in SETTING}
        setting["start"] = row["drawn"]
        about = {k: v for k, v in row.items() if k not in (*DRAWN, "curve", "loss")}
        about |= {k: str(v) for k, v in about.items() if v == math.inf}
        trial = create_trial(
            state=TrialState.COMPLETE,
            value=row["loss"],
            params=setting,
            distributions=SPACE,
            user_attrs=about,
            intermediate_values=dict(enumerate(row["curve"])),
        )
        self.study(row["task"], row["cell"]).add_trial(trial)

    def note(self, **notes):
        """Remember something of the whole search."""
        for name, value in notes.items():
            self.study("", NOTES).set_user_attr(name, value)

    def notes(self):
        """What was remembered: dict."""
        return dict(self.study("", NOTES).user_attrs)

    def about(self, rows):
        """What a reader needs to judge the rows, and to repeat them: dict."""
        seconds = sum(row["seconds"] for row in rows)
        machines = Counter(row["machine"] for row in rows)
        said = {"command": self.notes().get("command", "lstm-course study run")}
        return said | {
            "date": time.strftime("%Y-%m-%d"),
            "machine": "; ".join(f"{m}: {n} trials" for m, n in machines.items()),
            "versions": versions(),
            "trials": len(rows),
            "seconds": round(seconds),
            "space": {k: str(v) for k, v in SPACE.items()},
        }

    def rows(self):
        """Every trial: a list of dicts, sorted by task, cell, draw and seed."""
        found = []
        for name in optuna.get_all_study_names(self.database):
            trials = self.study(*name.split("/", 1)).get_trials(deepcopy=False)
            found += [_row(t) for t in trials if t.state == TrialState.COMPLETE]
        return sorted(found, key=key)


def address(url):
    """An address of a database; a path becomes one of a SQLite file."""
    if "://" in str(url):
        return str(url)
    Path(url).parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{url}"


def _patience(url):
    return {"timeout": 60} if url.startswith("sqlite") else {}


def _row(trial):
    """A row from what Optuna kept."""
    about = trial.user_attrs
    row = trial.params | about
    row["test"], row["loss"] = float(row["test"]), trial.value
    row["curve"] = [
        trial.intermediate_values[k] for k in sorted(trial.intermediate_values)
    ]
    return {k: row[k] for k in COLUMNS} | {"machine": about["machine"]}
