"""Values of options that are checked before anything runs, and options in common."""

import argparse
import math
from pathlib import Path


class Plain(argparse.RawDescriptionHelpFormatter):
    """Keep the line breaks of descriptions, give options room, say their defaults."""

    def __init__(self, prog):
        super().__init__(prog, max_help_position=28)

    def _get_help_string(self, action):
        nothing = any(action.default is v for v in (None, False, argparse.SUPPRESS))
        if nothing or "default" in action.help:
            return action.help
        return f"{action.help} (default {action.default})"


def whole(least):
    """A type for argparse: a whole number of at least so much."""

    def parse(word):
        try:
            value = int(word)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(
                f"got {word!r}, expected a whole number of at least {least}; "
                f"write {least} or more?"
            )
        return value

    return parse


def number(least, below=math.inf):
    """A type for argparse: a number from ``least`` on that stays below a limit."""

    def parse(word):
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not least <= value < below:
            limit = "" if below == math.inf else f" and below {below:g}"
            raise argparse.ArgumentTypeError(
                f"got {word!r}, expected a number of at least {least:g}{limit}; "
                f"write {least:g} or a little more?"
            )
        return value

    return parse


def add_encoding(group):
    group.add_argument(
        "--encoding",
        metavar="NAME",
        help="of files that are not UTF-8, such as gb18030 or cp1252 "
        "(default: found out)",
    )


def add_form(parser):
    """Options that say how a table of reviews is to be read."""
    g = parser.add_argument_group("tables of your own")
    add_encoding(g)
    g.add_argument(
        "--text-column",
        metavar="NAME",
        help="its column of texts (default: review, text, comment, ...)",
    )
    g.add_argument(
        "--label-column",
        metavar="NAME",
        help="its column of verdicts (default: sentiment, label, ...)",
    )
    g.add_argument(
        "--positive",
        nargs="+",
        metavar="WORD",
        default=None,
        help="verdicts that count as positive (default: the usual words)",
    )
    g.add_argument(
        "--negative",
        nargs="+",
        metavar="WORD",
        default=None,
        help="verdicts that count as negative; all others are left out",
    )


def check_report(name):
    """Can the file of --report be written?  Asked before the work is done."""
    if name and (Path(name).is_dir() or not Path(name).parent.is_dir()):
        raise ValueError(
            f"--report got {name!r}. There is no folder for it, or it is one. Expected "
            "a file's name in a folder that is there. Write --report report.json?"
        )
