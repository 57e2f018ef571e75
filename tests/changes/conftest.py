"""A chapter's cells, run as its reader runs them after changing one thing."""

import io
import linecache
from contextlib import redirect_stdout

import matplotlib.pyplot as plt
import nbformat
import pytest


def sources(root, chapter):
    """Cell id -> text of the code cells of chapter "03"."""
    (file,) = (root / "book").glob(f"{chapter}_*.ipynb")
    notebook = nbformat.read(file, as_version=4)
    return {c.id: c.source for c in notebook.cells if c.cell_type == "code"}


def changed(texts, change):
    """The texts with every old string replaced by its new one; each must be there."""
    for old, new in change.items():
        if not any(old in text for text in texts.values()):
            raise ValueError(
                f"No cell holds {old!r}. A change is made to the text of the cells "
                f"{', '.join(texts)}. Expected a piece of it. Did the chapter change?"
            )
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    return texts


def run(text, name, room):
    """Run one cell; inspect.getsource finds what it defines, as in a notebook."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), room)


@pytest.fixture(scope="session")
def cells(root):
    """Run cells of a chapter in one namespace, after changing their text: -> it.

    ``cells("01", "setup", "plain", change={"(3, 4)": "(3, 9)"})``; what was printed is
    its ``printed``; ``room=`` goes on in a namespace that an earlier call returned.
    """

    def ran(chapter, *names, change=None, room=None):
        texts = sources(root, chapter)
        texts = changed({name: texts[name] for name in names}, change or {})
        room = {"__name__": "chapter"} if room is None else room
        with redirect_stdout(io.StringIO()) as printed:
            for name, text in texts.items():
                run(text, f"<{chapter} {name}>", room)
        plt.close("all")
        return room | {"printed": printed.getvalue()}

    return ran
