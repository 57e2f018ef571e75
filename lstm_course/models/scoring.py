"""How surprised is a language model by a text? The cost of every symbol, in nats.

One text can be scored in two ways, and published numbers mix them.  "carried": the
state is carried from the first symbol to the last, as a recurrent network can.
"windows": every T symbols the model starts from nothing, as models with a window of
context are usually scored; the first symbols of each window are dear.
"""

from typing import Any

import numpy as np
import torch
from torch import nn

from ..doors import check_size
from .language_model import LanguageModel
from .parts import check_row, judging

SCORES = ("carried", "windows")


def evaluate(
    model: LanguageModel, codes: Any, T: int = 256, B: int = 8, scores: str = "carried"
) -> dict[str, float]:
    """Mean cost of a text; parameters as for ``costs``.

    Returns
    -------
    dict
        "loss" in nats, "bits" per symbol (bits per character), "perplexity".

    Examples
    --------
    >>> from lstm_course.models import LanguageModel
    >>> model = LanguageModel("lstm", 4, 6, 3, seed=0)
    >>> round(float(evaluate(model, np.arange(100) % 3)["bits"]), 1)
    1.6
    """
    loss = float(costs(model, codes, T, B, scores).mean())
    return {"loss": loss, "bits": loss / np.log(2.0), "perplexity": np.exp(loss)}


def costs(
    model: LanguageModel, codes: Any, T: int = 256, B: int = 8, scores: str = "carried"
) -> np.ndarray:
    """-log p of each symbol of a text, given what stands before it.

    Parameters
    ----------
    model : LanguageModel
        Or any module: x (T, B), state -> scores (T, B, K), state.
    codes : ndarray (N,) of int64
    T, B : int
        Steps per call, and rows side by side.
    scores : str
        "carried": the text is cut into B rows, and the state is carried along each.
        "windows": it is cut into rows of T symbols, each read from an empty state.

    Returns
    -------
    ndarray (L, R)
        In nats.  Column r holds the costs of row r in order: R is B, or with "windows"
        L is T.  What is left over at the end of the text is not scored.
    """
    codes = check_row("codes", codes, 2)
    T, B = check_size("T", T), check_size("B", B)
    rows = _rows(codes, *_shape(scores, len(codes) - 1, T, B))
    rows = torch.from_numpy(rows).to(next(model.parameters()).device)
    with judging(model):
        parts = [_down(model, part, T) for part in rows.split(B, 1)]
    return torch.cat(parts, 1).double().cpu().numpy()


def _shape(scores: str, N: int, T: int, B: int) -> tuple[int, int]:
    """Length and number of the rows that N symbols are scored in."""
    if scores not in SCORES:
        raise ValueError(
            f"scores is {scores!r}. A text is scored in one of the ways "
            f"{', '.join(map(repr, SCORES))}. Write scores='carried'?"
        )
    if scores == "windows":
        return min(T, N), max(1, N // T)
    rows = max(1, min(B, N // T))
    return N // rows, rows


def _rows(codes: np.ndarray, length: int, rows: int) -> np.ndarray:
    """A text cut into rows of so many symbols and the one after: (length + 1, rows)."""
    return np.stack([codes[r * length :][: length + 1] for r in range(rows)], axis=1)


def _down(model: nn.Module, rows: torch.Tensor, T: int) -> torch.Tensor:
    """Costs (L, B) of rows (L + 1, B), read T steps at a time, the state carried."""
    state, found = None, []
    for x, y in zip(rows[:-1].split(T), rows[1:].split(T), strict=True):
        scores, state = model(x, state)
        cost = nn.functional.cross_entropy(
            scores.flatten(0, 1), y.flatten(), reduction="none"
        )
        found.append(cost.view(y.shape))
    return torch.cat(found)
