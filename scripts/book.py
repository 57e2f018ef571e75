"""Build the book, open it, serve it: python scripts/book.py build|serve [--open]."""

import argparse
import os
import shutil
import sys
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "scripts/side_by_side"))

import notebooks  # noqa: E402
import stale  # noqa: E402

BUILT = ROOT / "_build"
PAGE = BUILT / "html" / "book" / "index.html"


def build():
    """Run the notebooks that changed and write the pages; a warning is an error."""
    quiet_environment()
    stale.forget(ROOT)
    if failures := notebooks.fill():
        print("", *failures, sep="\n")
        sys.exit(f"The book is not built: {len(failures)} of its notebooks failed.")
    print("Writing the pages.", flush=True)
    if code := write_pages():  # pages already read would not warn again
        shutil.rmtree(BUILT / ".doctrees", ignore_errors=True)
        sys.exit(code)
    print(f"The book is at {PAGE}")


def write_pages():
    """Jupyter Book, in this process, whose imports are its own: its exit status."""
    from jupyter_book.cli.main import main

    os.chdir(ROOT)
    options = ["-q", "--toc", "book/_toc.yml", "-W", "-n", "--keep-going"]
    try:
        main(["build", ".", *options])
    except SystemExit as end:
        return end.code
    return 0


def quiet_environment():
    """For all that is started from here: figures in the page, no debugger's notes."""
    os.environ.pop("MPLBACKEND", None)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def open_page():
    """Open the book where there is a display; elsewhere do nothing."""
    windows_or_mac = sys.platform in ("win32", "darwin")
    if windows_or_mac or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(PAGE.as_uri())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["build", "serve"])
    parser.add_argument("--open", action="store_true", help="open a browser, if any")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--python-in-page", metavar="FOLDER", help="a Pyodide distribution to build in"
    )
    args = parser.parse_args()
    if args.python_in_page:  # read by book/_ext/python_in_page.py
        os.environ["LSTM_COURSE_PYODIDE"] = str(Path(args.python_in_page).resolve())
    if args.what == "build":
        build()
    if args.open:
        open_page()
    if args.what == "serve":
        from live import serve

        serve(ROOT, args.port, [sys.executable, __file__, "build"])


if __name__ == "__main__":
    main()
