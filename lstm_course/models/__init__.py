"""Models built from cells: any cell by name, the same names everywhere.

    from lstm_course.models import Classifier, LanguageModel, Reader, Translator

Each is made by ``Model(cell, I, H, K, num_layers, ..., seed)``: its layer reads I
features (of an embedding, where it reads codes) and has H units; K scores come out.
Needs torch.

In this folder:

    language_model, classifier, reader, translator   one model each
    looking_back             a translator with attention
    loss                     readout and cross entropy in one
    stepper                  a language model one symbol at a time
    ngrams                   counting, what a network must beat
    scoring                  how surprised a language model is by a text
    grid                     LSTMs along time and along depth, as pure steps
    vrnn                     latent variables whose prior reads the memory: functions
    storn                    an RNN that reads noise, and one that guesses it
    variational              what models with latent variables share
    parts, sizes             what they share, and how many units fit
    attention                soft attention over places, as a pure step
    draw                     pictures painted in steps through a moving window
    twins                    what lets a step be one text for arrays and tensors
    saved                    a trained one back from its checkpoint
"""

from .classifier import Classifier
from .language_model import LanguageModel
from .reader import Reader
from .translator import Translator

__all__ = ["Classifier", "LanguageModel", "Reader", "Translator"]
