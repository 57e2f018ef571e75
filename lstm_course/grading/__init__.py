"""The official grade: a trusted process asks, a jailed process answers.

The trusted side holds tests, seed and references (``session``, ``grade``).  The jailed
side (``inside``) holds the student's code and nothing else; what comes back over the
pipe is decoded and compared outside.  ``jail`` builds the walls.

``batch`` grades a class: ``submissions`` says whose each notebook is and which counts,
``load`` reads it, ``preflight`` and ``deadlines`` the instructor's overlay, ``rows``
makes the gradebook, ``reports`` what comes out; ``doctor`` examines the machine.

In this folder, from the class to the jail:

    submissions, load          whose each notebook is, which counts, what it says
    plan, preflight, deadlines, packages, limits   what is asked, and the overlay
    batch, pool, host, store, fingerprint, rows    all of a class, once and safely
    reports, doctor            what comes out; what the machine lacks
    grade, runner, session, answers    one notebook, asked from outside
    kit, jail, started         what a set gives to its jail; the walls; who starts them
    isolation, seccomp, leftovers                  which walls hold here
    inside/                all that a jail is given
"""
