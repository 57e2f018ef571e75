"""The commands of ``lstm-course``, one module each.

In this folder:

    train, sample, data, bench, grade   one command each
    options                             values checked before anything runs

Each has ``add_parser(sub)`` and ``run(args)``, and imports torch only in ``run``.
"""

NAMES = ("data", "train", "sample", "bench", "grade")
