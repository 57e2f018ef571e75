"""What every table of doors shares: door x bad or odd input -> what happens.

A table is a dict from a door to its rows, and a row is

    what is odd about the input: (call, what happens)

where ``call`` takes nothing and what happens is one of

    refused(words)    a ValueError in four parts in which these words are found
    means(call)       the result of another call, number by number: the obvious meaning

``every_row(table)`` makes a test of each; ``test_doors.py`` is an example.
"""

import re

import numpy as np
import pytest


def refused(words, error=ValueError):
    """The call raises; words is a regular expression."""

    def check(call):
        with pytest.raises(error, match=words) as raised:
            call()
        assert_four_parts(str(raised.value))

    return check


def means(other):
    """The call gives what the other one gives."""

    def check(call):
        ours, theirs = list(numbers(call())), list(numbers(other()))
        assert len(ours) == len(theirs) > 0
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)

    return check


def every_row(table):
    """A decorator that gives a test ``call`` and ``happens`` of every row."""
    rows = [
        pytest.param(call, happens, id=f"{door}: {odd}")
        for door, odds in table.items()
        for odd, (call, happens) in odds.items()
    ]
    return pytest.mark.parametrize("call, happens", rows)


def assert_four_parts(message):
    """Three clauses at least, the last one a question: the next step."""
    assert message.endswith("?"), message
    ends = re.findall(r"[.?:;](?=\s|$)|, (?:but|layer|expected)", message)
    assert len(ends) >= 3, message


def numbers(result):
    """Every array in a nested result, in order."""
    if isinstance(result, dict):
        for key in sorted(result):
            yield from numbers(result[key])
    elif isinstance(result, tuple | list):
        for part in result:
            yield from numbers(part)
    else:
        yield np.asarray(result.detach() if hasattr(result, "detach") else result)
