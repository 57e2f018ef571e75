"""What a cell is asked when it is made: names that are known, gradients that arrive."""


def check_names(cell):
    """Every argument names something, and every state is given."""
    news = {n for ph in cell.phases for n in ph.names}
    known = {f"z{b}" for b in cell.blocks} | {f"{s}_prev" for s in cell.states}
    known |= {*cell.vectors, *cell.constants, *cell.noise, *cell.fixed}
    known |= {cell.extra, *news}
    for ph in cell.phases:
        back = known | {f"d{n}" for n in ph.gives}
        for names, fine in ((ph.args, known), (ph.back_args, back)):
            if unknown := [a for a in names if a not in fine]:
                raise ValueError(
                    f"cell {cell.name!r} has an argument {unknown[0]!r} that names "
                    "nothing it reads, carries or gives. Known: "
                    f"{sorted(map(str, fine))}. Rename it, or add it to reads, "
                    "states or vectors?"
                )
    if missing := [s for s in cell.states if s not in news]:
        raise ValueError(
            f"cell {cell.name!r} never gives its state {missing[0]!r}. Its phases "
            f"give {sorted(news)}. Add it to gives?"
        )
    _check_order(cell, news)


def _check_order(cell, news):
    """Each phase reads what is complete, and no gradient has two ways into it."""
    read = set()
    for k, ph in enumerate(cell.phases, 1):
        later = [t for terms in cell.terms[k:] for t in terms]
        waits = {f"z{b}" for t in later for b in t.blocks}
        for a in ph.args:
            if a in {*news, *read, *waits} - {*cell.fixed}:
                raise ValueError(
                    f"cell {cell.name!r} has a phase that reads {a!r}, which is "
                    "given inside the step, read by an earlier phase or not "
                    "complete yet; no gradient would come back. Expected what "
                    "reads and states give, each pre-activation in one phase. "
                    f"Send {a!r} through a product, or write one phase?"
                )
        read |= {a for a in ph.args if a[0] == "z"}
