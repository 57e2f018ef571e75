"""What this machine has of what the grader needs: ``lstm-course grade --doctor``."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from . import isolation, jail
from .limits import Group, Limits

STUDENTS = (3, 12)  # the Python of Colab, November 2026
PACKAGES = {
    "IPython": "reads cells as notebooks do",
    "yaml": "reads Gradescope's metadata",
    "nbgrader": "--nbgrader, and scripts/release.py",
    "distributed": "--scheduler",
}


def examine():
    """(whether it is well, sentence) of everything that matters: list."""
    return [_jail(), _bubblewrap(), _groups(), _home(), _python(), *_packages()]


def _jail():
    kind = isolation.best()
    if kind == "bubblewrap":
        return True, "The jail is bubblewrap."
    if kind is None:
        return False, "No jail starts here, not even a second process."
    return False, f"The jail is {kind}, which is a lesser wall than bubblewrap."


def _bubblewrap():
    where = shutil.which("bwrap")
    if where is None:
        return False, "bubblewrap is not installed. Run apt-get install bubblewrap?"
    if not isolation.works("bubblewrap"):
        return False, (
            "bubblewrap is installed and does not start: this container or "
            "distribution forbids user namespaces."
        )
    return True, "bubblewrap starts."


def _groups():
    group = Group(Limits())
    there = bool(group)
    if there:
        group.remove()
        return True, "Control groups bound the memory of each jail."
    return False, (
        f"No control group can be made: a jail gets {Limits().few} processes, not "
        f"{Limits().processes}. Run as root, or with systemd-run --user --scope?"
    )


def _home():
    """Whether Python lies below a folder that only its owner may enter."""
    python = Path(os.path.realpath(sys.executable))
    closed = [p for p in python.parents if not p.stat().st_mode & 0o005]
    if not closed:
        return True, "Everybody may read this Python, the jail's nobody too."
    well = isolation.best() in jail.KINDS[:1]
    return well, f"Python lies below {closed[-1]}, which is closed" + (
        "; the jail gets at it all the same." if well else " to the jail's nobody."
    )


def _python():
    here = sys.version_info[:2]
    text = f"This grader runs Python {here[0]}.{here[1]}"
    if here >= STUDENTS:
        return True, f"{text}."
    newer = ".".join(map(str, STUDENTS))
    return False, (
        f"{text}, Colab {newer}: newer syntax in a cell is left out, and the report "
        f"says so. Install it in a Python {newer}?"
    )


def _packages():
    for name, use in PACKAGES.items():
        there = importlib.util.find_spec(name) is not None
        yield there, f"{name} is {'' if there else 'not '}installed ({use})."
