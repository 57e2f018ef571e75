"""``lstm-course bench``: how fast this machine runs the cells, beside torch.nn.

In this folder:

    argv      the options of the command line, and what is said and written
    measure   contestants in turn, medians, floors
    files     files of other tools, beside reading and writing the same bytes
    whole     a model's training step, a single step of a stream, beside torch.nn
    tables    what chapter 7 shows: the book's measurements, and the reader's
    card      the same on a graphics card, beside cuDNN and three loops
"""

from .argv import add_parser, run

__all__ = ["add_parser", "run"]
