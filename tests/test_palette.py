"""The gate colours can be told apart, and read, by everybody."""

from itertools import combinations

import numpy as np
import pytest

from lstm_course.palette import GATES, GATES_DARK, PAGE, PAGE_DARK, css

SIDES = {"light": (GATES, PAGE), "dark": (GATES_DARK, PAGE_DARK)}
KEYS = "ifgochx"
# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB
EYES = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                   [0.2119034982, 0.6806995451, 0.1073969566],
                   [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                   [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def linear(colour):
    c = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def oklab(rgb):
    """A space in which distance is about what an eye sees (Ottosson 2020)."""
    return TO_LAB @ np.cbrt(TO_LMS @ np.clip(rgb, 0, 1))


def contrast(one, other):
    """WCAG 2 contrast ratio of two colours."""
    y = [float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (one, other)]
    return max(y) / min(y)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("eye", EYES)
def test_every_two_gates_stay_apart(side, eye):
    gates, _ = SIDES[side]
    seen = {k: oklab(np.array(EYES[eye]) @ linear(gates[k])) for k in KEYS}
    near = {a + b: np.linalg.norm(seen[a] - seen[b]) for a, b in combinations(KEYS, 2)}
    # 0.02 is about one just noticeable step; four of them, for thin lines
    assert min(near.values()) > 0.08, sorted(near.items(), key=lambda p: p[1])[:3]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", [*KEYS, "ink", "muted"])
def test_every_colour_reads_as_text_on_paper_and_on_soft_ground(side, name):
    gates, page = SIDES[side]
    colour = {**gates, **page}[name]
    assert contrast(colour, page["paper"]) >= 4.5
    assert contrast(colour, page["soft"]) >= 4.5


def test_both_sides_name_the_same_colours():
    assert GATES.keys() == GATES_DARK.keys() and PAGE.keys() == PAGE_DARK.keys()


def test_the_stylesheet_gets_every_colour_of_both_sides():
    text = css()
    for name in GATES:
        assert f"--gate-{name}: {GATES[name]};" in text
        assert f"--gate-{name}: {GATES_DARK[name]};" in text
