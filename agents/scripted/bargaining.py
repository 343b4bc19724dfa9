"""Strategies for two who bargain: over a pie that shrinks, or over a table of deals."""

from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ...envs.game import Floats, Game
from ...envs.negotiation import turns
from ...envs.negotiation.alternating_offers import ACCEPT, OPT_OUT, PASS, REJECT, AlternatingOffers
from ...envs.negotiation.bilateral import Bilateral
from ...envs.settings import Range
from ..agent import Agent, View
from .negotiating import Problem, Table, course_of

LONG = 1_000_000
"""Periods by which an end that is hidden is thought to come, at the latest."""
NEGLIGIBLE = 1e-9
"""A share of the pie that does not matter."""
TOLERANCE = 1e-6
"""Observed shares are single precision: a share within this of the aspiration is the aspiration."""

Fraction = Annotated[float, Range(0, 1), "share of the pie"]


class Bargainer(Agent):
    """Accepts what meets its aspiration, else demands; the two are all that a subclass says.

    Over a table of deals a share is one of the largest gain that the seat can hope for: it proposes, of the deals that
    leave it what it demands, the best for the other.
    """

    games = ("alternating_offers", "ultimatum", "division", "buy_sell", "exchange")
    listens: ClassVar[bool] = False
    """Does it ask for what depends on what it was offered?"""

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns and the codes of moves."""
        super().begin(game, seat, seeds)
        self._table = Table(game, seat) if isinstance(game, Bilateral) else None
        if self._table is None:
            self._units = game.params.pie_units
            index = game.field_index
            self._columns = [index[name] for name in ("my_turn", "my_share", "my_offer", "period")]

    def act(self, view: View) -> Floats:
        """Answers if there is something to answer, else (or then) makes an offer."""
        self.step += 1
        return self._of_pie(view) if self._table is None else self._of_deals(view, self._table)

    def _of_deals(self, view: View, table: Table) -> Floats:
        assert view.masks is not None
        deals, worlds = table.game.n_deals, len(view.masks)
        answers = (deals + turns.ACCEPT, deals + turns.REJECT)
        accepts, rejects = (np.asarray(view.masks[:, move] == 1) for move in answers)
        may_propose = view.masks[:, :deals].any(axis=1)
        standing, groups = table.standing(view), table.groups(view)
        if self.listens:
            offered = np.full(worlds, np.nan)
            for group in np.unique(groups[accepts]):
                here, problem = (groups == group) & accepts, table.problem(group)
                offered[here] = problem.share(problem.utilities[standing[here], 0])
            self.hear(offered)
        moves = np.where(rejects, answers[1], deals + turns.PASS)
        for group in np.unique(groups[may_propose | accepts]):
            here = (groups == group) & (may_propose | accepts)
            problem = table.problem(group)
            least = np.where(may_propose, self.least(problem, group, worlds), self.last_resort(problem, worlds))
            enough = np.maximum(least, problem.disagreement[0]) - TOLERANCE
            counter = np.where(may_propose, self.proposal(problem, group, worlds), moves)
            meets = accepts & (problem.utilities[standing, 0] >= enough)
            moves[here] = np.where(meets, answers[0], counter)[here]
        return moves.astype(np.float64)

    def proposal(self, problem: Problem, group: int, worlds: int) -> npt.NDArray[np.intp]:
        """(B,): the deal that it would propose now. Default: its demand."""
        period = np.full(worlds, self.step + 1)
        return problem.proposal(problem.utility(self.demand(period)))

    def least(self, problem: Problem, group: int, worlds: int) -> Floats:
        """(B,): the least utility that it accepts now. Default: its aspiration, the standing offer being the last
        turn's.
        """
        return problem.utility(self.aspiration(np.full(worlds, self.step)))

    def last_resort(self, problem: Problem, worlds: int) -> Floats:
        """(B,): the least that it accepts where it can make no more offers. Default: the least that it ever accepts."""
        return problem.utility(self.aspiration(np.full(worlds, LONG)))

    def _of_pie(self, view: View) -> Floats:
        turn, share, mine, period = (view.observations[:, k].astype(np.float64) for k in self._columns)
        opening = period.astype(np.int64)  # the period that an offer now would open; an answer is to the one before
        can_answer = (share >= 0) & (mine == 0)
        if self.listens:
            self.hear(np.where(can_answer & (turn == 1), share, np.nan))
        last = opening > self.game.params.horizon
        leave = np.ceil((1 - self.demand(opening)) * self._units - TOLERANCE)
        move = np.where(last, self._units + REJECT, leave)
        if view.masks is not None:
            can_leave = view.masks[:, self._units + OPT_OUT] == 1
            move = np.where(can_leave & self.prefers_leaving(opening - 1), self._units + OPT_OUT, move)
        accept = can_answer & (share >= self.aspiration(opening - 1) - TOLERANCE)
        move = np.where(accept, self._units + ACCEPT, move)
        return np.where(turn == 1, move, self._units + PASS)

    def hear(self, offered: Floats) -> None:
        """Where it listens: the share (B,) that the other leaves it now, NaN where there is no offer to answer."""

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
    """Equilibrium play over a pie, period 1 at index 0; after the last entry it begins again."""

    least: Floats
    """(T, 2): the share that each accepts."""
    leave: npt.NDArray[np.bool_]
    """(T, 2): would it rather take its outside option than go on?"""


def reservations(game: AlternatingOffers) -> Reservations:
    """Subgame-perfect reservation shares of alternating offers (Rubinstein 1982; Shaked & Sutton 1984).

    Where the end is hidden it is taken to come when what is left of the pie is negligible. If waiting costs next to
    nothing there is no such period to reckon from: the Nash shares, to which equilibria tend as waiting gets cheap
    (Binmore, Rubinstein & Wolinsky 1986), or an outside option that is better.
    """
    q = game.params
    delta, apart, torn = (np.array(pair) for pair in (q.delta, q.disagreement, q.breakdown_payoff))
    outside = np.full(2, -np.inf) if q.outside_option is None else np.array(q.outside_option)
    sides = (delta, apart, torn, outside, float(q.continuation), float(q.breakdown))
    if q.horizon_known:
        scale = np.maximum(delta, np.finfo(float).tiny) ** (q.horizon - 1)
        return Reservations(*_induced(*sides, q.horizon, apart / scale))
    left = float(np.sqrt(delta.prod())) * q.continuation * (1 - q.breakdown)  # of the pie, after a period
    if left**LONG <= NEGLIGIBLE:
        periods = 2 + int(np.log(NEGLIGIBLE) / np.log(max(left, NEGLIGIBLE)))
        least, leave = _induced(*sides, periods, np.zeros(2))
        return Reservations(least[:2], leave[:2])
    shares = np.nan_to_num(game.nash_shares, nan=1.0)  # no share will do: never accept
    return Reservations(np.maximum(shares, outside)[None], (outside > shares)[None])


@njit(cache=True)
def _induced(
    delta: Floats,
    apart: Floats,
    torn: Floats,
    outside: Floats,
    continuation: float,
    breakdown: float,
    periods: int,
    refusing: Floats,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Backward induction over a continuous pie, from what ``refusing`` is worth to each after the last period.

    In units of the period: refusing in period t is worth b·(breakdown payoff) + (1−b)·δ_i·(value of period t+1). The
    proposer offers the other's reservation if that leaves it as much as a refusal would.
    """
    least, leave = np.zeros((periods, 2)), np.zeros((periods, 2), np.bool_)
    for t in range(periods - 1, -1, -1):
        proposer = t % 2
        responder = 1 - proposer
        leave[t] = outside > refusing
        least[t] = np.maximum(outside, refusing)
        value = refusing.copy()
        if leave[t, responder]:
            value[proposer], value[responder] = 0.0, outside[responder]
        keep = 1 - least[t, responder]
        if keep >= value[proposer]:
            value[proposer], value[responder] = keep, least[t, responder]
        goes_on = continuation * delta * value + (1 - continuation) * apart
        refusing = breakdown * torn + (1 - breakdown) * goes_on
    return least, leave


class Equilibrium(Bargainer):
    """Plays the subgame-perfect equilibrium: offers the other its reservation share, accepts its own.

    Where the other's valuation is private it takes the mean over what it may be for the truth; where the rules allow
    many equilibria, as no end is known and waiting costs too little, it plays the Nash solution.
    """

    name = "equilibrium"

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Solves the game."""
        super().begin(game, seat, seeds)
        if isinstance(game, AlternatingOffers):
            self._solution = reservations(game)

    def proposal(self, problem: Problem, group: int, worlds: int) -> npt.NDArray[np.intp]:
        """The best deal that the other accepts."""
        assert self._table is not None
        return np.full(worlds, course_of(self._table.game, self.seat, group).at(self.step + 1)[1])

    def least(self, problem: Problem, group: int, worlds: int) -> Floats:
        """What going on is worth."""
        assert self._table is not None
        return np.full(worlds, course_of(self._table.game, self.seat, group).at(self.step + 1)[0])

    def last_resort(self, problem: Problem, worlds: int) -> Floats:
        """What it has without a deal."""
        return np.full(worlds, problem.disagreement[0])

    def _at(self, table: Any, period: npt.NDArray[np.int64], seat: int) -> Any:
        return table[(period - 1) % len(table), seat]

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
    """Offers an equal split, or the Nash solution of a table of deals; accepts half of its largest gain, less
    ``tolerance``.
    """

    name = "fair"

    class Params(NamedTuple):
        """How exact its equality is."""

        tolerance: Fraction = 0.05

    def proposal(self, problem: Problem, group: int, worlds: int) -> npt.NDArray[np.intp]:
        """The Nash solution."""
        return np.full(worlds, problem.nash)

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
