"""The book keeps its promises: each topic has its place on a built page."""

import re
from functools import cache

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.browser

RNN, FAR = "01_recurrent_networks", "02_long_term_dependencies"
GATES, LSTM = "03_gates_and_cell_state", "04_lstm_step_by_step"
VARIANTS = "05_variants"
CELLS, CORRECTIONS = "cells_at_a_glance", "corrections"

# Topic: the page, and what must stand on it, all of it.
TOPICS = {
    "a loop that leaves a note": (RNN, ["leaves itself a note", "copied along time"]),
    "where they are used": (
        RNN,
        ["In speech", "for words", "To translate", "looks at pictures"],
    ),
    "clouds and sky": (FAR, ["clouds are in the", "clouds-and-sky"]),
    "France and French": (FAR, ["grew up in France", "speak fluent", "gap of 30"]),
    "not the matrix alone": (FAR, ["spectral radius", r"slopes \\\(1 - h\^2"]),
    "a plain RNN can, in theory": (FAR, ["In theory, a plain RNN can", "latch"]),
    "clipping": (FAR, ["called clipping"]),
    "conveyor belt": (GATES, ["The conveyor belt", "constant error carousel"]),
    "what 0 and 1 mean for a gate": (GATES, ["0 lets nothing through, 1 lets everyth"]),
    "both hard sigmoids": (GATES, ["Theano, of Keras 1 and 2", "hard_sigmoid6"]),
    "no forget gate in 1997": (GATES, ["LSTM of 1997 had no forget gate"]),
    "memory's half-life and chrono": (GATES, ["half-life", "from lstm_course.init"]),
    "four interacting layers": (LSTM, ["four interacting layers", "Two notes, four l"]),
    "four steps": (LSTM, [rf"Step {n}: " for n in "1234"]),
    "keep, not forget": (LSTM, ["what is kept, not what is forgotten"]),
    "gender and number": (LSTM, ["number and gender: himself , herself"]),
    "the unit that knows, and lies": (LSTM, ["microscope", "held at a wrong value"]),
    "parameters, and the slips": (LSTM, ["53,200", "forgot the biases", "53,600"]),
    "Keras' layout": (LSTM, ["A Rosetta stone", "Keras i f c o", "ONNX i o f c"]),
    "RNN as a limiting case": (LSTM, ["0.6420", "0.6237", "0.7616", "infinite biases"]),
    "the film reviews' shapes": (
        LSTM,
        [r"\(500, 1, 32\) \(500, 1, 100\) \(1, 1\)", "160,000", "in all 213,301"],
    ),
    "padding in front, and masks": (LSTM, ['called "pre"|called “pre”', "A mask says"]),
    "rare words are not zero": (LSTM, ["A rare word is not zero"]),
    "peepholes": (VARIANTS, ["called peepholes", "looks at the new"]),
    "coupled gates": (VARIANTS, ["called an LSTM with coupled gates", "average"]),
    "the GRU": (VARIANTS, ["gated recurrent unit", "reset gate"]),
    "depth-gated": (VARIANTS, ["depth gate", "cell state of the layer below"]),
    "clockwork": (VARIANTS, ["clockwork RNN", "lower -triangular"]),
    "ten thousand cells": (VARIANTS, ["more than ten thousand in all", "MUT3: "]),
    "a step of Theano": (VARIANTS, ["an LSTM language model", "One of eight"]),
    "which variant is best": (VARIANTS, ["Which one is best", "Equal size", "Paired"]),
    "what larger studies found": (VARIANTS, ["5,400 runs", "output activation"]),
    "every variant's equations": (
        CELLS,
        [
            rf"\b{c}\b"
            for c in "peephole coupled gru depth_gated clockwork mut1".split()
        ],
    ),
    "two GRU conventions": (CORRECTIONS, ["Two conventions exist", "Cho", "Chung"]),
    "a language model that is a GRU": (CORRECTIONS, ["that is a GRU", "hard_sigmoid"]),
}


@pytest.fixture(scope="module")
def text(html):
    """A function page -> the words of its article, blanks made single."""

    @cache
    def words(name):
        page = (html / f"book/{name}.html").read_text("utf-8")
        article = BeautifulSoup(page, "html.parser").select_one("article")
        for hidden in article.select("script, style"):
            hidden.extract()
        return re.sub(r"\s+", " ", article.get_text(" "))

    return words


@pytest.mark.parametrize("topic", TOPICS)
def test_the_topic_has_its_place(text, topic):
    name, wanted = TOPICS[topic]
    missing = [w for w in wanted if not re.search(w, text(name))]
    assert missing == []


def test_a_topic_that_is_not_there_is_missed(text):
    assert not re.search("four interacting layers", text(CORRECTIONS))
