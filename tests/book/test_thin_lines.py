"""A long line of a figure written in steps is the same line."""

import re

import numpy as np
import thin_lines


def places(line):
    """Where a path of M, l leads: array (points, 2)."""
    now, found = np.zeros(2), []
    for command, rest in re.findall(r"([Ml])([^Ml]*)", line):
        numbers = [float(v) for v in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        for pair in np.reshape(numbers, (-1, 2)):
            now = pair if command == "M" else now + pair
            found.append(now)
    return np.array(found)


def test_steps_lead_where_the_places_are():
    rng = np.random.default_rng(0)
    there = np.round(rng.uniform(-400, 400, (200, 2)), 2)
    words = [
        f"{'LM'[k % 50 == 0]} {x:.2f} {y:.2f} \n" for k, (x, y) in enumerate(there)
    ]
    line = thin_lines.steps("".join(words))
    np.testing.assert_allclose(places(line), there, atol=0.051)
    assert len(line) < 0.7 * len("".join(words)) and line.count("M") == 4


def test_short_paths_and_curves_stay():
    for path in ("M 1.25 2.5 L 3.75 4 z", "M 0 3 C 0.79 3 1.56 2.68 2.12 2.12 " * 20):
        assert thin_lines.thin(f'<path d="{path}"/>') == f'<path d="{path}"/>'


def test_a_long_line_of_a_drawing_is_found():
    line = " \n".join(f"{'LM'[k == 0]} {k}.25 7.13" for k in range(40))
    assert "l" in thin_lines.thin(f'<path d="{line}\n" style="fill: none"/>')
