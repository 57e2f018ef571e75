"""Sentences whose verb and pronoun must agree with a subject that is far away.

    the king behind the girls praises himself .
    the nuns that the boy sees see themselves and the aunt near the boy sees herself .

A verb takes the number of its own subject, a pronoun after it the number and the
gender of the same subject; the nouns in between (*attractors*) have numbers and
genders of their own.  A clause after "and" has a new subject.  The relative clause
"that the boy admires" brings a subject and a verb of its own.

Numbers and genders are drawn evenly and independently, so a verb is right by chance
in 50 % of cases and himself against herself too.  Copying the last noun read is right
only where chance or the absence of attractors makes it so.  Solved: 95 % of verbs and
of singular pronouns right on sentences with attractors.

A toy: two genders, regular nouns, nouns without gender left out.  The question is that
of Linzen, Dupoux & Goldberg, TACL 4 (2016), who asked it of real text; grammar and
words are our own.
"""

import re
from typing import NamedTuple

import numpy as np

from .task import require

MALE = "king boy uncle monk brother".split()
FEMALE = "queen girl aunt nun sister".split()
VERBS = "praise see blame admire trust".split()
PREPOSITIONS = "near behind beside".split()
PRONOUNS = {"himself": (1, 1), "herself": (1, -1), "themselves": (-1, 0)}
PAD = 0

_nouns = [
    (n + s, number, gender)
    for nouns, gender in ((MALE, 1), (FEMALE, -1))
    for n in nouns
    for s, number in (("", 1), ("s", -1))
]
_verbs = [(v + s, number) for v in VERBS for s, number in (("s", 1), ("", -1))]
WORDS = ("<pad>", ".", "and", "the", "that", *PREPOSITIONS, *PRONOUNS,
         *(n for n, _, _ in _nouns), *(v for v, _ in _verbs))  # fmt: skip
INDEX = {w: k for k, w in enumerate(WORDS)}
K = len(WORDS)

IS_NOUN, IS_VERB, IS_PRONOUN = (
    np.isin(WORDS, list(group))
    for group in ([n for n, _, _ in _nouns], [v for v, _ in _verbs], PRONOUNS)
)
# 1 singular, -1 plural; 1 male, -1 female; 0 none
NUMBER, GENDER = np.zeros((2, K), int)
for _word, _number, _gender in [
    *_nouns,
    *((v, n, 0) for v, n in _verbs),
    *((w, *f) for w, f in PRONOUNS.items()),
]:
    NUMBER[INDEX[_word]], GENDER[INDEX[_word]] = _number, _gender


def _rivals():
    """(K, K) True where two words are forms of one: see, sees; himself, herself."""
    stem = np.array(
        [
            w.removesuffix("s") if v else "-self" if p else w
            for w, v, p in zip(WORDS, IS_VERB, IS_PRONOUN, strict=True)
        ]
    )
    return (stem[:, None] == stem) & ~np.eye(K, dtype=bool)


RIVALS = _rivals()


class Decided(NamedTuple):
    """Every verb and pronoun of a batch, one entry of each array (N,) per word."""

    t: np.ndarray  # where it stands
    b: np.ndarray  # in which sentence
    subject: np.ndarray  # where its subject stands, steps
    word: np.ndarray  # the word itself
    misleading: np.ndarray  # nouns in between with the other number (pronoun: gender)


def sample(rng, B=64, attractors=2, clauses=2, relative=0.3):
    """A batch of sentences.

    Parameters
    ----------
    rng : numpy.random.Generator
    B : int
        Number of sentences.
    attractors : int
        At most so many "near the girls" after each subject, evenly drawn from 0 on.
    clauses : int
        At most so many clauses, each with its own subject.
    relative : float
        Probability of a relative clause after a subject.

    Returns
    -------
    words : ndarray (T, B) int64
        Numbers into ``WORDS``, 0 after the end of a sentence.
    owner : ndarray (T, B) int64
        For a verb or a pronoun the step of the noun that decides it, else -1.

    Examples
    --------
    >>> words, owner = sample(np.random.default_rng(5), B=3, clauses=1)
    >>> print(show(words[:, 0]))
    the girls near the nun behind the queen that the sisters praise see themselves .
    >>> owner[10:, 0].tolist()  # praise: sisters; see, themselves: girls
    [-1, 10, 1, 1, -1]
    """
    for name, value, least in (
        ("B", B, 1),
        ("attractors", attractors, 0),
        ("clauses", clauses, 1),
    ):
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(
                f"{name} is {value!r}. It counts things in a sentence and is a whole "
                f"number of at least {least}. Write {name}={least}?"
            )
    made = [_sentence(rng, attractors, clauses, relative) for _ in range(B)]
    T = max(len(words) for words, _ in made)
    words, owner = np.full((T, B), PAD), np.full((T, B), -1)
    for b, (w, o) in enumerate(made):
        words[: len(w), b], owner[: len(w), b] = [INDEX[k] for k in w], o
    return words, owner


def stream(rng, sentences=40, B=50, **options):
    """Sentences end to end, as a reader meets them who is never told to start afresh.

    Parameters
    ----------
    rng : numpy.random.Generator
    sentences, B : int
        Sentences in a stream, and number of streams.
    **options
        Of ``sample``.

    Returns
    -------
    words, owner : ndarray (T, B) int64
        As from ``sample``; all streams are cut to the shortest, so none is padded.

    Examples
    --------
    >>> words, owner = stream(np.random.default_rng(0), sentences=3, B=2)
    >>> words.shape == owner.shape and bool((words != PAD).all())
    True
    """
    made = []
    for _ in range(B):
        words, owner = sample(rng, sentences, **options)
        real = words.T != PAD  # (sentences, T): read row by row, end to end
        start = np.concatenate([[0], real.sum(1).cumsum()[:-1]])
        shifted = np.where(owner >= 0, owner + start, -1)
        made.append((words.T[real], shifted.T[real]))
    T = min(len(words) for words, _ in made)
    words, owner = (np.stack([m[k][:T] for m in made], axis=1) for k in (0, 1))
    return words, owner


def _sentence(rng, attractors, clauses, relative):
    """-> words, owners."""
    words, owner = [], []
    for k in range(int(rng.integers(1, clauses + 1))):
        words += ["and"] if k else []
        noun, number, gender = _noun(rng)
        words += ["the", noun]
        subject = len(words) - 1
        for _ in range(int(rng.integers(attractors + 1))):
            words += [PREPOSITIONS[rng.integers(3)], "the", _noun(rng)[0]]
        owner += [-1] * (len(words) - len(owner))
        if rng.random() < relative:
            inner, inner_number, _ = _noun(rng)
            words += ["that", "the", inner, _verb(rng, inner_number)]
            owner += [-1, -1, -1, len(words) - 2]
        words += [_verb(rng, number), _pronoun(number, gender)]
        owner += [subject, subject]
    return [*words, "."], [*owner, -1]


def _noun(rng):
    return _nouns[rng.integers(len(_nouns))]


def _verb(rng, number):
    return VERBS[rng.integers(len(VERBS))] + ("s" if number == 1 else "")


def _pronoun(number, gender):
    return next(w for w, f in PRONOUNS.items() if f in ((number, gender), (number, 0)))


def encode(text):
    """Words of a sentence as numbers: (T, 1) int64."""
    if unknown := [w for w in text.split() if w not in INDEX]:
        raise ValueError(
            f"{unknown[0]!r} is not among the {K} words of this language. Expected "
            f"words of {' '.join(WORDS[1:])}. Put spaces around the full stop?"
        )
    if not text.split():
        raise ValueError(
            f"The sentence {text!r} holds no words. Expected some of the {K} words of "
            "this language. Write 'the king'?"
        )
    return np.array([[INDEX[w]] for w in text.split()])


def show(words):
    """Numbers (T,) as a sentence, without padding."""
    return " ".join(WORDS[int(k)] for k in words if int(k) != PAD)


def decided(words, owner):
    """Every word of a batch that a subject decides, with what lies in between."""
    t, b = np.nonzero(owner >= 0)
    s, word, read = owner[t, b], words[t, b], words[:, b]  # (N,), (N,), (T, N)
    steps = np.arange(len(words))[:, None]
    between = (steps > s) & (steps < t) & IS_NOUN[read]
    feature = np.where(IS_VERB[word], NUMBER[read], GENDER[read])
    other = feature != feature[s, np.arange(len(s))]
    return Decided(t, b, s, word, (between & other).sum(0))


def guess(words, d):
    """Which decided words the rule "copy the last noun" gets right: (N,) of bool."""
    step = np.where(IS_NOUN[words], np.arange(len(words))[:, None], -1)
    noun = words[np.maximum.accumulate(step)[d.t - 1, d.b], d.b]
    number = NUMBER[noun] == NUMBER[d.word]
    gender = (GENDER[d.word] == 0) | (GENDER[noun] == GENDER[d.word])
    return number & gender  # of a verb GENDER is 0, and so it is of "themselves"


def right(logits, d):
    """Which decided words are preferred to every other form of the same word.

    Parameters
    ----------
    logits : ndarray (T, B, K)
        logits[t] scores the word at t + 1.
    d : Decided
        N words.

    Returns
    -------
    ndarray (N,) of bool
    """
    scores = logits[d.t - 1, d.b]  # (N, K)
    own = scores[np.arange(len(d.word)), d.word]
    return own > np.where(RIVALS[d.word], scores, -np.inf).max(1)


def oracle(words):
    """The owner (T, B) of every word, found by reading with a stack of subjects."""
    owner = np.full(words.shape, -1)
    for b, sentence in enumerate(words.T):
        subjects, done = [], -1
        for t, k in enumerate(sentence):
            if IS_NOUN[k] and WORDS[sentence[t - 2]] not in PREPOSITIONS:
                subjects.append(t)
            elif IS_VERB[k]:
                owner[t, b] = done = subjects.pop()
            elif IS_PRONOUN[k]:
                owner[t, b] = done
    return owner


CLAUSE = "tn(?:ptn){0,%d}(?:wtnv)?vr"  # the nouns, near the nouns that the nouns verb


def validate(words, owner, attractors=2, clauses=2):
    """Raise ValueError where a batch breaks the definition."""
    letter = np.select(
        [IS_NOUN, IS_VERB, IS_PRONOUN, np.isin(WORDS, PREPOSITIONS)],
        list("nvrp"),
        [x[0] if x != "that" else "w" for x in WORDS],
    )
    clause = CLAUSE % attractors
    form = re.compile(f"{clause}(?:a{clause}){{0,{clauses - 1}}}\\.<*")
    require(
        [form.fullmatch("".join(letter[s])) is not None for s in words.T],
        "clauses joined by 'and', a full stop, then padding",
    )
    require(owner == oracle(words), "a verb belongs to its own subject")
    t, b = np.nonzero(owner >= 0)
    word, noun = words[t, b], words[owner[t, b], b]
    require(NUMBER[word] == NUMBER[noun], "verb and pronoun have the subject's number")
    require(
        (GENDER[word] == 0) | (GENDER[word] == GENDER[noun]),
        "himself and herself have the subject's gender",
    )
