"""Regions as an experiment declares them, and what becomes of the worlds of a run in them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from ..measure import BoolArray, FloatArray, IntArray, mean_of_known
from ..summary import tracks
from .basins import NO_ATTRACTOR, UNSETTLED, ends
from .regions import HOLD, WINDOW, Places, occupancy, places, viability_time

ALWAYS = ("cooperation", "reward")
"""Components that every game has: the mean label and the mean payoff of a step over those who have one."""
COLLAPSED, UNSETTLED_WORD = "collapsed", "unsettled"
MOST_STEPS = 100_000
"""Of a full horizon; a longer one, as where episodes end by chance, is taken for that of the longest episode."""


class Regions(NamedTuple):
    """What was declared: ``state``, the components with the ranges by which each is scaled to [0, 1]; in that unit
    ``floors`` and the ``positive`` sets, each a range (from, below; None: no ceiling) for some components;
    ``initial``, the settings that are initial states; ``window`` and ``hold`` in steps.

    A component is a column of the table of steps, averaged over seats; with a minus before it less is better.
    """

    state: dict[str, tuple[float, float]]
    floors: dict[str, float]
    positive: dict[str, dict[str, tuple[float, float | None]]]
    initial: tuple[str, ...] = ()
    window: int = WINDOW
    hold: int = HOLD

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "Regions | None":
        """Those of a manifest; None if none were declared."""
        told = manifest.get("regions")
        return None if told is None else cls(**{name: told[name] for name in cls._fields})

    @property
    def sets(self) -> list[str]:
        """The names of all sets in the order of their codes: N, S, then the positive ones."""
        return ["N", "S", *self.positive]

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Floors (d,), aspirations (K, d) and ceilings (K, d), as :func:`places` takes them."""
        floors = np.array([self.floors.get(name, -np.inf) for name in self.state])
        low, high = np.full((2, len(self.positive), len(self.state)), [[[-np.inf]], [[np.inf]]])
        for k, of in enumerate(self.positive.values()):
            for c, name in enumerate(self.state):
                if name in of:
                    least, most = of[name]
                    low[k, c], high[k, c] = least, np.inf if most is None else most
        return floors, low, high

    def scaled(self, name: str, values: FloatArray) -> FloatArray:
        """Values of the column of a component, by its declared range; 1 is good."""
        low, high = self.state[name]
        return (high - values if name.startswith("-") else values - low) / (high - low)

    def where(self, states: FloatArray, lengths: IntArray, collapsed: BoolArray) -> Places:
        """:func:`places` of scaled states (W, T, d)."""
        return places(states, *self.bounds, lengths, collapsed)


class InRegions(NamedTuple):
    """A run in its ``declared`` regions: ``worlds``, the frame of :func:`in_regions` with what was set in each, and
    ``paths``, those of :func:`state_paths`."""

    declared: Regions
    worlds: pl.DataFrame
    paths: dict[object, FloatArray]


def column(component: str) -> str:
    """The column that a component stands for.

    >>> column("-total_arms")
    'total_arms'
    """
    return component.removeprefix("-")


def state_paths(steps: pl.DataFrame, declared: Regions) -> dict[object, FloatArray]:
    """(W, T, d) scaled states of the worlds of each cell, in the order of their seeds; NaN where one is undefined."""
    found = {name: tracks(steps, column(name)) for name in declared.state}
    return {
        cell: np.stack([declared.scaled(name, mean_of_known(found[name][cell], 2)) for name in declared.state], axis=2)
        for cell in next(iter(found.values()))
    }


def in_regions(
    episodes: pl.DataFrame, paths: Mapping[object, FloatArray], declared: Regions, horizons: Mapping[str, int]
) -> pl.DataFrame:
    """One row per world: ``cell``, ``seed``, ``end`` (the name of the set in which it ends, ``unsettled``, or null
    where no attractor was found), the occupancy ``in N``, ``in S``, …, ``viability`` and ``viable`` (N
    was not seen: censored).

    Args:
        episodes: the table of episodes, of one episode for each world.
        paths: their :func:`state_paths`.
        declared: the regions.
        horizons: by cell, the steps of the full horizon; where there is none the longest episode of the cell.
    """
    rows: list[pl.DataFrame] = []
    by_cell = episodes.partition_by("cell", as_dict=True)
    for cell, states in paths.items():
        of = by_cell[(cell,)].sort("seed")
        lengths = of["length"].to_numpy().astype(np.int64)
        lost = of[COLLAPSED].cast(pl.Boolean).fill_null(False).to_numpy() if COLLAPSED in of.columns else lengths < 0
        horizon = horizons.get(str(cell), 0)
        missing = max(0, horizon - states.shape[1]) if horizon <= MOST_STEPS else 0
        whole = np.pad(states, ((0, 0), (0, missing), (0, 0)), constant_values=np.nan)
        where = declared.where(whole, lengths, lost)
        shares, viable = occupancy(where, len(declared.positive)), viability_time(where, lengths, lost)
        names = {**dict(enumerate(declared.sets)), UNSETTLED: UNSETTLED_WORD, NO_ATTRACTOR: None}
        rows.append(
            of.select("cell", "seed").with_columns(
                pl.Series("end", [names[int(code)] for code in ends(where, lengths, lost, declared.window)], pl.String),
                *(pl.Series(f"in {name}", shares.value[:, k]) for k, name in enumerate(declared.sets)),
                pl.Series("viability", viable.value),
                pl.Series("viable", ~viable.observed),
            )
        )
    return pl.concat(rows)
