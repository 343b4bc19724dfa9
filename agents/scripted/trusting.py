"""Strategies for the investment game."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.dilemmas.trust import TINY, Trust
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, Bools, View


class Dealer(Agent):
    """Sends :meth:`invests` of its money as investor and returns :meth:`repays` of what arrived as trustee."""

    games = ("trust",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns; nobody has been let down yet."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Trust)
        names = ("my_turn", "investor", "sent", "sent_1", "returned_1")
        self._columns = [game.field_index[name] for name in names]
        self._swaps = game.params.swap_roles
        self._multiplier, self._scale, self._stake = game.params.multiplier, game.scale, game.p.stake
        self.let_down: Bools = np.zeros(len(seeds), np.bool_)

    def act(self, view: View) -> Floats:
        """A move in units, rounded up: who means to be fair is not unfair by rounding."""
        turn, investor, sent, last_sent, returned = (view.observations[:, k].astype(np.float64) for k in self._columns)
        invested = (investor == 1) != self._swaps  # in the last round, if there was one
        fell_short = np.rint(returned * self._scale) < self._part(self.expects(), last_sent)
        self.let_down |= (sent < 0) & (last_sent > 0) & invested & fell_short
        invests = np.ceil(self.invests() * np.full(len(turn), float(self._stake)) - TINY)
        units = np.where(sent < 0, invests, self._part(self.repays(), np.maximum(sent, 0.0)))
        return np.where(turn == 1, np.maximum(units, 0.0), self.game.n_moves - 1.0)

    def _part(self, ratio: Any, sent: Floats) -> Floats:
        """(B,): ``ratio`` of what arrives of ``sent``, in units, rounded up as far as whole units arrive."""
        arrives = self._multiplier * np.rint(sent * self._scale)
        return np.minimum(np.ceil(ratio * arrives - TINY), np.floor(arrives + TINY))

    def invests(self) -> Any:
        """(B,) or a number: the part of its money that it sends."""
        raise NotImplementedError

    def repays(self) -> Any:
        """(B,) or a number: the part that it returns of what arrived."""
        raise NotImplementedError

    def expects(self) -> Any:
        """(B,) or a number: the part of what arrived below which it is let down. Default: what makes it whole."""
        return 1 / self._multiplier


class NoTrust(Dealer):
    """The subgame-perfect equilibrium of any known number of rounds: sends nothing and returns nothing."""

    name = "no_trust"

    def invests(self) -> Any:
        """Nothing."""
        return 0.0

    def repays(self) -> Any:
        """Nothing."""
        return 0.0


class FairTrust(Dealer):
    """Sends ``sends`` of its money until a return falls short of ``ratio``, then never trusts again; returns ``ratio``.

    It stays an honest trustee: what comes in is an act of trust, whoever sends it.
    """

    name = "fair_trust"

    class Params(NamedTuple):
        """What is fair."""

        ratio: Annotated[float, Range(0, 1), "part of what arrived that is returned"] = 2 / 3
        sends: Annotated[float, Range(0, 1), "part of its money that it sends"] = 1.0

    def invests(self) -> Any:
        """While not let down."""
        return np.where(self.let_down, 0.0, self.params.sends)

    def repays(self) -> Any:
        """The ratio."""
        return self.params.ratio

    def expects(self) -> Any:
        """The same of others."""
        return self.params.ratio


class Embezzler(Dealer):
    """Invests all as long as that has not cost it anything, and returns nothing."""

    name = "embezzler"

    def invests(self) -> Any:
        """While not let down."""
        return np.where(self.let_down, 0.0, 1.0)

    def repays(self) -> Any:
        """Nothing."""
        return 0.0


STRATEGIES = (NoTrust, FairTrust, Embezzler)
