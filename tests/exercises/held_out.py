"""Suspects for the bug clinics that no check knows: the test must tell them too."""

from lstm_course.exercises.making import Suspect, edited
from lstm_course.exercises.set04 import clinic as lstm_clinic
from lstm_course.exercises.set04 import step_backward as lstm


def suspects(id):
    """(arguments, True for a right one) of a clinic; nothing for other questions."""
    return {"04.5": lstm_suspects}.get(id, tuple)()


LSTM = (
    ("(1 - g**2)", "g * (1 - g)"),
    ("total * i *", "total * o *"),
    ("h_prev.T @ dz", "(o * tanh_c).T @ dz"),
    ("dc_prev = total * f", "dc_prev = total"),
    ("[dzi, dzf, dzg, dzo]", "[dzi, dzf, dzo, dzg]"),
    ("dc + dh * o", "dc - dh * o"),
)


def lstm_suspects():
    made = []
    for edit in LSTM:
        wrong = edited(lstm.lstm_step_backward, edit)
        made.append((Suspect(lstm_clinic.forward),
                     Suspect(lstm_clinic.backward("", step=wrong), "unknown")))
    rows = [(args, False) for args in made]
    return [*rows, (lstm_clinic.suspects(""), True)]
