"""The commands of ``lstm-course``, one module each.

In this folder:

    train, sample, data, bench, grade, study, check_backend   one command each
    options                                                   values checked first

Each has ``add_parser(sub)`` and ``run(args)``, and imports torch only in ``run``.
"""

from . import bench, check_backend, data, grade, sample, study, train

COMMANDS = {
    "data": data,
    "train": train,
    "sample": sample,
    "bench": bench,
    "grade": grade,
    "study": study,
    "check-backend": check_backend,
}
