"""HDF5 files, opened by h5py: no number of another file, none beyond the file.

Numbers that lie in a row in the file are mapped, not read: h5py alone takes as long
again to copy them.

HDF5's own library is no wall: of 680 files with some bytes changed, it crashed on one
(h5py 3.16.0), in an attribute's text.  What it refuses is refused.
"""

import os

import numpy as np

from .bounds import MOST_PACKED, View, mapped, refuse


class Source:
    """A file's bytes, mapped, and the most that one of its arrays may have."""

    def __init__(self, path, info=None):
        """``info``: of an entry that lies unpacked in the ZIP at ``path``."""
        self.data = mapped(path, info) if info else np.memmap(path, np.uint8, "r")
        self.limit = MOST_PACKED * os.path.getsize(path)

    def opened(self, path, file=None):
        """As h5py gives it; ``file`` where the bytes are packed in another."""
        import h5py

        if file is not None:
            self.data = None
        try:
            return h5py.File(View(self.data) if file is None else file, "r")
        except OSError as error:
            refuse(path, "HDF5", str(error))

    def array(self, group, name):
        """A dataset's numbers; one that lies in another file is refused."""
        import h5py

        if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
            refuse(name, "HDF5", "it points into another file")
        data = group[name]
        if not isinstance(data, h5py.Dataset) or data.external or data.is_virtual:
            refuse(name, "HDF5", "its numbers lie in another file")
        size = data.size * data.dtype.itemsize
        if size > self.limit:
            refuse(name, "HDF5", f"its shape {data.shape} is beyond the file")
        at = None if data.chunks else data.id.get_offset()
        if self.data is None or at is None or at + size > len(self.data):
            a = data[()]
        else:
            a = self.data[at : at + size].view(data.dtype).reshape(data.shape)
        return a.astype(np.float32) if a.dtype == np.float16 else a
