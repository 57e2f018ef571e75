"""Processes, here or on a cluster, that run trials: Dask's.

What a worker was doing when it died is done again by another.  When the scheduler dies
the search waits for one to come back at the same address, and asks it for everything
that had not ended.
"""

import contextlib
import json
import time
from pathlib import Path

TRIES = 4  # of a trial whose workers die, before it is given up for this time
AHEAD = 3  # trials waiting for each thread
WAIT = 600  # seconds for a scheduler to come back


def results(jobs, work, address=None, workers=2):
    """Run ``work(**job)`` for every job, in about their order.

    Parameters
    ----------
    jobs : iterable of dict
        Taken one by one as there is room for them.
    work : callable
        A function that the workers can import.
    address : str, optional
        Of a scheduler, "tcp://host:8786"; without it ``workers`` processes run here.

    Yields
    ------
    (job, result)
        ``result`` is None where ``TRIES`` workers died of the job.
    """
    crew = Crew(address, workers)
    try:
        jobs, flying = iter(jobs), {}
        while True:
            try:
                crew.meet()
                flying = {
                    crew.submit(work, job): (job, n) for job, n in flying.values()
                }
                yield from _fly(crew, jobs, work, flying)
                return
            except crew.lost as error:
                crew.leave(error)
    finally:
        crew.close()


def _fly(crew, jobs, work, flying):
    """Keep the workers busy until no job is left."""
    from distributed import wait

    more = True
    while more or flying:
        while more and len(flying) < crew.room():
            job = next(jobs, None)
            more = job is not None
            if more:
                flying[crew.submit(work, job)] = (job, 1)
        if not flying:
            return
        with contextlib.suppress(TimeoutError):
            wait(list(flying), timeout=10, return_when="FIRST_COMPLETED")
        for future in [f for f in flying if f.done()]:
            if future.status in ("cancelled", "lost"):
                raise ConnectionError("the scheduler has forgotten its work")
            job, tries = flying[future]
            if future.status == "finished":
                result = future.result()
            elif _died(future.exception()) and tries < TRIES:
                flying[crew.submit(work, job)] = (flying.pop(future)[0], tries + 1)
                continue
            elif _died(future.exception()):
                result = None
            else:
                raise future.exception()
            del flying[future]
            yield job, result


def _died(error):
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)


class Crew:
    """A connection to workers that can be lost and found again."""

    def __init__(self, address, workers):
        try:
            import distributed
        except ImportError:
            raise ValueError(
                "A study needs Dask, but got no package 'distributed'. It comes with "
                "the extra 'study'. Run pip install 'lstm-course[study]'?"
            ) from None
        self.address, self.client, self.cluster = address, None, None
        self.lost = (OSError, TimeoutError, distributed.comm.CommClosedError, *_gone())
        if address is None:
            self.cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs="CRITICAL",
            )
        self.until = time.monotonic() + 60  # the first time it should be there

    def meet(self):
        """Connect, waiting for a scheduler that is not there yet."""
        from distributed import Client

        while self.client is None:
            try:
                self.client = Client(self.cluster or self.where(), timeout=10)
            except OSError as error:
                if time.monotonic() > self.until:
                    raise ValueError(
                        f"No scheduler answers at {self.address}: {error}. Expected a "
                        "Dask scheduler, as 'dask scheduler' starts one. Start it, and "
                        "run this again: it goes on from here?"
                    ) from None
                time.sleep(1)

    def where(self):
        """The scheduler's address, out of the file that it wrote if that is named."""
        if str(self.address).endswith(".json"):
            return json.loads(Path(self.address).read_text("utf-8"))["address"]
        return self.address

    def submit(self, work, job):
        return self.client.submit(work, **job, pure=False)

    def room(self):
        """How many trials may be under way."""
        return AHEAD * max(1, sum(self.client.nthreads().values()))

    def leave(self, error):
        """Forget a connection that broke."""
        if self.cluster is not None:
            raise error
        with contextlib.suppress(Exception):
            self.client.close(timeout=2)
        self.client, self.until = None, time.monotonic() + WAIT

    def close(self):
        for one in (self.client, self.cluster):
            with contextlib.suppress(Exception):
                one and one.close(timeout=10)


def _gone():
    """What Dask raises for a future whose scheduler is gone."""
    from concurrent.futures import CancelledError

    from distributed.client import FutureCancelledError

    return CancelledError, FutureCancelledError
