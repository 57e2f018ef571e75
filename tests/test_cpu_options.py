"""Every documented option of a cell, compiled, equals its readable loop."""

import pytest
from test_cells import OPTIONS
from test_cpu import LENGTHS, compare, made_of

from lstm_course import cells


def case_id(value):
    name, options = value
    return (
        f"{name}-{'-'.join(str(getattr(v, '__name__', v)) for v in options.values())}"
    )


def made(room, options):
    return getattr(cells, room).make(**options)


MADE = [(case_id(o), layer) for o in OPTIONS for layer in made_of(made(*o))]


@pytest.mark.slow
@pytest.mark.parametrize("cell", [c for _, c in MADE], ids=[n for n, _ in MADE])
def test_every_option_equals_its_readable_loop(cell):
    compare(cell)
    compare(cell, lengths=LENGTHS)
