"""A design: every cell of a study with its seeds, and the names that its points have."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import keys
from ...envs.settings import SettingError
from ..cells import Cell, Resolver, digest
from ..schema import GRID, INDEPENDENT, Layout, Options
from .grids import GROUPS, Grid, seeds_of
from .intervals import Interval
from .layouts import SAMPLED, lay_out, nothing_to_pick

Seeds = npt.NDArray[np.uint64]


class Design(NamedTuple):
    """What is to be played: ``cells`` and, for each, the ``seeds`` of its worlds. ``grids`` are what they come from,
    ``axes`` the values that each factor takes, ``layout`` how combinations were picked (empty: all are played), and
    ``sample`` how many worlds of each cell ``record=sample`` keeps step by step."""

    name: str
    question: str
    record: str
    grids: list[Grid]
    cells: list[Cell]
    seeds: list[Seeds]
    axes: dict[str, list[Any]]
    layout: Mapping[str, Any]
    sample: int = 1
    merged: Sequence[str] = ()
    """What was asked for under another name, and is the same cell."""

    @property
    def points(self) -> int:
        """How many worlds that is."""
        return sum(len(seeds) for seeds in self.seeds)

    def key(self) -> str:
        """Eight hexadecimal digits of what decides the tables, however the study was written down."""
        parts = [
            [cell.told(), hashlib.blake2b(seeds.tobytes(), digest_size=8).hexdigest()]
            for cell, seeds in zip(self.cells, self.seeds, strict=True)
        ]
        kept = [self.record, self.sample] if self.record == "sample" else self.record
        return digest([self.name, kept, sorted(parts, key=lambda part: part[0]["cell"])], size=4)


def point_ids(cell: str, seeds: Sequence[int] | Seeds) -> list[str]:
    """The names of the points of a cell: a hash of its resolved settings (which is what ``cell`` is) and the seed.

    >>> point_ids("8f0c", [0, 1])
    ['5f8dd561eca71560', 'c0e4ed7c30dac6d8']
    """
    return [hashlib.blake2b(f"{cell}:{int(seed)}".encode(), digest_size=8).hexdigest() for seed in seeds]


def build(
    name: str,
    question: str,
    options: Options,
    layout: Layout,
    grids: Sequence[Grid],
    resolver: Resolver,
    default_seeds: Sequence[Any],
) -> Design:
    """The union of the grids, each laid out by itself, a point that several of them contain counted once.

    Every setting of every cell is checked here. Raises ``SettingError`` for the first that is wrong.
    """
    cells: dict[str, Cell] = {}
    given: dict[str, Mapping[str, Any]] = {}
    seeds: dict[str, list[int]] = {}
    merged: list[str] = []
    played = [{"seed": list(default_seeds), **grid} for grid in grids]
    laid_out = [lay_out({key: values for key, values in grid.items() if key != "seed"}, layout) for grid in played]
    picked = [one.told for one in laid_out if one.told]
    if layout.kind != GRID and not picked:
        raise nothing_to_pick(layout.kind)
    for grid, (assignments, _) in zip(played, laid_out, strict=True):
        wanted = seeds_of(grid["seed"])
        for assignment in assignments:
            cell = _cell(resolver, assignment, layout)
            kept = cells.setdefault(cell.id, cell)
            merged += [
                f"{group}={cell.factors[group]} is here the same as {group}={kept.factors[group]}, and kept as that"
                for group in GROUPS
                if cell.factors[group] != kept.factors[group]
            ]
            given.setdefault(cell.id, assignment)
            seeds[cell.id] = sorted({*seeds.get(cell.id, []), *wanted})
    if not cells:
        raise SettingError("the experiment has no grids: there is nothing to play")
    named = _with_axes(cells, given, {key for grid in grids for key in grid})
    axes = {key: _distinct(cell.factors[key] for cell in named) for key in named[0].factors}
    return Design(
        name,
        question,
        options.record,
        [{key: _as_typed(values) for key, values in grid.items()} for grid in played],
        named,
        [world_seeds(cell.id, seeds[cell.id], options.pairing) for cell in named],
        axes,
        {**layout._asdict(), "grids": picked} if picked else {},
        options.sample,
        _distinct(merged),
    )


def _cell(resolver: Resolver, assignment: Mapping[str, Any], layout: Layout) -> Cell:
    try:
        return resolver.cell(assignment)
    except SettingError as error:
        if layout.kind not in SAMPLED:
            raise
        whole = "whole numbers are picked from int(interval(2,10))"
        raise SettingError(f"{error} (picked by design.kind={layout.kind}; {whole})") from error


def _as_typed(values: Sequence[Any]) -> list[Any]:
    return [str(value) if isinstance(value, Interval) else value for value in values]


def world_seeds(cell: str, seeds: Sequence[int], pairing: str) -> Seeds:
    """The seeds of a cell's worlds: those of the design, under which all cells share their chance; or, independent, a
    hash of each with the cell, under which no two do.
    """
    given = np.array(seeds, np.uint64)
    return np.asarray(keys(np.uint64(int(cell, 16)), given.view(np.int64))) if pairing == INDEPENDENT else given


def _with_axes(cells: Mapping[str, Cell], given: Mapping[str, Mapping[str, Any]], keys: set[str]) -> list[Cell]:
    """The cells, with a factor for every setting that takes several values within one game."""
    candidates = sorted(keys - {*GROUPS, "seats.agents", "seed"})
    values = {name: {key: _value(cell, given[name], key) for key in candidates} for name, cell in cells.items()}
    pairs = {(cell.factors["game"], key, values[name][key]) for name, cell in cells.items() for key in candidates}
    counts = Counter((game, key) for game, key, _ in pairs)
    varied = [key for key in candidates if any(counts[game, key] > 1 for game, _ in counts)]
    return [
        cell._replace(
            factors={**cell.factors, **{key: values[name][key] for key in varied}},
            varied=[key for key in varied if key in given[name]],
        )
        for name, cell in cells.items()
    ]


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _value(cell: Cell, given: Mapping[str, Any], key: str) -> Any:
    """The resolved value of a setting in a cell, a list as text; None where the cell has no such setting."""
    if key == "game.preset":
        return given.get(key)
    head, *rest = key.split(".")
    institutions = {one["institution"]: one for one in cell.params.get("institutions", ())}
    if key == "institutions":
        return "+".join(institutions) or "none"
    parts = {
        "game": cell.params,
        "norms": cell.norms,
        "deliberator": cell.deliberator,
        "llm": cell.llm,
        "institutions": institutions,
        "seats": {"seating": cell.seating},
    }
    value: Any = parts[head]
    for name in rest:
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
