"""Without namespaces, Landlock and the stricter filter hold the same attempts."""

import pytest
from attacks import escapes, test_attacks
from grading import sample

from lstm_course.grading import grade, isolation, plan
from lstm_course.grading.jail import Jail
from lstm_course.grading.kit import Kit

pytestmark = pytest.mark.skipif(
    not isolation.works("landlock"), reason="no Landlock on this machine"
)


@pytest.fixture(scope="module")
def made():
    text = sample.OVERLAY.read_text()
    made = plan.make("90_sample", "s", text, test_attacks.LIMITS)
    return made, Kit(Jail("landlock", made.torch, made.limits), made.set.helpers)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = test_attacks.Place(tmp_path_factory.mktemp("landlock"))
    place.out.mkdir()
    yield place
    place.server.close()


@pytest.mark.parametrize("attack", escapes.CORPUS, ids=lambda a: a.name)
def test_no_attempt_to_escape_succeeds(made, place, attack):
    before = test_attacks.picture(place.root)
    result = grade.grade([place.fill(c) for c in attack.cells], *made)
    assert "ESCAPED" not in result["out"]
    assert test_attacks.picture(place.root) == before
    assert place.knocks == []
    got = {id: q["fraction"] for id, q in result["questions"].items()}
    assert all(got[id] == (points > 0) for id, points in attack.points.items())
