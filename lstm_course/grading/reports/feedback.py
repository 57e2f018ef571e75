"""feedback.zip: each student's page where their notebook lay in the export.

Moodle, Canvas and nbgrader put what is named like a submission back to its student.
"""

import io
import re
import zipfile

from . import pages

ENDING = re.compile(r"\.(ipynb(\.txt|\.json)?|json|zip)$", re.I)
THEN = (1980, 1, 1, 0, 0, 0)  # so that equal pages make an equal file


def packed(rows):
    """The archive: bytes.

    Parameters
    ----------
    rows : list of dict
        Those of ``rows.build``; ``inside`` is where a notebook lay in its export.
    """
    file, done = io.BytesIO(), set()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            name = _free(row, done)
            done.add(name)
            text = pages.page(row["student"], [row])
            archive.writestr(zipfile.ZipInfo(name, THEN), text.encode())
    return file.getvalue()


def _free(row, done):
    """A name in the archive; of a group's work each has a page of their own."""
    inside = re.sub(r"\.zip/.*", ".zip", row["inside"] or row["student"], flags=re.I)
    stem = ENDING.sub("", inside.strip("/")) or "page"
    if row["error"] and not ENDING.search(inside):
        stem += "/feedback"
    name = f"{stem}.html"
    if name in done:
        name = f"{stem}-{pages.slug(row['student'], row['set'], row['file'])}.html"
    return name
