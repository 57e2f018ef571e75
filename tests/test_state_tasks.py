"""The tasks of chapter 8: groups, mixed sizes, and what must be remembered."""

import numpy as np
import pytest

from lstm_course import tasks
from lstm_course.tasks import counting_language, permutations, recall, selective_copy
from lstm_course.tasks.permutations import ELEMENTS, TABLES

RNG = np.random.default_rng
GROUPS = pytest.mark.parametrize("form", permutations.FORMS)


@GROUPS
def test_a_table_is_that_of_a_group(form):
    table, K = TABLES[form], len(ELEMENTS[form])
    every = np.arange(K)
    assert (np.sort(table, axis=0) == every[:, None]).all()  # each once in a column,
    assert (np.sort(table, axis=1) == every).all()  # and in a row
    assert (table[0] == every).all() and (table[:, 0] == every).all()
    assert (table[table] == table[:, table]).all()  # (a b) c is a (b c)


def test_only_turns_of_three_commute_and_a5_has_sixty_elements():
    assert [len(ELEMENTS[form]) for form in permutations.FORMS] == [3, 6, 60]
    commutes = {form: (t == t.T).all() for form, t in TABLES.items()}
    assert commutes == {"mod3": True, "S3": False, "A5": False}


def test_a5_is_made_of_its_commutators():
    """Not solvable: the commutators a b a^-1 b^-1 generate the whole group again."""
    table = TABLES["A5"]
    back = (table == 0).argmax(axis=1)
    a, b = np.meshgrid(range(60), range(60))
    assert set(table[table[a, b], table[back[a], back[b]]].ravel()) == set(range(60))
    small, undo = TABLES["S3"], (TABLES["S3"] == 0).argmax(axis=1)
    a, b = np.meshgrid(range(6), range(6))
    assert len(set(small[small[a, b], small[undo[a], undo[b]]].ravel())) == 3


@GROUPS
def test_generators_reach_every_element(form):
    found, reached = {0}, set()
    while found != reached:
        reached = found
        found = reached | set(TABLES[form][list(reached)][:, _generators(form)].ravel())
    assert len(found) == len(ELEMENTS[form])


def _generators(form):
    return permutations.symbols(form, "generators")


def test_the_five_places_of_the_first_thing_take_part_in_every_turn():
    """Two sequences may put the first thing alike and differ in what comes later."""
    table, places = TABLES["A5"], permutations.asked("A5", "first")
    assert np.bincount(places).tolist() == [12] * 5
    moved = {tuple(places[table[:, k]]) for k in range(60)}
    assert len(moved) == 60  # each of the sixty acts in its own way


def test_a_composition_is_what_moving_things_gives():
    rng = RNG(3)
    x, y, _ = permutations.sample(rng, 5, 9, 9, "A5")
    for b in range(5):
        things = list("abcde")
        for t in range(9):
            order = ELEMENTS["A5"][x[t, b].argmax()]
            moved = [None] * 5
            for place, to in enumerate(order):
                moved[to] = things[place]
            things = moved
            so_far = ELEMENTS["A5"][y[t, b]]
            assert [things[so_far[k]] for k in range(5)] == list("abcde")


@pytest.mark.parametrize(
    "name, size",
    [
        ("parity", lambda x, mask: mask.sum(0)),
        ("permutations", lambda x, mask: mask.sum(0)),
        ("counting_language", lambda x, mask: x[..., 0].sum(0)),
        ("recall", lambda x, mask: mask.sum(0)),
        ("selective_copy", lambda x, mask: x[..., :9].sum((0, -1))),
    ],
)
def test_every_size_from_least_to_most_is_drawn_about_equally_often(name, size):
    x, _, mask = tasks.make(name, least=4, most=9).sample(RNG(0), 6000)
    sizes, often = np.unique(size(x, mask), return_counts=True)
    assert sizes.tolist() == [4, 5, 6, 7, 8, 9]
    assert np.abs(often / 6000 - 1 / 6).max() < 0.02  # four standard errors


def test_whoever_repeats_the_last_symbol_gets_no_string_right_and_most_steps():
    task = tasks.make("counting_language", least=5, most=5, form="abc")
    x, y, mask = task.sample(RNG(0), 7)
    score = task.score(task.guess(x, mask), x, y, mask)
    assert score["strings"] == 0.0 and score["accuracy"] == pytest.approx(0.8)


def test_counting_needs_the_number_and_not_the_step():
    """Both sizes of string ask the same of the step where the shorter one ends."""
    short = counting_language.sample(RNG(0), 1, 3, 3)[1][:, 0]
    long = counting_language.sample(RNG(0), 1, 4, 4)[1][:, 0]
    assert short[5] == 2 and long[5] == 1


def test_a_query_is_answered_by_the_matrix_of_all_pairs_and_by_nothing_less():
    x, y, mask = recall.sample(RNG(0), 400, 8, 8)
    assert (recall.looked_up(x, 16)[mask] == y[mask]).all()
    without = x * (np.arange(16)[:, None, None] != 2)  # the third pair forgotten
    right = (recall.looked_up(without, 16) == y)[mask].mean()
    assert right == pytest.approx(7 / 8 + 1 / 64, abs=0.02)


def test_symbols_to_copy_stand_anywhere():
    x, _, _ = selective_copy.sample(RNG(0), 6000, 10, 10, symbols=4)
    often = (x[:10, :, :8].sum(-1) > 0).mean(axis=1)
    assert np.abs(often - 0.4).max() < 0.026  # four standard errors
