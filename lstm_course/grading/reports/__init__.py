"""What comes out of a gradebook's rows; ``every`` writes all of it.

``pages`` for students, ``summary`` of the class, ``tables`` for other programs,
``changes`` since the last run, ``by_hand`` for who reads written answers, ``roster``
and ``feedback`` for the LMS, ``nbgrader`` for its gradebook and formgrader.
"""
