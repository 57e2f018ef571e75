"""The gap language: where did the speaker grow up, so what do they speak?

    i grew up in france  < exactly ``gap`` words >  french

The words between the country and the language end in "i speak fluent" and are otherwise
chatter; ``distractors`` of its sentences name another country, which is no answer.
Source: the shape of Olah's example "I grew up in France ... I speak fluent French"
(2015), with a gap that can be turned like a dial; words and sentences are our own.

Shapes: x (gap + 5, B, V) one-hot over the V words of ``WORDS``, y (gap + 5, B) the next
word, mask True at the last step ("fluent").  Chance: 1 of 8 languages right, ln 8 nats.
Solved: 99 % right.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    at_ends,
    certain,
    check_size,
    ends,
    one_hot,
    require,
    score_classes,
)

LANGUAGE = {
    "france": "french",
    "spain": "spanish",
    "italy": "italian",
    "germany": "german",
    "japan": "japanese",
    "poland": "polish",
    "turkey": "turkish",
    "sweden": "swedish",
}
OPENINGS = ("i grew up in", "i was raised in", "my home was in", "i was born in")
CLOSING = "i speak fluent"
PEOPLE = "mother father sister brother uncle aunt cousin teacher neighbour".split()
THINGS = "house garden kitchen bicycle violin letter lamp table boat window".split()
KINDS = "old small quiet red broken heavy cheap lovely".split()
DID = "painted sold found cleaned repaired lost drew liked".split()
HOW = "often again slowly twice gladly alone".split()
# Patterns of chatter by number of words; P T K D H are drawn from the lists above.
CHATTER = {
    1: ["well"],
    2: ["you know", "that year"],
    3: ["we laughed H", "it rained H"],
    4: ["my P D it", "the T was K"],
    5: ["my P D the T", "we D the K T"],
    6: ["my P D the K T", "the K T was mine"],
    7: ["my P H D the K T"],
}
ABROAD = ["my P visited C", "our T came from C", "we once saw C"]  # 4, 5, 4 words
SLOTS = {"P": PEOPLE, "T": THINGS, "K": KINDS, "D": DID, "H": HOW, "C": list(LANGUAGE)}
RIGHT = 0.99


def _vocabulary():
    texts = [*OPENINGS, CLOSING, *ABROAD, *sum(CHATTER.values(), [])]
    words = [w for t in texts for w in t.split() if w not in SLOTS]
    words += [w for slot in SLOTS.values() for w in slot] + list(LANGUAGE.values())
    return tuple(sorted(set(words)))


WORDS = _vocabulary()
INDEX = {w: k for k, w in enumerate(WORDS)}
ANSWERS = np.array([INDEX[w] for w in LANGUAGE.values()])
LEAST = len(CLOSING.split())
LEAD = 5  # words before the gap, the country included


def sentence(rng, gap=10, distractors=0):
    """One sentence with its answer: gap + 6 words.

    Examples
    --------
    >>> print(sentence(np.random.default_rng(4), gap=11, distractors=1))
    i grew up in poland the window was lovely we once saw sweden i speak fluent polish
    """
    country = _one(rng, list(LANGUAGE))
    room = _check_gap(gap, distractors) - LEAST
    others = [c for c in LANGUAGE if c != country]
    parts = []
    for left in range(distractors, 0, -1):  # the shorter ones where room is short
        fits = [p for p in ABROAD if len(p.split()) + 4 * (left - 1) <= room]
        parts.append(_fill(rng, _one(rng, fits), others))
        room -= len(parts[-1].split())
    while room:
        parts.append(_fill(rng, _one(rng, CHATTER[_length(rng, room)]), others))
        room -= len(parts[-1].split())
    rng.shuffle(parts)
    return " ".join([_one(rng, OPENINGS), country, *parts, CLOSING, LANGUAGE[country]])


def _length(rng, room):
    """Words of the next piece of chatter: long ones, short ones only to fill up."""
    return int(rng.integers(3, 8)) if room >= 10 else room // 2 if room > 7 else room


def _fill(rng, pattern, countries):
    slots = SLOTS | {"C": countries}
    return " ".join(_one(rng, slots[w]) if w in slots else w for w in pattern.split())


def _one(rng, items):
    return items[int(rng.integers(len(items)))]


def _check_gap(gap, distractors):
    if distractors != 0:
        check_size("distractors", distractors)
    least = LEAST + 4 * distractors
    if check_size("gap", gap) < least:
        raise ValueError(
            f"gap is {gap} words with {distractors} distractors, too short: "
            f"{CLOSING!r} takes {LEAST} and each distractor 4 or more. Expected gap >= "
            f"{least}. Write gap={least}?"
        )
    return gap


def encode(text):
    """Words to codes (T,)."""
    return np.array([INDEX[w] for w in text.split()])


def decode(codes):
    """Codes (T,) to words."""
    return " ".join(WORDS[int(k)] for k in codes)


def sample(rng, gap=10, B=64, distractors=0):
    """Draw B sentences: x (gap + 5, B, V), y (gap + 5, B), mask (gap + 5, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(1), gap=12, B=1, distractors=1)
    >>> decode(x[-3:, 0].argmax(-1)), decode(y[-1])
    ('i speak fluent', 'german')
    """
    texts = [sentence(rng, gap, distractors) for _ in range(B)]
    codes = np.stack([encode(t) for t in texts], axis=1)
    mask = ends(np.full(B, gap + LEAD), gap + LEAD)
    return one_hot(codes[:-1], len(WORDS)), at_ends(codes[-1], mask), mask


def validate(x, y, mask, gap=10, distractors=0):
    """Raise ValueError unless the sample obeys the definition above."""
    require(len(x) == gap + LEAD, "there are exactly ``gap`` words before the answer")
    require(x.sum(-1) == 1.0, "one word a step")
    require(mask == (np.arange(len(x)) == len(x) - 1)[:, None], "the end is scored")
    for b in range(x.shape[1]):
        words = decode(x[:, b].argmax(-1)).split()
        country, between = words[LEAD - 1], words[LEAD:]
        require(" ".join(words[: LEAD - 1]) in OPENINGS, "it says where one grew up")
        require(country in LANGUAGE, "then comes the country")
        require(" ".join(words[-LEAST:]) == CLOSING, "at last, 'i speak fluent'")
        named = [w for w in between if w in LANGUAGE]
        require(len(named) == distractors, "as many other countries as distractors")
        require(country not in named, "none of them is the speaker's")
        require(not set(between) & set(LANGUAGE.values()), "no language is given away")
        require(WORDS[y[-1, b]] == LANGUAGE[country], "the answer is its language")


def oracle(x, mask):
    """The language of the first country named: out (n, V)."""
    table = np.zeros(len(WORDS), int)
    for country, language in LANGUAGE.items():
        table[INDEX[country]] = INDEX[language]
    first = table[x[LEAD - 1].argmax(-1)]
    return certain(np.broadcast_to(first, mask.shape)[mask], len(WORDS))


def guess(x, mask):
    """All languages alike, no other word: out (n, V)."""
    return np.tile(certain(ANSWERS, len(WORDS)).sum(0), (int(mask.sum()), 1))


def make(gap=10, distractors=0):
    """The task with its options fixed."""
    _check_gap(gap, distractors)
    V, n = len(WORDS), len(LANGUAGE)
    return Task(
        "gap_language",
        V,
        V,
        "classes",
        partial(_sample, gap=gap, distractors=distractors),
        oracle,
        guess,
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(n), "accuracy": 1 / n},
    )


def _sample(rng, B, gap, distractors):
    return sample(rng, gap, B, distractors)
