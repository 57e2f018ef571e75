"""Recurrent cells, each written once, with a verified backward pass.

    from lstm_course import CELLS, init, unroll, unroll_backward, trace

NumPy only; ``lstm_course.recurrent`` and ``lstm_course.train`` need torch.
"""

from .cells import CELLS
from .init import chrono, init
from .jacobian import jacobian
from .unroll import trace, unroll, unroll_backward

__version__ = "0.1.0"
__all__ = ["CELLS", "chrono", "init", "jacobian", "trace", "unroll", "unroll_backward"]
