"""Predict boxes as a notebook writes them: what is asked, and what turned out right.

    :::{admonition} Predict
    :class: predict
    How many of the four numbers differ?

    - 4
    - 0
    :::

A list at the end: choices.  ``:class: predict number``: a number.  Neither: free words.
The code cell below says in its metadata where its output holds the answer,

    "predict": {"find": "differ: (\\d)", "right": "0 if found[0] == 4 else 1"}

so that the book cannot say another answer than the run gives.
"""

import math
import re

BOX = re.compile(r"^(:{3,}|`{3,})\{admonition\} Predict\n(.*?)^\1$", re.M | re.S)
CHOICES = re.compile(r"(?:^- .*\n(?:(?:  .*)?\n)*)+\Z", re.M)
WORDS = {f.__name__: f for f in (abs, min, max, round, len, float, int)}
WORDS |= {"log10": math.log10, "sum": sum}
NEAR = 0.1  # how far off a number may be and still count as right, relatively


def boxes(source):
    """The Predict boxes of a Markdown cell: list of (kind, choices), in order.

    The kind is "choices", "number" or "words"; the choices are a list of str.
    """
    return [_box(match[2]) for match in BOX.finditer(source)]


def _box(body):
    if re.search(r"^:class:.*\bnumber\b", body, re.M):
        return "number", []
    listed = CHOICES.search(body)
    if not listed:
        return "words", []
    return "choices", re.findall(r"^- (.*)", listed[0], re.M)


def answer(predict, output, choices=0):
    """What the output says is right: an index of the choices, or a number.

    Parameters
    ----------
    predict : dict
        The cell's metadata: "find", a regular expression; "right", an expression over
        the list ``found`` of its groups (found[0] where it is left out).
    output : str
        What the cell printed.
    choices : int
        How many there are to choose from; 0 where a number is asked.

    Raises ValueError where nothing is found, or what is found is no answer.
    """
    match = re.search(predict["find"], output, re.M)
    if not match:
        raise ValueError(
            f"predict.find is {predict['find']!r}, and the output {output[:200]!r} has "
            "no such place. Expected one match: the answer. Let the cell print it?"
        )
    names = {**WORDS, "__builtins__": {}, "found": [_value(g) for g in match.groups()]}
    right = eval(predict.get("right", "found[0]"), names)
    if choices and right not in range(choices):
        raise ValueError(
            f"predict.right gives {right!r} for {match[0]!r}. There are {choices} "
            f"choices. Expected one of 0 to {choices - 1}. Count them again?"
        )
    if not isinstance(right, (int, float)) or not math.isfinite(right):
        raise ValueError(
            f"predict.right gives {right!r} for {match[0]!r}. The box asks for a "
            "number. Expected a finite one. Put brackets around it in predict.find?"
        )
    return int(right) if choices else float(right)


def _value(text):
    """A group of a match: float where it is one."""
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except (AttributeError, ValueError):
        return text
