"""The conventions of a class in set 1, and the texts that change with them."""

from ..conventions import sequences, torch_weights

STEP = (
    torch_weights(
        (
            "Vectors are rows here, so a matrix stands on the right: x @ W_x has shape "
            "(B, H), and so has h_prev @ W_h.",
            "Vectors are rows here, so a matrix stands on the right, transposed: "
            "x @ W_x.T has shape (B, H), and so has h_prev @ W_h.T.",
        ),
        (
            "W_h is transposed. Vectors are rows, h_prev @ W_h; only texts with "
            "columns write the matrix first.",
            "The transpose of W_h is missing. In your class its rows are the new "
            "units: h_prev @ W_h.T.",
        ),
    ),
)


STEP_BACKWARD = (
    torch_weights(
        (
            "A product a @ W passes dz back as dz @ W.T to a and as a.T @ dz to W.",
            "A product a @ W.T passes dz back as dz @ W to a and as dz.T @ a to W.",
        ),
        (
            "The transpose of W_h is missing in dh_prev. W_h is square, so nothing "
            "complains.",
            "W_h is transposed in dh_prev, and must not be. W_h is square, so nothing "
            "complains.",
        ),
        (
            "it has the old unit in rows, as W_h.",
            "it has the new unit in rows, as W_h.",
        ),
    ),
)


def forward_words(layout):
    return (
        (
            "Time is axis 0: `for x_t in x` gives the steps, each (B, I).",
            f"Time is axis {layout.time}: each step is an `x_t` of shape (B, I).",
        ),
        (
            "np.stack turns the list into (T, B, H).",
            f"np.stack with axis={layout.time} turns the list into (T, B, H).",
        ),
        (
            "The axes are batch, time, unit. Here time comes first: (T, B, H).",
            "The axes lie in another order. In your class it is (T, B, H).",
        ),
    )


def through_time(layout):
    step = layout.text("dh[t]")
    return (
        (": row $t$ is what", f": `{step}` is what"),
        ("is the LAST row,", "is the LAST step,"),
    )


def by_row(layout):
    last = layout.time == 2
    return (
        (
            "scores `h @ W_out + b_out` $(T, B, K)$",
            "scores `h_t @ W_out + b_out` $(B, K)$ of each" if last else
            "scores `h @ W_out + b_out` $(B, T, K)$",
        ),
        (
            "h @ W_out works for all steps at once: (T, B, H) @ (H, K) is (T, B, K).",
            "W_out.T @ h works for all steps at once: (K, H) @ (B, H, T) is (B, K, T)."
            if last else
            "h @ W_out works for all steps at once: (B, T, H) @ (H, K) is (B, T, K).",
        ),
        (
            "so the argmax over the last axis. It has shape (T, B).",
            "so the argmax over the axis of the classes. It has shape (B, T).",
        ),
        (
            "labels == y compares every step with the same y. Then take the mean over "
            "the sequences, which are axis 1.",
            "labels == y[:, None] compares every step with the same y. Then take the "
            "mean over the sequences, which are axis 0.",
        ),
        ("average over the sequences, axis 1.", "average over the sequences, axis 0."),
    )  # fmt: skip


def by_row_code(layout):
    used = "accuracy_by_step({}, W_out, b_out, y)).round()"
    return ((used.format("h"), used.format(f"\n        h{layout.turned}")),)


FORWARD = (sequences(forward_words),)
BACKWARD = (torch_weights(), sequences(through_time))
BY_ROW = (sequences(by_row, by_row_code),)
