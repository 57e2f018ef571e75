"""The commands of ``lstm-course``, one module each.

In this folder:

    train, sample, data, bench, grade   one command each
    options                             values checked before anything runs
"""

NAMES = ("data", "train", "sample", "bench", "grade")
