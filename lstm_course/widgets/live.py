"""What all live figures share: their script, their style and their still picture."""

import anywidget
from matplotlib.figure import Figure

from .. import plots
from . import bundle

PLACE = (
    '<div class="live-figure" data-model="{model}" data-kind="{kind}" style="{room}">'
    '<div style="padding: 0 9px">{picture}</div></div>'  # a phone's letters are larger
)


class LiveFigure(anywidget.AnyWidget):
    """An anywidget named like its module, which also shows a still picture of itself.

    A subclass in ``widgets/NAME.py`` gets the bundle of ``js/NAME.js`` and the styles
    ``css/base.css`` and ``css/NAME.css``; it has traits and a ``picture``.
    """

    kind = ""  # what a link to it is called, as in its script
    room = (0, 0)  # height when awake, on a phone and on a wide page: no jump

    def __init__(self, **traits):
        own = {name for name in self.trait_names() if self.trait_metadata(name, "sync")}
        if odd := traits.keys() - own:
            known = sorted(n for n in own if not n.startswith("_"))
            raise ValueError(
                f"{type(self).__name__} has no {sorted(odd)[0]!r}: it would be lost. "
                f"Expected some of {', '.join(known)}. A typing slip?"
            )
        super().__init__(**traits)

    def __init_subclass__(cls, **kwargs):
        if "_esm" not in cls.__dict__:  # anywidget makes a subclass with it as a trait
            name = cls.__module__.rpartition(".")[2]
            cls._esm, cls._css = bundle.esm(name), bundle.css(name)
        super().__init_subclass__(**kwargs)

    def picture(self):
        """The still picture of this state: matplotlib figure, or SVG or HTML as str."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = self.picture()
        if isinstance(picture, Figure):
            picture = plots.themed_svg(picture)
        room = "--phone: {}px; --wide: {}px".format(*self.room)
        page = PLACE.format(
            model=self.model_id, kind=self.kind, room=room, picture=picture
        )
        words = {"text/html": page, "text/plain": f"{type(self).__name__}()"}
        return data | words, metadata
