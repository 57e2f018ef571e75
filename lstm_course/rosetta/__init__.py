"""One layer in the arrays of every tool: what the page "The Rosetta stone" shows.

The layouts themselves are ``convert.tools``, which readers and writers use.

In this folder:

    where     a number of a layer -> its place in a tool's arrays
"""
