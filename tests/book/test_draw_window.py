"""The window of DRAW: the page computes what ``models.draw`` computes."""

import numpy as np
import pytest
from book.test_widgets_words import show  # noqa: F401 (a fixture)

from lstm_course.models import draw
from lstm_course.widgets import DrawWindow

in_a_browser = pytest.mark.browser
CASES = [  # x, y, stride, variance, N
    *((6.5, 6.5, 2.0, 1.0, 4), (2.25, 9.0, 1.0, 0.05, 5), (-3.0, 16.0, 8.0, 12.0, 2)),
    (7.0, 5.5, 3.3, 1.7, 3),
]


def window(case, image=None):
    return DrawWindow(image, **dict(zip(("x", "y", "stride", "variance", "N"), case)))  # noqa: B905


@in_a_browser
@pytest.mark.parametrize("case", CASES)
def test_the_page_reads_and_writes_what_python_does(js, case):
    figure = window(case, np.random.default_rng(0).uniform(size=(9, 12)))
    names = ("image", "x", "y", "stride", "variance", "N")
    got = js("draw_window", "m.look(given)", **{k: getattr(figure, k) for k in names})
    F_y, F_x = figure.filters()
    for name, ours in (("Y", F_y), ("X", F_x), ("read", figure.read())):
        np.testing.assert_allclose(got[name], ours, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got["written"], figure.written(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_what_is_read_is_what_the_model_reads(case):
    figure = window(case)
    log_delta = np.log(figure.stride * (figure.N - 1) / 11)
    w = [[(figure.x / 6.5) - 1, (figure.y / 6.5) - 1, np.log(figure.variance)]]
    p = {"W_read": np.zeros((1, 5)), "b_read": np.array(w[0] + [log_delta, 0.0])}
    x = np.array(figure.image)[None]
    r = draw.read_window(p, x, x, np.zeros((1, 1)), figure.N)
    np.testing.assert_allclose(r[0, : figure.N**2].reshape(figure.N, -1), figure.read())


@in_a_browser
def test_the_sentence_says_what_is_off_the_picture(show):  # noqa: F811
    root = show(DrawWindow(x=13.0, stride=2.0, N=3))
    text = root.locator(".say").inner_text()
    assert "3 × 3 filters" in text and "9 numbers from 144 pixels" in text
    assert "2 of the 6 rows and columns" in text  # centres 11, 13 and 15 of 12
    label = root.get_by_label("centre, column", exact=True)
    label.press("Home")
    root.page.wait_for_timeout(350)
    assert "columns −5.0 to −1.0" in root.locator(".say").inner_text()


@pytest.mark.parametrize(
    "odd, message",
    [
        ({"image": np.ones(5)}, "image has shape.*rows, columns"),
        ({"image": np.full((4, 4), 9.0)}, "image goes from 9.*Divide"),
        ({"N": 1}, "N is 1.*2 to 6"),
        ({"variance": 0.0}, "variance is 0.0.*0.05 to 12.*variance=0.05"),
        ({"sigma": 1.0}, "no 'sigma'.*variance"),
    ],
)
def test_what_is_odd_is_met_at_the_door(odd, message):
    with pytest.raises(ValueError, match=message):
        DrawWindow(**odd)
