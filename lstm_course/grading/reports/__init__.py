"""What comes out: ``pages`` for students, ``tables`` for other programs, ``roster`` and
``feedback`` for the LMS, ``nbgrader`` for its gradebook.
"""
