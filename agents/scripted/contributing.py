"""Strategies for games in which each may give for the good of all."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.commons.climate import Climate
from ...envs.commons.public_goods import SFI
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View

Share = Annotated[float, Range(0, 1), "share of the endowment"]
ROUNDING = 1e-6
"""A level within this of the wanted gift is that gift (euros)."""


class Contributor(Agent):
    """Knows its columns of the observation, and leaves the gift to :meth:`gift`; where groups are chosen it stays in
    its own.
    """

    games = ("public_goods",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns."""
        super().begin(game, seat, seeds)
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
    games = ("public_goods", "climate")

    def act(self, view: View) -> Floats:
        """In the climate game the first move is to give nothing."""
        return np.zeros(len(view.active)) if self.game.name == "climate" else super().act(view)

    def gift(self, view: View) -> float:
        """0."""
        return 0.0


class FullContributor(Contributor):
    """Gives everything."""

    name = "full_contributor"

    def gift(self, view: View) -> float:
        """e."""
        return self._everything


class Dominant(Contributor):
    """Plays the equilibrium: gives everything where a token that it gives brings itself more than it keeps (m > 1, as
    in a small group of those that share a multiplier), else nothing.
    """

    name = "nash"

    def gift(self, view: View) -> Floats:
        """All or nothing, by m in its own group."""
        q = self.game.params
        worth = np.full(len(view.active), self.game.p.mpcr)
        if q.group_choice:
            worth = q.multiplier / np.maximum(1, view.observations[:, self.game.field_index["own_size"]])
        return np.where(worth > 1, self._everything, 0.0)


class ContributionPlanner(Contributor):
    """Gives everything where a token that is given brings all together more than it costs (n·m > 1), else nothing."""

    name = "planner"

    def gift(self, view: View) -> float:
        """All or nothing."""
        return self._everything if self.game.p.mpcr * self.game.n_agents > 1 else 0.0


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


class Giver(Agent):
    """Knows its columns of the climate game's observation, and leaves the gift to :meth:`gift`. It gives the smallest
    level that is not below that and that its account allows, and nothing once the target is reached.
    """

    games = ("climate",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Climate)
        self._levels = np.array(game.params.contribution_levels)
        self._fair = game.fair_gift
        self._others = [k for name, k in game.field_index.items() if name.startswith("gift_")]
        self._account, self._total = (game.field_index[name] for name in ("account", "total"))

    def act(self, view: View) -> Floats:
        """The move for the gift."""
        self.step += 1
        total, account = (view.observations[:, k].astype(np.float64) for k in (self._total, self._account))
        wanted = np.where(total >= self.game.params.target, 0.0, self.gift(view, total, account))
        move = np.searchsorted(self._levels, wanted - ROUNDING, side="left")
        return np.minimum(move, np.searchsorted(self._levels, account, side="right") - 1).astype(np.float64)

    def gift(self, view: View, total: Floats, account: Floats) -> "float | Floats":
        """(B,): euros to give, where ``total`` has been given so far and ``account`` is its own."""
        raise NotImplementedError


class FairShare(Giver):
    """Keeps its own gifts on the fair path, whatever the others do."""

    name = "fair_share"

    def gift(self, view: View, total: Floats, account: Floats) -> Floats:
        """What it is short of the fair share of all steps up to this one."""
        return self._fair * (self.step + 1) - (self.game.params.endowment - account)


class Compensator(Giver):
    """Gives its fair share and an equal part of what all together are short of the fair path: more where others gave
    too little, less where they gave too much.
    """

    name = "compensator"

    def gift(self, view: View, total: Floats, account: Floats) -> Floats:
        """The fair gift, and a part of what is missing."""
        return self._fair + (self._fair * self.game.n_agents * self.step - total) / self.game.n_agents


class ClimatePlanner(Giver):
    """Its part of what a planner of all gifts would give, who knows the horizon: by dynamic programming over their sum
    (:meth:`..envs.commons.climate.Climate.planned_gift`). Whoever has most left gives first, and what is left over.
    """

    name = "planner"

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns where the others' gifts stand, in the order of seats."""
        super().begin(game, seat, seeds)
        n = game.n_agents
        self._given = [game.field_index[f"given_{(j - seat) % n}"] for j in range(n) if j != seat]

    def gift(self, view: View, total: Floats, account: Floats) -> Floats:
        """Its own among the gifts of all."""
        assert isinstance(self.game, Climate)
        left = self.game.planned_gift(self.game.params.horizon - self.step, total.astype(np.int64)).astype(np.float64)
        others = self.game.params.endowment - view.observations[:, self._given].astype(np.float64)
        accounts = np.insert(others, self.seat, account, axis=1)
        own, worlds = np.zeros(len(account)), np.arange(len(account))
        for place, giver in enumerate(np.argsort(-accounts, axis=1, kind="stable").T):
            fits = np.searchsorted(self._levels, accounts[worlds, giver], side="right") - 1
            level = np.searchsorted(self._levels, left / (self.game.n_agents - place) - ROUNDING)
            gift = self._levels[np.minimum(level, fits)]
            own = np.where(giver == self.seat, gift, own)
            left = np.maximum(0.0, left - gift)
        return own


class ConditionalGiver(Giver):
    """Gives the fair share first, then the level nearest to what the others gave on average (of two the smaller).

    Of what is missing to the fair share it lets ``generosity`` pass, which norms set.
    """

    name = "conditional_giver"
    knobs = ("generosity",)

    class Params(NamedTuple):
        """How it forgives."""

        generosity: Annotated[float, Range(0, 1), "share of what is missing to the fair gift that is let pass"] = 0.0

    def gift(self, view: View, total: Floats, account: Floats) -> "float | Floats":
        """The others' mean gift."""
        if self.step == 0 or not self._others:
            return self._fair
        mean = view.observations[:, self._others].mean(axis=1, dtype=np.float64)
        answer = mean + self.params.generosity * np.maximum(0.0, self._fair - mean)
        return self._levels[np.argmin(np.abs(self._levels - answer[:, None]), axis=1)]

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(generosity=generosity)


STRATEGIES = (
    FreeRider,
    FullContributor,
    Dominant,
    ContributionPlanner,
    ConditionalCooperator,
    FairShare,
    Compensator,
    ClimatePlanner,
    ConditionalGiver,
)
