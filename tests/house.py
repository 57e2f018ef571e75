"""The package as a house: its files, what they import, on which floor each stands."""

import ast
from graphlib import TopologicalSorter


def read(file):
    return file.read_text(encoding="utf-8")


def modules(root):
    """Every module of the package by its dotted name: its file, its parts."""
    found = {}
    for file in sorted((root / "lstm_course").rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = file, parts
    return found


def imported(file, parts, known):
    """Modules of the package that a file imports, anywhere in its text."""
    for node in ast.walk(ast.parse(read(file))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(parts[: len(parts) - node.level]) if node.level else []
            base = ".".join([*base, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            names = [n if n in known else base for n in names]
        else:
            continue
        yield from (n for n in names if n in known)


def imports(root):
    """Name of a module -> names of those it imports."""
    known = modules(root)
    return {name: set(imported(*at, known)) - {name} for name, at in known.items()}


def by_room(graph):
    """The same for rooms: the folders and files at the top of the package."""
    rooms = {name.split(".")[1]: set() for name in graph if "." in name}
    for name, others in graph.items():
        if "." in name:
            room = name.split(".")[1]
            rooms[room] |= {o.split(".")[1] for o in others if "." in o} - {room}
    return rooms


def floors(graph):
    """Node -> its floor, one above the highest that it imports.

    Raises graphlib.CycleError, which shows the circle, where nodes import each other.
    """
    floor = {}
    for name in TopologicalSorter(graph).static_order():
        floor[name] = 1 + max((floor[other] for other in graph[name]), default=0)
    return floor
