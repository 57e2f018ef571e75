"""A search for cells: lines of arithmetic are changed at random, tried and kept.

    from lstm_course import search
    result = search.read()
    search.genealogy(ax, result)
    for row in search.best(result, 10): print(row["words"])

As Jozefowicz, Zaremba & Sutskever did (ICML 2015), in miniature.  In this folder:

    genome              a cell as plain data; the Cell that is made of it
    derive              a cell's backward pass, from the text of its forward
    partial, shared     partial derivatives; what is written twice gets a name
    mutate              changes of a genome, one at a time
    examine             whether a mutant is a cell that can be trusted
    lessons             what a cell must learn, and how much of it one has learned
    evolve              generation after generation; every trial a line of a file
    judge               the best from fresh seeds, and what their gates are worth
    describe            what a cell is, in words; its nearest relative in CELLS
    family              the result read, drawn as a family tree, put in words
"""

from .family import best, descent, genealogy, read, share, winner

__all__ = ["best", "descent", "genealogy", "read", "share", "winner"]
