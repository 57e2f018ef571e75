"""Fetch a published file into the cache: with a bar, a checksum, and clear errors."""

import errno
import shutil

import pooch
import requests

TRIES = 3


def fetch(source, url=None, progress=True):
    """The file of a source, downloaded if it is not in the cache yet.

    Parameters
    ----------
    source : Source
    url : str, optional
        A mirror; the checksum stays the published one.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Path

    Raises
    ------
    ConnectionError
        If the server cannot be reached, refuses, or cuts the connection.
    ValueError
        If the file is not the published one.
    OSError
        If there is not enough space.
    """
    if url is not None and not url.startswith(("http://", "https://")):
        raise ValueError(
            f"The mirror {url!r} is no address of the web. A file is fetched by http; "
            "expected https://... For a copy on this machine, pass "
            f"'lstm-course data {source.name} --from FILE'?"
        )
    path = source.path
    if path.exists() and pooch.file_hash(path, *_kind(source)) == _digest(source):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    _check_space(path.parent, source)
    logger = pooch.get_logger()
    logger.setLevel("WARNING")
    for left in reversed(range(TRIES)):
        try:
            pooch.retrieve(
                url or source.url,
                source.checksum,
                source.file,
                path.parent,
                progressbar=progress,
            )
            return path
        except requests.exceptions.RequestException as error:
            if left == 0 or getattr(error, "response", None) is not None:
                raise ConnectionError(_no_file(source, url, error)) from None
        except ValueError as error:
            if "does not match" not in str(error):
                raise
            raise ValueError(
                f"What came from {url or source.url} is not {source.file}: its "
                f"checksum is not {source.checksum}. Expected the published file, "
                "unchanged. Does a proxy answer with a page of its own? Nothing was "
                "kept. Try again, or pass a copy with "
                f"'lstm-course data {source.name} --from FILE'?"
            ) from None
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise _full(path.parent, source) from None
            raise


def _kind(source):
    return (source.checksum.split(":")[0],)


def _digest(source):
    return source.checksum.split(":")[1]


def is_published(path, source):
    """Whether a file is the published one, by its checksum."""
    return pooch.file_hash(str(path), *_kind(source)) == _digest(source)


def _check_space(folder, source):
    if shutil.disk_usage(folder).free < 2 * source.size:
        raise _full(folder, source)


def _full(folder, source):
    free = shutil.disk_usage(folder).free / 1e6
    return OSError(
        errno.ENOSPC,
        f"{folder} has {free:,.0f} MB free, too little for "
        f"{source.file}. Expected {2 * source.size / 1e6:,.0f} MB. Nothing was kept. "
        f"Free some space, or point LSTM_COURSE_DATA to another folder?",
    )


def _no_file(source, url, error):
    return (
        f"{source.file} did not arrive from {url or source.url}: "
        f"{type(error).__name__}, {str(error)[:160]}. Nothing was kept. Behind a "
        "proxy, set HTTPS_PROXY; or fetch the file some other way and run "
        f"'lstm-course data {source.name} --from FILE'?"
    )
