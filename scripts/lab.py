"""Open chapters and exercises in JupyterLab: python scripts/lab.py [OPTIONS OF LAB].

JupyterLab writes into a notebook which Python runs it, and then marks it as changed
though nobody has changed anything.  Here every notebook is handed out with that in it.
"""

import sys
from pathlib import Path

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.kernelspec import get_kernel_spec
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyterlab.labapp import LabApp

START = Path(__file__).resolve().parent.parent / "book" / "start_here.ipynb"


class Notebooks(AsyncLargeFileManager):
    """The folder's notebooks, each with what JupyterLab would write into it."""

    async def get(self, *args, **kwargs):
        model = await super().get(*args, **kwargs)
        if model["type"] == "notebook" and model["content"]:
            metadata = model["content"]["metadata"]
            if metadata.get("kernelspec", {}).get("name") == "python3":
                metadata |= this_python()
        return model


def this_python():
    """What a notebook says of the Python that runs it: kernelspec, language_info."""
    spec = get_kernel_spec("python3")
    names = {"name": "python3", "display_name": spec.display_name}
    return {
        "kernelspec": {**names, "language": spec.language},
        "language_info": IPythonKernel.language_info,
    }


if __name__ == "__main__":
    given = sys.argv[1:] or [str(START)]
    LabApp.initialize_server(given, contents_manager_class=Notebooks).start()
