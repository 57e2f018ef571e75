"""The search for cells: genomes, their changes, the search itself, what it says."""

import json
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_course import search
from lstm_course.cells import CELLS
from lstm_course.commands.study import search as command
from lstm_course.diagrams import cell_diagram
from lstm_course.equations import equations
from lstm_course.gradcheck import gradcheck
from lstm_course.search import describe, evolve, examine, family, judge, lessons
from lstm_course.search.genome import BOTH, STARTS, cell, genome, key, plain, tidy
from lstm_course.search.mutate import KINDS, mutate

GATED = genome(
    [["i", BOTH, 0], ["f", ["x"], 2], ["g", BOTH, 0]],
    [["i", "sigmoid(zi)"], ["f", "sigmoid(zf)"], ["g", "tanh(zg)"],
     ["c", "f * c_prev + i * g"], ["h", "tanh(c)"]],
)  # fmt: skip
BY_SHOWN = genome(
    [["i", BOTH, 0], ["g", BOTH, 0]],
    [["i", "sigmoid(zi)"], ["g", "tanh(zg)"],
     ["c", "c_prev + i * (g - h_prev)"], ["h", "tanh(c)"]],
)  # fmt: skip
RESET = genome(
    [["u", BOTH, -2], ["n", ["x", "q"], 0], ["r", BOTH, 0]],
    [["u", "sigmoid(zu)"], ["n", "tanh(zn)"], ["h", "(1.0 - u) * h_prev + u * n"]],
    [["r", "sigmoid(zr)"], ["q", "r * h_prev"]],
    ["h"],
)


def descendants(n, seed=0):
    """Genomes that came about by up to n changes, one from the other."""
    rng, found = np.random.default_rng(seed), list(STARTS.values())
    for _ in range(n):
        found.append(mutate(found[rng.integers(len(found))], rng)[0])
    return found[len(STARTS) :]


# -------------------------------------------------------------------------- genomes


@pytest.mark.parametrize("g", [*STARTS.values(), GATED, RESET])
def test_a_genome_written_as_json_and_read_is_the_same_cell(g):
    again = genome(**json.loads(json.dumps(plain(g))))
    assert again == g and cell(again) is cell(g)


@pytest.mark.parametrize(
    "name, g", [("rnn", STARTS["plain"]), ("lstm1997", STARTS["hoard"])]
)
def test_a_genome_of_a_known_cell_computes_what_the_known_cell_does(name, g):
    assert max(gradcheck(cell(g), T=3).values()) < 1e-6
    assert describe.nearest(g)[0] == name


def test_every_mutant_has_the_right_gradient_an_equation_and_a_picture():
    made = [cell(g) for g in descendants(12)]
    for one in made:
        if examine.bounded(one):
            assert examine.exact(one), one
        assert len(equations(one)) > 1
    assert all("<svg" in cell_diagram(one) for one in made[::4])


@pytest.mark.slow
def test_every_mutant_gets_a_compiled_loop_that_computes_the_same():
    for g in descendants(6, seed=1):
        assert examine.alike(cell(g)), g


def test_every_kind_of_change_is_made_and_named():
    rng, made = np.random.default_rng(0), {}
    for change in KINDS:
        for g in (*descendants(10), GATED, RESET):
            if found := change(g, rng):
                made[change.__name__] = found[1]
    assert set(made) == {change.__name__ for change in KINDS}
    assert all(isinstance(words, str) and words for words in made.values())


def test_the_same_generator_gives_the_same_change():
    one, two = (mutate(GATED, np.random.default_rng(7)) for _ in range(2))
    assert one == two and key(one[0]) != key(GATED)


def test_what_nothing_reads_falls_away():
    idle = GATED._replace(lines=(*GATED.lines[:3], ("c", "i * g"), GATED.lines[4]))
    assert [b.name for b in tidy(idle).blocks] == ["i", "g"]
    assert tidy(idle).states == ("h",)
    assert tidy(GATED._replace(lines=(("h", "tanh(h_prev)"),))) is None


def test_names_of_gates_make_no_other_cell():
    def named(text):
        return text.replace("f", "k").replace("zf", "zk")

    blocks = tuple(b._replace(name=named(b.name)) for b in GATED.blocks)
    lines = tuple((named(n), named(t)) for n, t in GATED.lines)
    assert key(GATED._replace(blocks=blocks, lines=lines)) == key(GATED)
    assert key(GATED._replace(blocks=GATED.blocks[:2])) != key(GATED)


def test_a_state_that_explodes_is_a_fault():
    g = GATED._replace(lines=(*GATED.lines[:3], ("c", "c_prev + c_prev + g"),
                              ("h", "tanh(c)")))  # fmt: skip
    assert examine.fault(cell(tidy(g))) == "the state explodes"


# --------------------------------------------------------------------------- in words


def test_the_way_of_the_state_is_found_through_all_lines():
    assert describe.path(GATED) == ("c", "f") and describe.on_path(GATED) == ["f"]
    assert describe.path(RESET) == ("h", "1.0 - u")
    assert describe.kept(RESET) == pytest.approx(describe.kept(GATED))
    assert describe.kept(GATED) == pytest.approx(0.881, abs=1e-3)
    around = GATED._replace(lines=(*GATED.lines[:3], ("k", "c_prev + i * g"),
                                   ("c", "f * k"), ("h", "tanh(c)")))  # fmt: skip
    assert describe.path(around) == ("c", "f")


def test_what_is_shown_can_let_go_as_well():
    assert describe.path(BY_SHOWN)[1] == "1.0 - i * d_tanh(tanh(c_prev))"
    assert describe.on_path(BY_SHOWN) == ["i"] and describe.kept(BY_SHOWN) == 0.5
    assert "i * g" in dict(judge.held_open(BY_SHOWN).lines)["c"]
    assert describe.on_path(judge.held_open(BY_SHOWN)) == []


def test_a_cell_is_named_by_what_it_does():
    assert describe.words(GATED) == (
        "a memory kept by f; f reads x, starts at 2; h = tanh(c)"
    )


def test_a_gate_is_held_open_where_it_multiplies_the_old_state_alone():
    opened = judge.held_open(RESET)
    assert dict(opened.lines)["h"] == "h_prev + u * n"
    assert dict(judge.held_open(GATED).lines)["c"] == "c_prev + i * g"
    assert judge.held_open(STARTS["hoard"]) == STARTS["hoard"]


# -------------------------------------------------------------------------- the search


@pytest.fixture
def quick(monkeypatch):
    """Nothing is trained: a cell's skill is drawn from its text."""

    def drawn(made, lesson, lr, seed):
        text = f"{made.reads}{equations(made)}{lesson}{lr}{seed}"
        return round(np.random.default_rng(list(text.encode())).random(), 4)

    monkeypatch.setattr(evolve, "learned", drawn)
    monkeypatch.setattr(judge, "learned", drawn)
    monkeypatch.setattr(evolve, "fault", lambda made: None)


def ran(folder, **options):
    settings = {"seed": 0, "generations": 3, "children": 4} | options
    return command.searched(SimpleNamespace(out=folder, **settings))


def told(result):
    """A result without the seconds it took."""
    return [
        {k: v for k, v in row.items() if k != "seconds"}
        for part in ("trials", "best", "ablation")
        for row in result[part]
    ]


def test_the_same_seed_is_the_same_search(quick, tmp_path):
    one, two, other = (
        ran(tmp_path / name, seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert told(one) == told(two) != told(other)
    keys = {key(evolve.of(t)) for t in one["trials"]}
    assert len(keys) == len(one["trials"]) == 2 + 3 * 4


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
def test_a_search_that_is_killed_goes_on_to_the_same_end(quick, tmp_path, share):
    whole = told(ran(tmp_path / "whole"))
    (tmp_path / "cut").mkdir()
    for name in ("search.part", "search.after.part"):
        text = (tmp_path / "whole" / name).read_bytes()
        (tmp_path / "cut" / name).write_bytes(text[: int(share * len(text))])
        if share < 0.9:
            break
    assert told(ran(tmp_path / "cut")) == whole


def test_a_file_of_another_search_is_refused(quick, tmp_path):
    ran(tmp_path)
    with pytest.raises(ValueError, match="holds another search"):
        ran(tmp_path, seed=1)


def test_a_low_bar_keeps_a_cell_from_the_other_lessons(quick, monkeypatch):
    seen = []
    monkeypatch.setattr(
        evolve, "learned", lambda made, lesson, lr, seed: seen.append(lesson) or 0.05
    )
    assert evolve._tried(GATED)["skills"] == {"gap": [[0.05]]} and seen == ["gap"]


def test_the_best_of_fresh_seeds_come_first_and_changes_are_paired(quick, tmp_path):
    result = ran(tmp_path)
    means = [judge.mean(row) for row in result["best"]]
    assert means == sorted(means, reverse=True)
    by = {row["number"]: row["skills"] for row in result["best"]}
    found = [row for row in result["ablation"] if row["change"] == "as found"]
    assert all(by[row["number"]] == row["skills"] for row in found)


def test_a_family_is_drawn_read_and_put_in_words(quick, tmp_path):
    result = ran(tmp_path)
    (tmp_path / "search.json").write_text(command.compact(result), encoding="utf-8")
    again = family.read(tmp_path)
    assert told(again) == told(result)
    fig, ax = plt.subplots()
    family.genealogy(ax, again)
    plt.close(fig)
    trials = len(again["trials"])
    assert sum(len(c.get_offsets()) for c in ax.collections) == trials
    steps = family.descent(again)
    assert steps[0]["words"].startswith("start") and steps[0]["generation"] == 0
    assert [s["number"] for s in steps] == sorted(s["number"] for s in steps)
    assert all(s["lines"] for s in steps)
    rows = family.best(again, 3)
    assert [r["number"] for r in rows] == [r["number"] for r in again["best"][:3]]
    assert all(r["nearest"][0] in CELLS and r["words"] for r in rows)


def test_a_missing_result_says_how_it_is_made(tmp_path):
    with pytest.raises(ValueError, match="lstm-course study search"):
        family.read(tmp_path)


# ------------------------------------------------------------------------- the lessons


def test_cells_of_a_lesson_have_about_as_many_weights():
    from lstm_course.convert import count

    goal = count("lstm", 7, lessons.UNITS)
    for g in (*STARTS.values(), GATED, RESET):
        n = lessons.units(cell(g), 7)
        assert abs(count(cell(g), 7, n) - goal) < 0.12 * goal


@pytest.mark.slow
def test_a_forget_gate_whose_bias_is_positive_learns_what_hoarding_cannot():
    gated, hoard = (
        lessons.learned(cell(g), "streams", 0.03, 0) for g in (GATED, STARTS["hoard"])
    )
    assert gated > hoard + 0.5


def test_the_same_seed_learns_to_the_same_bit():
    one, two = (
        lessons.learned(cell(GATED), "adding", 0.03, 3, steps=5) for _ in range(2)
    )
    assert one == two


@pytest.fixture(scope="module")
def book():
    return search.read()


def test_from_cells_without_a_gate_the_books_search_came_upon_one(book):
    starts = [t for t in book["trials"] if t["generation"] == 0]
    assert [describe.on_path(evolve.of(t)) for t in starts] == [[], []]
    best = search.best(book)[0]
    assert "o" in best["gates"] and best["genome"].block("o").bias == 3
    line = family.line_of(book, best["number"])
    first = next(t for t in line if evolve.of(t).block("o").bias == 3)
    assert first is line[2] and dict(evolve.of(line[1]).lines)["c"] == "h_prev + i * g"


def test_the_bias_of_its_gate_is_what_the_chapter_says(book):
    number = search.winner(book)
    rows = {r["change"]: r["skills"] for r in book["ablation"] if r["number"] == number}
    by = lambda gate: [rows[f"{gate} starts at {b}"] for b in (-1, 0, 1, 2, 3)]  # noqa: E731
    overall = [judge.mean({"skills": skills}) for skills in by("o")]
    assert overall == sorted(overall)  # each unit of bias brings some back
    closed, as_found = by("o")[0], rows["as found"]
    assert np.mean(closed["adding"]) < 0.15 < 0.95 < np.mean(as_found["adding"])
    lost = 1 - np.mean(closed["gap"]) / np.mean(as_found["gap"])
    assert 0.2 < lost < 0.3  # a quarter of holding
    other = [judge.mean({"skills": skills}) for skills in by("i")]
    assert max(other) - min(other) < 0.06 < 0.25 < overall[-1] - overall[0]
