"""07.5: all prefixes of T joined maps in few rounds, counted by a black box."""

import math
from dataclasses import replace

import numpy as np

from ..making import edited
from ..variants import Words
from .counted import counted, noted

N = 3  # entries of a vector; a map has N * N + N numbers
D = N * N + N


def prefix(join, a):
    """a (T, D) -> (T, D): row t is a[0], then a[1], up to a[t], joined."""
    T, shift = len(a), 1
    while shift < T:
        new = join(a[shift:], a[:-shift])
        a = np.concatenate([a[:shift], new])
        shift = 2 * shift
    return a


class Joins:
    """Joins affine maps that it has written in a code of its own, and counts."""

    def __init__(self, mix, strict):
        self.mix, self.strict, self.asked = mix, strict, []

    def __call__(self, later, earlier):
        if later.shape != earlier.shape or later.shape[1:] != (D,):
            raise ValueError(
                f"join got arrays of shapes {later.shape} and {earlier.shape}, expected"
                f" two of shape (n, {D}). Did a slice lose an axis?"
            )
        noted(self.asked, len(later))
        with np.errstate(all="ignore"):  # whatever a student asks for
            return self.coded(later, earlier)

    def coded(self, later, earlier):
        back = np.linalg.inv(self.mix)
        (J2, e2), (J1, e1) = (_maps(m @ back) for m in (later, earlier))
        J, e = J2 @ J1, (J2 @ e1[..., None])[..., 0] + e2
        return np.concatenate([J.reshape(-1, N * N), e], axis=1) @ self.mix

    def twin(self):
        return Joins(self.mix, False)


def _maps(rows):
    return rows[:, : N * N].reshape(-1, N, N), rows[:, N * N :]


def cases(rng, strict):
    made = []
    for T in (13, 6, 16):
        mix = np.linalg.qr(rng.normal(size=(D, D)))[0]
        made.append((Joins(mix, strict), 0.6 * rng.normal(size=(T, D))))
    return made


LOOP = (
    "You join one after the other, and each waits for the one before: as many rounds "
    "as steps. Join all pairs that are 1 apart in one request, then 2 apart, then 4."
)
SINGLE = (
    "You ask for every pair by itself. join takes many pairs at once: hand it two "
    "slices, for the price of one request."
)
SLOW = (
    "You need more rounds than the logarithm of the length. Each round doubles how far "
    "back a row reaches, so the distance doubles as well."
)


WIDE = (
    "You join more pairs in one round than there are rows. Each row takes part once in "
    "a round."
)


def excess(args, asked):
    """What is too much in a list of pairs by request, "" if nothing is."""
    _, a = args
    rounds = math.ceil(math.log2(len(a)))
    if max(asked, default=0) > len(a):
        return WIDE
    if len(asked) <= rounds:
        return ""
    if max(asked) == 1:
        return LOOP if len(asked) < len(a) else SINGLE
    return SLOW


SLIPS = (
    (
        (("join(a[shift:], a[:-shift])", "join(a[:-shift], a[shift:])"),),
        "The two arguments of join are exchanged. Maps do not commute: the later one "
        "comes first.",
    ),
    (
        (("shift = 2 * shift", "shift = T"),),
        "Only neighbours are joined: there was one round. The next one joins what is 2 "
        "apart, then 4, until the whole length is reached.",
    ),
    (
        (("while shift < T:", "while 2 * shift < T:"),),
        "The last round is missing: go on as long as the distance is smaller than T.",
    ),
    (
        (("shift = 2 * shift", "shift = shift + 1"),),
        "The distance grows by one in your version, and maps are joined more than once."
        " After a round each row reaches twice as far back: double the distance.",
    ),
    (
        (("shift = 2 * shift", "shift = 4 * shift"),),
        "The distance grows too fast, and maps are left out. After a round each row "
        "reaches twice as far back: double the distance.",
    ),
    (
        (("[a[:shift], new]", "[a[:1].repeat(shift, 0), new]"),),
        "The first rows of a round have nothing to be joined with, and stay as they "
        "are: keep a[:shift].",
    ),
    (
        (("return a\n", "return a[[-1]].repeat(T, 0)\n"),),
        "Every row holds the whole sequence. Row t ends with map t.",
    ),
)
SEQUENTIAL = (
    ("while shift < T:", "a = a.copy()\n    for t in range(1, T):"),
    ("new = join(a[shift:], a[:-shift])", "a[t] = join(a[[t]], a[[t - 1]])[0]"),
    ("        a = np.concatenate([a[:shift], new])\n", ""),
    ("        shift = 2 * shift\n", ""),
)
WASTEFUL = (
    (SEQUENTIAL, LOOP),
    ((("new = join(a[shift:], a[:-shift])",
       "new = join(a[shift:].repeat(3, 0), a[:-shift].repeat(3, 0))[::3]"),), WIDE),
    ((("new = join(a[shift:], a[:-shift])",
       "new = np.concatenate([join(a[[k + shift]], a[[k]]) for k in range(T - shift)])"
       ),), SINGLE),
    ((("T, shift = len(a), 1", "T, shift, first, reach = len(a), 1, a, 1"),
      ("while shift < T:", "while reach < T:"),
      ("new = join(a[shift:], a[:-shift])", "new = join(first[1:], a[:-1])"),
      ("shift = 2 * shift", "reach = reach + 1")), SLOW),
)  # fmt: skip

HINTS = (
    "After one request join(a[1:], a[:-1]) each row holds two maps. Which rows do you "
    "have to join next, so that each holds four?",
    "In round k the distance is 2**k. After it each row reaches twice as far; row t "
    "has to reach back to 0.",
    "new = join(a[s:], a[:-s]) are the rows from s on; the first s rows are finished. "
    "Put both together, double s, and go on while s is smaller than T.",
)
WORDS = (
    ("$a_0$, then $a_1$, up to $a_t$, joined",
     "$a_{T-1}$, then $a_{T-2}$, down to $a_t$, joined"),
    ("row t is all up to a[t], joined.", "row t is a[T - 1] down to a[t], joined."),
    ("join(a[1:], a[:-1])", "join(a[:-1], a[1:])"),
    ("row t has to reach back to 0.", "row t has to reach the last one."),
    ("new = join(a[s:], a[:-s]) are the rows from s on; the first s rows are finished.",
     "new = join(a[:-s], a[s:]) are all rows but the last s, which are finished."),
    ("Maps do not commute: the later one comes first.",
     "Maps do not commute: what is applied later comes first, here a[t]."),
    ("The first rows of a round have nothing to be joined with, and stay as they are: "
     "keep a[:shift].",
     "The last rows of a round have nothing to be joined with, and stay as they are: "
     "keep a[-shift:]."),
    ("Row t ends with map t.", "Row t begins with the last map."),
)  # fmt: skip
USED = (("prefix(all_pairs, coded)", "prefix(all_pairs, coded[::-1])[::-1]"),)


def from_the_end(function):
    """The same of a sequence that is applied from its last map on."""
    return lambda join, a: function(join, a[::-1])[::-1]


def build(turned=lambda function: function, words=lambda text: text):
    """The question, as it is or from the end."""

    def rows(table):
        return tuple((turned(edited(prefix, *edits)), words(m)) for edits, m in table)

    def too_much(args, asked):
        return words(excess(args, asked))

    return counted(
        cases,
        turned(prefix),
        rows(SLIPS),
        rows(WASTEFUL),
        too_much,
        id="07.5",
        function="prefix",
        points=15,
        answer="joined",
        axes={"joined": ("step", "number")},
        hints=tuple(map(words, HINTS)),
    )


def make_variant(seed):
    """Prefixes from the end, as a backward pass has them."""
    words = Words(WORDS, ())
    says = "The maps are applied **from the last one on**, as on the way back."
    made = build(from_the_end, words)
    return replace(made, says=says, words=words, elsewhere=USED)


EXERCISE = replace(build(), make_variant=make_variant)
