"""Which jail this machine can build, tried out once."""

import functools
import sys
import time

from .jail import KINDS, Jail
from .kit import Kit
from .session import Dead, Session

WEAK = "partial"


@functools.cache
def best():
    """The first kind of jail that starts here, or None."""
    return next((kind for kind in KINDS if works(kind)), None)


@functools.cache
def works(kind):
    """True when a worker in such a jail answers."""
    jail = None
    if kind != WEAK and sys.platform != "linux":
        return False
    try:
        jail = Jail(kind)
        Session(Kit(jail), time.monotonic() + jail.limits.start).close()
    except (Dead, OSError, TypeError, KeyError):
        return False
    finally:
        if jail:
            jail.close()
    return True


def demand(accept_partial=False, wanted=None):
    """The kind of jail to use: the wanted one, or the best of this machine.

    Raises
    ------
    ValueError
        If only partial isolation works and that was not accepted in words.
    """
    kind = best() if wanted is None else wanted if works(wanted) else None
    if kind is None or (kind == WEAK and not accept_partial):
        got = "no second process" if kind is None else "a second process only"
        raise ValueError(
            f"Isolation does not work on this machine: got {got}, expected bubblewrap "
            "or Landlock (Linux). A hostile notebook could read and change what you "
            "can. Grade on Linux with bubblewrap, or say --accept-partial-isolation?"
        )
    return kind
