"""The same question under other conventions, drawn from the seed of a class.

A ``Convention`` says how arguments and answers lie, which numbers differ, and how the
text says so.  ``varied`` hangs conventions on a question; the reference, the known
mistakes, the hints, the axes and the words of the notebook follow from them, so that
equation, text, check and grade agree.  What there is to choose from stands in
``conventions.py``, what a set makes of it in its ``variants.py``.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .making import edited_where

PREDICTION = "numbers worked out by hand; nothing is implemented"
CLINIC = "a test of black boxes, which draw conventions of their own for every case"
UNVARIED = {
    **dict.fromkeys(
        ("01.5", "02.5", "03.5", "04.4", "05.5", "06.6", "07.6", "08.6"), PREDICTION
    ),
    **dict.fromkeys(
        ("01.6", "02.6", "03.6", "04.5", "05.6", "06.7", "07.7", "08.7"), CLINIC
    ),
}  # question -> why every class gets the same one


def same(value):
    return value


@dataclass(frozen=True)
class Convention:
    """One way in which the question of a class differs from that of the book.

    Parameters
    ----------
    says : str
        The sentence that the notebook prints in front of the question.
    words : tuple of (str, str)
        Texts of this question that read differently: statement, docstring, hints,
        messages of mistakes.
    elsewhere : tuple of (str, str)
        Texts in other cells of the notebook, such as code that uses the function.
    text : callable
        What happens to every text of the question after that.
    out, back : callable
        An argument as the book has it -> as the class has it, and back.
    answer : callable
        An answer of the book -> that of the class.
    edits : tuple of (str, str)
        Lines of the solution that compute something else; applied to the mistakes too,
        where they are still there.
    axes : callable
        Names of the axes of the book -> of the class.
    parts : nested tuple or None
        Names of the parts of the answer, where they are others.
    """

    says: str = ""
    words: tuple = ()
    elsewhere: tuple = ()
    text: Callable = same
    out: Callable = same
    back: Callable = same
    answer: Callable = same
    edits: tuple = ()
    axes: Callable = same
    parts: object = None


def varied(exercise, *makers):
    """The exercise with ``make_variant``; a maker is ``maker(seed) -> Convention``."""

    def make(seed):
        return variant(exercise, [maker(seed) for maker in makers])

    return replace(exercise, make_variant=make)


@dataclass(frozen=True)
class Words:
    """A text of a question in the book -> the same for the class."""

    pairs: tuple  # (old, new)
    rewritings: tuple  # callables, after that

    def __call__(self, text):
        for old, new in sorted(self.pairs, key=lambda pair: -len(pair[0])):
            text = text.replace(old, new)
        for rewrite in self.rewritings:
            text = rewrite(text)
        return text


def variant(exercise, conventions):
    """The exercise under all of the conventions, one after the other."""
    edits = [edit for c in conventions for edit in c.edits]
    words = Words(
        tuple(pair for c in conventions for pair in c.words),
        tuple(c.text for c in conventions),
    )
    known = exercise.misconceptions
    new = replace(
        exercise,
        make_variant=None,
        reference=edited_where(exercise.reference, *edits),
        misconceptions=tuple((edited_where(f, *edits), words(m)) for f, m in known),
        hints=tuple(map(words, exercise.hints)),
        says=" ".join(c.says for c in conventions),
        words=words,
        elsewhere=tuple(pair for c in conventions for pair in c.elsewhere),
    )
    for convention in conventions:
        new = _under(new, convention)
    return new


def _under(exercise, convention):
    """All of an exercise but its texts under one convention."""

    def turned(function):
        @functools.wraps(function)
        def on_the_other_side(*args):
            args = (carried(a, convention.back, convention.out) for a in args)
            return convention.answer(function(*args))

        return on_the_other_side

    def given(cases):
        return lambda rng: [
            tuple(carried(a, convention.out, convention.back) for a in args)
            for args in cases(rng)
        ]

    return replace(
        exercise,
        make_cases=given(exercise.make_cases),
        extra=tuple((share, given(cases)) for share, cases in exercise.extra),
        reference=turned(exercise.reference),
        misconceptions=tuple((turned(f), m) for f, m in exercise.misconceptions),
        axes=exercise.axes and convention.axes(exercise.axes),
        answer=convention.parts or exercise.answer,
    )


def carried(value, there, back):
    """A value brought over; a black box takes and gives what lies on its own side."""
    if not callable(value):
        return there(value)

    @functools.wraps(value)
    def box(*args, **named):
        named = {k: back(a) for k, a in named.items()}
        return there(value(*map(back, args), **named))

    return box


def nested(change):
    """``change`` on every array and dict of parameters in tuples: callable."""

    def changed(value):
        if isinstance(value, tuple | list):
            return tuple(map(changed, value))
        return change(value) if isinstance(value, np.ndarray | dict) else value

    return changed
