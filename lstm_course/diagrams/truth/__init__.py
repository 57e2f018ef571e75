"""A picture as a program: what it computes, held against the cell.

flow        a sketch run on numbers or on words
probe       what a cell computes, asked from the cell
agree       does a sketch compute what its cell computes?
difference  what one picture has and another has not
"""
