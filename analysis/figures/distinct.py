"""Looks that tell several settings apart, also those of one norm."""

from collections.abc import Sequence
from itertools import cycle

from .style import LOOKS, SPARE, Look, look

DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2.5)), (0, (3, 1, 1, 1, 1, 1)))
"""A third channel beside colour and marker, line by line."""


def distinct_looks(norms: Sequence[str]) -> list[Look]:
    """The look of each norm, and one that nobody else here has for a norm that comes again.

    >>> first, second = distinct_looks(["kind", "kind"])
    >>> first == LOOKS["kind"], first.marker != second.marker
    (True, True)
    """
    own = [look(norm) for norm in norms]
    spare = cycle([one for one in (*SPARE, *LOOKS.values()) if one not in own] or SPARE)
    return [one if one not in own[:k] else next(spare) for k, one in enumerate(own)]
