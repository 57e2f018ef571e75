"""Small networks that come with the course, trained once, their weights in 16 bits.

    from lstm_course import trained
    net = trained.load("shakespeare")
    net.read("To be")["c"].shape, net.chances("To be")

In this folder:

    letters            a character model: alphabet, weights, what it expects next
    weights            numbers as 16 bits each, for files and for pages
    nested             weights of any model by name: ``nested.load("captions").p``
    shakespeare, python, stored/   the networks (.json), each with the command that
                                   trained it
"""

from . import nested, weights
from .letters import NAMES, Letters, load

__all__ = ["NAMES", "Letters", "load", "nested", "weights"]
