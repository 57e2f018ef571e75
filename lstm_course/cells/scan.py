"""A linear recurrence without a loop over time.

    h_t = a_t * h_{t-1} + b_t

Two steps make one of the same form, (a, b) then (a', b') = (a' a, a' b + b'), so the
steps can be combined in any grouping: pairs first, then pairs of pairs.  Here every
position doubles its reach in each of log2(T) rounds.

Sources: Hillis & Steele, Communications of the ACM 29 (1986); Martin & Cundy, ICLR
(2018), for recurrent networks.
"""


def scan(a, b, h0=None):
    """All h_t of h_t = a_t * h_{t-1} + b_t, time first.

    Parameters
    ----------
    a, b : ndarray (T, ...)
        Factor and addend of every step.
    h0 : ndarray (...), optional
        Value before the first step; zero by default.

    Returns
    -------
    ndarray (T, ...)

    Examples
    --------
    >>> import numpy as np
    >>> scan(np.array([0.5, 0.5, 2.0]), np.array([1.0, 1.0, 1.0]), np.array(4.0))
    array([3. , 2.5, 6. ])
    """
    a, b = a.copy(), b.copy()
    reach = 1
    while reach < len(a):
        b[reach:] = b[reach:] + a[reach:] * b[:-reach]
        a[reach:] = a[reach:] * a[:-reach]
        reach *= 2
    return b if h0 is None else b + a * h0
