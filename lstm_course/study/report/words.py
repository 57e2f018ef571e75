"""The tables of a report in sentences: Markdown."""

from .tuned import LEAST, TRIES
from .verdicts import ALPHA, MARGIN, POWER

ABOUT = ("command", "date", "machine", "versions")


def text(tables, about, baseline, rows):
    """The report as one Markdown text."""
    return "\n\n".join([
        f"# Cells compared with {baseline}",
        _what(rows, about),
        _how(baseline),
        "## Over all tasks\n\n" + _gains(tables["over_tasks"], baseline),
        "## Task by task\n\n" + _each(tables, baseline),
        "## The best trials\n\n" + _best(tables),
        "## Equal weights, equal compute, equal time\n\n" + _views(tables["views"]),
        "## What decides\n\n" + _settings(tables),
        "## Point by point\n\n" + _points(tables["points"]),
        "## What these trials cannot decide\n\n" + _undecided(tables["undecided"]),
    ]) + "\n"  # fmt: skip


def points100(value):
    """A standing in points of 100, with its sign."""
    return f"{100 * value:+.1f}"


def span(r):
    """Gain and interval of a row."""
    return f"{points100(r['gain'])} [{points100(r['low'])}, {points100(r['high'])}]"


def table(head, lines):
    """A Markdown table."""
    out = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in out)


def _what(rows, about):
    diverged = sum(r["state"] == "diverged" for r in rows)
    tasks, cells = {r["task"] for r in rows}, {r["cell"] for r in rows}
    hours = sum(r["seconds"] for r in rows) / 3600
    lines = [
        f"{len(rows)} trials of {len(cells)} cells on {len(tasks)} tasks, {diverged} "
        f"of them diverged; {hours:.1f} hours of training on one core."
    ]
    lines += [f"- {name}: {about[name]}" for name in ABOUT if name in about]
    return "\n".join(lines)


def _how(baseline):
    return (
        "A trial's **standing** is the share of all trials of its task that are worse "
        "on the test, in points of 100; trials with every answer right are level. "
        f"*Searched*: the best of {TRIES} random settings by validation, for each cell "
        "its own. *Same settings*: pairs of trials that share settings, seed and "
        "batches; settings that suit neither cell weigh little. A gain is a cell's "
        f"standing less that of {baseline}, with a 95 % interval (bootstrap over "
        "draws). A verdict is better or worse where exchanging the two names at random "
        f"gives as much in fewer than {100 * ALPHA:.0f} of 100 families (Holm), alike "
        "where the interval for the whole family lies within "
        f"{100 * MARGIN:.0f} points, and else undecided."
    )


def _gains(rows, baseline):
    ways = sorted({r["way"] for r in rows}, reverse=True)
    by = {(r["way"], r["cell"]): r for r in rows}
    searched = [r for r in rows if r["way"] == "searched"]
    cells = [r["cell"] for r in sorted(searched, key=lambda r: -r["gain"])]
    lines = [[c, *(x for w in ways for x in _two(by.get((w, c))))] for c in cells]
    head = ["cell", *(x for w in ways for x in (w, "verdict"))]
    return _counted(searched, baseline) + "\n\n" + table(head, lines)


def _two(r):
    return (span(r), r["verdict"]) if r else ("", "")


def _counted(rows, baseline):
    said = {
        v: [r["cell"] for r in rows if r["verdict"] == v]
        for v in ("better", "worse", "alike", "undecided")
    }
    names = "; ".join(f"{v}: {', '.join(c)}" for v, c in said.items() if c)
    return f"Searched for itself, against {baseline}: {names or 'too few trials'}."


def _each(tables, baseline):
    rows = [r for r in tables["differences"] if r["way"] == "searched"]
    nats = {(r["task"], r["cell"]): r for r in tables["searched"] if "loss" in r}
    out = []
    for task in sorted({r["task"] for r in rows}):
        own = [r for r in rows if r["task"] == task]
        sure = [r for r in own if r["verdict"] in ("better", "worse")]
        sure.sort(key=lambda r: -r["gain"])
        lines = [
            f"{r['cell']} {span(r)}, {nats[task, r['cell']]['less_baseline']:+.3g} nats"
            for r in sure
        ]
        left = sum(r["verdict"] == "undecided" for r in own)
        found = "; ".join(lines) or "no difference is found"
        base = nats.get((task, baseline))
        start = f" ({baseline}: {base['loss']:.3g} nats)" if base else ""
        out.append(f"- **{task}**{start}: {found}. Undecided: {left} of {len(own)}.")
    return "\n".join(out) or "Too few trials."


def _best(tables):
    rows = [r for r in tables["best"] if r["best"]]
    some = sorted({r["best"] for r in rows})
    out = [
        f"The best tenth of a cell's trials by validation, at least {LEAST}: here "
        f"{some[0]} to {some[-1]} trials." if rows else "No trial has ended."
    ]  # fmt: skip
    for task in sorted({r["task"] for r in rows}):
        own = [r for r in rows if r["task"] == task]
        own.sort(key=lambda r: r["test_median"])
        names = ", ".join(f"{r['cell']} {r['test_median']:.3g}" for r in own[:3])
        out.append(
            f"- **{task}**: least median test loss {names}; last {own[-1]['cell']} "
            f"{own[-1]['test_median']:.3g} nats."
        )
    return "\n".join(out)


def _views(rows):
    cells = dict.fromkeys(r["cell"] for r in rows)
    by = {(r["way"], r["cell"]): r for r in rows}
    ways = list(dict.fromkeys(r["way"] for r in rows))
    lines = [[c, *(x for w in ways for x in _two(by.get((w, c))))] for c in cells]
    note = (
        "By validation loss, at the same settings; the longer run of a pair is cut "
        "where the operations, or the seconds, of the other one end."
    )
    return note + "\n\n" + table(["cell", *(x for w in ways for x in (w, ""))], lines)


def _settings(tables):
    out = []
    for r in tables["parts"]:
        shares = (
            f"{name} {100 * r[name]:.0f} %" for name in ("cell", "setting", "both")
        )
        out.append(f"- {r['task']}: {', '.join(shares)} of the variance of standings")
    single = [r for r in tables["importances"] if r["of"] == "all"]
    pairs = [r for r in tables["interactions"] if r["of"] == "all"]
    lines = [
        [r["setting"], f"{100 * r['share']:.1f} %", f"{100 * r['by_chance']:.1f} %"]
        for r in sorted(single, key=lambda r: -r["share"])
    ]
    most = max(pairs, key=lambda r: r["share"])
    out += [
        "\n" + table(["setting", "share alone", "by chance"], lines),
        f"\nAll pairs together: {100 * sum(r['share'] for r in pairs):.1f} %, the "
        f"largest {most['first']} with {most['second']}: {100 * most['share']:.1f} %\n",
        table(
            ["of", "setting", "effect on the standing"],
            [[r["cells"], r["effect"], span(r)] for r in tables["effects"]],
        ),
    ]
    return "\n".join(out)


def _points(rows):
    lines = [
        [r["paper"], r["claim"], f"{r['cell']} / {r['baseline']}".strip(" /"), span(r),
         f"{r['corrected']:.3f}", r["verdict"]]
        for r in rows
    ]  # fmt: skip
    head = ["paper", "claim", "cells", "measured", "p (Holm)", "verdict"]
    return table(head, lines) if rows else "Too few trials."


def _undecided(rows):
    if not rows:
        return "Nothing that was asked."
    lines = [
        [r["task"], r["cell"], span(r), r["draws"], r["draws_needed"],
         r["draws_as_found"] or "", f"{r['more_hours']:.1f}"]
        for r in rows
    ]  # fmt: skip
    head = [
        *("task", "cell", "gain", "draws", f"for {100 * MARGIN:.0f} points"),
        *("for what was found", "more hours"),
    ]
    note = (
        f"Draws of each cell that would find a difference of {100 * MARGIN:.0f} "
        "points, or one as large as was found, with a chance of "
        f"{100 * POWER:.0f} %, by the normal approximation, all tasks together where "
        "it says all; and the hours of one core "
        "that the first would take "
        "beyond what there is."
    )
    return note + "\n\n" + table(head, lines)
