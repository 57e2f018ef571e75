"""``lstm-course data``: fetch real data once, or read it from a copy."""

from pathlib import Path

from .options import Plain, add_form

ABOUT = """Real data for the chapters. Nothing is downloaded unless you ask here.

  sample       240 short film reviews, written for this course; always there
  imdb         50,000 film reviews of IMDB (84 MB); checked, read, kept as one table
  shakespeare  1 MB of plays for the character models; checked, kept
"""
EPILOG = """Behind a proxy: set HTTPS_PROXY, or bring the file yourself:
  lstm-course data imdb --from aclImdb_v1.tar.gz    the published archive
  lstm-course data imdb --from aclImdb/             its folder, once unpacked
  lstm-course data imdb --from reviews.csv          columns review,sentiment
The files are kept in the user's cache; LSTM_COURSE_DATA names another folder.
"""


def add_parser(sub):
    parser = sub.add_parser(
        "data",
        help="fetch film reviews or Shakespeare, or show what is there",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=Plain,
    )
    parser.add_argument(
        "name",
        nargs="?",
        choices=("sample", "imdb", "shakespeare"),
        help="what to fetch; without it: show what is there",
    )
    parser.add_argument(
        "--from",
        dest="path",
        metavar="PATH",
        help="read this archive, folder or table; no download",
    )
    parser.add_argument("--url", help="a mirror; the published checksum still counts")
    add_form(parser)


def run(args):
    if args.name in (None, "sample"):
        return _show()
    {"imdb": _imdb, "shakespeare": _shakespeare}[args.name](args)


def _show():
    from ..data import reviews, sources

    parts = reviews.read_parts(reviews.sample_path(), held_out=0.0)
    print(f"sample       {_count(*parts[:3])}, written for this course")
    for name, source in sources.SOURCES.items():
        there, way = f"kept in {source.kept}", f"not here; lstm-course data {name}"
        print(f"{name:12} {there if source.kept.exists() else way}")


def _count(train, valid, test):
    each = [
        f"{len(r.texts):,} {name} reviews ({int(r.labels.sum()):,} positive)"
        for name, r in (("training", train), ("validation", valid), ("test", test))
        if r.texts
    ]
    return " and ".join(each)


def _imdb(args):
    from ..data import download, reviews, sources
    from ..data.columns import Form

    path = args.path or download.fetch(sources.IMDB, args.url)
    print(f"reading {path} ...", flush=True)
    parts = reviews.read_parts(path, form=Form.of(args), held_out=0.0)
    kept = sources.IMDB.kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    reviews.write(kept, parts.train, parts.test, parts.valid)
    print(
        f"{parts.account}\n{_count(*parts[:3])}: kept in {kept}\n"
        "try: lstm-course train classify --data imdb"
    )


def _shakespeare(args):
    from ..data import download, sources

    if args.path is None:
        path = download.fetch(sources.SHAKESPEARE, args.url)
    else:
        path = _copy(args.path, sources.SHAKESPEARE)
    print(
        f"{path.stat().st_size:,} bytes: kept in {path}\n"
        "try: lstm-course train lm --text shakespeare"
    )


def _copy(path, source):
    from ..data import download

    if not Path(path).is_file() or not download.is_published(path, source):
        raise ValueError(
            f"{path} is not {source.file} as it was published; its checksum is not "
            f"{source.checksum}. Any other text can be used as it is. "
            f"Run 'lstm-course train lm --text {path}'?"
        )
    target = source.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(Path(path).read_bytes())
    return target
