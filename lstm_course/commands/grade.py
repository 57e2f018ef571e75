"""``lstm-course grade``: the official grade of notebooks, in a jail."""

from pathlib import Path


def add_parser(sub):
    """Add the sub-command to the parsers ``sub``."""
    p = sub.add_parser("grade", help="grade submissions in a jail", description=__doc__)
    p.add_argument("submissions", nargs="+", metavar="SUBMISSION",
                   help="notebooks, folders, or zips exported by an LMS")  # fmt: skip
    p.add_argument("--out", default="grades", metavar="FOLDER",
                   help="where results and reports go (default: grades)")  # fmt: skip
    p.add_argument("--set", metavar="NAME", help="the exercise set, if the file names "
                   "do not say it")  # fmt: skip
    p.add_argument("--list", action="store_true",
                   help="only show who has which file")  # fmt: skip
    p.add_argument("--layout", metavar="NAME", help="whose names these are, like "
                   "canvas (default: what they look like)")  # fmt: skip
    p.add_argument("--pattern", metavar="TEXT", help="names of your own, like "
                   "'{student}/{set}/{file}'")  # fmt: skip
    p.add_argument("--private", metavar="FILE",
                   help="Python file with seed, hidden tests and variants")  # fmt: skip
    p.add_argument("--scheduler", metavar="tcp://HOST:PORT",
                   help="run on this Dask cluster")  # fmt: skip
    p.add_argument("--workers", type=int, metavar="N",
                   help="processes on this machine (default: its cores)")  # fmt: skip
    p.add_argument("--nbgrader", metavar="FILE",
                   help="also write to this nbgrader gradebook")  # fmt: skip
    p.add_argument("--again", action="store_true",
                   help="try again what was not executed")  # fmt: skip
    p.add_argument("--isolation", choices=["bubblewrap", "landlock", "partial"],
                   help="kind of jail (default: the best that works)")  # fmt: skip
    p.add_argument("--accept-partial-isolation", action="store_true",
                   help="grade even where no jail can be built")  # fmt: skip
    p.add_argument("--quiet", action="store_true", help="no progress bar")
    return p


def run(args):
    """Grade, write the reports, say what happened; 0 when all was executed."""
    from ..grading.batch import Batch, Options

    options = Options(
        out=args.out,
        set=args.set,
        private=args.private,
        scheduler=args.scheduler,
        workers=args.workers,
        accept_partial=args.accept_partial_isolation,
        isolation=args.isolation,
        again=args.again,
        quiet=args.quiet,
        layout=args.layout,
        pattern=args.pattern,
    )
    if args.list:
        return _list(options, args.submissions)
    batch = Batch(options)
    rows = batch.run(args.submissions)
    if args.nbgrader:
        from ..grading.gradebook import write

        write(rows, args.nbgrader)
    return _say(batch, rows, args)


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


def _say(batch, rows, args):
    for row in rows[:20]:
        name = row["set"] or row["file"]
        print(f"{row['student'][:30]:30} {name[:24]:24} {_score(row)}")
    if len(rows) > 20:
        print(f"… and {len(rows) - 20} more")
    held = [row for row in rows if row["status"] == "not executed"]
    for note in batch.roll.notes:
        print(note)
    if batch.superseded:
        most = [f"{who}: {n}" for who, n in batch.superseded.most_common(4)]
        most[3:] = ["…"] * (len(most) > 3)
        print(
            f"{batch.superseded.total()} notebook(s) do not count: the same student "
            f"has one for the same set that was changed later ({', '.join(most)}). "
            "All are in submissions.json."
        )
    print(
        f"{len(rows)} in the gradebook, {batch.run_now} run now, {len(held)} not "
        f"executed. Reports: {Path(args.out) / 'grades.csv'}, html/, gradescope/"
    )
    return 3 if batch.errors else 0


def _score(row):
    if row["error"]:
        return f"not executed: {row['error']}"
    return f"{row['points']:g} of {row['max']:g}"
