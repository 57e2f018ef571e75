"""One static page per student: everything escaped, no script, nothing loaded."""

import base64
import hashlib
import html
import re

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto;
  padding: 0 1rem; color: #1a1a1a; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #bbb;
  vertical-align: top; overflow-wrap: anywhere }
td.n { text-align: right; white-space: nowrap }
pre { background: #f2f2f2; padding: .6rem; white-space: pre-wrap;
  overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #181818 } pre { background: #2a2a2a } }
"""
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'"
HEAD = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
    f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title><style>"
    + STYLE.replace("{", "{{").replace("}", "}}")
    + "</style></head><body>\n"
)
HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
NOTES = {"partial": "Graded with partial isolation."}


def slug(*names):
    """A file name that no two names share and no name can choose freely."""
    whole = "\0".join(names)
    short = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(names)).strip("-")[:40]
    mark = hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:10]
    return f"{short}-{mark}" if short else mark


def safe(text):
    """Escaped text in which nothing is invisible."""
    return html.escape(HIDDEN.sub("\ufffd", str(text)), quote=True)


def page(student, rows):
    """The report of one student over all sets: str."""
    title = safe(f"Grades of {student}")
    body = "".join(_section(row) for row in rows)
    head = HEAD.format(title=title)
    return f"{head}<main><h1>{title}</h1>\n{body}</main></body></html>\n"


def _section(row):
    parts = [f"<h2>{safe(row['set'] or row['file'].rpartition('/')[2])}</h2>\n"]
    if row["file"]:
        parts.append(f"<p>Read from {safe(row['file'])}.</p>\n")
    if row["error"]:
        parts.append(f"<p><strong>Not executed:</strong> {safe(row['error'])}</p>\n")
    if row["questions"]:
        parts.append(f"<p>{row['points']:g} of {row['max']:g} points. {_late(row)}")
        parts.append(f"{safe(NOTES.get(row['isolation'], ''))}</p>\n")
        parts.append(_table(row["questions"]))
    if row["cells"]:
        lines = (f"cell {k}: {text}" for k, text in row["cells"])
        parts.append("<h3>Cells that did not run to their end</h3>\n")
        parts.append(f"<pre>{safe(chr(10).join(lines))}</pre>\n")
    if row["out"]:
        parts.append(f"<h3>Printed by the cells</h3>\n<pre>{safe(row['out'])}</pre>\n")
    return f"<section>{''.join(parts)}</section>\n"


def _late(row):
    """What is said of the time; "" where nothing is to be said."""
    if row["kept"] < 1:
        return f"{safe(row['late'])} late: {row['kept']:.0%} of the points count. "
    return f"Late ({safe(row['late'])}). " if row["late"] else ""


def _table(questions):
    head = "<tr><th>Question</th><th>Points</th><th>What was found</th></tr>"
    lines = (
        f"<tr><td>{safe(q['id'])} {safe(q['function'])}</td>"
        f'<td class="n">{_points(q)}</td><td>{safe(q["message"])}</td></tr>'
        for q in questions
    )
    return f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>\n"


def _points(question):
    if question["status"] == "graded":
        return f"{question['points']:g} / {question['max']:g}"
    return f"{safe(question['status'])} / {question['max']:g}"
