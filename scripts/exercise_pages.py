"""Make the book's pages of exercises from the notebooks and the definitions.

    python scripts/exercise_pages.py [FOLDER]      by default book/
    python scripts/exercise_pages.py --mistakes 03     for instructors

Statements come from solutions/NN_name, hints and points from
lstm_course.exercises; a test says that the pages are up to date.
"""

import re
import sys
from pathlib import Path

import nbformat

from lstm_course.exercises import SETS

ROOT = Path(__file__).resolve().parent.parent


def page(name):
    """The page of one set: str."""
    file = f"{name}/{name}.ipynb"
    text = (ROOT / "solutions" / file).read_text(encoding="utf-8")
    cells = nbformat.reads(text, as_version=4).cells
    head, *rest = [c.source for c in cells if c.cell_type == "markdown"]
    asked = [s for s in rest if re.match(r"## \d", s)]
    top = head.partition("\nHow it works")[0].strip()
    parts = [re.sub(r"chapter (\d)", chapter_link, top), links(file), HOW]
    for exercise, statement in zip(SETS[name].exercises, asked, strict=True):
        parts += [statement.strip(), *editor(exercise), *hints(exercise)]
    parts.append(notes(name, re.search(r"about (\d+) minutes", head)[1], head))
    return "\n\n".join(parts) + "\n"


def chapter_link(m):
    """The words "chapter 4" as a link to it, where the book has that chapter."""
    found = [f.stem for f in (ROOT / "book").glob(f"0{m[1]}_*.ipynb")]
    return f"{{doc}}`chapter {m[1]} <{found[0]}>`" if found else m[0]


HOW = """\
Replace each `raise NotImplementedError(...)` by your code, in the notebook or below the
question on this page, and let `check` judge it: it says at once what is right, names
the mistake if it is a known one, and never shows the answer. The questions do not
depend on each other. What is graded is the notebook."""


def links(file):
    """Where the notebook can be opened, and where the solution lies."""
    return f"""\
::::{{grid}} 1 1 3 3
:gutter: 2

:::{{grid-item-card}} On your machine
`make lab` and then the folder `exercises`, or
{{download}}`the notebook <../exercises/{file}>` alone
:::

:::{{grid-item-card}} In a browser
Below each question, on this page; or {{colab}}`exercises/{file}` or
{{binder}}`exercises/{file}`, without installing anything
:::

:::{{grid-item-card}} Afterwards
The solution, with a way to every answer:
{{source}}`on the web <solutions/{file}>` or
{{download}}`as a notebook <../solutions/{file}>`
:::
::::"""


def hints(exercise):
    """One folded box for each hint, in stages."""
    for k, text in enumerate(exercise.hints):
        yield f":::{{dropdown}} Hint {k + 1}\n{code_safe(text)}\n:::"


def editor(exercise):
    """Where it can be written in the page; book/_ext/python_in_page.py."""
    if not (exercise.manual or exercise.needs_torch):
        yield f"```{{try}} {exercise.id}\n```"


def code_safe(text):
    """Plain text as Markdown: nothing in it is markup."""
    return re.sub(r"([*_\[\]<>`$\\])", r"\\\1", text)


def notes(name, minutes, head):
    """For instructors: time, what it takes, variants, where the mistakes stand."""
    needs = re.search(r"You need (.+?)\.", head, re.S)[1].replace("\n", " ")
    varied = [e.id.lstrip("0") for e in SETS[name].exercises if e.make_variant]
    return "\n".join(
        [
            "## For instructors",
            "",
            f"About {minutes} minutes. Prerequisites: {needs}.",
            variants(varied),
            "The mistakes that the checks know are listed by "
            f"`python scripts/exercise_pages.py --mistakes {name[:2]}`: here they "
            "would give the traps away.",
        ]
    )


def mistakes(number):
    """Every mistake that the checks of a set know, for instructors: str."""
    rows = []
    for e in next(s for n, s in SETS.items() if n[:2] == number).exercises:
        title = "a question for a human" if e.manual else e.function
        rows += [f"{e.id} {title}", *(f"  - {m}" for _, m in e.misconceptions)]
    return "\n".join(rows)


def variants(ids):
    return (
        f"Questions {', '.join(ids[:-1])} and {ids[-1]} have variants with other "
        "conventions (order of blocks, layout, what is returned), drawn from a seed, "
        "so that classes do not share answers: "
        "`python scripts/release.py --variant 3 FOLDER` writes the notebooks, "
        "`VARIANT = 3` in the private file of {doc}`the grader <instructors>` marks "
        "them."
    )


def main():
    if sys.argv[1:2] == ["--mistakes"]:
        print(mistakes(sys.argv[2]))
        return
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "book"
    for name in SETS:
        target = folder / f"exercises_{name[:2]}.md"
        target.write_text(page(name), encoding="utf-8")
        print(target)


if __name__ == "__main__":
    main()
