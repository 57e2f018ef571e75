"""The commands of ``lstm-course``, one module each.

In this folder:

    train, sample, data, bench, grade, study   one command each
    check_backend, convert                     and two about other tools
    options                                    values checked before anything runs

Each has ``add_parser(sub)`` and ``run(args)``, and imports torch only in ``run``.
"""

from . import bench, check_backend, convert, data, grade, sample, study, train

COMMANDS = {
    "data": data,
    "train": train,
    "sample": sample,
    "bench": bench,
    "grade": grade,
    "study": study,
    "check-backend": check_backend,
    "convert": convert,
}
