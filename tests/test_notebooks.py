"""House rules on notebooks (CONTRIBUTING.md), chapter by chapter."""

import ast
import re
import runpy
from pathlib import Path
from statistics import median

import captions
import guesses
import nbformat
import pytest
import streams
import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    file.relative_to(ROOT).as_posix(): file
    for folder in ("book", "solutions")
    for file in sorted((ROOT / folder).rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in file.parts
}
NOTEBOOKS = {name: nbformat.read(file, as_version=4) for name, file in FILES.items()}
CHAPTERS = [name for name in NOTEBOOKS if re.match(r"book/\d\d_", name)]
every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)
every_chapter = pytest.mark.parametrize("name", CHAPTERS)


CHECKED = "# NBVAL_CHECK_OUTPUT"
NOT_IN_A_NOTEBOOK = {
    "pip": r"\bpip3? install|^\s*[!%]\s*(?:pip|conda)",
    "a shell": r"^\s*!|^%%(?:bash|sh)\b|\bsubprocess\b|\bos\.system\b",
    "a path": r"""["'](?:/|~|\.\.?/|[A-Z]:\\)[\w.]|sys\.path|os\.chdir|%cd\b""",
    "a download": r"https?://|\burlopen|\burlretrieve|\brequests\.|\bwget\b|\bpooch\b",
    "a setting of somebody's machine": r"\.cuda\(\)|device\s*=\s*[\"']cuda",
}


def read(file):
    return file.read_text(encoding="utf-8")


def code(name):
    return [c for c in NOTEBOOKS[name].cells if c.cell_type == "code"]


def told(name):
    """Code cells that a reader reads: neither folded nor the place for a guess."""
    return [c for c in code(name) if not {"hide-input", "guess"} & set(tags(c))]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def tags(cell):
    return cell.metadata.get("tags", [])


def minutes(name):
    """What the first cell of a chapter says it takes."""
    return int(re.search(r"(\d+)\s+minutes", NOTEBOOKS[name].cells[0].source)[1])


@every_notebook
def test_a_notebook_is_valid_and_written_for_any_python_3(name):
    nbformat.validate(NOTEBOOKS[name])
    assert NOTEBOOKS[name].metadata.kernelspec.name == "python3"


def test_a_label_names_one_thing_in_the_whole_book():
    owners = {}
    for name in NOTEBOOKS:
        for cell in NOTEBOOKS[name].cells if name in CHAPTERS else ():
            figure = cell.metadata.get("mystnb", {}).get("figure", {})
            equations = re.findall(r"\$\$ \((\S+)\)$", cell.source, re.M)
            for label in [figure.get("name"), *equations]:
                owners.setdefault(label, []).append(name)
    del owners[None]
    assert len(owners) > 10
    assert not {k: v for k, v in owners.items() if len(v) > 1}


@every_chapter
def test_a_chapter_has_15_to_30_code_cells(name):
    assert 15 <= len(told(name)) <= 30


@every_chapter
def test_the_median_code_cell_has_at_most_8_lines(name):
    assert median(len(lines(cell)) for cell in told(name)) <= 8


@every_notebook
def test_no_code_cell_has_more_than_25_lines(name):
    assert [cell.source for cell in code(name) if len(lines(cell)) > 25] == []


@every_notebook
def test_no_line_of_code_has_more_than_80_characters(name):
    long = [x for cell in code(name) for x in lines(cell) if len(x) > 80]
    assert long == []


@every_notebook
def test_only_checked_cells_keep_their_output(name):
    for cell in code(name):
        kept = "keep_output" in tags(cell)
        assert kept == cell.source.startswith(CHECKED), cell.source
        assert kept == bool(cell.outputs), cell.source
        # nbval compares a cell only if it says that it has run
        assert cell.execution_count == (1 if kept else None), cell.source


@every_notebook
def test_a_kept_output_is_short_text(name):
    kept = [o for c in code(name) for o in c.outputs]
    text = [o.get("text") or o.get("data", {}).get("text/plain") for o in kept]
    assert all(isinstance(t, str) and len(t) <= 2000 for t in text)
    assert {k for o in kept for k in o.get("data", {})} <= {"text/plain"}


@every_chapter
def test_the_first_cell_has_title_promise_and_minutes(name):
    first = NOTEBOOKS[name].cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# \S", first.source), "begins with the title"
    assert re.search(r"^- ", first.source, re.M), "lists what is learned"
    assert minutes(name) > 0


@every_notebook
def test_a_notebook_has_one_title(name):
    markdown = [c.source for c in NOTEBOOKS[name].cells if c.cell_type == "markdown"]
    text = re.sub(r"```.*?```", "", "\n".join(markdown), flags=re.S)
    assert len(re.findall(r"^# ", text, re.M)) == 1


@every_chapter
def test_the_first_code_cell_imports_and_seeds(name):
    first = code(name)[0]
    assert NOTEBOOKS[name].cells.index(first) <= 2
    assert re.search(r"^(import|from) lstm_course|from lstm_course", first.source, re.M)
    assert re.search(r"\brng = |\bseed\b|SEED", first.source)


@every_chapter
def test_the_last_cell_has_summary_sources_and_what_comes_next(name):
    last = NOTEBOOKS[name].cells[-1]
    assert last.cell_type == "markdown"
    for word in ("summary", "sources", "next"):
        assert re.search(rf"(^#+ .*|\*\*[^*]*){word}", last.source, re.I | re.M), word
    assert "{cite" in last.source


@every_notebook
def test_code_is_folded_in_the_page_and_in_lab_alike(name):
    for cell in code(name):
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        assert folded == ("hide-input" in tags(cell)), cell.id


@every_chapter
def test_a_place_for_a_guess_stands_right_below_every_box(name):
    cells = NOTEBOOKS[name].cells
    places = [cell.id for cell in cells if "guess" in tags(cell)]
    boxes = [c for c in cells if c.cell_type == "markdown" and guesses.boxes(c.source)]
    assert places == [f"{box.id}-guess" for box in boxes]
    for box in boxes:
        (only,) = guesses.BOX.finditer(box.source)
        assert box.source[only.end() :].strip() == "", box.id
        place = cells[cells.index(box) + 1]
        assert (place.id, place.source) == (f"{box.id}-guess", "# Your guess:")
        assert tags(place) == ["guess", "remove-cell"]


def asked(name):
    """Every Predict box of a chapter: kind, choices, the metadata of its answers."""
    found = []
    for cell in NOTEBOOKS[name].cells:
        if cell.cell_type == "markdown":
            found += [(*box, []) for box in guesses.boxes(cell.source)]
        elif "predict" in cell.metadata:
            assert found, f"{cell.id} answers no box"
            found[-1][2].append(cell.metadata["predict"])
    return found


@every_chapter
def test_a_box_that_can_be_scored_has_one_answer(name):
    for kind, choices, answers in asked(name):
        assert len(answers) == (kind != "words"), (kind, choices, answers)
        assert kind != "choices" or 2 <= len(choices) <= 5, choices


@every_chapter
def test_an_answer_says_where_it_is_found_and_what_follows(name):
    for answer in (a for _, _, answers in asked(name) for a in answers):
        assert answer.keys() <= {"find", "right", "near"} and "find" in answer
        assert re.compile(answer["find"], re.M).groups or "right" in answer
        names = ast.walk(ast.parse(answer.get("right", "found"), mode="eval"))
        names = {n.id for n in names if isinstance(n, ast.Name)}
        assert names <= {*guesses.WORDS, "found"}
        assert 0 <= answer.get("near", guesses.NEAR) < 10


@every_notebook
def test_captions_and_alternative_texts_come_together(name):
    below = [*NOTEBOOKS[name].cells[1:], nbformat.v4.new_markdown_cell()]
    for cell, following in zip(NOTEBOOKS[name].cells, below, strict=True):
        if cell.cell_type != "code":
            continue
        shown = cell.metadata.get("mystnb", {})
        caption = "caption" in tags(following) and following.source
        alt = shown.get("image", {}).get("alt", "").strip()
        assert bool(caption) == bool(alt) == ("figure" in shown), cell.source
        assert not caption or caption.endswith((".", "?", "!")), "a sentence"
        assert not alt or alt not in caption, "alt text says what the caption does not"


def test_the_page_takes_a_caption_from_the_cell_below_its_figure():
    figure = {"mystnb": {"figure": {"name": "fig-a"}}}
    words = {"metadata": {"tags": ["caption"]}, "source": "**Figure.** It\nfalls."}
    cells = [{"metadata": figure, "source": "draw()"}, words]
    (only,) = captions.captioned(cells)
    assert only["metadata"]["mystnb"]["figure"]["caption"] == "It falls."
    with pytest.raises(ValueError, match="right below the code of a figure"):
        captions.captioned([{"metadata": {}, "source": "1"}, words])


@every_notebook
@pytest.mark.parametrize("what", NOT_IN_A_NOTEBOOK)
def test_a_notebook_brings_nothing_from_outside(name, what):
    found = [
        line
        for cell in code(name)
        for line in cell.source.splitlines()
        if re.search(NOT_IN_A_NOTEBOOK[what], line)
    ]
    assert found == []


def test_the_table_of_contents_lists_every_chapter_in_order():
    toc = yaml.safe_load(read(ROOT / "book/_toc.yml"))
    listed = [c["file"] + ".ipynb" for p in toc["parts"] for c in p["chapters"]]
    assert [name for name in listed if name in CHAPTERS] == CHAPTERS
    others = [n for n in NOTEBOOKS if n.startswith("book/") and n not in listed]
    assert others == []
    assert CHAPTERS


@every_chapter
def test_the_preface_gives_the_chapter_s_minutes(name):
    stem = Path(name).stem
    preface = read(ROOT / "book/index.md")
    row = re.search(rf"^.*{{doc}}`{stem}`.*\|\s*(\d+)\s*\|$", preface, re.M)
    assert row and int(row[1]) == minutes(name)


def test_nothing_claims_that_an_lstm_solves_vanishing_gradients():
    text = {f.name: read(f) for f in (ROOT / "book").glob("*.md")}
    for name, notebook in NOTEBOOKS.items():
        text[name] = "\n".join(cell.source for cell in notebook.cells)
    claim = re.compile(r"solv\w+ (?:the )?(?:vanishing|exploding)|don.t have this prob")
    found = {name: claim.findall(t) for name, t in text.items() if claim.search(t)}
    assert set(found) <= {"corrections.md"}  # there it is quoted to be corrected


def test_the_colab_copy_adds_one_cell_that_installs():
    with_install = runpy.run_path(ROOT / "scripts/colab.py")["with_install"]
    for name, file in FILES.items():
        before = nbformat.read(file, as_version=4).cells
        copy = with_install(nbformat.read(file, as_version=4), "ADDRESS")
        assert copy.cells[0] == before[0] and copy.cells[2:] == before[1:], name
        assert copy.cells[1].source == "%pip install -q git+ADDRESS"


def test_a_line_that_came_in_two_parts_is_one_line_in_the_page():
    parts = [
        nbformat.v4.new_output("stream", name=name, text=text)
        for name, text in [("stdout", "the same:"), ("stderr", "?\n")]
    ]
    parts.append(nbformat.v4.new_output("stream", name="stdout", text=" True\n"))
    assert [o["text"] for o in streams.joined(parts)] == ["the same: True\n", "?\n"]
