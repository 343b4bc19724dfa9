"""What a scripted bargainer makes of a table of deals: utilities, as far as its seat is told them.

Where the other's utilities are private, their mean over the contexts that look alike to the seat stands for them.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import NEVER, Floats
from ...envs.negotiation.bilateral import Bilateral
from ...envs.negotiation.contexts import Contexts
from ...envs.negotiation.solutions import nash_set
from ...envs.negotiation.turns import OWN_COLUMNS
from ..agent import View

Ints = npt.NDArray[np.intp]
LONG = 200
"""Turns by which an end that is hidden may be thought to come."""
SAME = 1e-9
"""Utilities that differ by less are the same."""


class Problem(NamedTuple):
    """What a seat thinks it bargains about; a deal has the index under which this seat proposes it."""

    utilities: Floats
    """(K, 2): of each deal, mine and the other's; −∞ where it is no deal."""
    disagreement: Floats
    """(2,): mine and the other's."""
    ideal: float
    """The most that a deal gives me which leaves the other what it has without one: the mean over the contexts that
    have such a deal, d if none has.
    """

    def utility(self, share: Floats) -> Floats:
        """What a share of my largest gain is worth to me."""
        d = self.disagreement[0]
        return d + share * (self.ideal - d)

    def share(self, utility: Floats) -> Floats:
        """The share of my largest gain that a utility is; 0 where there is no gain to hope for."""
        gain = self.ideal - self.disagreement[0]
        return (utility - self.disagreement[0]) / gain if gain > SAME else np.zeros_like(utility)

    def proposal(self, least: Floats) -> Ints:
        """(B,): of the deals that give me ``least`` (B,), or else of those that give me most, the best for the other,
        and among these the best for me.
        """
        mine, theirs = self.utilities.T
        asked, which = np.unique(least, return_inverse=True)  # most worlds ask for the same
        enough = mine >= np.minimum(asked, mine.max())[:, None] - SAME
        best = np.where(enough, theirs, -np.inf)
        best = enough & (best >= best.max(axis=1, keepdims=True) - SAME)
        return np.where(best, mine, -np.inf).argmax(axis=1)[which.ravel()]

    @property
    def nash(self) -> int:
        """The deal with the largest Nash product, and of several the one that is worst for nobody; the largest total
        where no deal is rational.
        """
        gains = self.utilities - self.disagreement
        best = nash_set(np.where(np.abs(gains) < SAME, 0.0, gains))
        if not best.any():
            return int(self.utilities.sum(axis=1).argmax())
        return int(np.where(best, gains.min(axis=1), -np.inf).argmax())


@lru_cache(maxsize=1 << 14)
def problem_of(c: Contexts, seat: int, group: int) -> Problem:
    """The problem that ``seat`` sees in a group of contexts that look alike to it."""
    both = [seat, 1 - seat]
    alike = c.alike[seat]
    members = alike.members[alike.start[group] : alike.start[group] + alike.size[group]]
    feasible = c.feasible[members[0]]
    deals = np.where(feasible, c.deal_of(members[0], seat, np.arange(len(feasible))), 0)
    utilities = c.utilities[members][:, deals][:, :, both]
    without = c.disagreement[members][:, both]
    rational = feasible & (utilities[:, :, 1] >= without[:, None, 1] - SAME)
    ideals = np.maximum(np.where(rational, utilities[:, :, 0], -np.inf).max(axis=1), without[:, 0])
    known = ideals > without[:, 0] + SAME
    ideal = ideals[known].mean() if known.any() else without[0, 0]
    return Problem(np.where(feasible[:, None], utilities.mean(axis=0), -np.inf), without.mean(axis=0), float(ideal))


class Table:
    """Reads the observations of one seat of a game of deals."""

    def __init__(self, game: Bilateral, seat: int) -> None:
        self.game, self.seat = game, seat
        terms, facts = game.parts.shape[1], game.contexts.told.shape[2]
        self._terms = slice(OWN_COLUMNS, OWN_COLUMNS + terms)
        self._told = slice(OWN_COLUMNS + terms, OWN_COLUMNS + terms + facts)
        self._groups = {row.tobytes(): k for k, row in enumerate(game.contexts.alike[seat].rows.astype(np.float32))}
        self._deals = {row.tobytes(): k for k, row in enumerate(game.parts.astype(np.float32))}

    def groups(self, view: View) -> Ints:
        """(B,): what each world poses, as far as the seat is told."""
        rows = np.ascontiguousarray(view.observations[:, self._told])
        return np.array([self._groups[row.tobytes()] for row in rows])

    def problem(self, group: int) -> Problem:
        """What a group of contexts means."""
        return problem_of(self.game.contexts, self.seat, int(group))

    def standing(self, view: View) -> Ints:
        """(B,): the standing deal, by the index under which this seat would propose it; 0 where there is none."""
        rows = np.ascontiguousarray(view.observations[:, self._terms])
        return np.array([self._deals.get(row.tobytes(), 0) for row in rows])


class Course(NamedTuple):
    """Subgame-perfect play of a problem, turn 1 at index 0; after the last entry it begins again."""

    least: Floats
    """The least that whoever has the turn accepts."""
    proposal: Ints
    """What it proposes if it declines."""

    def at(self, turn: int) -> tuple[float, int]:
        """Both in a turn."""
        k = (turn - 1) % len(self.least)
        return float(self.least[k]), int(self.proposal[k])

    def begun(self, turns: int) -> "Course":
        """The first ``turns``, over and over."""
        return Course(self.least[:turns], self.proposal[:turns])


@lru_cache(maxsize=1 << 14)
def course_of(game: Bilateral, seat: int, group: int) -> Course:
    """The course that ``seat`` thinks right for a group of contexts that look alike to it.

    Where no end is known it is what follows from a distant one, if it is the same for whoever would then have the last
    word. Else the fear of breakdown is too small to move anybody by a whole item, and any deal can be an equilibrium
    (van Damme, Selten & Winter 1990): the Nash solution, to which equilibria over a pie tend as breakdown gets unlikely
    (Binmore, Rubinstein & Wolinsky 1986).
    """
    problem, q = problem_of(game.contexts, seat, group), game.params
    if q.horizon_known:
        return _induced(problem, seat, game.max_steps, game.max_proposals, q.continuation)
    if game.max_proposals < NEVER:
        return _induced(problem, seat, 2 * game.max_proposals + 1, game.max_proposals, q.continuation)
    one, other = (_induced(problem, seat, turns, NEVER, q.continuation).begun(2) for turns in (LONG, LONG + 1))
    if np.allclose(one.least, other.least, rtol=0, atol=SAME) and (one.proposal == other.proposal).all():
        return one
    return Course(problem.utilities[[problem.nash], 0], np.array([problem.nash]))


def _induced(problem: Problem, seat: int, turns: int, max_proposals: int, goes_on: float) -> Course:
    """Backward induction over the turns; whoever is indifferent accepts.

    Declining at a turn is worth what its best proposal brings: the best deal that the other, who has the next turn,
    accepts, if that is as good as going on without a deal; or it is worth what rejecting brings, if that is more.
    """
    u, d = problem.utilities, problem.disagreement
    least, proposal = np.full(turns + 1, d.max()), np.full(turns + 1, problem.nash)
    declined = d
    for turn in range(turns, 0, -1):
        me = 0 if (turn + 1) % 2 == seat else 1
        if turn < turns and (turn - 1) // 2 < max_proposals:
            fine = u[:, 1 - me] >= least[turn + 1] - SAME
            own = np.where(fine, u[:, me], -np.inf)
            top = own >= own.max() - SAME
            found = int(np.where(top & fine, u[:, 1 - me], -np.inf).argmax())
            if not fine.any() or u[found, me] < declined[me] - SAME:
                found = int(u[:, me].argmax())
            else:
                declined = u[found]
            proposal[turn] = found
            declined = goes_on * declined + (1 - goes_on) * d
        else:
            declined = d
        if declined[me] < d[me]:
            declined = d
        least[turn] = declined[me]
    return Course(least[1:], proposal[1:])
