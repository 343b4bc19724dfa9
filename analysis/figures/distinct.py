"""Looks that tell several settings apart, also those of one norm."""

from collections.abc import Sequence
from itertools import cycle

from .style import LOOKS, SPARE, Look, look


def distinct_looks(norms: Sequence[str], settings: Sequence[str] = ()) -> list[Look]:
    """The look of each norm, and one that nobody else here has for a norm that comes again.

    Args:
        norms: of the settings.
        settings: what these are called; one that is called as its norm, with nothing else set, keeps that norm's look.

    >>> first, second = distinct_looks(["kind", "kind"])
    >>> first == LOOKS["kind"], first.marker != second.marker
    (True, True)
    >>> distinct_looks(["kind", "kind"], ["kind · noise=0.1", "kind"])[1] == LOOKS["kind"]
    True
    """
    own = [look(norm) for norm in norms]
    spare = cycle([one for one in (*SPARE, *LOOKS.values()) if one not in own] or SPARE)
    bare_first = sorted(range(len(own)), key=lambda k: bool(settings) and settings[k] != norms[k])
    found: dict[int, Look] = {}
    for k in bare_first:
        found[k] = next(spare) if own[k] in found.values() else own[k]
    return [found[k] for k in range(len(own))]
