"""``lstm-course train``: language models, classifiers, and the tasks of the papers.

In this folder:

    argv                 the options of the command line
    lm, classify, task   one kind of run each
    common               what they share: the folder, the options of ``fit``, the result
"""

from .argv import add_parser, run

__all__ = ["add_parser", "run"]
