"""A search over all cells and tasks: which variant is best, and what decides it?

    lstm-course study run --trials 15 --budget 180
    lstm-course study report

Every cell meets every task under settings drawn at random, as in Greff et al. (2017):
learning rate, width, clipping, start values, noise.  Draw number n of a task is the
same for every cell, so that cells are compared pair by pair.

In this folder:

    lessons    the tasks as the study sets them
    space      what is drawn, and how a cell is started by it
    trial      one run, from a setting to a row
    store      rows in a database that Optuna knows
    table      rows as one file that a book can carry
    lock       one search at a time writes
    workers    processes, here or on a cluster, that run trials
    run        the search itself, which goes on where it was stopped
    scripts    job scripts for clusters
    report     which cell is better, how surely, and what cannot be said
    speed      trials per hour, against a plain loop
"""
