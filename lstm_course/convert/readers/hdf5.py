"""HDF5 files, opened by h5py: no number of another file, none beyond the file."""

import numpy as np

from .bounds import refuse


def opened(path, file):
    import h5py

    try:
        return h5py.File(file, "r")
    except OSError as error:
        refuse(path, "HDF5", str(error))


def array(group, name, limit):
    """A dataset's numbers; one that lies in another file is refused."""
    import h5py

    if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
        refuse(name, "HDF5", "it points into another file")
    data = group[name]
    if not isinstance(data, h5py.Dataset) or data.external or data.is_virtual:
        refuse(name, "HDF5", "its numbers lie in another file")
    if data.size * data.dtype.itemsize > limit:
        refuse(name, "HDF5", f"its shape {data.shape} is beyond the file")
    a = data[()]
    return a.astype(np.float32) if a.dtype == np.float16 else a
