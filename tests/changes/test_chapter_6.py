"""What one sees when one thing of chapter 6 is changed."""

import numpy as np
import pytest


@pytest.mark.slow
def test_after_counting(cells):
    room = cells("06", "setup", "ngrams-run")
    K, new = room["K"], room["valid"].codes
    cost = {
        n: room["Ngrams"](n, K).fit(room["train"].codes[:10_000]).costs(new).mean()
        for n in range(1, 6)
    }
    bits = {n: c / np.log(2) for n, c in cost.items()}
    assert min(bits, key=bits.get) == 3
    assert [bits[n] for n in (2, 3, 4)] == pytest.approx([4.06, 3.87, 3.97], abs=0.006)


def test_after_writing(cells):
    room = cells("06", "setup", "read-line", "write")

    def write(n, **dials):
        return room["write"]("The ", n, np.random.default_rng(1), **dials)

    assert write(90, top_k=1) == write(90, temperature=0)
    text = write(400, top_p=0.5)
    assert text.find(text[-40:]) == len(text) - 40  # it came once


@pytest.mark.slow
def test_after_clamp(cells):
    room = cells("06", "setup", "probe", "clamp", "clamp-run")
    ends = [
        room["expects"]("\n", room["middle"], room["counter"], value)
        for value in (0, 1, 2, 3, 5)
    ]
    assert ends[1:] == pytest.approx([0.0425, 0.0419, 0.0418, 0.0418], abs=1e-3)
    assert 1.04 < ends[0] / ends[4] < 1.15 and ends == sorted(ends, reverse=True)


@pytest.mark.slow
def test_after_both(cells):
    further = {
        "x, y = text.sample(rng, codes, T, B)": "x, y = (lambda x, y: (x[:-1], y[1:]))("
        "*text.sample(rng, codes, T + 1, B))"
    }
    names = ("setup", "ngrams-run", "both-train", "both-run")
    cost = cells("06", *names, change=further)["cost"]
    assert cost[:-1].mean() < 1.0 and cost[-1] > 3.5


@pytest.mark.slow
def test_clinic_rest(cells):
    recent = {"mix(x[:-1]), x[-1:]": "mix(x[:10]), x[10:]"}
    names = ("read-line", "ngrams-run", "shuffled-code", "shuffled-past")
    room = cells("06", "setup", *names, change=recent)
    assert room["last"]["shuffled"] == pytest.approx(room["last"]["as it was"], abs=0.1)


@pytest.mark.slow
def test_after_length():
    from lstm_course.experiments import telephone

    right = telephone.run("forward", 32, seed=0, steps=300)["right"]
    assert 0.3 < right[0] < 0.65 and 0.02 < right[1] < 0.15 and right[3] < 0.03
