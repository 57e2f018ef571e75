"""One definition per exercise, for the check in the notebook, the grade and the tests.

    Exercise("04.2", "lstm_step_backward", points=20, make_cases=cases,
             reference=step_backward,
             answer=("dx", ("dh_prev", "dc_prev"), "grads"))

``make_cases(rng)`` gives a list of argument tuples (values of ``values.py``; a
function among them is a black box the student may call).  ``compare`` looks at one
answer, ``judge`` at all cases; both serve the notebook's check and the grader.

The text of a ``Finding`` is for the student's own notebook.  An official report of
hidden cases shows ``Finding.brief`` only, where no number of a case can hide.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

BRIEF = {
    "kept": "changes what it was given",
    "runs": "stopped before it gave an answer",
    "written": "is not written yet",
    "type": "is not the kind of thing that was asked for",
    "shape": "has the wrong shape",
    "dtype": "has the wrong dtype",
    "finite": "holds NaN or infinity",
    "value": "has wrong values",
}


CONCLUSION = (
    (2, "Says what was predicted, as it was before the run."),
    (3, "Gives what was measured, as numbers that the notebook shows."),
    (3, "Explains the difference by what the cell computes, not by a word for it."),
    (2, "Says how far it holds: seeds, sizes, tasks that were not tried."),
)  # a rubric for written conclusions


@dataclass(frozen=True)
class Finding:
    """What is wrong with one part of an answer."""

    property: str  # a key of BRIEF, in the order in which they are checked
    where: str  # "dx", "grads[W_x]"
    message: str  # with numbers, for the student's own notebook
    public: bool = False  # True where the message holds nothing of a case
    also: str = ""  # what all its values have in common, in the notebook
    hint: str = ""  # the same without a number of a case

    @property
    def text(self):
        return f"{self.message} {self.also}".strip()

    @property
    def brief(self):
        if self.public:
            return self.message
        said = f"{self.where or 'The answer'} {BRIEF[self.property]}."
        return f"{said} {self.hint}".strip()


@dataclass(frozen=True)
class Verdict:
    """The outcome of one exercise: a share of its points and why."""

    fraction: float
    findings: tuple[Finding, ...] = ()  # of the first case that is not right
    misconception: str = ""  # the message of the known mistake this answer makes

    @property
    def message(self):
        if not self.findings:
            return "Right."
        return self.misconception or " ".join(f.text for f in self.findings)

    @property
    def brief(self):
        """The first thing that is wrong, without a number of a case.

        For official reports: one part and one property, or one known mistake, so that
        no answer can spell out a hidden case by being wrong in many places.
        """
        if not self.findings:
            return "Right."
        first = self.findings[0]
        if self.misconception and first.hint and first.property in ("type", "shape"):
            return f"{self.misconception} {first.brief}"
        return self.misconception or first.brief


@dataclass(frozen=True)
class Exercise:
    """One question.

    Parameters
    ----------
    id : str
        "04.2": the set and the question.
    function : str
        Name of the function the student writes.
    points : float
    make_cases : callable
        ``make_cases(rng) -> list of argument tuples``; sizes all different.
    reference : callable
        A right implementation; never seen by the student.
    answer : str, None or nested tuple of them
        Names of the parts of the answer; a part named None is not compared (a cache).
    axes : dict
        Part -> names of its axes, ``{"h": ("step", "row", "unit")}``.  An axis named
        by letters and spaces, "i f g o", holds one block per letter.
    rtol, atol : float
    digits : int
        How many digits of a number are asked for, where that is said.
    keeps : bool
        The text asks to leave the arguments as they are: half of the points.  An
        answer then travels with what the call left of them.
    verify : callable or None
        ``verify(args, got) -> list of Finding`` instead of a comparison, where many
        answers are right.  ``got`` comes from outside: check shapes before computing.
    must : callable or None
        ``must(*args) -> bool``: cases that have to be right, or no test counts.  A
        student's test that calls right things wrong would else win by throwing coins.
    form_of : callable or None
        ``form_of(*args) -> str``: cases of one test with the same name are forms of
        one mistake.  Who gets some of them right and others wrong is guessing, and
        loses what the test would have brought.
    alike : bool
        Right boxes of different cases give the same answers, so that notes on one tell
        about the next: some cases are asked again where nothing was before.
    hints : tuple of str
        In stages, from a nudge to almost the line.
    misconceptions : tuple of (callable, str)
        Wrong implementations and the message each deserves.
    manual : bool
        A human reads the answer; no function is called.
    rubric : tuple of (points, str)
        What a human looks for, and what it is worth.
    needs_torch : bool
        Arrays are handed over as torch tensors.
    make_variant : callable or None
        ``make_variant(seed) -> Exercise``: the same question with other conventions.
    says : str
        Of a variant: its conventions, as the notebook states them.
    words : callable or None
        Of a variant: a text of the question in the book -> the same for the class.
    elsewhere : tuple of (str, str)
        Of a variant: what other cells of the notebook say instead.
    extra : tuple of (float, callable)
        Hidden tests of a private overlay: (share of the points, make_cases).
    """

    id: str
    function: str
    points: float
    make_cases: Callable = None
    reference: Callable = None
    answer: object = "answer"
    axes: dict = None
    rtol: float = 1e-6
    atol: float = 1e-9
    digits: int = 0
    keeps: bool = False
    verify: Callable = None
    must: Callable = None
    form_of: Callable = None
    alike: bool = False
    hints: tuple = ()
    misconceptions: tuple = ()
    manual: bool = False
    rubric: tuple = ()
    needs_torch: bool = False
    make_variant: Callable = None
    says: str = ""
    words: Callable = None
    elsewhere: tuple = ()
    extra: tuple = ()

    @property
    def how(self):
        """How a function is called: "torch", "kept" with its arguments after, or ""."""
        return "torch" if self.needs_torch else "kept" if self.keeps else ""

    def tests(self):
        """(share, make_cases) of every test; the shares add up to 1."""
        rest = 1.0 - sum(share for share, _ in self.extra)
        return ((rest, self.make_cases), *self.extra)


@dataclass(frozen=True)
class ExerciseSet:
    """The questions of one notebook.

    ``helpers`` names the functions of ``lstm_course.ops`` that the jail offers; None
    offers them all.
    """

    name: str  # "04_step_by_step", also the stem of the notebook
    exercises: tuple[Exercise, ...]
    helpers: tuple[str, ...] | None = None

    def variant(self, seed):
        """The set with every exercise that has variants replaced by one of them."""
        made = (e.make_variant(seed) if e.make_variant else e for e in self.exercises)
        return replace(self, exercises=tuple(made))
