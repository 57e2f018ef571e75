"""Bytes to text: UTF-8 and files with a mark are certain, others are guessed aloud.

charset-normalizer says which encodings are possible.  On short texts several are, so
the one wins whose decoded text is made of that language's most frequent characters;
where none wins clearly, nothing is guessed: the error shows how each would read.
"""

import codecs

import charset_normalizer

from .letters import COMMON, LATIN, OWN, RUN

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WORST = 0.5  # of charset-normalizer's "chaos": many accents look messy to it
NEAR = 0.1  # of the same: so much worse than the best is still possible
CLEARLY = 1.3  # the likeliest has so many times the second's share of characters
LEAST = 0.15  # share of frequent characters in any honest text
MOST = 0.5  # the same in Latin scripts, whose accents are all known
ENOUGH = 2**18  # bytes that are looked at
BROKEN = 0.2  # share of spoilt characters up to which a text is damaged UTF-8
NO_TEXT = {
    b"PK\x03\x04": "a zip archive or an office document",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet table",
    b"SQLite": "a database",
    b"\x1f\x8b": "compressed",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x80\x04": "a pickle",
}


def decode(named, encoding=None):
    """Texts of files that come from one place, and how they were read.

    Parameters
    ----------
    named : list of (name, bytes)
    encoding : str, optional
        Of files without a mark, by a name that Python knows; guessed where they are
        not UTF-8, all by one guess.

    Returns
    -------
    list of str, and a note: "" or "read as gb18030, a guess"

    Raises
    ------
    ValueError
        If a file is no text, is damaged, or its encoding cannot be told.
    """
    encoding = _known(encoding)
    texts = [_certain(name, data, encoding) for name, data in named]
    left = [pair for pair, text in zip(named, texts, strict=True) if text is None]
    if not left:
        return texts, f"read as {encoding}" if encoding else ""
    guess = _guess(left)
    texts = [
        _strictly(*pair, guess) if text is None else text
        for pair, text in zip(named, texts, strict=True)
    ]
    return texts, f"read as {guess}, a guess (--encoding names another)"


def _known(encoding):
    try:
        return encoding and codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(
            f"There is no encoding {encoding!r}. Expected a name that Python knows, "
            f"such as utf-8, {', '.join(list(COMMON)[:6])}. Pass --encoding cp1252?"
        ) from None


def _certain(name, data, encoding):
    """The text where nothing is guessed, else None."""
    mark = next((e for m, e in MARKS if data.startswith(m)), None)
    if b"\x1b$" in data and not (mark or encoding):
        mark = "iso2022_jp"  # its escapes are a mark of their own
    if mark or encoding:
        return _strictly(name, data, mark or encoding)
    kind = next((k for m, k in NO_TEXT.items() if data.startswith(m)), None)
    if kind:
        raise _no_text(name, kind)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _refuse_damaged(name, data, error)
    return None if "\0" in text else text


def _strictly(name, data, encoding):
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError) as error:
        where = getattr(error, "start", 0)
        raise ValueError(
            f"{name} cannot be read as {encoding}: byte {where} does not fit. "
            "Expected text in that encoding from beginning to end. Name another with "
            "--encoding, such as utf-8, gb18030 or cp1252?"
        ) from None


def _refuse_damaged(name, data, error):
    """Refuse UTF-8 with a few spoilt bytes; -> None where it was never UTF-8."""
    text = data.decode("utf-8", errors="replace")
    spoilt = text.count("\ufffd") - data.count("\ufffd".encode())
    if spoilt > BROKEN * sum(c > "\x7f" for c in text):
        return None
    raise ValueError(
        f"{name} is UTF-8 but for {spoilt} place(s), the first at byte {error.start}: "
        "damaged, or cut in the middle of a character. Expected one encoding "
        f"throughout. Drop what is spoilt with 'iconv -c -f UTF-8 -t UTF-8 {name} > "
        "mended.txt'?"
    )


def _guess(named):
    """The likeliest encoding of some files, or an error that shows the likely ones."""
    (name, data), wide = named[0], any(b"\0" in data for _, data in named)
    data = data[:ENOUGH] if wide else _telling(data for _, data in named)
    matches = list(
        charset_normalizer.from_bytes(data, threshold=WORST, cp_isolation=list(COMMON))
    )
    if wide:
        matches = [m for m in matches if m.encoding.startswith("utf_16")]
        if not matches:
            raise _no_text(name, "binary: it holds zero bytes")
        return matches[0].encoding
    found = _ranked(matches)
    rivals = [
        share
        for share, encoding, _ in found[1:]
        if not {encoding, found[0][1]} <= set(LATIN)
    ]
    share, encoding = found[0][:2] if found else (0.0, "")
    least = MOST if encoding in LATIN else LEAST
    if share > max(least, CLEARLY * max(rivals, default=0.0)):
        return encoding
    raise _unclear(name, [f for f in found if f[0] > 0][:3] or found[:3])


def _telling(files):
    """The first lines that are not ASCII, whole ones, as a character may have bytes."""
    lines, size = [], 0
    for line in (line for data in files for line in data.splitlines()):
        if not line.isascii() and size < ENOUGH:
            lines.append(line)
            size += len(line)
    return b"\n".join(lines) + b"\n"


def _ranked(matches):
    """(share, encoding, text) of what is possible, the likeliest first."""
    best = min((m.chaos for m in matches), default=0.0)
    found = {}  # by what is read: many encodings may agree
    for m in matches:
        if m.chaos <= best + NEAR:  # the mess that charset-normalizer finds in it
            alike = [e for e in COMMON if e in m.could_be_from_charset]
            shares = [_share(str(m), e) for e in alike]
            found[str(m)] = max(
                found.get(str(m), (0.0, "")),
                max(zip(shares, alike, strict=True), key=lambda pair: pair[0]),
            )
    order = list(COMMON)
    return sorted(
        ((*how, text) for text, how in found.items()),
        key=lambda f: (-f[0], order.index(f[1])),
    )


def _share(text, encoding):
    """Which part of a text, ASCII left out, are frequent characters of an encoding.

    Accents stand among the letters of ASCII, other scripts have words of their own.
    """
    text = text.lower()
    rare = [c for c in text if c > "\x7f"]
    if encoding in LATIN:
        alone = sum(map(len, RUN.findall(text)))
        rare_here = rare if alone < NEAR * len(rare) else ""
    else:
        rare_here = "".join(OWN.findall(text))
    return sum(c in COMMON[encoding] for c in rare_here) / max(1, len(rare))


def _unclear(name, found):
    each = "; ".join(f"as {e} it reads {_excerpt(text)!r}" for _, e, text in found)
    first = found[0][1] if found else "cp437"
    return ValueError(
        f"{name} is not UTF-8, and its encoding cannot be told: "
        f"{each or 'no usual one fits'}. Expected UTF-8, or the encoding by name. "
        f"Pass --encoding {first}, or whichever reads rightly?"
    )


def _excerpt(text):
    """A few characters around the first that is not ASCII."""
    at = next((k for k, c in enumerate(text) if c > "\x7f"), 0)
    return text[max(0, at - 8) : at + 16].strip()


def _no_text(name, kind):
    return ValueError(
        f"{name} is {kind}. Expected text: UTF-8, or another encoding by --encoding. "
        "Save it as plain text, a table as CSV, and pass that file?"
    )
