"""What all live figures share: their script, their style and their still picture."""

import json

import anywidget
from matplotlib.figure import Figure

from .. import plots
from . import bundle

STYLE = """.live-figure .asleep { display: none }
.live-figure .wake { display: block; margin: 0 auto 1rem; padding: 0.4rem 1.2rem;
  border: 1px solid; border-radius: 1.2rem; background: none; color: inherit;
  font: inherit; cursor: pointer }
@media print { .live-figure .wake { display: none } }
@media screen { .live-figure[data-near=""] { min-height: var(--wide) } }
@media screen and (max-width: 767px) {
  .live-figure[data-near=""] { min-height: var(--phone) } }"""
ASLEEP = "A live figure. Run the cell, or trust this notebook, and it wakes."
PLACE = (  # what is not trusted loses style, scripts and drawings, but not its words
    "<style>{style}</style>"
    '<div class="live-figure" data-kind="{kind}" style="{room}">'
    '<div style="padding: 0 9px">{picture}</div>'  # a phone's letters are larger
    '<p class="asleep">{asleep}</p>'
    '<script type="application/json">{state}</script></div><script>{wake}</script>'
)
COMMON = anywidget.AnyWidget.class_trait_names(sync=True)  # of no use without a kernel


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
        """HTML that needs no kernel: a stored notebook shows it when it is reopened."""
        picture = self.picture()
        if isinstance(picture, Figure):
            picture = plots.themed_svg(picture)
        state = json.dumps(self.get_state(set(self.keys) - set(COMMON)))
        page = PLACE.format(
            style=STYLE, kind=self.kind, picture=picture, asleep=ASLEEP,
            room="--phone: {}px; --wide: {}px".format(*self.room),
            wake=bundle.read("js/wake.js"),
            state=state.replace("<", r"\u003c"),  # no end of a script in it
        )  # fmt: skip
        return {"text/html": page, "text/plain": f"{type(self).__name__}()"}, {}
