"""What every ``make`` does: check its options, and note them on the cell it makes."""

from functools import partial, wraps


def remembered(make):
    """Decorate a ``make``: its cells know it and their options, in ``made_by``."""

    @wraps(make)
    def remembering(*args, **options):
        cell = make(*args, **options)
        cell.made_by = partial(remembering, *args, **options)
        return cell

    return remembering


def check_option(room, name, got, known):
    """Raise ValueError in four parts unless ``got`` is one of ``known``."""
    if not any(got is k or (type(got) is type(k) and got == k) for k in known):
        shown = [getattr(k, "__name__", repr(k)) for k in known]
        raise ValueError(
            f"{room}.make has no {name} {getattr(got, '__name__', repr(got))}. "
            f"Known: {', '.join(shown)}. Write {room}.make({name}={shown[0]})?"
        )


def check_letters(room, name, got, known):
    """Letters out of ``known``, each at most once, in any order -> set."""
    if not isinstance(got, str) or set(got) - set(known) or len(set(got)) < len(got):
        raise ValueError(
            f"{room}.make got {name}={got!r}. It is written as some of the letters "
            f"{' '.join(known)}, each at most once, in any order. "
            f"Write {room}.make({name}={known!r})?"
        )
    return set(got)
