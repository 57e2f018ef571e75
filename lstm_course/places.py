"""Where things lie on this machine, and the variables that name other places.

LSTM_COURSE_CACHE      folder of the compiled loops
LSTM_COURSE_DATA       folder of what was downloaded
LSTM_COURSE_PROGRESS   file of the results of exercises
"""

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

APP = "lstm-course"
BOOK = Path(__file__).resolve().parents[1] / "book"  # comes with a clone alone


def cache() -> Path:
    """The folder where compiled loops are kept."""
    return Path(os.environ.get("LSTM_COURSE_CACHE") or user_cache_path(APP))


def data() -> Path:
    """The folder where data is kept."""
    return Path(os.environ.get("LSTM_COURSE_DATA") or user_cache_path(APP) / "data")


def progress() -> Path:
    """The file where ``check`` keeps the best results of exercises."""
    if named := os.environ.get("LSTM_COURSE_PROGRESS"):
        return Path(named)
    old = user_data_path("lstm_course", appauthor=False)  # its name before
    home = old if old.exists() else user_data_path(APP, appauthor=False)
    return home / "progress.json"
