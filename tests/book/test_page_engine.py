"""Cells as JavaScript: forward, back, and how a state depends on an earlier one."""

import numpy as np
import pytest
from proofs import case

from lstm_course import CELLS, jacobian, unroll, unroll_backward
from lstm_course.cells import (
    clockwork,
    coupled,
    gru,
    lstm,
    lstm1997,
    mlstm,
    noisy,
    normed,
)
from lstm_course.engines.page.text import cell_text
from lstm_course.ops import hard_sigmoid6

pytestmark = pytest.mark.browser

OPTIONS = {
    "before": gru.make("before", "takes_new"),
    "hard": lstm.make(hard_sigmoid6),
    "keeps f": coupled.make("f"),
    "of 1997": lstm1997.make("1997", True),
    "heads": mlstm.make(3),
    "ticks": clockwork.make((1, 3), 1),
}
HAVE_NO_PULL = {"depth_gated", "mlstm", "heads"}  # several layers; matrices
every_cell = pytest.mark.parametrize("name", [*CELLS, *OPTIONS])
RUN = """(() => {
  const cell = new Function("return " + given.text)();
  const flat = (v) => Float64Array.from([v].flat(9));
  const each = (all, f) => Object.fromEntries(
    Object.entries(all).map(([k, v]) => [k, f(v)]));
  const ran = ({ sizes: [T, B, I, H], p, x, codes, state, dstate, dh }) => {
    const net = m.makeNet(cell, each(p, flat), { T: T + 2, B, I, H });
    const input = codes ? Int32Array.from(codes.flat()) : flat(x);
    m.runNet(net, input.map((v) => (codes ? 0 : 9 - v)), null, T); // left-overs
    m.runNetBack(net, flat(dh).map((v) => v + 1));
    m.runNet(net, input, state && each(state, flat), T);
    const [h, end] = [Array.from(m.outputs(net)), each(m.endState(net), Array.from)];
    const dx = new Float64Array(T * B * I);
    m.runNetBack(net, flat(dh), { dstate: dstate && each(dstate, flat), dx });
    return { h, end, dx: Array.from(dx), grads: each(net.grads, Array.from),
             start: each(m.startGradients(net), Array.from),
             shapes: m.shapesOf(cell, I, H) };
  };
  return given.cases.map(ran);
})()"""
PULL = """(() => {
  const cell = new Function("return " + given.text)();
  const flat = (v) => Float64Array.from([v].flat(9));
  const p = Object.fromEntries(Object.entries(given.p).map(([k, v]) => [k, flat(v)]));
  const [T, B, I, H] = given.sizes;
  const net = m.makeNet(cell, p, { T, B, I, H });
  m.runNet(net, flat(given.x));
  const names = cell.states, n = names.length * H, d = {};
  names.forEach((name, s) => {
    d[name] = new Float64Array(n * H);
    for (let j = 0; j < H; j++) d[name][(s * H + j) * H + j] = 1;
  });
  m.pullNetBack(net, d, given.s, given.t - 1);
  return Array.from({ length: n }, (_, r) =>
    names.flatMap((name) => Array.from(d[name].slice(r * H, (r + 1) * H))));
})()"""


def cell_of(name):
    return OPTIONS.get(name) or CELLS[name]


def lists(arrays):
    return {k: np.asarray(v).tolist() for k, v in arrays.items()}


def given(cell, p, x, state, dh, dstate, codes=None):
    """A case as the page reads it."""
    named = [
        s and lists(dict(zip(cell.states, s, strict=True))) for s in (state, dstate)
    ]
    sizes = (*dh.shape[:2], cell.sizes(p)[0], dh.shape[2])
    names = "sizes p x dh codes state dstate".split()
    values = sizes, lists(p), x.tolist(), dh.tolist(), codes, *named
    return dict(zip(names, values, strict=True))


def near(theirs, ours, share, what):
    """Equal up to a share of the largest number."""
    theirs, scale = np.reshape(theirs, ours.shape), max(1e-3, abs(ours).max())
    assert np.isfinite(theirs).all(), what
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=share * scale, err_msg=what)


def compare(got, cell, p, x, state, dh, dstate):
    """Forward to 1e-12, where exp and tanh differ in their last bit; back to 1e-9."""
    h, end, caches = unroll(cell, p, x, state)
    dx, dstart, grads = unroll_backward(cell, p, dh, caches, dstate)
    near(got["h"], h, 1e-12, "h")
    near(got["dx"], dx, 1e-9, "dx")
    for name, value, back in zip(cell.states, end, dstart, strict=True):
        near(got["end"][name], value, 1e-12, name)
        near(got["start"][name], back, 1e-9, f"d{name}")
    shapes = {k: tuple(v) for k, v in got["shapes"].items()}
    assert shapes == {k: v.shape for k, v in p.items()}
    for name, value in grads.items():
        near(got["grads"][name], value, 1e-9, name)


@every_cell
def test_a_cell_in_the_page_is_the_package_s_there_and_back(js, name):
    cell, cases = cell_of(name), []
    for T, B, I in [(7, 3, 4), (1, 2, 6), (12, 5, 3)]:
        cases.append((case(cell, T, B, I, 6, seed=T), None))
    p, _, _, dh, _ = case(cell, 5, 3, 6, 6, seed=2)
    codes = np.random.default_rng(1).integers(-1, 6, (5, 3))  # -1: a row of zeros
    x = np.eye(7)[codes][..., :6]
    cases.append(((p, x, None, dh, None), codes.tolist()))  # its own start state
    sent = [given(cell, *c, codes) for c, codes in cases]
    for got, (c, _) in zip(
        js("net", RUN, text=cell_text(cell, (6,)), cases=sent), cases, strict=True
    ):
        compare(got, cell, *c)


@pytest.mark.parametrize("name", sorted({*CELLS, *OPTIONS} - {*HAVE_NO_PULL}))
def test_a_state_depends_on_an_earlier_one_as_in_the_package(js, name):
    cell = cell_of(name)
    p, x, *_ = case(cell, 6, 1, 4, 6)
    for s, t in [(0, 6), (2, 5)]:
        sent = {"p": lists(p), "x": x.tolist(), "sizes": (6, 1, 4, 6), "s": s, "t": t}
        got = js("net", PULL, text=cell_text(cell, (6,)), **sent)
        near(got, jacobian(cell, p, x, s, t)[0], 1e-9, name)


def test_what_the_page_cannot_run_is_refused_with_the_next_step():
    for cell in (normed.normed(lstm.cell), noisy.candidate(lstm.cell)):
        with pytest.raises(ValueError, match=r"JavaScript.*\?$"):
            cell_text(cell)
