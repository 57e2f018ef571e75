"""Figures follow the page's theme, keep their numbers, and say what was measured."""

import re
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

from lstm_course import palette, plots

SVG = "{http://www.w3.org/2000/svg}"


def draw(number=0.0123, color=palette.GATES["f"], label="loss $h_t$", size=None):
    """A figure with a line, a legend, a clip path, mathematics and a number."""
    with plt.rc_context(plots.STYLE):
        fig = Figure(figsize=size)
        ax = fig.add_subplot()
        ax.plot([0, 1, 2], [0.2, 0.9, 0.4], color=color, marker="o", label=label)
        ax.text(1, 0.5, f"rate {number}")
        ax.set(xlabel="step $t$ of 7", ylabel=r"$\partial L / \partial W_h$")
        ax.legend()
    return fig


def text_of(svg):
    """Every line of text in the picture, tspans joined, spaces plain."""
    lines = ET.fromstring(svg).iter(f"{SVG}text")
    return [" ".join("".join(line.itertext()).split()) for line in lines]


@pytest.fixture
def svg():
    return plots.themed_svg(draw())


def test_the_picture_is_well_formed_and_brings_no_foreign_parts(svg):
    assert ET.fromstring(svg).tag == f"{SVG}svg"
    assert not re.search(r"<metadata|<!DOCTYPE|<\?xml|<script|font-family: '", svg)


@pytest.mark.parametrize("name", [k for k in palette.GATES if k not in palette.SAME])
def test_a_gate_s_colour_becomes_its_variable_in_light_and_dark(name):
    svg = plots.themed_svg(draw(color=palette.GATES[name]))
    body = svg.split("</style>")[1]
    assert f"var(--p-{name})" in body
    assert f"--p-{name}:var(--gate-{name},{palette.GATES[name]})" in svg
    assert f"--p-{name}:var(--gate-{name},{palette.GATES_DARK[name]})" in svg


def test_words_and_axes_take_the_page_s_ink(svg):
    body = svg.split("</style>")[1]
    assert "var(--p-ink)" in body and "var(--p-muted)" in body
    assert not re.search(r"#(?:000000|ffffff)", body), "would stay so in the dark"


def test_no_colour_of_the_style_is_outside_the_palette(svg):
    assert re.findall(r"#[0-9a-fA-F]{6}\b", svg.split("</style>")[1]) == []


def test_numbers_in_the_text_keep_all_their_digits():
    assert "rate 0.005678" in text_of(plots.themed_svg(draw(number=0.005678)))


def test_mathematics_reads_in_the_order_it_was_written(svg):
    words = text_of(svg)
    assert "step t of 7" in words and "∂L/∂Wh" in words and "loss ht" in words


def test_two_figures_on_one_page_share_no_id():
    ids = [
        set(re.findall(r'\bid="([^"]+)"', plots.themed_svg(draw(number=n))))
        for n in (1.5, 2.5)
    ]
    assert ids[0] and not ids[0] & ids[1]


def test_every_reference_finds_its_id(svg):
    ids = set(re.findall(r'\bid="([^"]+)"', svg))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', svg)) == ids


def test_the_same_figure_gives_the_same_text():
    assert plots.themed_svg(draw()) == plots.themed_svg(draw())


def test_the_alternative_text_is_said_and_cannot_break_out():
    svg = plots.themed_svg(draw(), alt='loss < 1 & "falling"')
    assert ET.fromstring(svg).get("aria-label") == 'loss < 1 & "falling"'


def test_a_notebook_shows_a_figure_as_themed_svg_only():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        plots.use_style()
        data, _ = shell.display_formatter.format(draw())
        assert data["text/html"].startswith('<svg class="lcp"')
        assert not {"image/png", "image/svg+xml"} & set(data)
    finally:
        shell.clear_instance()
        plt.rcdefaults()


def test_a_tile_is_as_full_as_its_value():
    fig = draw()
    values = np.array([[-1.0, 0.0, 1.0], [0.5, -0.5, 7.0]])
    plots.tiles(fig.axes[0], values, "c")
    alpha = fig.axes[0].collections[-1].get_facecolors()[:, 3]
    assert alpha == pytest.approx([0.0, 0.5, 1.0, 0.75, 0.25, 1.0])


def test_an_interval_is_that_of_student():
    rng = np.random.default_rng(3)
    runs = rng.normal(size=(6, 4))
    mean, half = plots.interval(runs)
    low, high = stats.t.interval(0.95, 5, loc=runs.mean(0), scale=stats.sem(runs))
    assert mean - half == pytest.approx(low) and mean + half == pytest.approx(high)


def test_one_run_has_no_interval():
    with pytest.raises(ValueError, match="repeated runs"):
        plots.interval(np.zeros((1, 4)))


def test_a_band_draws_the_mean_inside_its_interval():
    fig, runs = draw(), np.random.default_rng(4).normal(size=(5, 3))
    ax = fig.axes[0]
    plots.band(ax, [1, 2, 3], runs, palette.GATES["h"], "runs")
    assert ax.lines[-1].get_ydata() == pytest.approx(runs.mean(0))
    low = ax.collections[-1].get_paths()[0].vertices[:, 1].min()
    mean, half = plots.interval(runs)
    assert low == pytest.approx((mean - half).min())


def test_each_draws_every_run_and_their_mean():
    fig, runs = draw(), np.random.default_rng(5).normal(size=(4, 3))
    ax = fig.axes[0]
    plots.each(ax, [1, 2, 3], runs, palette.GATES["h"], "runs")
    drawn = [line.get_ydata() for line in ax.lines[1:]]
    assert np.array(drawn) == pytest.approx(np.vstack([runs, runs.mean(0)]))
