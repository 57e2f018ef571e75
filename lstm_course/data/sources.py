"""What can be downloaded: addresses, checksums, sizes, licences."""

from pathlib import Path
from typing import NamedTuple

from .. import places


class Source(NamedTuple):
    """A file that is published somewhere."""

    name: str
    url: str
    file: str
    checksum: str  # "md5:..." or "sha256:..."
    size: int  # bytes, as published
    note: str
    read: str = ""  # the file's name once it was read, if that changes it

    @property
    def path(self) -> Path:
        """Where it lies as it was published."""
        return places.data() / self.file

    @property
    def kept(self) -> Path:
        """Where it lies ready for use."""
        return places.data() / (self.read or self.file)

    def find(self) -> Path:
        """The same, or a ValueError that says how to get it."""
        if self.kept.exists():
            return self.kept
        fetch = f"'lstm-course data {self.name}"
        raise ValueError(
            f"{self.note}: not in {places.data()} yet. It is fetched once, "
            f"{self.size / 1e6:.0f} MB, or read from a copy. Expected {self.kept.name} "
            f"there. Run {fetch}', or {fetch} --from FILE'?"
        )


# The checksum is the one that torchtext, PaddlePaddle's data sets and others publish;
# it was not verified against the file itself when this line was written.
IMDB = Source(
    "imdb",
    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    "aclImdb_v1.tar.gz",
    "md5:7c2ac02c03563afcf9b574c7e56c153a",
    84_125_825,
    "50,000 film reviews, Maas et al. (2011)",
    "imdb.csv.gz",
)
SHAKESPEARE = Source(
    "shakespeare",
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/"
    "tinyshakespeare/input.txt",
    "shakespeare.txt",
    "sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    1_115_394,
    "40,000 lines of Shakespeare, Karpathy (2015)",
)
SOURCES = {s.name: s for s in (IMDB, SHAKESPEARE)}
