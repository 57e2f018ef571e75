"""One unit of a trained reader, word by word, on the reader's own sentence."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from traitlets import Bool, Dict, Float, Int, List, Unicode

from ..doors import as_array, as_cell, check_parameters
from ..palette import GATES
from ..plots import STYLE, tiles
from ..tasks import agreement
from ..trained.weights import pack, unpack
from ..unroll import trace
from . import any_cell
from .live import LiveFigure
from .step_walker import check_place, check_units

EXAMPLES = (
    "the king near the girls",
    "the kings near the girl",
    "the aunt that the boys see",
    "the nuns behind the monk and the brother beside the queens",
    "the king near the girls praises himself and "
    "the nuns that the boy sees trust themselves .",
)


class GateMicroscope(LiveFigure):
    """A unit's gates on a sentence of the reader's own, and a hand to hold its state.

    Parameters
    ----------
    p : dict
        Weights of a cell that reads one-hot words, of an LSTM W_x (K, 4H), W_h (H, 4H)
        and b (4H,).
    V, v : ndarray (K, H), (K,)
        From the hidden state to the scores of the next word.  All weights are rounded
        to 16 bits; what the page shows is the network with rounded weights.
    units : dict, optional
        Name -> unit, offered first; the first is shown.
    held : float
        Where the unit's state (c, or h where there is no c) is held once the reader
        asks for it.
    cell : str
        Whose weights they are: a name in ``CELLS``, or a call.
    sentence : str
        What is read first.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> p = as_cell("lstm").shapes(agreement.K, 2)
    >>> p = {k: rng.normal(size=s) for k, s in p.items()}
    >>> V, v = rng.normal(size=(agreement.K, 2)), np.zeros(agreement.K)
    >>> lens = GateMicroscope(p, V, v, units={"number": 1}, sentence="the king")
    >>> lens.unit, lens.clamp
    (1, False)
    """

    kind, room = "microscope", (810, 680)
    weights = Dict().tag(sync=True)
    cell = Unicode("lstm").tag(sync=True)
    cells = Unicode().tag(sync=True)  # this one, packed
    vocabulary = List(list(agreement.WORDS)).tag(sync=True)
    verbs = List().tag(sync=True)  # 1 singular, -1 plural, 0 no verb
    kinds = Dict().tag(sync=True)
    examples = List(list(EXAMPLES)).tag(sync=True)
    units = Dict().tag(sync=True)
    sentence = Unicode(EXAMPLES[0]).tag(sync=True)
    unit = Int(0).tag(sync=True)
    clamp = Bool(False).tag(sync=True)
    held = Float(2.0).tag(sync=True)
    at = Int(-1).tag(sync=True)  # the chosen word; -1: where a verb may be next

    def __init__(self, p, V, v, units=None, cell="lstm", **traits):
        made = as_cell(cell)
        I, H = check_parameters(made, p)
        V, v = as_array("V", V), as_array("v", v)
        wanted = (agreement.K, (agreement.K, H), (agreement.K,))
        if (I, V.shape, v.shape) != wanted:
            raise ValueError(
                f"The network reads {I} words and scores them with V {V.shape} and v "
                f"{v.shape}. The language has {agreement.K}, so V must be {wanted[1]} "
                f"and v {wanted[2]}. Was it trained on lstm_course.tasks.agreement?"
            )
        units = check_units(units, H)
        traits = {"unit": next(iter(units.values()), 0), **traits}
        check_place("unit", traits["unit"], H)
        verbs = np.where(agreement.IS_VERB, agreement.NUMBER, 0)
        super().__init__(
            cell=cell,
            cells=any_cell.packed({cell: made}, (H,), held=True, columns=columns),
            weights=pack({**p, "V": V, "v": v}),
            verbs=verbs.tolist(),
            kinds=_kinds(),
            units=units,
            **traits,
        )

    def read(self):
        """The unit's gates and states on the sentence: dict name -> (T,)."""
        x = np.eye(agreement.K)[agreement.encode(self.sentence)]
        p, cell = unpack(self.weights), as_cell(self.cell)
        q = trace(cell, {k: w for k, w in p.items() if k not in ("V", "v")}, x)
        H = self.weights["V"]["shape"][1]
        shown = [of["name"] for of in columns(cell)]
        return {name: any_cell.of_unit(q[name], self.unit, H) for name in shown}

    def picture(self):
        """The chosen unit on the first sentence, untouched."""
        return draw(self.read(), self.sentence.split(), columns(as_cell(self.cell)))


def columns(cell):
    """A cell's quantities in the order of the chapter's table: list of dict."""
    return sorted(any_cell.quantities(cell), key=lambda of: "figcoh".find(of["name"]))


def draw(q, words, shown):
    """Time runs down; tiles for gates, bars for what may be negative: a figure."""
    T = len(words)
    with plt.rc_context(STYLE):
        fig = Figure(figsize=(4.8, 0.9 + 0.2 * T))
        axes = fig.subplots(1, len(q), sharey=True, squeeze=False)[0]
        for ax, of, name in zip(axes, shown, q, strict=True):
            colour = of["colour"] if of["colour"] in GATES else "x"
            if of["share"]:
                tiles(ax, q[name][:, None], colour, low=0)
            else:
                ax.barh(range(T), q[name], color=GATES[colour])
                ax.axvline(0, color=GATES["x"], linewidth=0.8)
                wide = max(1.0, abs(q[name]).max())
                ax.set(xlim=(-wide, wide), ylim=(T - 0.4, -0.6))
                ax.grid(False)
                ax.spines[:].set_visible(False)
            ax.set_xticks([0], [f"${name}_t$"])
            ax.set_yticks(range(T), words)
            ax.tick_params(length=0)
    return fig


def _kinds():
    """The vocabulary in groups for whoever does not want to type: name -> numbers."""
    nouns, verbs, pronouns = (
        np.flatnonzero(group).tolist()
        for group in (agreement.IS_NOUN, agreement.IS_VERB, agreement.IS_PRONOUN)
    )
    seen = {*nouns, *verbs, *pronouns, agreement.PAD}
    others = [k for k in range(agreement.K) if k not in seen]
    return {"nouns": nouns, "verbs": verbs, "pronouns": pronouns, "others": others}
