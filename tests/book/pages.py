"""The pages of the book, as its table of contents lists them."""

from pathlib import Path

import pytest
import yaml

TOC = yaml.safe_load((Path(__file__).parents[2] / "book/_toc.yml").read_text("utf-8"))
PAGES = [TOC["root"], *(c["file"] for p in TOC["parts"] for c in p["chapters"])]
every_page = pytest.mark.parametrize("name", PAGES)
