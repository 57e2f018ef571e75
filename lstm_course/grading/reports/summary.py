"""class.html: how a class did, by question, and what went wrong most often."""

from collections import Counter, defaultdict

from .pages import HEAD, safe

MOST = 3  # messages shown of a question
MANY = 2  # notebooks in which a cell must have failed to be shown
BINS = ("nothing", "up to half", "more", "all")


def page(rows):
    """The page of a whole class: str."""
    by_set = defaultdict(list)
    for row in rows:
        by_set[row["set"] or "unknown set"].append(row)
    body = "".join(_section(name, by_set[name]) for name in sorted(by_set))
    title = "The class"
    head = HEAD.format(title=title)
    return f"{head}<main><h1>{title}</h1>\n{body}</main></body></html>\n"


def _section(name, rows):
    held = sum(row["status"] == "not executed" for row in rows)
    count = f"{len(rows)} students, {held} not executed."
    parts = [f"<h2>{safe(name)}</h2>\n<p>{count}</p>"]
    parts.append(_questions(rows))
    parts.append(_list("Cells that failed in many notebooks", _cells(rows)))
    same = [f"{row['student']}: {row['same']}" for row in rows if row.get("same")]
    parts.append(_list("Answers that are the same", same))
    return f"<section>{''.join(parts)}</section>\n"


def _questions(rows):
    """One line per question: how many earned how much, and the usual mistakes."""
    head = "".join(f"<th>{text}</th>" for text in ("Question", "Mean", *BINS))
    head += "<th>Not graded</th><th>Found most often</th>"
    by_id = defaultdict(list)
    for row in rows:
        for question in row["questions"]:
            by_id[question["id"]].append(question)
    lines = "".join(_line(id, found) for id, found in by_id.items())
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>\n"


def _line(id, found):
    graded = [q for q in found if q["status"] == "graded"]
    counts = Counter(_bin(q) for q in graded)
    mean = sum(q["points"] for q in graded) / len(graded) if graded else 0.0
    wrong = Counter(q["message"] for q in graded if _bin(q) != "all")
    messages = [f"{n} × {text}" for text, n in _most(wrong, MOST) if text]
    cells = [f"{mean:.1f} / {found[0]['max']:g}", *(counts[name] for name in BINS)]
    cells.append(len(found) - len(graded))
    numbers = "".join(f'<td class="n">{value}</td>' for value in cells)
    name = safe(f"{id} {found[0]['function']}")
    said = "<br>".join(map(safe, messages))
    return f"<tr><td>{name}</td>{numbers}<td>{said}</td></tr>"


def _bin(question):
    share = question["points"] / question["max"] if question["max"] else 1.0
    return BINS[0 if share <= 0 else 1 if share <= 0.5 else 2 if share < 1 else 3]


def _cells(rows):
    """What stopped cells of several notebooks, most frequent first."""
    count = Counter(text for row in rows for text in {t for _, t in row["cells"]})
    return [f"{n} × {text}" for text, n in _most(count, 10) if n >= MANY]


def _most(count, limit):
    """The most frequent, equal ones by name: the page is the same every time."""
    return sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def _list(title, lines):
    if not lines:
        return ""
    return f"<h3>{title}</h3>\n<pre>{safe(chr(10).join(lines))}</pre>\n"
