"""Round robins: everybody meets everybody, under the same seeds."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.populations import spelled
from ...agents.seats import seat
from ...analysis.markov import Worth, chain, worth
from ...analysis.measure import divide
from ...analysis.statistics import clustered_ci
from ...envs.catalogue import make
from ...envs.chance import world_seeds
from ...envs.game import Floats, Game
from ...envs.institutions.governed import Governed
from ...envs.settings import SettingError, number_of, refuse
from .company import five, is_memory_one
from .meetings import Totals, lasting, meet, meetings

if TYPE_CHECKING:
    import polars

Steps = npt.NDArray[np.int64]
Entrant = str | Mapping[str, Any]
FEWEST = 2  # entrants of a tournament, and repetitions of an interval
EXACT_GAMES = ("matrix",)
"""Where memory-one agents are a chain that :mod:`comity.analysis.markov` solves."""
_SAME = 1e-9  # payoffs per step this close are one and the same


class Tournament(NamedTuple):
    """What came of a round robin of m entrants in R repetitions.

    ``entrants`` are their names; ``steps`` (R,) the steps on which each repetition pays, the same for all; ``totals``
    sums over episodes (:class:`~.meetings.Totals`); ``exact`` (m, m) marks pairs whose expected payoffs were computed
    instead of played; ``self_play``: does meeting oneself count?
    """

    game: str
    entrants: tuple[str, ...]
    steps: Steps
    totals: Totals
    exact: npt.NDArray[np.bool_]
    self_play: bool

    @property
    def payoff(self) -> Floats:
        """(m, m): mean payoff per step of the row where it met the column; NaN where it did not."""
        return self.totals.paid.sum(axis=0) / self.steps.sum()

    @property
    def payoff_error(self) -> Floats:
        """(m, m): standard error of ``payoff`` over repetitions (of a ratio, where they differ in length); 0 where the
        payoff is exact, NaN with one repetition."""
        error = _ratio_error(self.totals.paid, self.steps[:, None, None])
        return np.where(self.exact, 0.0, error)

    @property
    def cooperation(self) -> Floats:
        """(m, m): the row's mean label where it met the column; NaN where it had no choice."""
        return divide(self.totals.cooperated.sum(axis=0), self.totals.choices.sum(axis=0))

    @property
    def score(self) -> Floats:
        """(m,): mean of ``payoff`` over those met."""
        return _mean(self.payoff)

    @property
    def wins(self) -> Floats:
        """(m,): how many of the others each outscores where they meet, a mean over repetitions."""
        paid = self.totals.paid / self.steps[:, None, None]
        return (paid > paid.swapaxes(1, 2) + _SAME).sum(axis=2).mean(axis=0)

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """(m,): the entrants by falling score, those with the same in the order in which they were named."""
        return np.argsort(-self.score.round(9), kind="stable")

    def ranking(self, draws: int = 2000, seed: int = 0) -> "polars.DataFrame":
        """One row per entrant, the best first: ``rank`` (those who score the same share it), ``entrant``, ``score``
        (payoff per step), its 95 % interval ``low``, ``high`` (bootstrap of whole repetitions), ``cooperation``,
        ``wins``, ``exact`` (the share of its meetings that was computed).

        There is no interval (null) for one repetition, or where repetitions do not differ, unless all is exact, when
        it has no width.
        """
        import polars

        score, wins, met = self.score, self.wins, ~np.isnan(self.payoff)
        cooperation = _mean(self.cooperation)
        rows = []
        for i in self.order.tolist():
            low, high = self._interval(i, met[i], draws, seed)
            rows.append(
                {
                    "rank": 1 + int((score > score[i] + _SAME).sum()),
                    "entrant": self.entrants[i],
                    "score": float(score[i]),
                    "low": low,
                    "high": high,
                    "cooperation": float(cooperation[i]),
                    "wins": float(wins[i]),
                    "exact": float(self.exact[i, met[i]].mean()),
                }
            )
        table = polars.DataFrame(rows, schema_overrides={"low": polars.Float64, "high": polars.Float64})
        return table.with_columns(polars.selectors.float().fill_nan(None))

    def _interval(self, i: int, met: npt.NDArray[np.bool_], draws: int, seed: int) -> tuple[float | None, float | None]:
        """Of the score of entrant i, who ``met`` (m,) those."""
        if self.exact[i, met].all():
            return float(self.score[i]), float(self.score[i])
        per_step = self.totals.paid[:, i, met].mean(axis=1) / self.steps
        if len(per_step) < FEWEST or float(np.ptp(per_step)) <= _SAME:
            return None, None
        # a repetition is a cluster of as many rows as it has steps: longer ones weigh more, as they do in the score
        world = np.repeat(np.arange(len(per_step)), self.steps)
        found = clustered_ci(per_step[world], world, draws, seed=seed)
        return float(found.low), float(found.high)

    def frame(self) -> "polars.DataFrame":
        """Tidy: one row per ordered pair that met: ``game``, ``entrant``, ``opponent``, ``payoff`` and ``error`` per
        step, ``cooperation``, ``exact``, in the order of the ranking."""
        import polars

        order = self.order
        i, j = (axis.ravel() for axis in np.meshgrid(order, order, indexing="ij"))
        met = ~np.isnan(self.payoff[i, j])
        i, j = i[met], j[met]
        named = np.array(self.entrants)
        return polars.DataFrame(
            {
                "game": [self.game] * len(i),
                "entrant": named[i],
                "opponent": named[j],
                "payoff": self.payoff[i, j],
                "error": self.payoff_error[i, j],
                "cooperation": self.cooperation[i, j],
                "exact": self.exact[i, j],
            }
        ).with_columns(polars.selectors.float().fill_nan(None))


def tournament(
    game: "str | Game",
    entrants: Sequence[Entrant],
    repetitions: int = 10,
    seed: int = 0,
    *,
    self_play: bool = True,
    exact: bool = False,
    **params: Any,
) -> Tournament:
    """A round robin of ``entrants`` in a game: all pairs, ``repetitions`` times, under the same world seeds.

    ``game`` is a name (with ``params``, among them ``preset``) or a game; ``entrants`` are names or settings of seats,
    as :func:`~.play.play` takes them, no two alike. In a game of two seats that differ both seat orders are played and
    averaged; in one of more seats i and j take turns along the table, and then exchange all seats. Repetition r has
    world seed ``seed + r`` in every meeting. ``self_play``: does everybody also meet itself? ``exact``: pairs of
    memory-one agents in a ``matrix`` game of two are computed instead of played, and marked.

    Scores are payoffs per step; steps after an early end count, and pay nothing (GAMES.md §0.2).

    Raises ``SettingError`` for any wrong setting before anything is played.

    >>> found = tournament("matrix", ["alld", "tft"], repetitions=1, horizon=200)
    >>> found.payoff
    array([[1.   , 1.02 ],
           [0.995, 3.   ]])
    >>> found.ranking()["entrant"].to_list()
    ['tft', 'alld']
    """
    played, named = checked(game, entrants, repetitions, self_play, exact, params)
    seeds = world_seeds(seed, repetitions)
    steps = lasting(played, seeds)
    known = _computable(played, entrants, self_play) if exact else np.zeros((len(named),) * 2, np.bool_)
    pairs = meetings(played, len(named), self_play)
    totals = meet(played, entrants, pairs[~known[pairs[:, 0], pairs[:, 1]]], seeds)
    _compute(played, entrants, known, totals, steps)
    return Tournament(played.name, named, steps, totals, known, self_play)


def checked(
    game: "str | Game",
    entrants: Sequence[Entrant],
    repetitions: int,
    self_play: bool,
    exact: bool,
    params: Mapping[str, Any],
) -> tuple[Game, tuple[str, ...]]:
    """The game and the names of the entrants, or a ``SettingError`` for whatever is wrong."""
    number_of("repetitions", repetitions)
    for name, value in (("self_play", self_play), ("exact", exact)):
        if not isinstance(value, bool):
            raise refuse(name, value, "true or false")
    if not isinstance(game, str) and params:
        raise refuse("params", dict(params), "left out with a game that is made already")
    if isinstance(entrants, str) or not isinstance(entrants, Sequence) or len(entrants) < FEWEST:
        raise refuse("entrants", entrants, "a list of two or more agents, such as ['tft', 'alld']")
    played = make(game, **params) if isinstance(game, str) else game
    if exact and (played.name not in EXACT_GAMES or played.n_agents != 2 or isinstance(played, Governed)):
        raise refuse("exact", exact, f"left out but in {', '.join(EXACT_GAMES)} with two seats and no institutions")
    for given in entrants:
        if not isinstance(given, str | Mapping):
            raise refuse("entrants", given, "a name, or settings of an agent such as {agent: gtft, q: 0.3}")
        seat(played, given)
    named = tuple(spelled(given) for given in entrants)
    twice = next((name for k, name in enumerate(named) if name in named[:k]), None)
    if twice is not None:
        raise SettingError(f"entrants: {twice} is there twice, and its meetings could not be told apart")
    return played, named


def _computable(game: Game, entrants: Sequence[Entrant], self_play: bool) -> npt.NDArray[np.bool_]:
    """(m, m): which of those who meet are both memory-one."""
    able = np.array([is_memory_one(seat(game, given)) for given in entrants])
    return able[:, None] & able & (self_play | ~np.eye(len(able), dtype=np.bool_))


def _compute(
    game: Game, entrants: Sequence[Entrant], known: npt.NDArray[np.bool_], totals: Totals, steps: Steps
) -> None:
    """Puts into ``totals`` what those ``known`` (m, m) may expect, on average as row and as column."""
    conduct = {
        k: [float(p) for p in five(seat(game, entrants[k]), game)] for k in np.flatnonzero(known.any(axis=0)).tolist()
    }
    for i, j in np.argwhere(np.triu(known)).tolist():
        one, other = _expected(game, conduct[i], conduct[j]), _expected(game, conduct[j], conduct[i])
        for row, column, side in ((i, j, 0), (j, i, 1)):
            totals.paid[:, row, column] = (one.payoff[side] + other.payoff[1 - side]) / 2 * steps
            cooperation = (one.cooperation[side] + other.cooperation[1 - side]) / 2
            totals.cooperated[:, row, column], totals.choices[:, row, column] = cooperation * steps, steps


def _expected(game: Game, row: Sequence[float], column: Sequence[float]) -> Worth:
    """Of a step, over the whole expected episode."""
    q = game.params
    visits = chain(row, column, q.action_noise, q.perception_noise).visits(q.horizon, q.continuation)
    return worth(visits, game.table)  # pyright: ignore[reportAttributeAccessIssue]  (which matrix games have)


def _mean(values: Floats) -> Floats:
    """Over the last axis, NaN left out; NaN where nothing is left."""
    return divide(np.nansum(values, axis=-1), (~np.isnan(values)).sum(axis=-1))


def _ratio_error(totals: Floats, steps: Steps) -> Floats:
    """Standard error of Σ totals / Σ steps over repetitions, the first axis; of the mean, where steps are all alike."""
    count = len(totals)
    if count < FEWEST:
        return np.full(totals.shape[1:], np.nan)
    residuals = totals - totals.sum(axis=0) / steps.sum() * steps
    return np.sqrt((residuals**2).sum(axis=0) / (count * (count - 1))) / steps.mean()
