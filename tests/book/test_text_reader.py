"""The character model that reads what the reader types: its numbers, its manners."""

import json

import numpy as np
import pytest
from book.test_widgets_words import show  # noqa: F401 (fixtures)

from lstm_course import init, trained
from lstm_course.doors import as_cell
from lstm_course.engines.page.text import cell_text
from lstm_course.models import LanguageModel
from lstm_course.trained import letters
from lstm_course.trained.letters import Letters
from lstm_course.widgets import TextReader

in_a_browser = pytest.mark.browser
every_network = pytest.mark.parametrize("name", trained.NAMES)
AFTER = 300  # ms until a figure has drawn
READ = """(() => {
  const spec = new Function("return " + given.cell)();
  const net = m.letterReader(spec, given.p, given.alphabet);
  return given.texts.map(text => net.read(net.encode(text).codes).map(s =>
    ({ c: [...(s.c ?? [])], f: [...(s.f ?? [])], h: [...s.h],
       p: [...m.softmax(s.scores, given.temperature)] })));
})()"""


def random_text(net, seed, T=150):
    return "".join(np.random.default_rng(seed).choice(list(net.alphabet), T))


def plain(K=7, H=5):
    """A network of a plain layer, weights at random."""
    rng = np.random.default_rng(0)
    p = init("rnn", K, H, rng, gain=1.5)
    return Letters("abcdefg"[:K], p, rng.normal(size=(K, H)), rng.normal(size=K), {})


def rounded(net):
    """The same with weights of 16 bits, as a page has them."""
    p = trained.weights.unpack(net.packed())
    own = {k: p[k] for k in ("W_x", "W_h", "b")}
    return net._replace(p=own, V=p["V"], v=p["v"])


# ---- the networks that come with the course ----
@every_network
def test_a_network_is_small_and_says_where_it_comes_from(name):
    net = trained.load(name)
    assert len(json.dumps(net.packed())) < 400_000
    assert {"command", "date", "machine", "best"} <= set(net.about)
    assert 32 <= len(net.p["W_h"]) <= 128


@every_network
def test_a_network_reads_its_text_better_than_all_letters_alike(name):
    net = trained.load(name)
    text = {"shakespeare": "My lord, the king is dead.\n", "python": "import os\n"}[
        name
    ]
    costs = [
        -np.log(net.chances(text[:t])[net.encode(text[t])[0]])
        for t in range(1, len(text))
    ]
    assert np.mean(costs) < 0.6 * np.log(len(net.alphabet))


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_folded_model_is_the_model(cell):
    import torch

    model = LanguageModel(cell, 6, 8, 5, seed=0).double()
    net = letters.fold(model, "abcde", {})
    codes = torch.tensor(net.encode("badcab"))[:, None]
    scores, state = model(codes)
    np.testing.assert_allclose(
        net.chances("badcab"), scores[-1, 0].softmax(-1).detach(), atol=1e-12
    )
    np.testing.assert_allclose(net.read("badcab")["h"][-1], state[0][0, 0].detach())
    assert net.cell == cell


def test_what_cannot_be_folded_or_read_is_refused():
    with pytest.raises(ValueError, match="2 layer.*of gru.*--layers 1"):
        letters.fold(LanguageModel("gru", 4, 4, 3, num_layers=2, seed=0), "abc", {})
    with pytest.raises(ValueError, match="'z'.*never read"):
        plain().encode("az")
    with pytest.raises(ValueError, match="'german'.*shakespeare"):
        trained.load("german")


def test_a_stored_network_is_the_same(tmp_path, monkeypatch):
    net = plain()
    letters.store(net, "toy", tmp_path)
    monkeypatch.setattr(letters, "FOLDER", tmp_path)
    monkeypatch.setattr(letters, "NAMES", ("toy",))
    again = letters.load("toy")
    assert again.cell == "rnn" and again.alphabet == net.alphabet
    np.testing.assert_allclose(again.chances("abc"), rounded(net).chances("abc"))


# ---- the page computes what Python computes ----
@in_a_browser
@pytest.mark.parametrize("name", [*trained.NAMES, "plain"])
def test_a_random_text_is_read_as_python_reads_it(js, name):
    net = rounded(plain()) if name == "plain" else trained.load(name)
    text = random_text(net, 1)
    texts = [text, text[:70] + random_text(net, 2, 30), text[:5]]  # a prefix is kept
    got = js("letters", READ, p=net.packed(), alphabet=net.alphabet, texts=texts,
             temperature=0.7, cell=cell_text(as_cell(net.cell)))  # fmt: skip
    for theirs, text in zip(got, texts, strict=True):
        ours = net.read(text)
        for key in {"c", "f", "h"} & set(ours):
            np.testing.assert_allclose([s[key] for s in theirs], ours[key], atol=1e-9)
        p = [net.chances(text[: t + 1], 0.7) for t in range(len(text))]
        np.testing.assert_allclose([s["p"] for s in theirs], p, atol=1e-9)


@in_a_browser
def test_letters_are_drawn_by_their_chances(js):
    p = [0.5, 0.2, 0.3]
    call = "given.at.map(chance => m.draw(given.p, chance))"
    got = js("letters", call, p=p, at=[0, 0.49, 0.5, 0.69, 0.71, 0.9999])
    assert got == [0, 0, 1, 1, 2, 2]
    best = js("letters", "m.softmax(given.scores, 0)", scores=[1, 3, 2])
    assert best == [0, 1, 0]
    assert js("letters", "m.distance([0.5, 0.5], [0, 1])") == 0.5


# ---- the figure ----
def text_of(root):
    return root.get_by_label("Your text").input_value()


@in_a_browser
def test_what_it_expects_is_what_python_expects(show):  # noqa: F811
    root = show(TextReader(text="Thou art my lor"))
    first = root.locator(".next li").first.inner_text().split()
    net = trained.load("shakespeare")
    chances = net.chances("Thou art my lor")
    assert first == ["d", f"{100 * chances.max():.0f}", "%"]
    assert net.alphabet[chances.argmax()] == "d"


@in_a_browser
def test_an_unknown_letter_is_named_and_passed_over(show):  # noqa: F811
    root = show(TextReader(text="to be"))
    before = root.locator(".next").inner_text()
    root.get_by_label("Your text").fill("to ~be")
    root.page.wait_for_timeout(AFTER)
    assert "“~”" in root.locator(".help").inner_text()
    assert root.locator(".next").inner_text() == before


@in_a_browser
def test_it_writes_on_from_the_chosen_letter(show):  # noqa: F811
    root = show(TextReader(text="To be, or not to be"))
    strip = root.get_by_role("slider", name="Chosen letter")
    strip.focus()
    root.page.keyboard.press("Home")
    for _ in range(4):
        root.page.keyboard.press("ArrowRight")
    root.page.wait_for_timeout(AFTER)
    assert strip.get_attribute("aria-valuetext") == "letter 5 of 19: e"
    root.get_by_role("button", name="one letter").click()
    root.page.wait_for_timeout(AFTER)
    assert len(text_of(root)) == 6 and text_of(root).startswith("To be")
    root.get_by_role("button", name="write on").click()
    root.page.wait_for_function(
        "document.querySelector('textarea').value.length === 66", timeout=15_000
    )


@in_a_browser
def test_at_temperature_0_it_writes_the_likeliest_letters(show):  # noqa: F811
    net, text = trained.load("shakespeare"), "KING"
    root = show(TextReader(text=text, temperature=0.0))
    for _ in range(6):
        root.get_by_role("button", name="one letter").click()
        root.page.wait_for_timeout(AFTER)
        text += net.alphabet[net.chances(text).argmax()]
    assert text_of(root) == text


@in_a_browser
def test_a_replaced_letter_alters_what_follows_as_in_python(show):  # noqa: F811
    net, text = trained.load("shakespeare"), "The king is dead"
    root = show(TextReader(text=text, at=4))
    root.get_by_label("Replace the chosen letter by").fill("r")
    root.page.wait_for_timeout(AFTER + 200)
    other = text[:4] + "r" + text[5:]
    apart = [
        0.5 * abs(net.chances(text[: t + 1]) - net.chances(other[: t + 1])).sum()
        for t in (4, 14)
    ]
    said = root.locator(".say").inner_text()
    numbers = [float(part.split()[-1]) for part in said.split(" %")[-3:-1]]
    np.testing.assert_allclose(numbers, np.multiply(100, apart), atol=0.5)
    assert root.locator(".strip span").nth(4).get_attribute("style").count("through")


@in_a_browser
def test_the_tour_waits_for_each_deed(show):  # noqa: F811
    root = show(TextReader(text="To be"))
    root.get_by_role("button", name="Show me around").click()
    words = root.locator(".tour p")
    assert words.inner_text().startswith("1 of 6")
    assert root.locator(".lit").count() == 1
    root.page.wait_for_timeout(AFTER)
    assert words.inner_text().startswith("1 of 6")  # it waits
    root.get_by_label("Your text").fill("To be,")
    root.page.wait_for_timeout(AFTER)
    assert words.inner_text().startswith("2 of 6")
    root.get_by_role("slider", name="Chosen letter").focus()
    root.page.keyboard.press("Home")
    root.page.wait_for_timeout(AFTER)
    assert words.inner_text().startswith("3 of 6")
    root.get_by_role("button", name="leave").click()
    assert words.inner_text() == "" and root.locator(".lit").count() == 0


@in_a_browser
def test_a_plain_layer_shows_its_states(show):  # noqa: F811
    root = show(TextReader(plain(), text="abcabc"))
    assert root.locator(".gates i").all_inner_texts() == ["h"]
    ours = rounded(plain()).read("abcabc")["h"][-1, 0]
    shown = root.locator(".gates output").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(ours, abs=0.006)
