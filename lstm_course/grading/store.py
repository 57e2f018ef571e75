"""Results on disk: written whole or not at all, by one process at a time."""

import contextlib
import json
import os
import secrets
import tempfile
from pathlib import Path


class Store:
    """The work folder of a batch; it is created for its owner's eyes only.

    ``results/`` holds one file per notebook and exercise set, ``submissions.json``
    whose they are, ``seed`` the seed of the hidden cases where no overlay gives one.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "results").mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            os.chmod(self.folder, 0o700)
        self.lock = self._lock()

    def _lock(self):
        """Held while this process lives; a second batch on this folder is refused."""
        file = open(self.folder / "lock", "a")
        try:
            import fcntl
        except ImportError:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise ValueError(
                f"Another batch is writing to {self.folder}. Expected one at a time. "
                "Wait for it, or choose another folder with --out?"
            ) from None
        return file

    def close(self):
        self.lock.close()

    def seed(self):
        """The seed of this folder, drawn once."""
        path = self.folder / "seed"
        if not path.exists():
            self.write("seed", secrets.token_hex(16))
        return path.read_text()

    def result(self, key):
        return self.read(f"results/{key}.json", {})

    def keep(self, key, result):
        self.write(f"results/{key}.json", json.dumps(result, indent=1))

    def submissions(self):
        return self.read("submissions.json", [])

    def read(self, name, default):
        """The JSON value of a file, the default where it is none."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        return default

    def text(self, name):
        """The text of a file, "" where there is none."""
        try:
            return (self.folder / name).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as e:
            raise ValueError(
                f"{self.folder / name} cannot be read: {type(e).__name__}. Expected "
                "UTF-8 text. Save it again as 'CSV UTF-8'?"
            ) from None

    def write(self, name, text):
        """Replace a file at once; True when its content changed."""
        return self.write_bytes(name, text.encode("utf-8"))

    def write_bytes(self, name, data):
        path = self.folder / name
        with contextlib.suppress(OSError):
            if path.read_bytes() == data:
                return False
        path.parent.mkdir(exist_ok=True)
        fd, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with open(fd, "wb") as file:
                file.write(data)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
        return True
