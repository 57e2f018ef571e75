"""What ``get_ipython()`` gives in the jail: a shell in which no program runs.

Timing and capturing run their statements, ``%%writefile`` writes, all else is passed
over in silence.
"""

import os
import re
import sys

from .anything import Anything

KEEPS = {"capture", "prun", "time", "timeit"}  # what follows them is run
WRITES = {"writefile", "file"}
OPTIONS = re.compile(r"(?:-\w+(?:\s*\d+)?\s+|--[\w-]+(?:=\S+)?\s+)+")
PYLAB = "import numpy\nimport numpy as np\nfrom numpy import *\n" \
        "from numpy.random import *\nimport matplotlib.pyplot as plt\n" \
        "from matplotlib.pyplot import *"  # fmt: skip


class Shell(Anything):
    """Answers to ``get_ipython()``; ``run(text)`` runs statements of a magic."""

    def __init__(self, run, names):
        super().__init__("IPython.shell")
        self.__dict__.update(run=run, user_ns=names, home=os.getcwd())

    def run_line_magic(self, name, line="", *args, **kwargs):
        if name in KEEPS and line.strip():
            text = OPTIONS.sub("", f"{line} ", count=1).strip()
            value = self.timed(text, sys._getframe(1))
            return value if name == "time" else Anything(f"IPython.{name}")
        if name == "pylab":
            self.run(PYLAB)
        elif name == "run":
            self.run_file(line)

    def timed(self, text, frame):
        """Run the statement of a magic, with a function's own names where it is one."""
        if frame.f_globals is not self.user_ns or frame.f_locals is self.user_ns:
            return self.run(text)
        try:
            return eval(text, frame.f_globals, frame.f_locals)
        except SyntaxError:
            return exec(text, frame.f_globals, frame.f_locals)

    def run_cell_magic(self, name, line, cell):
        if name in WRITES:
            write(line, cell, self.home)
        elif name in KEEPS:
            kept = OPTIONS.sub("", f"{line} ", count=1).strip()
            if name == "capture" and kept.isidentifier():
                self.user_ns[kept] = Anything("IPython.captured")
            elif name == "timeit" and kept:
                self.run(kept)  # its set-up
            self.run(cell)

    def magic(self, line):
        name, _, rest = line.strip().lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def run_cell(self, text, *args, **kwargs):
        self.run(text)

    def run_file(self, line):
        """``%run mine.py``; a file that was not handed in is missing."""
        given = (word.strip("'\"") for word in line.split())
        name = next((word for word in given if word[:1] != "-"), "")
        begun = os.path.join(self.home, os.path.basename(name))
        names = [name, begun, f"{name}.py"]
        with open(next(filter(os.path.exists, names), names[-1])) as file:
            self.run(file.read())

    def getoutput(self, *args, **kwargs):
        self._touch()
        return []

    def system(self, *args, **kwargs):
        return None

    ex = run_cell
    system_raw = system_piped = system


def write(line, text, home):
    """``%%writefile [-a] FILE``: a module for a later cell to import.

    Where its folder is not here it goes to ``home``, where the notebook began.
    """
    *options, name = line.split() or [""]
    path, mode = name.strip("'\""), "a" if "-a" in options else "w"
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        file = open(path, mode)
    except OSError:
        file = open(os.path.join(home, os.path.basename(path)), mode)
    with file:
        file.write(text)
