"""The command line, ``lstm-course COMMAND``.

Each command is one module of ``lstm_course.commands``, see there.
"""

import argparse
import os
import sys
from typing import TextIO

from .commands import COMMANDS

EPILOG = """examples:
  lstm-course train task adding          watch an LSTM learn to remember
  lstm-course train lm                   a character model of the book's own text
  lstm-course train classify             film reviews, offline
  lstm-course sample runs/lm-lstm-0      let a trained model write
  lstm-course COMMAND --help             explains every option
"""


def parser() -> argparse.ArgumentParser:
    """The parser with all commands."""
    top = argparse.ArgumentParser(
        prog="lstm-course",
        epilog=EPILOG,
        description="Train, measure and try out the networks of the LSTM course.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sub = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS.values():
        command.add_parser(sub)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command; -> exit status: 0, 1 for a refusal, 130 for Ctrl-C, 141 for a
    reader of the output that left."""
    argv = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        _print_anything(stream)
    args = parser().parse_args(argv)
    args.argv = list(argv)
    try:
        status = COMMANDS[args.command].run(args) or 0
        print(end="", flush=True)
        return status
    except BrokenPipeError:  # whoever read has enough, as in "... | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"lstm-course: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nlstm-course: stopped. The same command goes on from the last "
            "checkpoint, where it wrote one.",
            file=sys.stderr,
        )
        return 130


def _print_anything(stream: TextIO) -> None:
    """What a terminal's encoding lacks is written as \\u4f60; printing never fails."""
    if getattr(stream, "errors", None) == "strict":
        stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
