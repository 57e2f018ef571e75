"""Who has which file, shown before anything runs: ``lstm-course grade --list``."""

import time

HEAD = ("student", "id", "when", "late", "layout", "set", "file", "")


def shown(entries, counting):
    """The lines of the list: str.

    Parameters
    ----------
    entries : list of dict
        What a batch remembers of each submission.
    counting : list of dict
        Those that count.
    """
    mine = {(s["student"], s["file"]) for s in counting}
    order = sorted(entries, key=lambda s: (s["student"], s["set"], s["file"]))
    lines = [HEAD, *(_line(s, (s["student"], s["file"]) in mine) for s in order)]
    wide = [min(40, max(len(line[k]) for line in lines)) for k in range(len(HEAD))]
    return "\n".join(
        "  ".join(f"{text:{w}}" for text, w in zip(line, wide, strict=True)).rstrip()
        for line in lines
    )


def _line(s, counts):
    late = "late" if s["late"] else ""
    remark = s["error"] or ("counts" if counts else "another one counts")
    when, name = moment(s["when"]), s["set"] or "?"
    return s["student"], s["id"], when, late, s["layout"], name, s["file"], remark


def moment(seconds):
    """A time for people, in this machine's zone; "" where there is none."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds else ""
