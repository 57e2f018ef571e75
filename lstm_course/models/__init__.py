"""Models built from cells: any cell by name, the same names everywhere.

    from lstm_course.models import Classifier, LanguageModel, Reader

Needs torch.

In this folder:

    language_model, classifier, reader   one model each
    parts                                what they share
    saved                                a trained one back from its checkpoint
"""

from .classifier import Classifier
from .language_model import LanguageModel
from .reader import Reader

__all__ = ["Classifier", "LanguageModel", "Reader"]
