"""Whose notebook is it, and which one counts: from an export to submissions.

``layouts`` is the table of how systems name things, ``owners`` reads a whole export
with it, ``about`` reads what lies beside the work, ``files`` opens folders and zips,
``clone`` tells the course's own notebooks from a student's, ``find`` puts it together,
``roll`` adds for which set each is, ``listing`` shows all of it before anything runs.
``likeness`` finds answers that are the same, also in the disguises that ``plainly``
takes off, ``written`` those for a human.
"""
