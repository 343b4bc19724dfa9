"""Strategies for games in which each may give for the good of all."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.commons.public_goods import SFI, PublicGoods
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View

Share = Annotated[float, Range(0, 1), "share of the endowment"]


class Contributor(Agent):
    """Knows its columns of the observation, and leaves the gift to :meth:`gift`; where groups are chosen it stays in
    its own.
    """

    games = ("public_goods",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns."""
        super().begin(game, seat, seeds)
        assert isinstance(game, PublicGoods)
        self._everything = game.params.endowment
        self._columns = [k for name, k in game.field_index.items() if name.startswith("gift_")]

    def act(self, view: View) -> Floats:
        """The gift, to the nearest whole token (of a half the smaller) where there are only such."""
        gift = np.clip(np.broadcast_to(self.gift(view), len(view.active)), 0.0, self._everything)
        if self.game.params.integer:
            gift = np.ceil(gift - 0.5)
        if not self.game.params.group_choice:
            return gift
        choosing, group = (view.observations[:, self.game.field_index[name]] for name in ("choosing", "own_group"))
        return np.where(choosing == 1, self._everything + 1 + SFI + group, gift)

    def gift(self, view: View) -> "float | Floats":
        """(B,): tokens to give."""
        raise NotImplementedError


class FreeRider(Contributor):
    """Gives nothing."""

    name = "free_rider"

    def gift(self, view: View) -> float:
        """0."""
        return 0.0


class FullContributor(Contributor):
    """Gives everything."""

    name = "full_contributor"

    def gift(self, view: View) -> float:
        """e."""
        return self._everything


class ConditionalCooperator(Contributor):
    """Gives what the others gave on average (Fischbacher, Gächter & Fehr 2001).

    First ``first``, then ``intercept`` + ``slope`` · the mean of the others' last gifts, all in shares of the
    endowment. Of what is then missing to its first gift it lets ``generosity`` pass, which norms set. Whoever was alone
    in its group gives as at first.
    """

    name = "conditional_cooperator"
    knobs = ("generosity",)

    class Params(NamedTuple):
        """Its schedule: slope 1 without an intercept matches the others exactly."""

        first: Share = 1.0
        intercept: Annotated[float, Range(-1, 1), "what it gives if the others give nothing, as such a share"] = 0.0
        slope: Annotated[float, Range(), "what it gives for each token that the others give on average"] = 1.0
        generosity: Annotated[float, Range(0, 1), "share of what is missing to the first gift that is let pass"] = 0.0

    def gift(self, view: View) -> Floats:
        """The schedule."""
        q = self.params
        seen = view.observations[:, self._columns].astype(np.float64)
        known = seen >= 0
        count = known.sum(axis=1)
        mean = np.where(known, seen, 0.0).sum(axis=1) / np.maximum(1, count)
        first = np.asarray(q.first) * self._everything
        answer = np.asarray(q.intercept) * self._everything + q.slope * mean
        answer = answer + q.generosity * np.maximum(0.0, first - answer)
        return np.where((view.observations[:, 0] == 1) | (count == 0), first, answer)

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(generosity=generosity)


STRATEGIES = (FreeRider, FullContributor, ConditionalCooperator)
