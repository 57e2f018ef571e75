"""The conventions of a class in set 4, and the texts that change with them."""

from ..conventions import LSTM, blocks_of, sequences


def through_time(layout):
    step = layout.text("dh[t]")
    return ((": row $t$ is what", f": `{step}` is what"),)


def lesion(layout):
    return (
        ("with B = x.shape[1]. A loop over x gives one step of shape (B, I) at a time.",
         f"with B = x.shape[0]. Time is axis {layout.time} of x, and one step of it "
         "has shape (B, I)."),
        ("Axis 0 of x is time,", f"Axis {layout.time} of x is time,"),
    )  # fmt: skip


def lesion_code(layout):
    used = "    shares = [lesion(step, read, {}, y, 16, unit)"
    laid = f"    laid = x{layout.turned}\n"
    return ((used.format("x"), laid + used.format("laid")),)


STEP = STEP_BACKWARD = (blocks_of(LSTM),)
BACKWARD = (blocks_of(LSTM), sequences(through_time))
LESION = (sequences(lesion, lesion_code),)
