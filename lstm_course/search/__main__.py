"""``python -m lstm_course.search``."""

import sys

from .argv import main

if __name__ == "__main__":
    sys.exit(main())
