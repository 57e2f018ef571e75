"""Where jobs run: all cores of this machine, or a Dask cluster.

Both take (key, job text) pairs and yield (key, result text) in any order, as
``grade.grade_text`` gives them.  The process that runs a job is on the trusted side;
the jail is its child.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading

HOST = [sys.executable, "-m", "lstm_course.grading.host"]
LOST = json.dumps({"error": "The process that graded this ended. Run it again."})
TRIES = 4  # of a notebook whose process ends; a worker of a cluster may go as often
ROOM = 64  # notebooks that lie at a cluster at most, or four for every thread
GRACE = 10  # seconds an interrupted process has to end by itself
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Local:
    """So many trusted processes of this machine; a dead one is replaced."""

    def __init__(self, workers):
        self.todo, self.done = queue.Queue(2 * workers), queue.Queue()
        self.hosts, self.stopped, self.lock = set(), False, threading.Lock()
        self.threads = [threading.Thread(target=self._serve) for _ in range(workers)]

    def run(self, jobs):
        """Yield (key, result) for each (key, job), in the order in which they end."""
        for thread in self.threads:
            thread.start()
        running = 0
        try:
            for job in jobs:
                self.todo.put(job)
                running += 1
                while not self.done.empty():
                    yield self.done.get()
                    running -= 1
            for _ in range(running):
                yield self.done.get()
                running -= 1
        finally:
            self._end(interrupted=running > 0)

    def _end(self, interrupted):
        kill = threading.Timer(GRACE, self._each_host, [subprocess.Popen.kill])
        if interrupted:
            self.stopped = True
            self._each_host(subprocess.Popen.terminate)
            kill.start()
        while interrupted and not self.todo.empty():
            with contextlib.suppress(queue.Empty):
                self.todo.get_nowait()
        for _ in self.threads:
            self.todo.put(None)
        for thread in self.threads:
            thread.join()
        kill.cancel()

    def _each_host(self, act):
        with self.lock:
            for host in self.hosts:
                act(host)

    def _serve(self):
        """One thread drives one process at a time."""
        host = None
        while (job := self.todo.get()) is not None:
            key, text = job
            result = ""
            for _ in range(TRIES):
                host = host or self._host()
                if host and not result:
                    result = _ask(host, text)
                    host = host if result else self._leave(host)
            self.done.put((key, result or LOST))
        self._leave(host)

    def _host(self):
        """A new process, or None when the batch was interrupted."""
        with self.lock:
            if self.stopped:
                return None
            host = subprocess.Popen(
                HOST,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,
                env=os.environ | ONE_THREAD,
            )
            self.hosts.add(host)
            return host

    def _leave(self, host):
        """Let a host end: it does when its input is closed."""
        if host:
            with contextlib.suppress(OSError):
                host.stdin.close()
            host.wait()
            host.stdout.close()
            with self.lock:
                self.hosts.discard(host)


def _ask(host, text):
    """The host's answer, or "" when it died."""
    try:
        host.stdin.write(text + "\n")
        host.stdin.flush()
        return host.stdout.readline().strip()
    except (OSError, ValueError):
        return ""


def cluster(jobs, address):
    """Run jobs on a Dask cluster that is already there, as ``Local.run``.

    What a worker was doing when it died is done by another one.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ValueError(
            f"--scheduler {address} needs Dask, but got no package 'distributed'. It "
            "comes with the extra 'cluster'. Run pip install 'lstm-course[cluster]'?"
        ) from None
    from .grade import grade_text

    with Client(address, timeout=30) as client:
        keys, running = {}, as_completed()
        room = max(ROOM, 4 * sum(client.nthreads().values()))
        for key, text in jobs:
            future = client.submit(grade_text, text, pure=False, retries=TRIES - 1)
            keys[future] = key
            running.add(future)
            if len(keys) >= room:
                yield _finished(keys, next(running))
        for future in running:
            yield _finished(keys, future)


def _finished(keys, future):
    """(key, result) of a job that ended; nothing of it is kept here or there."""
    failed = future.exception() is not None
    result = LOST if failed else future.result()
    return keys.pop(future), result
