"""Strategies for the common pool."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.commons.appropriation import Appropriation
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View


class Appropriator(Agent):
    """Knows its columns of the observation and the two levels between which a pool is used."""

    games = ("appropriation",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Reckons the equilibrium and the optimum per head."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Appropriation)
        n = game.n_agents
        self._everything = game.params.endowment
        self._fair, self._nash = (min(self._everything, game.free_entry / k) for k in (2 * n, n + 1))
        self._columns = [game.field_index[name] for name in ("first_step", "total", "own_tokens")]

    def tokens(self, amount: "float | Floats", view: View) -> Floats:
        """(B,): the amount within the endowment, to the nearest whole token (of a half the smaller) where there are
        only such.
        """
        amount = np.clip(np.broadcast_to(amount, len(view.active)), 0.0, self._everything)
        return np.ceil(amount - 0.5) if self.game.params.integer else amount.astype(np.float64)


class PoolNash(Appropriator):
    """Puts in what the symmetric equilibrium says."""

    name = "nash"

    def act(self, view: View) -> Floats:
        """x_N."""
        return self.tokens(self._nash, view)


class PoolMyopic(Appropriator):
    """Puts in the best reply to what the others put in last, at first what the symmetric equilibrium says: Cournot's
    adjustment, which overshoots where more than two do it.
    """

    name = "myopic"

    def act(self, view: View) -> Floats:
        """((A − w)/B − X_−i)/2."""
        first, total, own = (view.observations[:, k].astype(np.float64) for k in self._columns)
        assert isinstance(self.game, Appropriation)
        return self.tokens(np.where(first == 1, self._nash, (self.game.free_entry - (total - own)) / 2), view)


class PoolPlanner(Appropriator):
    """Puts in an equal part of the best total: of whole tokens the first seats take what is left over."""

    name = "planner"

    def act(self, view: View) -> Floats:
        """x_O, so that the sum over seats is the best total."""
        if not self.game.params.integer:
            return self.tokens(self._fair, view)
        total = np.ceil(self._fair * self.game.n_agents - 0.5)
        units, left = divmod(total, self.game.n_agents)
        return self.tokens(units + (self.seat < left), view)


class Everything(Appropriator):
    """Puts in all that it has."""

    name = "everything"

    def act(self, view: View) -> Floats:
        """e."""
        return self.tokens(self._everything, view)


class ConditionalAppropriator(Appropriator):
    """Holds back as long as the others do, and then as little as they did.

    It puts in its fair part of the best total, and of what the others put in above that on average as much as its
    ``generosity`` does not let pass, but no more than all it has. Norms set ``generosity``. After Fischbacher, Gächter
    & Fehr 2001.
    """

    name = "conditional_appropriator"
    knobs = ("generosity",)

    class Params(NamedTuple):
        """How it forgives."""

        generosity: Annotated[float, Range(0, 1), "share of the others' excess that is let pass"] = 0.0

    def act(self, view: View) -> Floats:
        """The fair part, and the others' mean excess of the last step."""
        first, total, own = (view.observations[:, k].astype(np.float64) for k in self._columns)
        mean = (total - own) / (self.game.n_agents - 1)
        excess = np.where(first == 1, 0.0, np.maximum(0.0, mean - self._fair))
        return self.tokens(self._fair + (1 - self.params.generosity) * excess, view)

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(generosity=generosity)


STRATEGIES = (PoolNash, PoolMyopic, PoolPlanner, Everything, ConditionalAppropriator)
