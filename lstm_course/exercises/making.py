"""What the exercise sets share: random cases, mistakes, suspects of bug clinics."""

import functools
import inspect

FORMS = 2  # of every mistake in a bug clinic; who guesses has to guess them all
SIZES = ((5, 3, 4, 6), (4, 2, 5, 3))  # T, B, I, H of the usual two cases


def weights(rng, I, H, blocks=4, scale=0.8):
    """Parameters of a cell with so many blocks: dict of W_x, W_h and b."""
    shapes = {"W_x": (I, blocks * H), "W_h": (H, blocks * H), "b": (blocks * H,)}
    return {k: scale * rng.normal(size=s) for k, s in shapes.items()}


def state(rng, B, H):
    """A hidden and a cell state as a cell can have them: h (B, H), c (B, H)."""
    return rng.uniform(-0.9, 0.9, (B, H)), rng.normal(size=(B, H))


@functools.cache
def source_of(function):
    return getattr(function, "text", None) or inspect.getsource(function)


@functools.cache
def edited(function, *edits):
    """A wrong form of a function: its text with each (old, new) replaced.

    A mistake is shown as what it is, a slip in one line of the right solution.
    """
    text = source_of(function)
    for old, new in edits:
        if old not in text:
            raise ValueError(
                f"{function.__name__} has no text {old!r} to replace. Every mistake "
                "is an edit of the solution as it stands. Was the solution changed?"
            )
        text = text.replace(old, new)
    names = dict(function.__globals__)
    exec(compile(text, f"<a mistake in {function.__name__}>", "exec"), names)
    made = names[function.__name__]
    made.text = text
    return made


def edited_where(function, *edits):
    """The function with those of the edits whose text it still has."""
    found = [edit for edit in edits if edit[0] in source_of(function)]
    return edited(function, *found) if found else function


def mistakes(function, *rows):
    """Misconceptions of an exercise: rows of (old, new, message)."""
    return tuple((edited(function, (old, new)), text) for old, new, text in rows)


def form(right, wrong, size=1.0):
    """``wrong``, or with another size one that errs in the same places by as much."""
    if size == 1.0:
        return wrong

    def between(a, b):
        if isinstance(a, dict):
            return {k: between(a[k], b[k]) for k in a}
        if isinstance(a, tuple):
            return tuple(map(between, a, b))
        return a + size * (b - a)

    @functools.wraps(right)
    def formed(*args, **named):
        return between(right(*args, **named), wrong(*args, **named))

    return formed


class Suspect:
    """A black box of a bug clinic; ``bug`` names what is wrong with it, or is ""."""

    def __init__(self, function, bug=""):
        self.function, self.bug = function, bug

    def __call__(self, *args, **named):
        return self.function(*args, **named)


def clinic(suspects, sound, lessons, strict=None, signs=(-1, 1)):
    """The parts of an exercise in which the student writes a test.

    Parameters
    ----------
    suspects : callable
        ``suspects(bug, rng, size) -> tuple of arguments``; a Suspect is the last of
        them.  Its mistake is ``size`` times the one in the text, and what may differ
        between right ones is drawn from rng.
    sound : tuple of str
        Names of different right ones, "" among them.
    lessons : dict
        bug -> what a test that overlooks it has to learn.
    strict : str
        What a test has to learn that refuses a right one.
    signs : tuple of int
        Directions in which a mistake may err.

    Returns
    -------
    dict
        make_cases, extra (one test per bug, with equal shares), reference, must,
        form_of and misconceptions of an Exercise.
    """

    def cases(bug):
        turn, odd = divmod(list(lessons).index(bug), 2)

        def make(rng):
            sizes = rng.choice(signs, FORMS - 1) * rng.uniform(0.5, 2.0, FORMS - 1)
            forms = [suspects(bug, rng, size) for size in (1.0, *sizes)]
            if odd:  # one right one for two mistakes
                return forms
            return [forms[0], suspects(sound[turn % len(sound)], rng), *forms[1:]]

        return make

    first, *others = lessons
    return {
        "make_cases": cases(first),
        "extra": tuple((1 / len(lessons), cases(bug)) for bug in others),
        "reference": lambda *args: args[-1].bug in sound,
        "must": lambda *args: args[-1].bug in sound,
        "form_of": lambda *args: args[-1].bug,
        "misconceptions": (
            *((_finds_all_but(b, sound), m) for b, m in lessons.items()),
            (lambda *args: False, strict or TOO_STRICT),
        ),
    }


def _finds_all_but(bug, sound):
    """A test that overlooks one bug."""
    return lambda *args: args[-1].bug in (*sound, bug)


TOO_STRICT = (
    "Your test calls something wrong that is right. Numerical and exact values never "
    "agree to the last digit: is your tolerance too small, or your step too large?"
)
