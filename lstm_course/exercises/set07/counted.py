"""Questions in which a black box counts what is asked of it.

Half of the points are for right values, the other half for right values with no more
requests than needed.  The box holds something hidden, so that nobody comes by a value
without asking; it counts on the grader's side, where no answer can reach.
"""

from ..comparing import differences
from ..definition import Exercise, Finding
from ..values import fresh, plain

MOST = 1000  # requests; a loop that never ends is stopped


def noted(asked, request):
    """Write a request down; an error where there are far too many."""
    asked.append(request)
    if len(asked) > MOST:
        raise ValueError(
            f"The box was asked {len(asked)} times, expected a few for each step. Does "
            "the loop ever end?"
        )


def counted(cases, reference, slips, wasteful, excess, **fields):
    """An exercise that is judged by values and by what its box has counted.

    Parameters
    ----------
    cases : callable
        ``cases(rng, strict) -> list of arguments``, the box first.  It has ``strict``,
        ``asked`` (a list that grows) and ``twin()``, an uncounted box of the same kind.
    reference : callable
    slips, wasteful : tuple of (callable, str)
        Mistakes in the values; right values at too high a price.
    excess : callable
        ``excess(args, asked) -> str``: what is too much, "" if nothing is.
    **fields
        Of the Exercise.
    """

    def values(function, args):
        box, *rest = fresh(args)
        return plain(function(box.twin(), *rest))

    def verify(args, got):
        found = differences(shape, values(reference, args), got)
        for wrong, text in slips if found else ():
            if not differences(shape, values(wrong, args), got):
                return [Finding("value", found[0].where, text, public=True)]
        box = args[0]
        text = "" if found or not box.strict else excess(args, box.asked)
        return [Finding("value", "", text, public=True)] if text else found

    shape = Exercise(**fields)
    return Exercise(
        **fields,
        make_cases=lambda rng: cases(rng, strict=False),
        extra=((0.5, lambda rng: cases(rng, strict=True)),),
        reference=reference,
        verify=verify,
        misconceptions=(*slips, *wasteful),
    )
