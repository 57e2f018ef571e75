"""The conventions of a class in set 2, and the texts that change with them."""

import numpy as np

from ..variants import Convention

ALL = "sum((g**2).sum() for g in grads.values())"
OWN = "limit / np.sqrt((g**2).sum())"


def backward(a):
    """A row of numbers, the last one first."""
    return a[::-1].copy() if isinstance(a, np.ndarray) and a.ndim == 1 else a


def transposed(a):
    square = isinstance(a, np.ndarray) and a.ndim == 2
    return np.array(a.T, order="C") if square else a


def old_unit_first(seed):
    """The Jacobian with the old unit in rows, as gradients are laid out."""
    return Convention(
        says="The Jacobian is laid out as a gradient: the **old** unit in rows.",
        words=(
            ("$J_{kj} =", "$J_{jk} ="),
            ("**new unit in rows, old unit in\ncolumns**, as in chapter 2.",
             "**old unit in rows, new unit in\ncolumns**, unlike chapter 2."),
            ("np.tanh(old @ W_h))[:, 0])", "np.tanh(old @ W_h))[0])"),
            ("is what column 0 of", "is what row 0 of"),
            ("It belongs to the NEW unit k, which is the row.",
             "It belongs to the NEW unit k, which is the column."),
            ("the Jacobian new ones: transpose W_h, then multiply row k by entry k. "
             "Broadcasting does it with (1 - h**2)[:, None].",
             "and so has the Jacobian of your class: multiply column k by entry k. "
             "Broadcasting does that by itself."),
            ("multiplies the columns. It belongs to the new unit, which is the row.",
             "multiplies the rows. It belongs to the new unit, which is the column."),
            ("J[k, j] is the derivative", "J[j, k] is the derivative"),
            ("W_h is not transposed. In rows, W_h[j, k] leads from old unit j to new "
             "unit k; the Jacobian has the new unit first.",
             "W_h must not be transposed. In rows, W_h[j, k] leads from old unit j to "
             "new unit k; the Jacobian of your class has the old unit first, too."),
        ),
        answer=transposed,
        axes=lambda axes: {k: v[::-1] for k, v in axes.items()},
    )  # fmt: skip


FIRST = "`norms[0]` belongs to the last step"


def by_lag(*words):
    """What both questions say of norms from the last step to the first: dict."""
    return {
        "says": f"Norms come in the order of the lag: {FIRST}.",
        "words": words,
        "axes": lambda axes: {k: ("lag",) for k in axes},
    }


def norms_by_lag(seed):
    rows = (
        ("step, in order of time: `norms[-1]` belongs to the last state.",
         "step, in order of the lag: `norms[0]` belongs to the last state."),
        ("norms (T,) of the gradient by h[t].",
         "norms (T,), that of the last step first."),
        ("so the last of your T norms", "so the first of your T norms"),
        ("step t, then reverse the list: norms[t] belongs to h[t].",
         "step t. The list is then in the order that is asked for."),
        ("The norms run backward in time: norms[t] belongs to h[t].",
         "The norms run forward in time: norms[0] belongs to the last state."),
    )  # fmt: skip
    code = (("norms[0] / norms[-1]", "norms[-1] / norms[0]"),)
    return Convention(answer=backward, elsewhere=code, **by_lag(*rows))


def half_life_by_lag(seed):
    rows = (
        ("norms (T,) of the gradient by h[t] ->",
         "norms (T,), that of the last step first ->"),
        ("which is 0 at the last step and $T - 1$ at the first.",
         "which is 0 at the last step, that of `norms[0]`."),
        ("it is 0 at the last step and T - 1 at the first.",
         "it is 0 at the last step, whose norm is norms[0]."),
        ("The sign is wrong: you fitted against the time step, which runs the other "
         "way. The lag is 0 at the LAST step.",
         "The sign is wrong: you fitted against the time step, which runs the other "
         "way. In your class the lag of norms[0] is 0."),
    )  # fmt: skip
    return Convention(out=backward, back=backward, **by_lag(*rows))


def mean_square(seed):
    """Clipping by the root mean square of all entries, as Adafactor measures."""
    count = "sum(g.size for g in grads.values())"
    return Convention(
        says="The length of a gradient is the **root mean square** of all its entries, "
        "so that it does not grow with the network.",
        words=(
            ("`limit` is the largest length it may have.",
             "`limit` is the largest root mean square it may have."),
            ("and the length *before*", "and the root mean square *before*"),
            ("the root of the sum of all squares over all arrays of the dictionary.",
             "the root of the mean of all squares, over all arrays together."),
            ("the norm is the root of the sum of squares.",
             "the norm is the root of the mean of the squares."),
            ("Add the squares of everything, then take one root.",
             "Add the squares of everything, divide by how many there are, then take "
             "one root."),
            ("Every gradient gets length 1.", "Every gradient gets a norm of 1."),
        ),
        elsewhere=(
            ("if it does what 2.3 asks for, `False`",
             "if it does what 2.3 asks for\nwith the Euclidean length, `False`"),
        ),
        edits=((ALL, f"({ALL} / {count})"), (OWN, "limit / np.sqrt((g**2).mean())")),
    )  # fmt: skip


def rows_orthonormal(seed):
    """The other factorisation, A = LQ: rows in place of columns."""
    return Convention(
        says="The matrix is factorised from the other side, $A = LQ$: its **rows** are "
        "made orthonormal, from the top.",
        words=(
            ("$A = QR$ with $Q$\northogonal and $R$ upper triangular, and **the "
             "diagonal of $R$ positive**",
             "$A = LQ$ with $Q$\northogonal and $L$ lower triangular, and **the "
             "diagonal of $L$ positive**"),
            ("diagonal of R positive.", "diagonal of L positive."),
            ("np.linalg.qr(A) gives Q with orthonormal columns and R with zeros below "
             "the diagonal, and A = Q @ R.",
             "NumPy has no LQ. But A = L @ Q means A.T = Q.T @ L.T, and np.linalg.qr "
             "of A.T finds these two."),
            ("up to the sign of each column. It becomes unique when the diagonal of R",
             "up to the sign of each row. It becomes unique when the diagonal of L"),
            ("np.sign(np.diag(R)) says which columns to turn round. Columns are the "
             "last axis, so broadcasting does it.",
             "np.sign(np.diag(L)) says which rows to turn round. Rows are the first "
             "axis, so broadcasting needs [:, None]."),
            ("the signs of the columns are not the ones asked for: the diagonal of R",
             "the signs of the rows are not the ones asked for: the diagonal of L"),
            ("You turned rows round. The signs belong to the columns of Q.",
             "You turned columns round. The signs belong to the rows of Q."),
            ("The columns have length 1,", "The rows have length 1,"),
        ),
        out=transposed,
        back=transposed,
        answer=transposed,
    )  # fmt: skip


JACOBIAN, NORMS = (old_unit_first,), (norms_by_lag,)
CLIP, ORTHOGONAL = (mean_square,), (rows_orthonormal,)
HALF_LIFE = (half_life_by_lag,)
