"""Links into the repository, made from its one address in _config.yml.

    {colab}`exercises/01_a/01_a.ipynb`       open the notebook in Colab
    {binder}`exercises/01_a/01_a.ipynb`      open it in Binder
    {source}`the tests <tests/attacks>`      see the file or folder where it is kept

A fork changes the address there and nowhere else. A path that does not exist is a
warning, and with it an error of the build.
"""

from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole

ROOT = Path(__file__).resolve().parent.parent.parent
SHOWN = {"colab": "Colab", "binder": "Binder", "source": None}
log = logging.getLogger(__name__)


def address(options, place, path):
    """Where `path` can be opened, by the theme's options: str."""
    repository, branch = options["repository_url"], options["repository_branch"]
    name = repository.partition("github.com/")[2]
    buttons = options["launch_buttons"]
    if place == "colab":  # its own branch: see scripts/colab.py
        return f"{buttons['colab_url']}/github/{name}/blob/colab/{path}"
    if place == "binder":
        lab = f"{branch}?urlpath=lab/tree/{path}"
        return f"{buttons['binderhub_url']}/v2/gh/{name}/{lab}"
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    return f"{repository}/{kind}/{branch}/{path}"


class Link(ReferenceRole):
    """A link to one path of the repository."""

    def __init__(self, place):
        super().__init__()
        self.place = place

    def run(self):
        if not (ROOT / self.target).exists():
            page = self.env.docname
            log.warning("%s is not in the repository", self.target, location=page)
        text = self.title if self.has_explicit_title else SHOWN[self.place]
        to = address(self.config.html_theme_options, self.place, self.target)
        return [nodes.reference("", text or self.target, refuri=to)], []


def setup(app):
    for place in SHOWN:
        app.add_role(place, Link(place))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
