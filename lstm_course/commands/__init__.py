"""The commands of ``lstm-course``, one module each."""

NAMES = ("data", "train", "sample", "bench", "grade")
