"""Strategies for alternating offers."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game
from ...envs.negotiation.alternating_offers import ACCEPT, OPT_OUT, PASS, REJECT
from ...envs.settings import Range
from ..agent import Agent, View

LONG = 2000
"""Periods after which the end no longer matters to the first, where the horizon is hidden."""
TOLERANCE = 1e-6
"""Observed shares are single precision: a share within this of the aspiration is the aspiration."""

Fraction = Annotated[float, Range(0, 1), "share of the pie"]


class Bargainer(Agent):
    """Accepts what meets its aspiration, else demands; the two are all that a subclass says."""

    games = ("alternating_offers",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns and the codes of moves."""
        super().begin(game, seat, seeds)
        self._units = game.params.pie_units
        index = game.field_index
        self._columns = [index[name] for name in ("my_turn", "my_share", "my_offer", "period")]

    def act(self, view: View) -> Floats:
        """Answers if there is something to answer, else (or then) offers what its demand leaves."""
        turn, share, mine, period = (view.observations[:, k].astype(np.float64) for k in self._columns)
        opening = period.astype(
            np.int64
        )  # the period that an offer now would open; an answer is one to the period before
        can_answer = (share >= 0) & (mine == 0)
        last = opening > self.game.params.horizon
        leave = np.ceil((1 - self.demand(opening)) * self._units - TOLERANCE)
        move = np.where(last, self._units + REJECT, leave)
        if view.masks is not None:
            can_leave = view.masks[:, self._units + OPT_OUT] == 1
            move = np.where(can_leave & self.prefers_leaving(opening - 1), self._units + OPT_OUT, move)
        accept = can_answer & (share >= self.aspiration(opening - 1) - TOLERANCE)
        move = np.where(accept, self._units + ACCEPT, move)
        return np.where(turn == 1, move, self._units + PASS)

    def demand(self, period: npt.NDArray[np.int64]) -> Floats:
        """(B,): the share it asks for itself when it opens ``period``."""
        raise NotImplementedError

    def aspiration(self, period: npt.NDArray[np.int64]) -> Floats:
        """(B,): the least share that it accepts in ``period``. Default: what it would ask for in the next."""
        return self.demand(period + 1)

    def prefers_leaving(self, period: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """(B,): would it rather take its outside option than go on? Default: never."""
        return np.zeros(len(period), np.bool_)


class Reservations(NamedTuple):
    """Backward induction over a continuous pie: ``least[t, i]``, the share that i accepts in period t, and whether
    i would ``leave[t, i]`` rather than go on."""

    least: Floats
    leave: npt.NDArray[np.bool_]


def reservations(params: Any) -> Reservations:
    """Subgame-perfect reservation shares of alternating offers (Rubinstein 1982; Shaked & Sutton 1984), period 1 at
    index 1.

    In units of the period: refusing in period t is worth b·(breakdown payoff) + (1−b)·δ_i·(value of period t+1), after
    the last period the disagreement payoff. The proposer offers the other's reservation if that leaves it as much as a
    refusal would.
    """
    q = params
    periods = q.horizon if q.horizon_known else LONG
    delta = np.array(q.delta)
    apart, torn = np.array(q.disagreement), np.array(q.breakdown_payoff)
    outside = np.full(2, -np.inf) if q.outside_option is None else np.array(q.outside_option)
    least, leave = np.zeros((periods + 2, 2)), np.zeros((periods + 2, 2), np.bool_)
    scale = np.maximum(delta, np.finfo(float).tiny) ** (periods - 1)
    refusing = apart / scale if q.horizon_known else np.zeros(2)
    for t in range(periods, 0, -1):
        proposer = 1 - t % 2
        responder = 1 - proposer
        leave[t] = outside > refusing
        least[t] = np.maximum(outside, refusing)
        refused = np.where(leave[t, responder], np.where(np.arange(2) == responder, outside, 0.0), refusing)
        keep = 1 - least[t, responder]
        value = refused.copy()
        if keep >= refused[proposer]:
            value[proposer], value[responder] = keep, least[t, responder]
        goes_on = q.continuation * delta * value + (1 - q.continuation) * apart
        refusing = q.breakdown * torn + (1 - q.breakdown) * goes_on
    return Reservations(least, leave)


class Equilibrium(Bargainer):
    """Plays the subgame-perfect equilibrium: offers the other its reservation share, accepts its own."""

    name = "equilibrium"

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Solves the game."""
        super().begin(game, seat, seeds)
        self._solution = reservations(game.params)

    def _at(self, table: Any, period: npt.NDArray[np.int64], seat: int) -> Any:
        return table[np.clip(period, 1, len(table) - 2), seat]

    def demand(self, period: npt.NDArray[np.int64]) -> Floats:
        """What the other's reservation leaves."""
        return 1 - np.clip(self._at(self._solution.least, period, 1 - self.seat), 0, 1)

    def aspiration(self, period: npt.NDArray[np.int64]) -> Floats:
        """Its reservation."""
        return self._at(self._solution.least, period, self.seat)

    def prefers_leaving(self, period: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Where leaving beats going on."""
        return self._at(self._solution.leave, period, self.seat)


class Fair(Bargainer):
    """Offers an equal split and accepts nothing below it but for ``tolerance``."""

    name = "fair"

    class Params(NamedTuple):
        """How exact its equality is."""

        tolerance: Fraction = 0.05

    def demand(self, period: npt.NDArray[np.int64]) -> Floats:
        """Half."""
        return np.full(len(period), 0.5)

    def aspiration(self, period: npt.NDArray[np.int64]) -> Floats:
        """Half, less the tolerance."""
        return np.full(len(period), 0.5) - self.params.tolerance


class Concession(NamedTuple):
    """A demand that falls from ``start`` to ``floor``."""

    start: Fraction = 0.9
    floor: Fraction = 0.4
    speed: Annotated[float, Range(0, above=True), "above 1: concedes early; below: late"] = 3.0
    deadline: Annotated[int, Range(2), "period in which the floor is reached"] = 10


class LateConcession(NamedTuple):
    """A demand that stays high, and falls late and little."""

    start: Fraction = 0.9
    floor: Fraction = 0.7
    speed: Annotated[float, Range(0, above=True), "above 1: concedes early; below: late"] = 0.2
    deadline: Annotated[int, Range(2), "period in which the floor is reached"] = 20


class Conceder(Bargainer):
    """Time-dependent concession (Faratin, Sierra & Jennings 1998): demands ``start`` first and falls towards ``floor``.

    demand(t) = start − (start − floor)·((t − 1)/(deadline − 1))^(1/speed); a speed above 1 concedes early.
    """

    name = "conceder"
    Params = Concession

    def demand(self, period: npt.NDArray[np.int64]) -> Floats:
        """The curve."""
        q = self.params
        passed = np.clip((period - 1) / (np.asarray(q.deadline) - 1), 0, 1)
        return q.start - (np.asarray(q.start) - q.floor) * passed ** (1 / np.asarray(q.speed))


class Tough(Conceder):
    """Demands most of the pie and concedes late and little."""

    name = "tough"
    Params = LateConcession


STRATEGIES = (Equilibrium, Fair, Conceder, Tough)
