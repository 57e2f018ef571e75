"""The floors of the house: drawn from the imports, without circles, climbed seldom."""

import ast
import re
import sys
import textwrap
from pathlib import Path

import house
import pytest

from lstm_course.__main__ import main

# Floors inside a folder, the lowest first.
FLOORS = {"diagrams": ["signs", "truth", "plans"]}
MOST = 7  # climbs
LM = ("train lm --text text.txt --hidden 8 --window 8 --batch 4 --steps 8 --every 4 "
      "--device cpu --quiet")  # fmt: skip


def drawing(root):
    """One line for every room of the package, the highest floor first."""
    known, lines, last = house.modules(root), [], None
    floor = house.floors(house.by_room(house.imports(root)))
    for room in sorted(floor, key=lambda room: (-floor[room], room)):
        number, last = floor[room] if floor[room] != last else "", floor[room]
        doc = ast.get_docstring(ast.parse(house.read(known[f"lstm_course.{room}"][0])))
        what = f"{number:>2}  {room:13}{doc.partition(chr(10))[0].replace('``', '')}"
        lines += textwrap.wrap(what, 88, subsequent_indent=17 * " ")
    return "\n".join(lines)


def test_the_drawing_in_contributing_is_the_house(root):
    page, now = house.read(root / "CONTRIBUTING.md"), drawing(root)
    drawn = re.search(r"## The house\n.*?```text\n(.*?)\n```", page, re.S)[1]
    assert drawn == now, f"paste into CONTRIBUTING.md, The house:\n\n{now}\n"


def test_no_circle_of_imports_not_even_inside_functions(root):
    house.floors(house.imports(root))  # raises CycleError, which shows the circle


@pytest.mark.parametrize("room", FLOORS)
def test_the_floors_of_a_folder_stand_on_those_below(root, room):
    rank, inside = {name: k for k, name in enumerate(FLOORS[room])}, {}
    for name, others in house.imports(root).items():
        if name.startswith(f"lstm_course.{room}."):
            inside[name] = others
    floor = {name: rank[name.split(".")[2]] for name in inside}
    wrong = [
        f"{name} imports {other}"
        for name, others in inside.items()
        for other in others
        if other in floor and floor[other] > floor[name]
    ]
    assert not wrong


def test_the_signs_of_a_diagram_know_no_cell(root):
    signs = "lstm_course.diagrams.signs"
    graph = {n: o for n, o in house.imports(root).items() if n.startswith(signs)}
    assert house.by_room(graph) == {"diagrams": {"palette"}}


def test_training_walked_from_argv_to_checkpoint_climbs_back_up_seldom(
    root, tmp_path, monkeypatch
):
    """A climb is a call from a file to one on a higher floor."""
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("the rain in spain stays mainly in the plain " * 20)
    name = {str(file): name for name, (file, _) in house.modules(root).items()}
    floor, calls = house.floors(house.imports(root)), {}

    def watch(frame, event, arg):
        called, caller = frame.f_code, frame.f_back
        if event != "call" or called.co_filename not in name:
            return
        while caller and caller.f_code.co_filename not in name:
            caller = caller.f_back
        if caller and called.co_name != "<module>":
            pair = name[caller.f_code.co_filename], name[called.co_filename]
            calls[pair] = f"{caller.f_code.co_qualname} -> {called.co_qualname}"

    sys.setprofile(watch)
    try:
        assert main(LM.split()) == 0
    finally:
        sys.setprofile(None)
    climbs = [call for (a, b), call in calls.items() if floor[b] > floor[a]]
    assert len(calls) > 50 and len(climbs) <= MOST, "\n".join(climbs)
