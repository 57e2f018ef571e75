"""One search at a time writes into a database."""

import os
import platform
import threading
import time
from contextlib import contextmanager

BEAT, GONE = 10.0, 45.0  # seconds between signs of life; after that many it is dead


@contextmanager
def held(store):
    """Hold a store as long as the block runs.

    Raises
    ------
    ValueError
        If another search is writing into it, here or on another machine.
    """
    me = {"host": platform.node(), "pid": os.getpid()}
    other = store.notes().get("holder")
    if other and _alive(other) and other["pid"] != me["pid"]:
        raise ValueError(
            f"Another search writes into {store.url}: process {other['pid']} on "
            f"{other['host']}, last seen {time.time() - other['seen']:.0f} s ago. "
            f"Expected none. Let it end, or wait {GONE:.0f} s if it was killed?"
        )
    over = threading.Event()

    def beat():
        while not over.wait(BEAT):
            store.note(holder=me | {"seen": time.time()})

    store.note(holder=me | {"seen": time.time()})
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        store.note(holder=None)


def _alive(other):
    """Whether the process that held a store last can still be there."""
    if other["host"] == platform.node():
        try:
            os.kill(other["pid"], 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
    return time.time() - other["seen"] < GONE
