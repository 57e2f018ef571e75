"""Build a jail and start a worker in it.

Three kinds, in the order in which they are tried:

bubblewrap  namespaces (no network, no other process, a read-only system, a private
            /tmp), a seccomp filter, limits; root becomes nobody first
landlock    file rules, a stricter seccomp filter and limits, where a container or a
            distribution forbids user namespaces
partial     a second process with limits: macOS, Windows, old kernels
"""

import compileall
import functools
import json
import os
import shutil
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path

from . import limits as lim
from . import seccomp
from .leftovers import Folder
from .packages import files
from .started import Alone, Nursery

NOBODY = 65534
NUMPY = ("numpy", "numpy.libs", "scipy", "scipy.libs")
TORCH = (
    "torch", "torchgen", "functorch", "nvidia", "triton", "sympy", "mpmath", "networkx",
    "jinja2", "markupsafe", "fsspec", "filelock", "typing_extensions.py",
)  # fmt: skip
HERE = Path(__file__).parent
COMPILED = shutil.ignore_patterns("__pycache__")
TRANSFORMER = ("core/inputtransformer2.py", "utils/tokenutil.py")  # of IPython
STUB = """
__all__ = ()

def __getattr__(name):
    from lstm_course.grading.inside import anything
    return anything.part({name!r}, name)
"""
BOOT = "import sys; sys.path[:0] = {paths}; from lstm_course.grading.inside import "
BOOTS = {  # what a jail begins with: one worker, or one that forks them
    "spec": BOOT + "protocol, worker; worker.prepare({torch}); worker.main()",
    "ahead": BOOT + "protocol, forks; forks.main()",
}
KINDS = ("bubblewrap", "landlock", "partial")


class Jail:
    """Walls of one kind, and the folder that is seen as /jail behind them.

    Parameters
    ----------
    kind : str
        One of KINDS.
    torch : bool
    limits : Limits or None
    packages : tuple of str
        More packages that an overlay allows.
    """

    def __init__(self, kind, torch=False, limits=None, packages=()):
        self.kind, self.torch = kind, torch
        self.limits = limits or (lim.TORCH if torch else lim.Limits())
        self.holder = Folder()
        self.folder = self.holder.path / "kit"
        self.folder.mkdir()
        self.stage = self.holder.path / "stage"  # outside of what a jail can see
        self.stage.mkdir()
        self._package()
        self.paths = ["", "site"]  # below the folder; of Windows, also elsewhere
        self.packages = self._link(NUMPY + TORCH if torch else NUMPY, packages)
        for name in BOOTS:
            text = json.dumps(self._spec(name))
            (self.folder / f"{name}.json").write_text(text)
        self.nursery = Nursery(self) if kind == "bubblewrap" else None

    def _package(self):
        """A package lstm_course with the worker and nothing that gives an answer."""
        root = self.folder / "lstm_course"
        shutil.copytree(HERE / "inside", root / "grading/inside", ignore=COMPILED)
        (root / "grading/__init__.py").touch()
        (root / "exercises").mkdir()
        (root / "exercises/__init__.py").touch()
        shutil.copy(HERE.parent / "exercises/values.py", root / "exercises")
        (root / "__init__.py").write_text(STUB.format(name="lstm_course"))
        self._transformer()
        compileall.compile_dir(root, quiet=1)  # once, not in every jail

    def _transformer(self):
        """The two files of IPython that read magics, in a package of stubs."""
        home, here = Path(find_spec("IPython").origin).parent, self.folder / "IPython"
        for file in TRANSFORMER:
            target = here / file
            target.parent.mkdir(parents=True)
            shutil.copyfile(home / file, target)
            text = STUB.format(name=f"IPython.{target.parent.name}")
            text = f"import IPython.{target.parent.name}.{target.stem}\n{text}"
            (target.parent / "__init__.py").write_text(text)
        (here / "__init__.py").write_text(STUB.format(name="IPython"))
        compileall.compile_dir(here, quiet=1)

    def _link(self, names, packages):
        """Links to the packages in site/; returns where they really are."""
        site = self.folder / "site"
        site.mkdir()
        specs = map(find_spec, ("numpy", "scipy", "torch"))
        homes = {Path(s.origin).parents[1] for s in specs if s}
        if sys.platform == "win32":  # where making links is a privilege
            self.paths = ["", *map(str, homes)]
            return []
        rows = [(home, name) for name in names for home in homes] + files(packages)
        paths = (Path(home, name) for home, name in rows)
        found = {p.name: os.path.realpath(p) for p in paths if p.exists()}
        for name, real in found.items():
            (site / name).symlink_to(real)
        return list(found.values())

    def _spec(self, name):
        filter = self.folder / "filter.bpf"
        if sys.platform == "linux":
            filter.write_bytes(seccomp.program(self.kind == "bubblewrap"))
        seen = Path("/jail") if self.kind == "bubblewrap" else self.folder
        paths = [str(seen / p) for p in self.paths]
        boot = BOOTS[name].format(paths=paths, torch=self.torch)
        python = os.path.realpath(sys.executable)
        read, hide, links = system(python)
        return {
            "mode": self.kind,
            "ahead": name == "ahead",
            "torch": self.torch,
            "bwrap": shutil.which("bwrap"),
            "command": [python, "-I", "-S", "-B", "-X", "utf8", "-c", boot],
            "read": read,
            "hide": hide,
            "packages": self.packages,
            "links": links,
            "kit": str(self.folder),
            "stage": str(self.stage),
            "filter": str(filter),
            "memory": self.limits.memory,
            "output": self.limits.output,
            "seconds": self.limits.seconds,
            "tmp_size": self.limits.tmp,
            "uid": NOBODY,
        }

    def start(self):
        """Start a worker; returns (process, control group, scratch folder or None)."""
        bubblewrap = self.kind == "bubblewrap"
        group = lim.Group(self.limits) if bubblewrap else None
        tmp = None
        if not bubblewrap:
            tmp = tempfile.mkdtemp(prefix="tmp-", dir=self.holder.path)
        if self.nursery and (process := self.nursery.born(group.procs())):
            return process, group, tmp
        return Alone(self, group.procs() if group else [], tmp), group, tmp

    def close(self):
        if self.nursery:
            self.nursery.close()
        self.holder.close()


@functools.cache
def system(python):
    """(paths to read, folders to hide in them, symbolic links) for a Python."""
    prefix = os.path.realpath(sys.base_prefix)
    stdlib = os.path.realpath(sysconfig.get_path("stdlib"))
    lib = os.path.dirname(stdlib)
    candidates = [python, lib, "/etc/ld.so.cache", "/etc/alternatives"]
    candidates += ["/lib", "/lib64", "/usr/lib", "/usr/lib64"]
    links = [(p, os.readlink(p)) for p in candidates if os.path.islink(p)]
    read = [p for p in candidates if os.path.exists(p) and not os.path.islink(p)]
    read = [p for p in read if not any(p != q and p.startswith(q + "/") for q in read)]
    hide = {os.path.join(stdlib, "site-packages")}
    for home in {lib, f"{prefix}/lib", "/usr/lib"}:
        for folder in Path(home).glob("python3*/"):
            hide |= {str(folder / n) for n in ("site-packages", "dist-packages")}
    hide = {h for h in hide if os.path.isdir(h) and not os.path.islink(h)}
    return read, sorted(h for h in hide if h.startswith(tuple(read))), links
