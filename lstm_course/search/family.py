"""The result of a search: read, drawn as a family tree, put in words."""

from ..equations.changes import changed
from ..experiments import record
from ..palette import GATES, PAGE
from . import genome as genomes
from .describe import kept, nearest, on_path, words
from .evolve import of, reached, scores
from .lessons import LESSONS


def read(folder=record.FOLDER):
    """The book's search, ``book/results/search.json``.

    Returns
    -------
    dict
        ``trials``, ``best`` and ``ablation``, lists of dicts, and ``command``,
        ``date``, ``machine``, ``versions``, ``seconds``.
    """
    file = record.Path(folder) / "search.json"
    if not file.exists():
        raise ValueError(
            f"There is no result {file.name}. The book's results lie in book/results "
            "of a clone of the course. Run 'lstm-course study search'?"
        )
    return record.load("search", folder)


def line_of(result, number):
    """The trials from a start to the one of this number: list."""
    by, line = {t["number"]: t for t in result["trials"]}, []
    while number is not None:
        line.insert(0, by[number])
        number = by[number]["parent"]
    return line


def winner(result):
    """The number of the trial that did best from fresh seeds."""
    return result["best"][0]["number"]


def genealogy(ax, result, number=None):
    """Every trial at its generation and score, joined with its parent.

    Parameters
    ----------
    ax : matplotlib axes
    result : dict
        As ``read`` gives it.
    number : int, optional
        The trial whose line of descent is lit; the winner by default.
    """
    trials = [t for t in result["trials"] if not t["fault"]]
    at = {
        t["number"]: (t["generation"] + _beside(t), score)
        for t, score in zip(trials, scores(trials), strict=True)
    }
    for t in trials:
        if t["parent"] is not None:
            ax.plot(*zip(at[t["parent"]], at[t["number"]], strict=True),
                    color=PAGE["line"], linewidth=0.6, zorder=1)  # fmt: skip
    for gated, mark in ((False, "o"), (True, "s")):
        spots = [at[t["number"]] for t in trials if bool(on_path(of(t))) == gated]
        color = GATES["f"] if gated else GATES["x"]
        label = "a gate on the way" if gated else "no gate on the way"
        if spots:
            ax.scatter(*zip(*spots, strict=True), s=12, marker=mark, color=color,
                       alpha=0.6, linewidths=0, label=label, zorder=2)  # fmt: skip
    line = line_of(result, winner(result) if number is None else number)
    ax.plot(
        *zip(*(at[t["number"]] for t in line), strict=True),
        "o-",
        color=GATES["c"],
        markersize=5,
        label="the line of the best",
        zorder=3,
    )
    ax.set(xlabel="generation", ylabel="score", ylim=(-0.03, 1.03))


def _beside(trial):
    """Trials of a generation stand beside each other, not on one upright line."""
    return 0.0 if trial["parent"] is None else (trial["number"] * 7 % 12 - 5.5) / 18


def descent(result, number=None):
    """What each mutation on the line of a trial changed: list of dicts.

    Each has ``number``, ``generation``, ``score``, ``words``, and ``lines``, pairs as
    ``equations.changes.changed`` gives them.
    """
    line = line_of(result, winner(result) if number is None else number)
    by = dict(zip((t["number"] for t in result["trials"]), scores(result["trials"]),
                  strict=True))  # fmt: skip
    rows, before = [], None
    for trial in line:
        now = code(of(trial))
        lines = changed(before, now) if before else [("+", text) for text in now]
        rows.append({k: trial[k] for k in ("number", "generation", "words")}
                    | {"score": by[trial["number"]], "lines": lines})  # fmt: skip
        before = now
    return rows


def code(g):
    """A genome's products, lines and start biases, one to a line: list of str.

    Examples
    --------
    >>> code(genomes.STARTS["plain"])
    ['h = x W_x + h W_h + b', 'h = tanh(zh)']
    """
    lines = [*genomes.reads(g).splitlines(), *(f"{n} = {t}" for n, t in
                                               (*g.first, *g.lines))]  # fmt: skip
    return lines + [
        f"bias of {b.name} starts at {b.bias:g}" for b in g.blocks if b.bias
    ]


def best(result, n=10):
    """The n best trials from fresh seeds, as cells with their names in words.

    Returns
    -------
    list of dict
        ``number``, ``cell`` (a Cell), ``genome``, ``words``, ``nearest`` (its name in
        ``CELLS``, how many parts differ), ``kept`` (the share of its memory that a step
        keeps at the start), ``gates`` on the way of the state, ``skills`` by lesson.
    """
    by, rows = {t["number"]: t for t in result["trials"]}, []
    for row in result["best"][:n]:
        g = of(by[row["number"]])
        rows.append({
            "number": row["number"], "genome": g, "words": words(g),
            "cell": genomes.cell(g, f"number{row['number']}"), "nearest": nearest(g),
            "kept": kept(g), "gates": on_path(g), "skills": row["skills"],
        })  # fmt: skip
    return rows


def share(result, top=10):
    """How many of the ``top`` trials of the search, and of all, have a gate on the way
    of their state: ((k, n), (k, n))."""
    trials = [t for t in result["trials"] if not t["fault"]]
    numbers = [row["number"] for row in result["best"][:top]]
    first = [t for t in trials if t["number"] in numbers]
    return tuple(
        (sum(bool(on_path(of(t))) for t in some), len(some)) for some in (first, trials)
    )


def skills(trial):
    """Mean skill of a trial by lesson: dict."""
    return {lesson: reached(trial, lesson) for lesson in LESSONS}
