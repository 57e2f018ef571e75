"""Point by point against Greff et al. (2017) and Jozefowicz et al. (2015).

A cell is compared as in ``tuned``: each searched for itself, the mean over the tasks.
The verdict on a claim follows from ``verdicts``, over all points as one family:

    worse, better   reproduced where the test says so, not reproduced where it says the
                    contrary or "alike"
    alike           reproduced where it is alike, not reproduced where better or worse
    none better     reproduced where no interval of the family exceeds MARGIN, not
                    reproduced where one of the cells is better
    more            (shares of variance) reproduced where the interval is above 0, not
                    where it is below

and everything else is undecided.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from . import settings
from .compare import percentiles
from .tuned import by_search
from .verdicts import MARGIN, judged
from .views import over_tasks


class Claim(NamedTuple):
    """What a paper found, and what is measured to see whether it holds here."""

    paper: str  # key of the bibliography
    claim: str
    kind: str
    cells: tuple
    baseline: str


GREFF, JOZEFOWICZ = "greff2017", "jozefowicz2015"
VARIANTS = ("nig", "nfg", "nog", "niaf", "noaf", "np", "cifg", "fgr")
MUTANTS = ("mut1", "mut2", "mut3")
CELLS = (
    Claim(GREFF, "no variant is better", "none better", VARIANTS, "peephole"),
    Claim(GREFF, "the forget gate is missed", "worse", ("nfg",), "peephole"),
    Claim(GREFF, "the output activation is missed", "worse", ("noaf",), "peephole"),
    Claim(GREFF, "coupled gates cost nothing", "alike", ("cifg",), "peephole"),
    Claim(GREFF, "peepholes can go", "alike", ("np",), "peephole"),
    Claim(JOZEFOWICZ, "GRU and LSTM are level", "alike", ("gru",), "lstm"),
    *(
        Claim(JOZEFOWICZ, f"{name.upper()} beats the GRU", "better", (name,), "gru")
        for name in MUTANTS
    ),
)
RATE = Claim(GREFF, "the learning rate matters most", "more", (), "")
ALONE = Claim(GREFF, "settings act nearly independently", "more", (), "")
NOISE = Claim(GREFF, "noise on the input harms", "worse", (), "")
BIAS = Claim(JOZEFOWICZ, "a forget bias of 1 helps", "better", ("lstm",), "")
CLAIMS = (*CELLS, RATE, ALONE, NOISE, BIAS)


def points(by_task):
    """Table: each claim, what was measured, and reproduced or not, or undecided.

    ``gain`` is in standing, for shares of variance a difference of shares; ``low`` and
    ``high`` are its 95 % interval, ``corrected`` its p-value by Holm.
    """
    known = set.intersection(*(set(t.cells) for t in by_task.values()))
    found = [
        ({"claim": claim, "cell": cell}, over_tasks(by_task, cell, base, by_search))
        for claim in CELLS
        for base in [claim.baseline]
        for cell in claim.cells
        if {cell, base} <= known
    ]
    found += [({"claim": c, "cell": ""}, part) for c, part in _of_settings(by_task)]
    rows = judged(found)
    return [
        _summed(claim, [r for r in rows if r["claim"] == claim])
        for claim in CLAIMS
        if any(r["claim"] == claim for r in rows)
    ]


class Estimate(NamedTuple):
    """A number and what other draws might have given: looks like a Comparison."""

    gain: float
    boots: np.ndarray
    draws: int
    freedom: float
    p: float

    @property
    def error(self):
        return float(self.boots.std(ddof=1))

    def interval(self, level=0.95):
        """(low, high) at a level."""
        return percentiles(self.boots, self.freedom, level)


def estimate(gain, boots, draws, freedom):
    """An estimate whose p-value is that of Student's t."""
    error = boots.std(ddof=1)
    p = 2 * stats.t.sf(abs(gain) / error, freedom) if error else 1.0
    return Estimate(float(gain), boots, int(draws), float(freedom), float(p))


def _of_settings(by_task):
    """(claim, Estimate) for the points that are about settings."""
    X, y, group = settings.stacked(by_task)
    n = group.max() + 1
    if n > X.shape[1] + 2:
        single, pairs = settings.shares(X, y)
        singles, pair_sums = settings.share_boots(X, y, group)
        lr = settings.SETTINGS.index("lr")

        def ahead(s):
            return s[..., lr] - np.delete(s, lr, axis=-1).max(axis=-1)

        yield RATE, estimate(ahead(single), ahead(singles), n, n - 1)
        alone = singles.sum(axis=1) - pair_sums
        yield ALONE, estimate(single.sum() - pairs.sum(), alone, n, n - 1)
    for claim, cells, name in ((NOISE, None, "noise"), (BIAS, BIAS.cells, "bias")):
        gains, boots, freedom = settings.fitted(by_task, cells)
        if gains is not None:
            k = settings.EFFECTS.index(name)
            yield claim, estimate(gains[k], boots[:, k], n, freedom)


def _summed(claim, rows):
    """One row for a claim; of several cells the one with the largest gain speaks."""
    most = max(rows, key=lambda r: r["gain"])
    said = reproduced(claim.kind, rows)
    more = max(r["draws_needed"] or 0 for r in rows)
    names = ("gain", "low", "high", "p", "corrected", "draws")
    return {
        "paper": claim.paper,
        "claim": claim.claim,
        "cell": most["cell"] or " ".join(claim.cells),
        "baseline": claim.baseline,
        **{name: most[name] for name in names},
        "verdict": said,
        "draws_needed": more if said == "undecided" else None,
    }


def reproduced(kind, rows):
    """The verdict on a claim of a kind from the rows that were judged."""
    said = {r["verdict"] for r in rows}
    yes = {
        "worse": said == {"worse"},
        "better": said == {"better"},
        "alike": said == {"alike"},
        "none better": all(r["high_all"] < MARGIN for r in rows),
        "more": said == {"better"},
    }
    no = {
        "worse": said <= {"better", "alike"},
        "better": said <= {"worse", "alike"},
        "alike": bool(said & {"better", "worse"}),
        "none better": "better" in said,
        "more": said == {"worse"},
    }
    if yes[kind]:
        return "reproduced"
    return "not reproduced" if no[kind] else "undecided"
