"""Which cells of a study differ in one thing alone: the comparisons that it was made for."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from .summary import BASELINE, short, value_axes

NORMS, SEATS = "norms", "seats"


class Contrast(NamedTuple):
    """Two cells that differ in one ``factor`` alone, and what they share, in words."""

    factor: str
    first: Any
    second: Any
    level: Any
    other: Any
    where: str

    @property
    def words(self) -> str:
        """For a table."""
        return f"{short(self.factor)}: {_plain(self.level)} → {_plain(self.other)}"


def contrasts(episodes: pl.DataFrame, order: pl.DataFrame, baseline: str = BASELINE) -> Iterator[Contrast]:
    """Each cell beside that of the reference level which is the same in all else, factor by factor.

    The reference of ``norms`` is the ``baseline`` where it was played; else, and of all other factors, the level that
    comes first.

    Args:
        episodes: the table of episodes.
        order: its :func:`~.summary.cells`.
        baseline: a norm.
    """
    factors = [SEATS, NORMS, *value_axes(episodes)]
    rows = order.to_dicts()
    varied = [factor for factor in factors if len({str(row[factor]) for row in rows}) > 1]
    for factor in varied:
        rest = [one for one in varied if one != factor]
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(str([row["game"], *(row[one] for one in rest)]), []).append(row)
        for group in groups.values():
            levels = [row for row in group if row[factor] is not None]
            named = [row for row in levels if factor == NORMS and row[NORMS] == baseline]
            for row in levels:
                first = (named or levels)[0]
                if row is not first:
                    shared = (
                        row["game"],
                        *(f"{short(one)}={_plain(row[one])}" for one in rest if row[one] is not None),
                    )
                    yield Contrast(factor, first["cell"], row["cell"], first[factor], row[factor], ", ".join(shared))


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
