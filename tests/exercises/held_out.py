"""Suspects for the bug clinics that no check knows: the test must tell them too."""

import numpy as np

from lstm_course.exercises import (
    set01,
    set02,
    set03,
    set04,
    set05,
    set06,
    set07,
    set08,
)
from lstm_course.exercises.making import Suspect, edited


def suspects(id):
    """(arguments, the right verdict) of a clinic; nothing for other questions."""
    made = {
        "01.6": rnn, "02.6": clips, "03.6": starts, "04.5": lstm, "05.6": grus,
        "06.7": models, "07.7": programs, "08.7": slopes,
    }  # fmt: skip
    return made.get(id, list)()


def gradients(clinic, step, edits):
    """Backward passes with other slips than those of the check, and a right one."""
    rows = []
    for edit in edits:
        wrong = clinic.backward("", step=edited(step, edit))
        rows.append(((Suspect(clinic.forward), Suspect(wrong)), False))
    return [*rows, (clinic.suspects("", np.random.default_rng(0)), True)]


def rnn():
    edits = (
        ("(1 - h**2)", "(1 - h_prev**2)"),
        ("(1 - h**2)", "(1 - h**2)**2"),
        ("h_prev.T @ dz", "dz.T @ h_prev"),
        ("x.T @ dz,", "0.5 * x.T @ dz,"),
    )
    return gradients(set01.clinic, set01.backward.rnn_step_backward, edits)


def lstm():
    edits = (
        ("(1 - g**2)", "g * (1 - g)"),
        ("total * i *", "total * o *"),
        ("h_prev.T @ dz", "(o * tanh_c).T @ dz"),
        ("dc_prev = total * f", "dc_prev = total"),
        ("[dzi, dzf, dzg, dzo]", "[dzi, dzf, dzo, dzg]"),
        ("dc + dh * o", "dc - dh * o"),
    )
    return gradients(set04.clinic, set04.step_backward.lstm_step_backward, edits)


def clips():
    right = set02.remedies.clip
    edits = (
        ("g * scale", "g * scale**2"),
        ("g * scale", "-g * scale"),
        ("min(1.0, limit / norm)", "min(1.0, limit / norm**2)"),
        ("float(norm)", "float(norm**2)"),
    )
    wrong = [((Suspect(edited(right, edit)),), False) for edit in edits]
    return [*wrong, ((Suspect(right),), True)]


def starts():
    right = set03.clinic.start
    edits = (
        ('"W_x": W_x', '"W_x": 0 * W_x'),
        (set03.clinic.BIAS, "[np.zeros(H), 5 * np.ones(H), np.zeros(2 * H)]"),
        ("/ np.sqrt(I)", "* 30"),
    )
    wrong = [((Suspect(edited(right, edit)),), False) for edit in edits]
    return [*wrong, ((Suspect(lambda I, H, s: right(I, H, s + 9)),), True)]


def grus():
    """The four kinds in another order."""
    cases = set05.clinic.cases(np.random.default_rng(99))
    return [(args, args[0].bug) for args in cases]


def models():
    """Models with other faults in what they remember, and right ones."""
    right = [set06.clinic.make(b, np.random.default_rng(7)) for b in ("", "coupled")]

    def no_h(x, h, c):
        return right[0](x, 0 * h, c)

    def exchanged(x, h, c):
        scores, h, c = right[0](x, h, c)
        return scores, c, h

    def from_the_end(x, h, c):
        scores, h, c = right[0](x[::-1], h, c)
        return scores[::-1], h, c

    def only_the_last_letter(x, h, c):
        return right[0](x, 0 * h, 0 * c)[0], h, c

    wrong = (no_h, exchanged, from_the_end, only_the_last_letter)
    rows = [((Suspect(run),), False) for run in wrong]
    return [*rows, *(((Suspect(run),), True) for run in right)]


def programs():
    """Programs that write by other rules than those of the check."""
    wrong = (
        lambda T: 5 * T * T,
        lambda T: 3 * 10**8 + 900 * T + T * T // 7,
        lambda T: 80 * T * (T.bit_length() + 4),
        lambda T: 70 * T + int(T**1.6),
    )
    right = (
        lambda T: 12 * T + 10**9,
        lambda T: 17 * 1024 * -(-T // 1024),
        set07.clinic.make("chunks", np.random.default_rng(5)),
    )
    rows = [((Suspect(count),), False) for count in wrong]
    return [*rows, *(((Suspect(count),), True) for count in right)]


def slopes():
    """Gradients with other faults than those of the check, and right ones."""
    clinic = set08.clinic
    bound, slope = clinic.make("", np.random.default_rng(7))
    wrong = (
        lambda x, noise, d: -slope(x, noise, d),
        lambda x, noise, d: slope(x, noise, d**2),
        lambda x, noise, d: slope(x, 0 * noise, d),
        lambda x, noise, d: slope(x[::-1], noise[::-1], d[::-1])[::-1],
        lambda x, noise, d: slope(x, noise, d) * (np.arange(len(x)) < 9)[:, None, None],
    )
    rows = [((Suspect(bound), Suspect(s)), False) for s in wrong]
    right = [clinic.make(k, np.random.default_rng(8)) for k in ("plain", "standard")]
    return [*rows, *((tuple(map(Suspect, pair)), True) for pair in right)]
