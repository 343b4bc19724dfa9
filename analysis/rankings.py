"""The settings of a game and arm, ranked by every welfare function, horizon and discount that a run's tables hold.

Frames in, arrays of worlds out, for :mod:`.ranks`. Settings are ranked against each other within one setting of the
game's own parameters; only if each of these has a single setting are they ranked across.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from .columns import DISCOUNTS
from .horizons import by_discount, by_horizon
from .measure import FloatArray, divide
from .ranks import Firsts, firsts
from .resampled import means
from .summary import cells, tracks, value_axes
from .welfare.standard import Function, standard

EPISODE = "whole episode"
FRACTIONS = (4, 2)
"""Of the longest episode: the shorter horizons at which settings are ranked too."""
_COLUMNS = {"utilitarian": "utilitarian", "nash": "nash", "rawls": "rawls", "nash_smoothed": "nash_smoothed"}
_TAILS = {"truncate": "truncated", "repeat": "repeated tail"}
_ON_ANCHORS = {"utilitarian": "normalised_welfare", "nash": "normalised_nash", "rawls": "normalised_rawls"}
_PAYOFFS = "payoff_by_seat"


class Measure(NamedTuple):
    """A welfare function over a horizon or at a discount."""

    function: str
    over: str
    label: str
    text: str


class Field(NamedTuple):
    """The S settings that are ranked, with M measures of each of their worlds."""

    game: str
    seats: str
    settings: pl.DataFrame
    """S rows of :func:`.summary.cells`."""
    measures: list[Measure]
    worlds: list[FloatArray]
    """For each setting (W, M), NaN where undefined."""
    paired: bool
    """All were played under the same seeds."""
    across: bool = False
    """The settings differ in the game's own parameters."""
    fair: tuple[float | None, ...] = ()
    """For each setting the optimum's payoff of a seat over the whole episode, where it is known."""

    @property
    def conditions(self) -> list[str]:
        """What each setting is called."""
        return self.settings["condition"].to_list()

    def ranked(self) -> Firsts:
        """Who is first by each measure, over resampled worlds."""
        return firsts(self.worlds, self.paired)


def fields(episodes: pl.DataFrame) -> list[Field]:
    """Every game and arm with two settings or more, ranked over whole episodes, in display order.

    The measures are the standard welfare functions (:mod:`.welfare.standard`) of ``payoff_by_seat``, or what columns
    of them the table has, and the discounted sums that it has. None of what is undefined in all settings.

    Args:
        episodes: the table of episodes; with ``anchor_optimum``, the functions that need a unit are there too.
    """
    order = cells(episodes)
    by_cell = {key[0]: part for key, part in episodes.partition_by("cell", as_dict=True).items()}
    found = [
        _field(group, [by_cell[cell] for cell in group["cell"]], across)
        for group, across in _groups(order, value_axes(episodes))
    ]
    return [field for field in found if field.measures]


def _groups(order: pl.DataFrame, axes: Sequence[str]) -> Iterable[tuple[pl.DataFrame, bool]]:
    rules = [axis for axis in axes if axis.startswith("game.")]
    for _, arm in order.group_by("game", "seats", maintain_order=True):
        alike = [part for _, part in arm.group_by(rules, maintain_order=True)] if rules else [arm]
        several = [part for part in alike if len(part) > 1]
        if several:
            yield from ((part, False) for part in several)
        elif len(arm) > 1:
            yield arm, True


def _field(group: pl.DataFrame, tables: list[pl.DataFrame], across: bool) -> Field:
    fair = tuple(_fair(table) for table in tables)
    measured = [_of_episodes(table, of) for table, of in zip(tables, fair, strict=True)]
    found = _assembled(group, measured, [table["seed"].unique().sort() for table in tables], across)
    return found._replace(fair=fair)


def _assembled(
    group: pl.DataFrame, measured: list[dict[Measure, FloatArray]], seeds: list[pl.Series], across: bool
) -> Field:
    """The measures of all settings side by side; one that a setting lacks is undefined there."""
    known = {
        key: None for of in measured for key, values in of.items() if not np.isnan(values).all()
    }  # in order, once each
    lengths = [len(of) for of in seeds]
    worlds = [
        np.stack([of.get(key, np.full(n, np.nan)) for key in known], axis=1) if known else np.empty((n, 0))
        for of, n in zip(measured, lengths, strict=True)
    ]
    paired = all(of.equals(seeds[0]) for of in seeds)
    game, seats = group["game"][0], group["seats"][0]
    return Field(game, seats, group, list(known), worlds, paired, across)


def _of_episodes(table: pl.DataFrame, fair: float | None) -> dict[Measure, FloatArray]:
    """The measures of one setting by world, in the order of its seeds."""
    table = table.sort("seed", maintain_order=True)
    found: dict[Measure, FloatArray] = {}
    if _PAYOFFS in table.columns and table.schema[_PAYOFFS].is_nested():
        paid = _payoffs(table)
        for key, one in standard(fair).items():
            found[_measure(key, one, EPISODE, "of the whole episode")] = one.of(paid).value
    else:
        for key, name in _COLUMNS.items():
            if name in table.columns:
                one = standard(1.0)[key]
                found[_measure(key, one, EPISODE, "of the whole episode")] = _numbers(table, name)
    mean = standard()["utilitarian"]
    for tail, words in _TAILS.items():
        for short, delta in DISCOUNTS.items():
            name = f"welfare_{short}_{tail}"
            if name in table.columns:
                over = f"δ = {_plain(delta)}, {words}"
                found[_measure("utilitarian", mean, over, f"discounted by {over}")] = _numbers(table, name)
    seed = table["seed"].to_numpy()
    return {key: _by_world(values, seed) for key, values in found.items()}


def _measure(key: str, one: Function, over: str, words: str) -> Measure:
    return Measure(key, over, one.label, f"{one.text} Payoffs {words}.")


def _payoffs(table: pl.DataFrame) -> FloatArray:
    """(episodes, seats), NaN in a row without them."""
    lists = table[_PAYOFFS].cast(pl.List(pl.Float64))
    seats = int(lists.list.len().max() or 0)  # type: ignore[arg-type]
    whole = lists.list.len() == seats
    paid = np.full((len(table), max(seats, 1)), np.nan)
    if seats:
        values = lists.filter(whole).list.explode().to_numpy()
        paid[whole.fill_null(False).to_numpy()] = values.astype(np.float64).reshape(-1, seats)
    return paid


def _numbers(table: pl.DataFrame, name: str) -> FloatArray:
    return table[name].cast(pl.Float64).to_numpy().astype(np.float64)


def _fair(table: pl.DataFrame) -> float | None:
    """The optimum's payoff of a seat over the whole episode."""
    if "anchor_optimum" not in table.columns or _PAYOFFS not in table.columns:
        return None
    optimum, seats = table["anchor_optimum"][0], table[_PAYOFFS].list.len()[0]
    return float(optimum) / seats if optimum is not None and seats else None


def _by_world(values: FloatArray, seed: np.ndarray) -> FloatArray:
    """Means over the episodes of a world, of values in the order of seeds."""
    first = np.flatnonzero(np.r_[True, seed[1:] != seed[:-1]]) if len(seed) else np.zeros(0, np.intp)
    if len(first) == len(seed):
        return values
    there = ~np.isnan(values)
    return divide(np.add.reduceat(np.nan_to_num(values), first), np.add.reduceat(there.astype(np.float64), first))


class Recorded(NamedTuple):
    """What the seats of each setting were paid step by step: a (W, T, N) array each, 0 after the end."""

    field: Field
    rewards: list[FloatArray]


def recorded(field: Field, steps: pl.DataFrame) -> Recorded | None:
    """The same settings ranked by shorter horizons and by discounts, in the worlds that were kept step by step.

    Args:
        field: of :func:`fields`.
        steps: the table of steps with ``reward``; T is the longest episode among the settings.

    Returns:
        None if some setting has no steps.
    """
    if "reward" not in steps.columns:
        return None
    here = steps.join(field.settings.select("cell"), on="cell", how="semi")
    paths = tracks(here, "reward")
    if here.is_empty() or not all(cell in paths for cell in field.settings["cell"]):
        return None
    last = max(path.shape[1] for path in paths.values())
    kept = dict(here.group_by("cell").agg(pl.col("seed").unique().sort()).iter_rows())
    seeds = [pl.Series(kept[cell]) for cell in field.settings["cell"]]
    rewards = [_to_end(paths[cell], last) for cell in field.settings["cell"]]
    if any(len(seed) != len(path) for seed, path in zip(seeds, rewards, strict=True)):
        return None  # several episodes of a world
    fair = [None if whole is None else whole / last for whole in field.fair]
    measured = [_of_steps(path, of) for path, of in zip(rewards, fair, strict=True)]
    return Recorded(_assembled(field.settings, measured, seeds, field.across), rewards)


def _to_end(path: FloatArray, last: int) -> FloatArray:
    """(W, T, N) with 0 for what was not played, up to the last step of all."""
    return np.pad(np.nan_to_num(path), ((0, 0), (0, last - path.shape[1]), (0, 0)))


def _of_steps(rewards: FloatArray, fair: float | None) -> dict[Measure, FloatArray]:
    """The measures of one setting by world, at shorter horizons and by discount."""
    last = rewards.shape[1]
    horizons = [last // part for part in FRACTIONS if last // part]
    amounts: dict[tuple[str, str], FloatArray] = {}
    for k, horizon in enumerate(horizons):
        first = "step" if horizon == 1 else f"{horizon} steps"
        over = "1 step" if horizon == 1 else first
        amounts[(over, f"per step of the first {first}")] = by_horizon(rewards, horizons)[:, k]
    deltas = list(DISCOUNTS.values())
    for k, delta in enumerate(deltas):
        over = f"δ = {_plain(delta)}, {_TAILS['truncate']}"
        amounts[(over, f"discounted by {over}")] = by_discount(rewards, deltas)[:, k]
    return {
        _measure(key, one, over, words): one.of(x).value
        for (over, words), x in amounts.items()
        for key, one in standard(fair).items()
    }


def on_anchors(field: Field, episodes: pl.DataFrame) -> tuple[list[str], FloatArray]:
    """The functions that can be put on the game's anchors, without twins, and each setting's score there (K, S).

    0 is everyone at the level of the worst symmetric equilibrium, 1 of the optimum. Where the table has no anchors,
    the three functions that it has on them (mean, Nash, minimum) are left.
    """
    if {"anchor_worst", "anchor_optimum", _PAYOFFS} <= set(episodes.columns):
        return _scaled(field, episodes)
    there = {key: name for key, name in _ON_ANCHORS.items() if name in episodes.columns}
    numbers = [pl.col(name).cast(pl.Float64).fill_nan(None).mean() for name in there.values()]
    by_world = episodes.group_by("cell", "seed").agg(numbers).group_by("cell").agg(pl.col(there.values()).mean())
    found = field.settings.select("cell").join(by_world, on="cell", how="left", maintain_order="left")
    scores = np.array([found[name].to_numpy() for name in there.values()], np.float64).reshape(len(there), len(found))
    kept = np.flatnonzero((~np.isnan(scores)).any(axis=1))
    labels = [standard()[key].label for key in there]
    return [labels[k] for k in kept], scores[kept]


def _scaled(field: Field, episodes: pl.DataFrame) -> tuple[list[str], FloatArray]:
    """(N·F − W_N)/(W_O − W_N) of each function F that is an amount for every seat alike."""
    known = standard()
    where = {m.function: k for k, m in enumerate(field.measures) if m.over == EPISODE and m.function in known}
    seats = pl.col(_PAYOFFS).list.len().first()
    of_cell = episodes.group_by("cell").agg(pl.col("anchor_worst", "anchor_optimum").first(), seats=seats)
    found = field.settings.select("cell").join(of_cell, on="cell", how="left", maintain_order="left")
    worst, optimum, agents = (
        found[name].to_numpy().astype(np.float64) for name in ("anchor_worst", "anchor_optimum", "seats")
    )
    score = np.stack([means(worlds)[list(where.values())] for worlds in field.worlds], axis=1)
    return [known[key].label for key in where], divide(agents * score - worst, optimum - worst)


def _plain(delta: float) -> str:
    return f"{delta:g}".lstrip("0")
