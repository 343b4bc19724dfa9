"""What a report is made of."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from ..attractors.declared import InRegions
from .plots import Keep


class Picked(NamedTuple):
    """A sweep whose combinations a design picked: all its ``episodes``, its ``axes`` and how each was picked, and the
    ``unit`` of which the pooled tables have one world each (:mod:`..layouts`).
    """

    episodes: pl.DataFrame
    axes: dict[str, str]
    unit: str


class Data(NamedTuple):
    """What a report is made of."""

    episodes: pl.DataFrame
    steps: pl.DataFrame | None
    summary: pl.DataFrame
    effects: pl.DataFrame
    null: pl.DataFrame | None
    manifest: Mapping[str, Any]
    picked: Picked | None = None
    regions: InRegions | None = None
    keep: Keep | None = None
    """What is done with each figure besides showing it."""


def anchor(game: str) -> str:
    """A game's place on the page."""
    return "game-" + "".join(c if c.isalnum() else "-" for c in game)
