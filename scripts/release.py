"""Make the exercises from the solutions, with nbgrader's own converters.

    python scripts/release.py                           (make exercises)
    python scripts/release.py --variant 3 FOLDER        for a class of its own

solutions/NAME/NAME.ipynb -> FOLDER/NAME/NAME.ipynb, by default exercises/.  Only who
changes a solution needs nbgrader; students and the official grade do without it.
"""

import argparse
import ast
import json
import re
import tempfile
from pathlib import Path

from lstm_course.exercises import SETS
from lstm_course.grading.submissions import likeness

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"## (\d+\.\d+) ")
BOOK = (
    "*The same in every class, with the conventions of the book: time first, weights "
    "with their inputs in rows, blocks in the order $i, f, g, o$ or $r, u, n$.*"
)

try:
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import ClearSolutions, SaveCells
    from traitlets.config import Config
except ImportError as error:
    raise SystemExit(
        f"nbgrader is missing ({error}). It is an extra for instructors: "
        "python -m pip install nbgrader==0.9.6"
    ) from None


class NamedStubs(ClearSolutions):
    """Unfinished work says which exercise it is and what to write."""

    def preprocess(self, nb, resources):
        self.ids = questions(nb)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, index):
        name = defined(cell)
        if name:
            text = f"Exercise {self.ids[name]}: write {name}"
            self.code_stub = {"python": f'raise NotImplementedError("{text}")'}
        self.text_stub = "Write your answer here."
        return super().preprocess_cell(cell, resources, index)


def defined(cell):
    """The function a solution cell asks for, or ""."""
    if cell.cell_type != "code" or not cell.metadata.get("nbgrader", {}).get(
        "solution"
    ):
        return ""
    tree = ast.parse(cell.source).body
    return next(d.name for d in tree if isinstance(d, ast.FunctionDef))


def questions(nb):
    """Function -> id of its exercise without the leading zero, from the checks."""
    found = {}
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            id, function = ast.parse(cell.source).body[-1].value.args
            found[function.id] = id.value.lstrip("0")
    return found


def release(folder, variant=None):
    """Convert every solution into ``folder``; -> the files written."""
    names = sorted(p.parent.name for p in ROOT.glob("solutions/*/*.ipynb"))
    with tempfile.TemporaryDirectory() as work:
        for name in names:
            convert(name, Path(work))
        return [tidy(Path(work), name, Path(folder), variant) for name in names]


def convert(name, work):
    config = Config()
    config.CourseDirectory.root = str(ROOT)
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = str(work / "exercises")
    config.CourseDirectory.assignment_id = name
    steps = GenerateAssignment.preprocessors.default_args[0]
    config.GenerateAssignment.preprocessors = [
        NamedStubs if s is ClearSolutions else s for s in steps if s is not SaveCells
    ]  # nothing is written to a database
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.force = True
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()


def tidy(work, name, folder, variant):
    """Copy one release without the traces of the program that wrote it."""
    made = nbformat.read(work / "exercises" / name / f"{name}.ipynb", as_version=4)
    for cell in made.cells:
        cell.metadata.pop("tags", None)
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
            cell.source = cell.source.removeprefix("# NBVAL_CHECK_OUTPUT\n")
    if variant is not None:
        vary(made, SETS[name], variant)
    target = folder / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, target)
    return target


def vary(notebook, exercise_set, seed):
    """Say the conventions of the class wherever the notebook says the usual ones."""
    made = {e.id.lstrip("0"): e for e in exercise_set.variant(seed).exercises}
    varied = [e for e in made.values() if e.words]
    first = next(c for c in notebook.cells if c.cell_type == "code")
    number = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (head := HEADING.match(cell.source)):
            number = head[1]
        if not number and cell.cell_type == "markdown":
            cell.source = notation(cell.source, varied)
        elif number and made[number].words:
            cell.source = made[number].words(cell.source)
        if HEADING.match(cell.source):
            cell.source = told(cell.source, made[number])
        for old, new in (pair for e in varied for pair in e.elsewhere):
            cell.source = cell.source.replace(old, new)
    first.source = first.source.replace("points, progress", "points, progress, variant")
    first.source += f"\nvariant({seed})  # the conventions of your class"


def published():
    """The marks of all public solutions, by which copies of them are known: str."""
    made = {}
    for file in sorted(ROOT.glob("solutions/*/*.ipynb")):
        cells = nbformat.read(file, as_version=4).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code"]
        functions = [e.function for e in SETS[file.stem].exercises]
        made[file.stem] = likeness.marks(sources, functions)
    return json.dumps(made, indent=1) + "\n"


def told(text, exercise):
    """The head of a question with the sentence that names its conventions."""
    if exercise.manual:
        return text
    title, _, rest = text.partition("\n")
    says = f"**Your class:** {exercise.says}" if exercise.words else BOOK
    return f"{title}\n\n{says}\n{rest}"


def notation(text, varied):
    """The notation of a set, as the questions of the class have it."""
    for exercise in varied:
        text = exercise.words(text)
    return text.replace("that of the book:", "that of the book and your class:")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=ROOT / "exercises")
    parser.add_argument("--variant", type=int, metavar="SEED")
    args = parser.parse_args()
    for file in release(args.folder, args.variant):
        print(file)
    if args.variant is None:
        (ROOT / "lstm_course/exercises" / likeness.FILE).write_text(published())


if __name__ == "__main__":
    main()
