"""The official grade: a trusted process asks, a jailed process answers.

The trusted side holds tests, seed and references (``session``, ``grade``).  The jailed
side (``worker``, ``stubs``) holds the student's code and nothing else; what comes back
over the pipe is decoded by ``protocol`` and compared outside.  ``jail`` builds the
walls.

``batch`` grades a class: ``submissions`` says whose each notebook is and which counts,
``load`` reads it, ``preflight`` and ``deadlines`` the instructor's overlay, ``rows``
makes the gradebook, ``reports`` what comes out; ``doctor`` examines the machine.

In this folder, from the class to the jail:

    submissions, load          whose each notebook is, which counts, what it says
    plan, preflight, deadlines, packages, limits   what is asked, and the overlay
    batch, pool, host, store, fingerprint, rows    all of a class, once and safely
    reports, doctor            what comes out; what the machine lacks
    grade, runner, session     one notebook, asked from outside
    jail, isolation, launch, seccomp, leftovers    the walls, and who puts them up
    started, forks             a jail as a process, or forked ahead
    protocol, channel          frames on the pipe between the two sides
    worker, running, reading, magics, stubs, watching, alarms   inside the jail
"""
