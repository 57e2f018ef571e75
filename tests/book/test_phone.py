"""On a phone nothing is cut off without a sign, and no label is too small to read."""

import pytest
from book.pages import PAGES, every_page

pytestmark = pytest.mark.browser

CUT = """() => [...document.querySelectorAll('article *')]
    .filter(e => !e.closest('svg, mjx-assistive-mml, legend, [hidden]'))
    .filter(e => !e.matches('span.math'))
    .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .filter(e => getComputedStyle(e).overflowX !== 'visible')
    .filter(e => !e.classList.contains('more-right') || e.tabIndex < 0
        || getComputedStyle(e).maskImage === 'none')
    .map(e => e.outerHTML.slice(0, 120))"""
INLINE = """() => [...document.querySelectorAll('article span.math mjx-container')]
    .filter(e => !e.closest('.more-right') && e.offsetWidth)
    .filter(e => e.getBoundingClientRect().right > innerWidth)
    .map(e => e.parentElement.outerHTML.slice(0, 120))"""
WIDE = """() => [...document.querySelectorAll('article div.math.more-right')]
    .map(e => e.textContent.slice(0, 120))"""
FADES = "[...document.querySelectorAll('.more-right')].filter(e => e.checkVisibility())"
LABELS = """() => [...document.querySelectorAll('figure svg')]
    .filter(svg => svg.clientWidth && !svg.closest('.lcl, .live'))
    .flatMap(svg => [...svg.querySelectorAll('text, tspan')])
    .filter(t => [...t.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(t => { const { a, b, c, d } = t.getScreenCTM();
        return [Math.sqrt(Math.abs(a * d - b * c)), t] })
    .map(([scale, t]) => [scale * parseFloat(getComputedStyle(t).fontSize), t])
    .filter(([size, t]) => size < 11)
    .map(([size, t]) => `${size.toFixed(1)} px: ${t.textContent.trim()}`)"""
OUTSIDE = """() => [...document.querySelectorAll('figure svg text')]
    .filter(t => t.getBoundingClientRect().width)
    .filter(t => {
        const open = e => !e || getComputedStyle(e).overflowX === 'visible';
        let cuts = t.closest('svg.lcp')?.parentElement;  // whose edge cuts it off
        while (cuts && open(cuts)) cuts = cuts.parentElement;
        const r = t.getBoundingClientRect(), edge = cuts?.getBoundingClientRect();
        return r.left < Math.max(-1, (edge?.left ?? 0) - 1)
            || r.right > Math.min(innerWidth, edge?.right ?? innerWidth) + 1 })
    .map(t => t.textContent.trim())"""
UPON = """() => [...document.querySelectorAll('figure svg.lcp')].flatMap(svg => {
    const labels = [...svg.querySelectorAll('text')]
        .filter(t => t.getBoundingClientRect().width)
        .map(t => [t.getScreenCTM(), t.getBBox(), t.textContent.trim()]);
    const corners = ([m, { x, y, width, height }]) =>
        [[x, y], [x + width, y], [x, y + height], [x + width, y + height]]
            .map(([u, v]) => [m.a * u + m.c * v + m.e, m.b * u + m.d * v + m.f]);
    const along = (points, [u, v]) => points.map(([x, y]) => x * u + y * v);
    const share = (a, b) => Math.min(Math.max(...a), Math.max(...b))
        - Math.max(Math.min(...a), Math.min(...b));
    const upon = (one, other) => [one[0], other[0]]  // slanted ones along their lines
        .map(m => [m.a, m.b].map(v => v / Math.hypot(m.a, m.b)))
        .flatMap(([u, v]) => [[u, v], [-v, u]])
        .every(way => share(along(corners(one), way), along(corners(other), way)) > 10);
    return labels.flatMap((one, k) => labels.slice(k + 1)
        .filter(other => upon(one, other))
        .map(other => `${one[2]} | ${other[2]}`)) })"""


BESIDE = """() => [...document.querySelectorAll('.live-figure')].flatMap(place => {
    const box = place.getBoundingClientRect();
    return [...place.querySelectorAll('svg text')]
        .map(t => [t.getBoundingClientRect(), t.textContent.trim()])
        .filter(([r]) => r.width && (r.left < box.left - 1 || r.right > box.right + 1))
        .map(([, text]) => text) })"""


@pytest.fixture(scope="module")
def narrow(start_visit, site):
    """A function page -> the page at 390 px, nothing waiting for a guess."""

    def show(name):
        visit = start_visit()
        visit.page.set_viewport_size({"width": 390, "height": 844})
        return visit.open_all(f"{site}/{name}.html")

    return show


@every_page
def test_what_goes_on_beside_the_page_fades_and_is_reached_by_keys(narrow, name):
    page = narrow(name)
    assert page.evaluate(CUT) == []
    assert page.evaluate(INLINE) == []
    assert page.evaluate(WIDE) == []  # MathJax 3 breaks no lines: the source has to


@every_page
def test_labels_of_figures_are_readable_and_on_the_page(narrow, name):
    page = narrow(name)
    assert page.evaluate(LABELS) == []
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(UPON) == []
    assert page.evaluate(BESIDE) == []  # still pictures of live figures


def test_a_fade_moves_to_the_other_edge_with_what_it_hides(narrow):
    page = narrow(PAGES[1])
    wide = page.evaluate_handle(FADES + "[0]")
    wide.evaluate("e => e.focus()")
    for _ in range(100):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("e => e.classList.contains('more-left')", arg=wide)
    assert not wide.evaluate("e => e.classList.contains('more-right')")


def test_a_wide_screen_cuts_no_code(start_visit, site):
    page = start_visit().open(f"{site}/{PAGES[1]}.html")
    code = "[...document.querySelectorAll('.cell_input pre.more-right')].length"
    assert page.evaluate(code) == 0
