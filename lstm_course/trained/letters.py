"""A character model small enough to travel: one layer that reads one-hot letters.

Its embedding is folded into its input weights (a letter's row of W_x is its embedding
times the layer's own), so that NumPy and a page need two products a step.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..unroll import trace
from .weights import pack, unpack

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(f.stem for f in FOLDER.glob("*.json")))


class Letters(NamedTuple):
    """A trained character model in NumPy.

    Examples
    --------
    >>> net = load("shakespeare")
    >>> net.alphabet[int(net.chances("Thou art my lor").argmax())]
    'd'
    """

    alphabet: str
    p: dict  # W_x (K, 4H), W_h (H, 4H), b (4H,); of a plain layer H for 4H
    V: np.ndarray  # (K, H)
    v: np.ndarray  # (K,)
    about: dict  # command, date, machine, loss, units

    @property
    def cell(self):
        """Which cell it is, by the shapes of its weights."""
        H, n = self.p["W_h"].shape
        return "rnn" if n == H else "lstm"

    def encode(self, text):
        """Codes (T,) of a text; a ValueError for a letter it has never read."""
        missing = sorted(set(text) - set(self.alphabet))
        if missing:
            raise ValueError(
                f"The text holds {missing[0]!r}, which this network has never read. It "
                f"knows the {len(self.alphabet)} letters {self.alphabet!r}. Leave it "
                "out?"
            )
        return np.array([self.alphabet.index(letter) for letter in text], np.int64)

    def read(self, text):
        """Every gate and state at every letter: dict i, f, g, o, c, h -> (T, H)."""
        x = np.eye(len(self.alphabet))[self.encode(text)]
        steps = trace(self.cell, self.p, x[:, None])
        return {name: steps[name][:, 0] for name in "ifgoch" if name in steps}

    def chances(self, text, temperature=1.0):
        """Probability of each letter after the text: (K,)."""
        scores = self.read(text)["h"][-1] @ self.V.T + self.v
        scores -= scores.max()
        powers = np.exp(scores / temperature) if temperature else 1.0 * (scores == 0)
        return powers / powers.sum()

    def packed(self):
        """What a page computes with: dict name -> {shape, scale, data}."""
        return pack({**self.p, "V": self.V, "v": self.v})


def load(name):
    """A network of this folder by its name, one of ``NAMES``: ``Letters``."""
    if name not in NAMES:
        raise ValueError(
            f"There is no trained network named {name!r}. With the course come "
            f"{', '.join(NAMES)}. Write {NAMES[-1]!r}?"
        )
    stored = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    p = unpack(stored["weights"])
    own = {k: p[k] for k in ("W_x", "W_h", "b")}
    return Letters(stored["alphabet"], own, p["V"], p["v"], stored["about"])


def fold(model, alphabet, about):
    """A ``LanguageModel`` of one layer, lstm or rnn, as ``Letters``."""
    layer = model.layers[0]
    known = layer.cell.name in ("lstm", "rnn")
    if len(model.layers) != 1 or layer.num_layers != 1 or not known:
        raise ValueError(
            f"The model is {layer.num_layers} layer(s) of {layer.cell.name}. Only one "
            "layer of lstm or rnn can be folded. Train one with lstm-course train lm "
            "--cell lstm --layers 1?"
        )
    table, p = model.embedding.weight.detach().double().numpy(), layer.numpy()
    p["W_x"] = table @ p["W_x"]
    V, v = (a.detach().double().numpy() for a in model.readout.parameters())
    return Letters(alphabet, p, V, v, about)


def store(net, name, folder=FOLDER):
    """Write a network into a folder, its weights as 16 bits: -> the file."""
    file = Path(folder) / f"{name}.json"
    stored = {"about": net.about, "alphabet": net.alphabet, "weights": net.packed()}
    file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return file
