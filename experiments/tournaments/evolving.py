"""Evolution among the entrants of a tournament, by what each got from each."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from ...analysis.evolution import moran, replicator
from ...analysis.statistics import bootstrap_ci, wilson
from ...envs.game import Floats
from ...envs.settings import Range, SettingError, check, refuse, unknown
from .tournament import Tournament

if TYPE_CHECKING:
    import polars

Start = Annotated[tuple[float, ...] | None, Range(0, 1), "shares of the entrants at the start; none: all alike"]
Mutation = Annotated[float, Range(0, 1), "probability that an offspring is of another kind"]
_SUM = 1e-6  # how far shares may be from a sum of 1


class MoranSettings(NamedTuple):
    """Of finite populations (:func:`~comity.analysis.evolution.moran`)."""

    population: Annotated[int, Range(2, 100_000), "individuals"] = 50
    generations: Annotated[int, Range(1, 10**6), "of as many births as there are individuals"] = 500
    runs: Annotated[int, Range(1, 10**5), "populations"] = 100
    mutation: Mutation = 0.0
    intensity: Annotated[float, Range(0), "of selection: fitness is exp(intensity · payoff per step)"] = 1.0
    start: Start = None


class ReplicatorSettings(NamedTuple):
    """Of an endless population (:func:`~comity.analysis.evolution.replicator`)."""

    generations: Annotated[int, Range(1, 10**6), "steps of selection and mutation"] = 1000
    mutation: Mutation = 0.0
    intensity: Annotated[float, Range(0), "of selection: fitness is exp(intensity · payoff per step)"] = 0.1
    start: Start = None


PROCESSES: dict[str, Any] = {"moran": MoranSettings, "replicator": ReplicatorSettings}


class Evolution(NamedTuple):
    """What became of the entrants.

    ``course``: one row per generation kept and entrant: ``generation``, ``entrant``, ``share`` of the population (a
    mean over runs). ``outcome``: one row per entrant, the most frequent first. Of a replicator its ``share`` in the
    last generation. Of a Moran process ``share``, its mean over the second half of the steps, with a 95 % bootstrap
    interval over runs, ``low`` and ``high``; and without mutation ``fixed``, the share of runs at whose end all were of
    its kind, with ``fixed_low`` and ``fixed_high`` (Wilson). What is undefined is null.
    """

    process: str
    settings: dict[str, Any]
    course: "polars.DataFrame"
    outcome: "polars.DataFrame"


def evolve(found: Tournament, process: str = "moran", seed: int = 0, **settings: Any) -> Evolution:
    """Lets the entrants of a tournament reproduce by their payoffs per step.

    ``process`` is ``moran`` (a finite population, many runs by chance) or ``replicator`` (an endless one, no chance);
    ``settings`` are those of :class:`MoranSettings` or :class:`ReplicatorSettings`; ``seed`` is that of the first run.
    Raises ``SettingError`` for a wrong setting, and for a tournament without self-play: like meets like.

    >>> from comity.experiments.tournaments.tournament import tournament
    >>> game = tournament("matrix", ["allc", "alld"], 1, preset="hawk_dove", exact=True)
    >>> evolve(game, "replicator").outcome["share"].round(6).to_list()
    [0.5, 0.5]
    """
    if not found.self_play:
        raise SettingError("evolution needs the payoffs of like against like: play the tournament with self_play=True")
    checked = checked_settings(process, len(found.entrants), settings)
    shares = np.full(len(found.entrants), 1 / len(found.entrants)) if checked.start is None else np.array(checked.start)
    run = _moran if process == "moran" else _replicator
    return run(found, shares / shares.sum(), checked, seed)


def checked_settings(process: str, entrants: int, settings: Mapping[str, Any]) -> Any:
    """The settings of a ``process``, or a ``SettingError`` for whatever in them is wrong."""
    if process not in PROCESSES:
        raise unknown("process", process, PROCESSES)
    checked = check(PROCESSES[process], settings, f"{process}.")
    if checked.start is not None and (len(checked.start) != entrants or abs(sum(checked.start) - 1) > _SUM):
        raise refuse(f"{process}.start", list(checked.start), f"{entrants} shares with a sum of 1")
    return checked


def _moran(found: Tournament, shares: Floats, q: MoranSettings, seed: int) -> Evolution:
    steps = q.population * q.generations
    done = moran(
        found.payoff, _whole(shares, q.population), steps, q.runs, q.mutation, q.intensity, seed, points=q.generations
    )
    columns: dict[str, list[float | None]] = {"share": [], "low": [], "high": []}
    for values in done.abundance.T:
        mean = bootstrap_ci(values, seed=seed)
        known = q.runs > 1
        columns["share"].append(float(mean.value))
        columns["low"].append(float(mean.low) if known else None)
        columns["high"].append(float(mean.high) if known else None)
    ends = [wilson((done.fixed == k).sum(), q.runs) for k in range(len(shares))]
    open_ended = q.mutation > 0
    for name, part in (("fixed", "value"), ("fixed_low", "low"), ("fixed_high", "high")):
        columns[name] = [None if open_ended else float(getattr(end, part)) for end in ends]
    course = done.counts.mean(axis=0) / q.population
    return _told("moran", found.entrants, q, done.steps / q.population, course, columns)


def _replicator(found: Tournament, shares: Floats, q: ReplicatorSettings, seed: int) -> Evolution:
    course = replicator(found.payoff, shares, q.generations, q.mutation, q.intensity)
    return _told("replicator", found.entrants, q, np.arange(len(course)), course, {"share": course[-1].tolist()})


def _told(
    process: str, entrants: Sequence[str], q: Any, generations: Any, course: Floats, columns: Mapping[str, Any]
) -> Evolution:
    """The tables."""
    import polars

    m = len(entrants)
    rows = {
        "generation": np.repeat(np.asarray(generations, np.float64), m),
        "entrant": list(entrants) * len(course),
        "share": course.ravel(),
    }
    kinds = dict.fromkeys(columns, polars.Float64)
    outcome = polars.DataFrame({"entrant": list(entrants), **columns}, schema_overrides=kinds)
    ranked = outcome.sort("share", descending=True, maintain_order=True)
    return Evolution(process, q._asdict(), polars.DataFrame(rows), ranked)


def _whole(shares: Floats, population: int) -> Any:
    """Individuals of each kind: ``shares`` of the ``population`` in whole numbers, the largest remainders rounded up.

    >>> _whole(np.array([0.5, 0.3, 0.2]), 9).tolist()
    [4, 3, 2]
    """
    wanted = shares * population
    counts = np.floor(wanted).astype(np.int64)
    most = np.argsort(counts - wanted, kind="stable")
    counts[most[: population - counts.sum()]] += 1
    return counts
