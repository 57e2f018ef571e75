"""``python -m lstm_course.grading``: the same as ``lstm-course grade``."""

import argparse
import sys

from ..commands import grade


def main():
    parser = argparse.ArgumentParser(prog="python -m lstm_course.grading")
    grade.add_parser(parser.add_subparsers(required=True))
    try:
        return grade.run(parser.parse_args(["grade", *sys.argv[1:]]))
    except ValueError as e:
        print(e, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
