"""A trained model back from its checkpoint, ready to write or to judge."""

import numpy as np
import torch

from ..tasks.text import Corpus
from ..tasks.tokens import close_up
from ..tasks.vocabulary import UNKNOWN, Vocabulary, pad, tokenize
from ..train import load as load_checkpoint
from .classifier import Classifier
from .language_model import LanguageModel, generate

MODELS = {"lm": LanguageModel, "classify": Classifier}
OLD = "words"  # how checkpoints that do not say it were cut into words
RENAMED = {"hidden_size": "H", "embedding_size": "I"}  # since then


def load(path):
    """-> what the checkpoint says about itself, the model in eval mode."""
    state = load_checkpoint(path)
    about = state["about"]
    if about.get("kind") not in MODELS:
        raise ValueError(
            f"This checkpoint holds {about.get('kind', 'a model of its own')!r}. A "
            "language model can write and a classifier can judge. Train one with "
            "'lstm-course train lm'?"
        )
    options = {RENAMED.get(k, k): v for k, v in about["model"].items()}
    if options["I"] is None:  # as wide as the layers
        options["I"] = options["H"]
    model = MODELS[about["kind"]](**options)
    model.load_state_dict(state["model"])
    return about, model.eval()


def write(about, model, prompt, length, rng, temperature, top_k, top_p):
    """The prompt and what the model adds to it."""
    alphabet = about["alphabet"]
    corpus = Corpus(
        np.array([]),
        alphabet if isinstance(alphabet, str) else tuple(alphabet),
        about.get("rule", OLD),
    )
    if prompt is None:  # as if at the beginning of a line, where the text has lines
        prompt = "\n" if "\n" in alphabet else alphabet[-1]
    start = corpus.encode(prompt)
    codes = generate(model, start, length, rng, temperature, top_k, top_p)
    text = corpus.decode(codes)
    if corpus.level == "words":
        text = close_up(f"{prompt[-1:]} {text}")[len(prompt[-1:]) :]
    return prompt + text


def positive(about, model, text):
    """Probability that a classifier gives to "positive"; known words, all words."""
    words, codes = _coded(about, text)
    known = sum(code != UNKNOWN for code in codes[1:])
    return _chances(about, model, [codes])[0], known, len(words)


def word_by_word(about, model, text):
    """Every word of a text, with the probability of "positive" once it is read: list.

    What has been read is judged each time as if the text ended there.
    """
    words, codes = _coded(about, text)
    rows = [codes[: n + 2] for n in range(len(words))]
    return list(zip(words, _chances(about, model, rows), strict=True)) if rows else []


def _coded(about, text):
    """A text as words, and as codes with the one that starts it."""
    if not (text or "").strip():
        raise ValueError(
            f"There is nothing to judge: the text is {text!r}. A classifier reads a "
            "review and says whether it is positive. Pass --prompt 'a warm film'?"
        )
    vocabulary = Vocabulary.of(about["words"], about.get("rule", OLD))
    return tokenize(text, vocabulary.rule), vocabulary.encode(text, start=True)


def _chances(about, model, rows):
    """Probability of "positive" for each row of codes."""
    x = pad(rows, about["length"], about["padding"], about["truncation"])
    with torch.no_grad():
        return torch.sigmoid(model(torch.from_numpy(x))).tolist()
