"""``lstm-course grade``: the official grade of notebooks, in a jail."""

import sys
from dataclasses import fields
from pathlib import Path


def add_parser(sub):
    """Add the sub-command to the parsers ``sub``."""
    p = sub.add_parser("grade", help="grade submissions in a jail", description=__doc__)
    add = p.add_argument
    add("submissions", nargs="*", metavar="SUBMISSION",
        help="notebooks, folders, or zips exported by an LMS")  # fmt: skip
    add("--out", default="grades", metavar="FOLDER",
        help="where results and reports go (default: grades)")  # fmt: skip
    add("--set", metavar="NAME",
        help="the exercise set, if the file names do not say it")  # fmt: skip
    add("--list", action="store_true", help="only show who has which file")
    add("--layout", metavar="NAME",
        help="whose names these are, like canvas (default: any)")  # fmt: skip
    add("--pattern", metavar="TEXT",
        help="names of your own, like '{student}/{set}/{file}'")  # fmt: skip
    add("--private", metavar="FILE",
        help="Python file with seed, hidden tests, variants, deadlines")  # fmt: skip
    add("--roster", metavar="FILE",
        help="Canvas's or Moodle's list, to be filled in")  # fmt: skip
    add("--column", metavar="TEXT", help="part of the name of the roster's column")
    add("--anonymous", action="store_true",
        help="written.html names nobody")  # fmt: skip
    add("--scheduler", metavar="tcp://HOST:PORT", help="run on this Dask cluster")
    add("--workers", type=int, metavar="N",
        help="processes on this machine (default: its cores)")  # fmt: skip
    add("--nbgrader", metavar="FILE", help="also write to this nbgrader gradebook")
    add("--again", action="store_true", help="try again what was not executed")
    add("--limit", action="append", default=[], metavar="NAME=NUMBER",
        help="change a limit, like call=10 (seconds)")  # fmt: skip
    add("--doctor", action="store_true", help="only say what this machine lacks")
    add("--isolation", choices=["bubblewrap", "landlock", "partial"],
        help="kind of jail (default: the best that works)")  # fmt: skip
    add("--accept-partial-isolation", action="store_true",
        help="grade even where no jail can be built")  # fmt: skip
    add("--quiet", action="store_true", help="no progress bar")
    return p


def run(args):
    """Grade, write the reports, say what happened.

    Returns 0 when all was executed, 2 where --list or --doctor found something to do,
    3 where notebooks could not be graded, 4 where a test of the grader stopped.
    """
    if args.doctor:
        return _doctor()
    if not args.submissions:
        raise ValueError(
            "There is nothing to grade. Expected notebooks, folders or zips. Like "
            "lstm-course grade submissions/?"
        )
    options = _options(args)
    if args.list:
        return _list(options, args.submissions)
    from ..grading.batch import Batch
    from ..grading.reports import feedback, roster

    known = roster.Roster(args.roster) if args.roster else None
    batch = Batch(options)
    _warn(batch, args)
    rows = batch.run(args.submissions)
    batch.store.write_bytes("feedback.zip", feedback.packed(rows))
    if args.nbgrader:
        _nbgrader(batch, rows, args)
    _say(batch, rows, args)
    if known:
        _fill(known, rows, args)
    return _status(batch)


def _options(args):
    from ..grading.batch import Options

    given = vars(args) | {
        "limits": dict(map(_limit, args.limit)),
        "accept_partial": args.accept_partial_isolation,
    }
    return Options(**{f.name: given[f.name] for f in fields(Options)})


def _limit(text):
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise ValueError(
            f"--limit {text} is no limit. Expected NAME=NUMBER. Like --limit call=10?"
        ) from None


def _doctor():
    from ..grading import doctor

    found = doctor.examine()
    for well, text in found:
        print(f"{'ok   ' if well else 'look '} {text}")
    return 0 if all(well for well, _ in found[:2]) else 2


def _list(options, paths):
    """Show who has which file; 2 where that is not clear."""
    from ..grading import plan, rows
    from ..grading.submissions import listing, roll

    made = roll.Roll(options, plan.text(options.private))
    unclear = made.look(paths)
    entries = [entry for entry, _ in made.entries(paths)]
    counting = rows.last(entries, made.names)
    print("\n".join([listing.shown(entries, counting), *made.notes, *unclear]))
    return 2 if unclear else 0


def _warn(batch, args):
    """Say loudly that the wall is not the one that is meant."""
    from ..grading import isolation

    if args.scheduler:
        return
    kind = args.isolation or isolation.best()
    if kind != "bubblewrap":
        print(
            f"WARNING: the jail is {kind}, NOT BUBBLEWRAP. Notebooks are held by a "
            "lesser wall. lstm-course grade --doctor says what is missing.",
            file=sys.stderr,
        )


def _say(batch, rows, args):
    for row in rows[:20]:
        name = row["set"] or row["file"]
        print(f"{row['student'][:30]:30} {name[:24]:24} {_score(row)}")
    if len(rows) > 20:
        print(f"… and {len(rows) - 20} more")
    for note in (*batch.roll.notes, batch.deadlines.unknown(batch.found)):
        print(note, end="\n" if note else "")
    if batch.superseded:
        most = [f"{who}: {n}" for who, n in batch.superseded.most_common(4)]
        most[3:] = ["…"] * (len(most) > 3)
        print(
            f"{batch.superseded.total()} notebook(s) do not count: the same student "
            f"has one for the same set that was changed later ({', '.join(most)}). "
            "All are in submissions.json."
        )
    if batch.changes:
        print(f"{len(batch.changes)} question(s) have other points: changes.csv.")
    held = [row for row in rows if row["status"] == "not executed"]
    print(
        f"{len(rows)} in the gradebook, {batch.run_now} run now, {len(held)} not "
        f"executed. Reports: {Path(args.out) / 'grades.csv'}, class.html, html/, "
        "feedback.zip, gradescope/"
    )


def _score(row):
    if row["error"]:
        return f"not executed: {row['error']}"
    late = f", {row['late']} late" if row["kept"] < 1 else ""
    return f"{row['points']:g} of {row['max']:g}{late}"


def _nbgrader(batch, rows, args):
    """Write the gradebook, and the notebooks beside it for formgrader."""
    from ..grading.reports import nbgrader

    nbgrader.write(rows, args.nbgrader)
    submissions = batch.roll.submissions(args.submissions)
    home = Path(args.nbgrader).parent
    if left := nbgrader.place(rows, submissions, home):
        print(f"formgrader cannot show the notebooks of {', '.join(left[:5])}.")


def _fill(known, rows, args):
    """Write the roster with its grades, and who is missing."""
    from ..grading.reports import tables

    filled = known.filled(rows, args.column)
    target = Path(args.out) / f"roster-{known.path.name}"
    target.write_bytes(filled.text.encode("utf-8"))
    missing = Path(args.out) / "missing.csv"
    missing.write_text(tables.missing(filled.missing), encoding="utf-8")
    for note in filled.notes:
        print(note)
    some = ", ".join(filled.missing[:5]) + (", …" if filled.missing[5:] else "")
    print(f"The roster with points is {target}. {len(filled.missing)} of it handed in "
          f"nothing{': ' if some else ''}{some} (missing.csv).")  # fmt: skip


def _status(batch):
    for id, trace in batch.broken.items():
        print(f"The test of {id} stopped on an answer:\n{trace}", file=sys.stderr)
    return 4 if batch.broken else 3 if batch.errors else 0
