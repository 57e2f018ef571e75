"""House rules on the tree: what may import what, what is pinned, what is not there."""

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from house import read
from packaging.requirements import Requirement

import lstm_course

BINARY = {".woff2", ".png", ".npz", ".onnx", ".gz", ".ico", ".h5", ".keras", ".eqx"}
BINARY |= {".safetensors", ".msgpack", ".pdparams", ".bin", ".index"}
BINARY |= {".data-00000-of-00001"}


def tracked(root):
    """Files that git knows."""
    command = ["git", "ls-files", "-z"]
    out = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    files = (root / name for name in out.stdout.split("\0") if name)
    return [f for f in files if f.is_file()]


def rooms(root):
    """(file, its room in the package) of every module but the package's front door."""
    package = root / "lstm_course"
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        if parts != ("__init__",):
            yield file, parts


def test_every_folder_names_its_files_at_its_door(root):
    absent = [
        f"{file.relative_to(root)} is not named by its __init__"
        for file, parts in rooms(root)
        if len(parts) > 1 and not parts[1].startswith("set0") and parts[-1][0] != "_"
        for door in [file.with_name("__init__.py")]
        if not re.search(rf"\b{parts[-1]}\b", ast.get_docstring(ast.parse(read(door))))
    ]
    assert not absent


def test_what_a_cell_can_be_asked_is_declared_not_tried_out(root):
    tried = re.compile(r"\b(?:has|get)attr\((?:\w+\.)?(?:cell|made|layer_cell)\b")
    found = [
        f"{file.relative_to(root)}: {line.strip()}"
        for file, parts in rooms(root)
        if parts[0] != "doors"
        for line in read(file).splitlines()
        if tried.search(line)
    ]
    assert not found, "declare it in cells/any_cell.py"


def test_every_door_that_the_front_door_names_opens():
    named = re.findall(r"^    ([\w., ]+?)  +\w", lstm_course.__doc__, re.M)
    doors = [door for line in named for door in line.split(", ")]
    assert len(doors) > 20
    for door in doors:
        pkgutil.resolve_name(f"lstm_course.{door}")


def hints(file):
    """Whether there is one, for everything in a file that could have a type hint."""
    for f in ast.walk(ast.parse(read(file))):
        if isinstance(f, ast.FunctionDef):
            named = [a for a in [*f.args.args, *f.args.kwonlyargs] if a.arg != "self"]
            yield from (a.annotation is not None for a in named)
            yield f.returns is not None


def test_a_file_has_type_hints_everywhere_or_nowhere(root):
    found = [str(file.relative_to(root)) for file, _ in rooms(root)]
    assert [name for name in found if len(set(hints(root / name))) > 1] == []


def test_the_package_imports_without_torch_and_quickly():
    code = (
        "import sys, time; start = time.process_time(); import lstm_course;"
        "print(time.process_time() - start, 'torch' in sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        for _ in range(3)
    ]
    seconds, torch = zip(*(run.stdout.split() for run in runs), strict=True)
    assert set(torch) == {"False"}
    assert min(map(float, seconds)) < 0.5  # of this process: others run beside it


def test_no_file_names_a_folder_of_somebody_s_machine(root):
    path = re.compile(r"(?<![\w.~])/(?:work|root|home|Users)/\w|[A-Z]:\\+Users")
    found = [
        f"{file.relative_to(root)}: {line.strip()[:100]}"
        for file in tracked(root)
        if file.suffix not in BINARY
        for line in read(file).splitlines()
        if path.search(line)
    ]
    assert not found


def test_ruff_finds_nothing(root):
    command = [sys.executable, "-m", "ruff", "check", "--output-format=concise", "."]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_ruff_would_format_nothing_anew(root):
    command = [sys.executable, "-m", "ruff", "format", "--check", "."]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_every_requirement_is_pinned_and_inside_its_range(root):
    lines = read(root / "requirements.txt").split("\n")
    pins = [Requirement(line) for line in lines if line and line[0] != "#"]
    assert all(re.fullmatch(r"==[^,*]+", str(pin.specifier)) for pin in pins)
    version = {norm(pin.name): next(iter(pin.specifier)).version for pin in pins}
    project = tomllib.loads(read(root / "pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    for text in [*project["dependencies"], *extras["book"], *extras["test"]]:
        need = Requirement(text)
        assert need.specifier.contains(version[norm(need.name)], prereleases=True), text


def norm(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_place_gives_the_same_version(root):
    version = tomllib.loads(read(root / "pyproject.toml"))["project"]["version"]
    cff = yaml.safe_load(read(root / "CITATION.cff"))
    assert str(cff["version"]) == version
    front_door = read(root / "lstm_course/__init__.py")
    assert f'__version__ = "{version}"' in front_door
    assert f"## {version}" in read(root / "CHANGELOG.md")


def test_make_help_lists_every_target(root):
    phony = re.search(r"^\.PHONY: (.*)", read(root / "Makefile"), re.M)[1]
    run = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True)
    listed = {line.split()[1] for line in run.stdout.splitlines()}
    assert listed >= set(phony.split())


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_in_the_text_exists(root, page):
    targets = re.findall(r"^([a-z]+):", read(root / "Makefile"), re.M)
    named = re.findall(r"(?:^|`)make ([a-z]+)", read(root / page), re.M)
    assert set(named) <= set(targets)


def test_the_example_of_the_readme_runs(root):
    code = re.search(r"```python\n(.*?)```", read(root / "README.md"), re.S)[1]
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert 0 < float(run.stdout) < 1  # the mean of a gate
