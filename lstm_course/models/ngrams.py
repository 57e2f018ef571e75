"""Counting as a language model: what followed these n - 1 symbols, and how often?

The probabilities of an order are mixed with those of the order below, down to all
symbols alike, with weights after Witten & Bell (1991), method C: a context that was
followed by many different symbols trusts the shorter context more,

    p_n(k | context) = (count(context, k) + D p_{n-1}(k)) / (count(context) + D),

with D different symbols seen after the context.  What any network must beat.
"""

import numpy as np

from ..doors import check_size
from .parts import check_row


class Ngrams:
    """Counts of all orders up to n over K symbols.

    Parameters
    ----------
    n : int
        Order: 1 looks at nothing, 5 at the last four symbols.
    K : int
        Number of symbols.

    Examples
    --------
    >>> model = Ngrams(2, 3).fit([0, 1, 0, 1, 0, 2])
    >>> model.chances([0]).round(2).tolist()
    [0.18, 0.53, 0.29]
    """

    def __init__(self, n, K):
        self.n, self.K = check_size("n", n), check_size("K", K)
        self.counts = [{} for _ in range(self.n)]  # by length of the context

    def fit(self, codes):
        """Count a text, (N,) of int64; -> self."""
        codes = self._check("codes", codes, 1)
        for length, counts in enumerate(self.counts):
            _count(counts, codes, length, self.K)
        return self

    def chances(self, context):
        """Probabilities (K,) of the symbol that follows a context of any length."""
        context = tuple(self._check("context", context, 0).tolist())
        p = np.full(self.K, 1.0 / self.K)
        for length, counts in enumerate(self.counts):
            if length > len(context):
                break
            seen = counts.get(context[len(context) - length :])
            if seen is None:  # never seen, nor are longer ones
                break
            different = np.count_nonzero(seen)
            p = (seen + different * p) / (seen.sum() + different)
        return p

    def costs(self, codes):
        """-log p of every symbol of a text but the first: (N - 1,) in nats."""
        codes = self._check("codes", codes, 2)
        starts = np.maximum(0, np.arange(1, len(codes)) - self.n + 1)
        known, found = {}, np.empty(len(codes) - 1)
        for t, start in enumerate(starts):
            context = codes[start : t + 1].tobytes()
            if context not in known:
                known[context] = -np.log(self.chances(codes[start : t + 1]))
            found[t] = known[context][codes[t + 1]]
        return found

    @property
    def numbers(self):
        """How many counts above 0 it holds, the size to set beside parameters."""
        return int(sum(np.count_nonzero(s) for c in self.counts for s in c.values()))

    def _check(self, name, codes, least):
        if least == 0 and len(codes) == 0:
            return np.zeros(0, np.int64)
        codes = check_row(name, codes, least)
        if not 0 <= codes.min() <= codes.max() < self.K:
            raise ValueError(
                f"{name} holds codes from {codes.min()} to {codes.max()}. The model "
                f"counts {self.K} symbols. Expected 0 to {self.K - 1}. Was it coded "
                "with another alphabet?"
            )
        return codes


def _count(counts, codes, length, K):
    """Add to counts[context] (K,) what follows each context of that length."""
    if length == 0:
        counts[()] = np.bincount(codes, minlength=K)
        return
    windows = np.lib.stride_tricks.sliding_window_view(codes, length + 1)
    for row in windows.tolist():
        context = tuple(row[:length])
        if context not in counts:
            counts[context] = np.zeros(K, np.int32)
        counts[context][row[length]] += 1
