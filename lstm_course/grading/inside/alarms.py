"""Limits that a cell or a call meets inside the jail, before it is ended from outside.

None of them protects anything: they let honest code go on after its time is up.
"""

import signal

AGAIN = 0.2  # seconds between two alarms: code that swallows one meets the next
CAN_ALARM = hasattr(signal, "setitimer")


class TooLong(BaseException):
    """The time of a statement or call is over."""


def arm(seconds, handler=True):
    """Raise TooLong after so many seconds, again and again.

    Without ``handler`` the one that was set before is trusted, which is cheaper.
    """
    if CAN_ALARM:
        if handler:
            signal.signal(signal.SIGALRM, too_long)
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)


def disarm():
    if CAN_ALARM:
        signal.setitimer(signal.ITIMER_REAL, 0)


def too_long(*_):
    raise TooLong
