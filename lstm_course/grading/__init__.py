"""The official grade: a trusted process asks, a jailed process answers.

The trusted side holds tests, seed and references (``session``, ``grade``).  The jailed
side (``worker``, ``stubs``) holds the student's code and nothing else; what comes back
over the pipe is decoded by ``protocol`` and compared outside.  ``load`` reads a
submission, ``jail`` builds the walls, ``batch`` grades a class.
"""
