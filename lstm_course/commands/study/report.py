"""``lstm-course study report``: of a table or of a database, into a folder."""

from ...places import BOOK
from .trials import opened

TABLE = BOOK / "results" / "study.csv.gz"


def add_arguments(parser):
    """What the command takes."""
    parser.add_argument(
        "file", nargs="?", default=TABLE, help="a table; the book's where none is named"
    )
    parser.add_argument("--storage", help="a database of trials instead of a table")
    parser.add_argument("--out", default="report", help="folder for what is written")
    parser.add_argument(
        "--baseline", default="lstm", help="what all cells are compared with"
    )
    parser.add_argument(
        "--correction",
        choices=("holm", "benjamini-hochberg"),
        default="holm",
        help="for many comparisons",
    )


def run(args):
    """Write the report, and say where and what it says first: -> 0."""
    from ...study import table
    from ...study.report.files import write

    if args.storage:
        kept = opened(args.storage)
        rows = kept.rows()
        about = kept.about(rows)
    else:
        rows, about = table.read(args.file)
    files = write(rows, about, args.out, args.baseline, args.correction)
    text = files[0].read_text(encoding="utf-8")
    print(text.partition("## Task by task")[0].strip())
    print(f"\n{len(files)} files in {args.out}, first of all {files[0].name}")
    return 0
