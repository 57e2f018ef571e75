"""One layer in the arrays of every tool: what the page "The Rosetta stone" shows.

The layouts themselves are ``convert.tools``, which readers and writers use; what else
is known of a tool is ``convert.about``.

In this folder:

    where     a number of a layer -> its place in a tool's arrays
    layout    the same on paper
    words     the tables of the page, and a form in a sentence
    picture   arrays as pictures, in the gates' colours
    moved     what the live figure is given
"""
