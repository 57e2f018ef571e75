"""A report as files: tables as CSV, figures as SVG, all of it in words."""

import csv
from pathlib import Path

import matplotlib.pyplot as plt

from ...themed import STYLE, themed_svg
from . import figures, words
from .every import tables


def write(rows, about, folder, baseline="lstm", correction="holm"):
    """Write ``report.md``, a CSV file for each table and SVG figures: -> their paths.

    Parameters
    ----------
    rows, about : list of dict, dict
        As ``study.table.read`` gives them.
    folder : path
        Made where it is not there.
    baseline, correction : str
        See ``tables``.
    """
    found = tables(rows, baseline, correction)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "report.md"]
    text = words.text(found, about, baseline, rows)
    files[0].write_text(text, encoding="utf-8")
    for name, table in found.items():
        files.append(folder / f"{name}.csv")
        _csv(table, files[-1])
    with plt.rc_context(STYLE):
        for name, fig, alt in figures.drawn(found):
            files.append(folder / f"{name}.svg")
            files[-1].write_text(themed_svg(fig, alt), encoding="utf-8")
            plt.close(fig)
    return files


def _csv(table, file):
    names = list(dict.fromkeys(name for row in table for name in row))
    with open(file, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
            for row in table
        )
