"""The jailed end of the pipe, and where a notebook's prints go."""

import io
import os

from . import protocol


class Capped(io.TextIOBase):
    """Keeps the first characters written and drops the rest."""

    def __init__(self, limit):
        self.limit, self.parts = limit, []

    def writable(self):
        return True

    def write(self, text):
        if self.limit > 0:
            self.parts.append(text[: self.limit])
            self.limit -= len(text)
        return len(text)

    def text(self):
        more = "\n[…]" if self.limit < 0 else ""
        return clean("".join(self.parts) + more)


def clean(text):
    """Text that survives UTF-8."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


class Pipe:
    """Frames over two file descriptors."""

    def __init__(self, source, target):
        self.source, self.target = source, target

    def _exactly(self, n):
        parts = []
        while n:
            part = os.read(self.source, min(n, 1 << 20))
            if not part:
                os._exit(0)  # the trusted side is gone
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def frame(self):
        """The two parts of the next frame, undecoded."""
        text, raw = protocol.sizes(self._exactly(protocol.HEAD.size))
        whole = self._exactly(text + raw)
        return whole[:text], whole[text:]

    def read(self):
        return protocol.load(*self.frame())

    def write(self, frame):
        view = memoryview(frame)
        while view:
            view = view[os.write(self.target, view) :]


def claim():
    """The pipe on private descriptors; nothing on 0, 1 and 2."""
    pipe = Pipe(os.dup(0), os.dup(1))
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    return pipe
