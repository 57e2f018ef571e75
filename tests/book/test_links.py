"""Links out of the built book: all from the one address, all to files that exist."""

import re
import subprocess
import sys
from urllib.parse import unquote

import pytest
import yaml
from bs4 import BeautifulSoup
from repository import SHOWN
from repository import address as address_of

pytestmark = pytest.mark.browser

INSIDE = r"/(?:[^/?]+/)*?(?:blob|tree)/([^/]+)/([^#?]+)"


@pytest.fixture(scope="module")
def links(html):
    """(page, address) of every link that leaves the book."""
    return [
        (page.relative_to(html).as_posix(), unquote(a["href"]))
        for page in sorted((html / "book").glob("*.html"))
        for a in BeautifulSoup(page.read_text("utf-8"), "html.parser").find_all("a")
        if a.get("href", "").startswith("http")
    ]


@pytest.fixture(scope="module")
def repository(root):
    return yaml.safe_load((root / "_config.yml").read_text("utf-8"))["repository"]


@pytest.fixture(scope="module")
def colab_branch(root, tmp_path_factory):
    """The branch that Colab opens, as the workflow would publish it."""
    folder = tmp_path_factory.mktemp("colab")
    command = [sys.executable, "scripts/colab.py", folder, "ADDRESS"]
    subprocess.run(command, cwd=root, check=True)
    return folder


def paths(links, start):
    """(page, branch, path) of the links that begin so."""
    for page, address in links:
        if address.startswith(start):
            yield page, *re.search(INSIDE, address.removeprefix(start)).groups()


def test_every_colab_link_opens_a_notebook_of_the_colab_branch(
    links, repository, colab_branch
):
    name = repository["url"].partition("github.com")[2]
    found = list(paths(links, f"https://colab.research.google.com/github{name}"))
    assert {page for page, *_ in found} >= {
        f"book/exercises_0{n}.html" for n in "12345678"
    }
    assert {branch for _, branch, _ in found} == {"colab"}
    assert [path for *_, path in found if not (colab_branch / path).is_file()] == []


def test_every_binder_link_opens_a_file_of_the_repository(links, repository, root):
    name = repository["url"].partition("github.com/")[2]
    start = f"https://mybinder.org/v2/gh/{name}/{repository['branch']}?urlpath="
    found = [a for _, a in links if "mybinder.org" in a]
    assert [a for a in found if not a.startswith(start)] == []
    wanted = [a.partition("/tree/")[2] for a in found]
    assert wanted and [w for w in wanted if not (root / w).is_file()] == []


def test_every_link_into_the_repository_leads_to_something(links, repository, root):
    found = list(
        paths(
            [
                x
                for x in links
                if "/issues" not in x[1] and re.search("/(blob|tree)/", x[1])
            ],
            repository["url"],
        )
    )
    assert any(path.startswith("solutions/") for *_, path in found)
    assert {branch for _, branch, _ in found} == {repository["branch"]}
    assert [path for *_, path in found if not (root / path).exists()] == []


def test_no_page_has_the_address_of_the_repository_in_its_text(root, repository):
    written = [*(root / "book").glob("*.md"), *(root / "book").glob("*.ipynb")]
    found = [f.name for f in written if repository["url"] in f.read_text("utf-8")]
    assert found == []


def test_a_fork_changes_one_address_and_all_links_follow(root):
    options = {
        "repository_url": "https://github.com/somebody/fork",
        "repository_branch": "spring",
        "launch_buttons": {
            "colab_url": "https://colab",
            "binderhub_url": "https://hub",
        },
    }
    made = [address_of(options, place, "README.md") for place in SHOWN]
    assert made == [
        "https://colab/github/somebody/fork/blob/colab/README.md",
        "https://hub/v2/gh/somebody/fork/spring?urlpath=lab/tree/README.md",
        "https://github.com/somebody/fork/blob/spring/README.md",
    ]
    assert address_of(options, "source", "tests").endswith("/tree/spring/tests")
