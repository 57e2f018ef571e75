"""Input that is rows of a table: x[t, b] = table[codes[t, b]].

An embedding and the product behind it are a table of K rows themselves.  The compiled
loops take its rows where others would multiply, and going back they sum gradients by
code.
"""

from typing import NamedTuple

import torch


class Rows(NamedTuple):
    """Codes (T, B) of torch.long, and the table (K, I) whose rows they name."""

    codes: torch.Tensor
    table: torch.Tensor

    @property
    def shape(self):
        return *self.codes.shape, self.table.shape[-1]

    def dense(self):
        """The rows: (T, B, I)."""
        return torch.nn.functional.embedding(self.codes, self.table)
