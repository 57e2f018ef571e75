"""A search for cells: lines of arithmetic are changed at random, tried and kept.

In this folder:

    derive    a cell's backward pass, from the text of its forward
    partial   partial derivatives; sums and products that stay short
    shared    what is written twice gets a name
"""
