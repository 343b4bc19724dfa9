"""What ``comity tournament`` does: reads what was typed, plays, prints, and keeps tables, figure and manifest.

::

    runs/tournament-<game>-<hash>/
      manifest.json          what was asked for, by which versions
      ranking.parquet        one row per entrant, the best first
      payoffs.parquet        one row per ordered pair that met
      tournament.svg, .png   the payoffs as a heat map, and the scores
      course.parquet         with --evolve: the share of each entrant by generation
      outcome.parquet        with --evolve: what became of each
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ... import __version__
from ...envs.settings import SettingError
from .. import manifest as manifests
from .. import store
from ..cells import digest
from ..designs.grids import typed_settings
from ..study import RUNS
from .evolving import Evolution, checked_settings, evolve
from .tournament import Tournament, checked, tournament

KIND = "tournament"
EVOLVE = "evolve."
"""Begins the settings of evolution; all others are of the game."""


class Contest(NamedTuple):
    """A tournament as it was asked for."""

    game: str
    entrants: list[Any]
    repetitions: int
    seed: int
    self_play: bool
    exact: bool
    process: str | None
    params: dict[str, Any]
    evolution: dict[str, Any]

    @property
    def name(self) -> str:
        """Of its directory, without the hash."""
        return f"{KIND}-{self.game}"

    def key(self) -> str:
        """Eight hexadecimal digits of what decides the tables."""
        return digest([__version__, manifests.strict_json(self._asdict())], size=4)


def read(game: str, settings: Sequence[str], entrants: str, process: str | None, **options: Any) -> Contest:
    """What was typed, with every setting of the game and of evolution resolved and checked.

    Raises ``SettingError`` for whatever is wrong.
    """
    typed = typed_settings(settings)
    evolution = {key.removeprefix(EVOLVE): value for key, value in typed.items() if key.startswith(EVOLVE)}
    params = {key: value for key, value in typed.items() if not key.startswith(EVOLVE)}
    named = typed_settings([f"entrants=[{entrants}]"])["entrants"]
    played, _ = checked(game, named, options["repetitions"], options["self_play"], options["exact"], params)
    if process is None and evolution:
        raise SettingError(f"{EVOLVE}{next(iter(evolution))} is given, but no --evolve")
    if process is not None:
        evolution = checked_settings(process, len(named), evolution)._asdict()
        if not options["self_play"]:
            raise SettingError("--evolve needs the payoffs of like against like: leave out --no-self-play")
    return Contest(played.name, named, process=process, params=played.settings, evolution=evolution, **options)


def hold(contest: Contest, typed: Sequence[str], out: Path | None = None) -> Path:
    """Plays a contest, prints what came of it and keeps it; returns where.

    Raises ``SettingError`` before anything is played if ``out`` holds something else.
    """
    directory = RUNS / f"{contest.name}-{contest.key()}" if out is None else out
    store.check_directory(directory, contest.key(), KIND)
    with store.lock(directory):
        started, begun = manifests.now(), time.monotonic()
        found = tournament(
            contest.game,
            contest.entrants,
            contest.repetitions,
            contest.seed,
            self_play=contest.self_play,
            exact=contest.exact,
            **contest.params,
        )
        evolved = None if contest.process is None else evolve(found, contest.process, contest.seed, **contest.evolution)
        _keep(directory, found, evolved)
        told = _told(contest, typed, started, time.monotonic() - begun)
        store.write_json(directory / store.MANIFEST, manifests.strict_json(told), indent=2)
    _show(found, evolved)
    return directory


def _keep(directory: Path, found: Tournament, evolved: Evolution | None) -> None:
    """Tables and figure."""
    from ...analysis.figures import save, sheets

    ranking, payoffs = found.ranking(), found.frame()
    store.write_shard(directory / "ranking.parquet", ranking)
    store.write_shard(directory / "payoffs.parquet", payoffs)
    if evolved is not None:
        store.write_shard(directory / "course.parquet", evolved.course)
        store.write_shard(directory / "outcome.parquet", evolved.outcome)
    save(sheets.tournament(payoffs, ranking), directory / KIND, ("svg", "png"))


def _told(contest: Contest, typed: Sequence[str], started: str, seconds: float) -> dict[str, Any]:
    """The manifest."""
    seeds = range(contest.seed, contest.seed + contest.repetitions)
    return {
        "kind": KIND,
        "name": contest.name,
        "design": contest.key(),
        "status": manifests.COMPLETE,
        "overrides": list(typed),
        **{name: value for name, value in contest._asdict().items() if name != "seed"},
        "seeds": {"count": contest.repetitions, "values": manifests.span(seeds)},
        "started": started,
        "ended": manifests.now(),
        "wall_seconds": round(seconds, 3),
        "versions": manifests.versions(),
        "git": manifests.git(),
        "host": manifests.host(),
    }


def _show(found: Tournament, evolved: Evolution | None) -> None:
    console = Console()
    repetitions = f"{len(found.steps)} repetitions" if len(found.steps) > 1 else "1 repetition"
    console.print(f"{found.game}: {len(found.entrants)} entrants, {repetitions}", highlight=False)
    console.print(_ranked(found), highlight=False)
    computed, met = int(found.exact.sum()), found.frame().height
    if computed:
        console.print(f"{computed} of {met} payoffs are exact", highlight=False)
    if evolved is not None:
        console.print(f"\n{evolved.process}: {evolved.settings['generations']} generations", highlight=False)
        console.print(_evolved(evolved), highlight=False)


def _ranked(found: Tournament) -> Table:
    """Who did how well."""
    table = Table(box=None)
    table.add_column("rank", justify="right")
    table.add_column("entrant")
    for column in ("score per step", "95 % interval", "cooperation", "wins"):
        table.add_column(column, justify="right")
    for row in found.ranking().iter_rows(named=True):
        interval = "exact" if row["exact"] == 1 else _interval(row, "low", "high")
        numbers = [f"{row['score']:.4f}", interval, _number(row["cooperation"]), f"{row['wins']:.1f}"]
        table.add_row(str(row["rank"]), Text(row["entrant"]), *numbers)  # square brackets would be read as markup
    return table


def _evolved(evolved: Evolution) -> Table:
    """What became of whom."""
    table = Table(box=None)
    rows = evolved.outcome.to_dicts()
    columns = {"share": [_number(row["share"]) for row in rows]}
    if "low" in rows[0]:
        columns["95 % interval"] = [_interval(row, "low", "high") for row in rows]
    if rows[0].get("fixed") is not None:
        columns["runs fixed"] = [_number(row["fixed"]) for row in rows]
        columns["95 % interval "] = [_interval(row, "fixed_low", "fixed_high") for row in rows]
    table.add_column("entrant")
    for column in columns:
        table.add_column(column, justify="right")
    for row, *numbers in zip(rows, *columns.values(), strict=True):
        table.add_row(Text(row["entrant"]), *numbers)
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(row: Mapping[str, Any], low: str, high: str) -> str:
    return "–" if row[low] is None else f"{row[low]:.3f} to {row[high]:.3f}"
