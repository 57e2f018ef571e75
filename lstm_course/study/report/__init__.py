"""The report of a study: which cell is better, how surely, and what cannot be said.

    from lstm_course.study import report, table
    rows, about = table.read("book/results/study.csv.gz")
    report.tables(rows, "lstm")["over_tasks"]
    report.write(rows, about, "out")

All of it are functions of the rows alone, with fixed seeds: the same table, the same
numbers.

In this folder:

    trials     rows as arrays, one set for each task; the standing of a trial
    compare    two cells at the same settings: gain, swapped names, intervals, Holm
    tuned      each cell searched for itself: best tenth, expected best, curves
    views      equal weights, equal compute, equal time
    verdicts   better, worse, alike, undecided; how many draws would decide
    forest     functional analysis of variance: shares of single settings and of pairs
    settings   what the settings decide, and what each one does
    claims     point by point against Greff et al. and Jozefowicz et al.
    every      all tables of a report
    figures    the tables drawn
    words      the tables in sentences
    files      all of it into a folder
"""

from .every import against, points, tables
from .files import write

__all__ = ["against", "points", "tables", "write"]
