"""The official grade: a trusted process asks, a jailed process answers.

The trusted side holds tests, seed and references (``session``, ``grade``).  The jailed
side (``worker``, ``stubs``) holds the student's code and nothing else; what comes back
over the pipe is decoded by ``protocol`` and compared outside.  ``jail`` builds the
walls.

``batch`` grades a class: ``submissions`` says whose each notebook is and which counts,
``load`` reads it, ``preflight`` and ``deadlines`` the instructor's overlay, ``rows``
makes the gradebook, ``reports`` what comes out; ``doctor`` examines the machine.
"""
