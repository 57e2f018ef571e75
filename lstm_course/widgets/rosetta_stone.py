"""One layer's numbers, moved from the arrays of one tool into those of another."""

from traitlets import Unicode

from ..rosetta import moved, picture
from . import bundle
from .live import LiveFigure

KINDS = ("lstm", "gru")


class RosettaStone(LiveFigure):
    """The arrays of two tools, and every number on its way from one to the other.

    Parameters
    ----------
    source, target : str
        Forms of ``convert.tools``, as "torch", "onnx" or "keras before".
    layer : str
        "lstm" or "gru".

    Examples
    --------
    >>> RosettaStone(target="keras").target
    'keras'
    """

    kind, room = "stone", (800, 590)
    layer = Unicode("lstm").tag(sync=True)
    source = Unicode("torch").tag(sync=True)
    target = Unicode("onnx").tag(sync=True)
    at = Unicode("source").tag(
        sync=True
    )  # whose arrays the numbers are in, or "target"
    stone = Unicode().tag(sync=True)  # rosetta.moved.data(), gzip, base64

    def __init__(self, source="torch", target="onnx", layer="lstm", **traits):
        for name, value, known in (
            ("layer", layer, KINDS),
            ("source", source, moved.forms(layer) if layer in KINDS else ()),
            ("target", target, moved.forms(layer) if layer in KINDS else ()),
        ):
            if value not in known:
                raise ValueError(
                    f"{name} is {value!r}, which the table does not have. Expected one "
                    f"of {', '.join(known)}. A typing slip?"
                )
        said = {"source": source, "target": target, "layer": layer}
        super().__init__(stone=bundle.packed(moved.data()), **said, **traits)

    def picture(self):
        """The arrays of both tools."""
        forms = moved.forms(self.layer)
        return picture.gallery([forms[self.source], forms[self.target]])
