"""Take stored outputs out of the book's notebooks, but in cells tagged keep_output."""

from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def clean(notebook):
    """Remove outputs, counts and the traces of the program that wrote the file."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        kept = "keep_output" in cell.metadata.get("tags", [])
        cell.execution_count = 1 if kept else None  # nbval compares only what has run
        cell.outputs = [_plain(o) for o in cell.outputs] if kept else []
        cell.metadata.pop("execution", None)
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    return notebook


def _plain(output):
    if "execution_count" in output:
        output.execution_count = None
    return output


def main():
    for folder in ("book", "solutions"):
        for file in sorted(ROOT.glob(f"{folder}/**/*.ipynb")):
            nbformat.write(clean(nbformat.read(file, as_version=4)), file)


if __name__ == "__main__":
    main()
