"""Strategies for the fishery."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.commons.fishery import Fishery
from ...envs.commons.regrowth import (
    FULL_SHARE,
    densest_stock,
    fair_requests,
    nash_share,
    planned_weight,
    taken_for_degraded,
)
from ...envs.game import NEVER, Floats, Game
from ...envs.settings import Range, refuse
from ..agent import Agent, View
from .harvest_plan import harvest_plan, steps_that_matter

ROUNDING = 1e-9
"""A request that is so little short of a whole percentage is that one."""


class Fisher(Agent):
    """Knows its columns of the observation and the fair request at a stock."""

    games = ("fishery",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Finds its columns."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Fishery)
        self.whole = game.whole_moves
        self.war = game.params.growth == "fish_war"
        self.catches = [k for name, k in game.field_index.items() if name.startswith("catch_")]
        self._presence = [k for name, k in game.field_index.items() if name.startswith("present_")]
        self._regime = game.field_index.get("degraded")

    def stock(self, view: View) -> Floats:
        """(B,): what there is."""
        return view.observations[:, 0].astype(np.float64)

    def most(self, view: View) -> Floats:
        """(B,): a request for everything."""
        return np.full(len(view.observations), FULL_SHARE) if self.war else self.stock(view)

    def heads(self, view: View) -> npt.NDArray[np.int64]:
        """(B,): how many are there."""
        if not self._presence:
            return np.full(len(view.observations), self.game.n_agents)
        return 1 + view.observations[:, self._presence].sum(axis=1).astype(np.int64)

    def fair(self, view: View) -> Floats:
        """(B,): the largest request per head that, made by all, is fully cooperative."""
        return self.rounded(fair_requests(self.game.p, self.heads(view), self.stock(view), self.degraded(view)))

    def degraded(self, view: View) -> npt.NDArray[np.bool_]:
        """(B,): is the stock degraded, as far as can be seen?"""
        if self._regime is None:
            return taken_for_degraded(self.game.p, self.stock(view)) & (self.step > 0)
        return view.observations[:, self._regime] > 0

    def rounded(self, request: Floats) -> Floats:
        """Down to whole units, or percentages, where the fishery has them."""
        return np.floor(request) if self.whole else request

    def act(self, view: View) -> Floats:
        """Counts the steps and requests what the strategy wants."""
        self.step += 1
        return self.rounded(np.minimum(self.request(view), self.most(view)))

    def request(self, view: View) -> Floats:
        """(B,): what the strategy wants, in tons, or in percent of the stock in a fish war."""
        raise NotImplementedError


class FixedHarvest(Fisher):
    """Requests the same amount each step, or what is left."""

    name = "fixed_harvest"

    class Params(NamedTuple):
        """The amount."""

        amount: Annotated[float, Range(0), "tons per step (in a fish war percent of the stock)"] = 10.0

    def request(self, view: View) -> Floats:
        """The amount."""
        return np.broadcast_to(np.asarray(self.params.amount, np.float64), len(view.observations))


class SustainableThreshold(Fisher):
    """Requests its share of the sustainable yield: GovSim's threshold ⌊⌊h/2⌋/n⌋ where stocks double. In a fish war its
    share of what a planner takes.
    """

    name = "sustainable_threshold"

    def request(self, view: View) -> Floats:
        """The share."""
        return self.fair(view)


class Greedy(Fisher):
    """Requests everything."""

    name = "greedy"

    def request(self, view: View) -> Floats:
        """All there is."""
        return self.most(view)


class Conditional(Fisher):
    """A conditional cooperator: sustainable as long as the others are, and then as excessive as they were.

    It remembers by how much the others' mean catch exceeded the sustainable share, relative to that share (half-life
    ``memory`` steps), and requests its share times 1 + (1 − generosity)·excess. Where no catch is shown it stays
    sustainable. Norms set ``generosity`` and ``memory``. After Fischbacher, Gächter & Fehr 2001.
    """

    name = "conditional"
    knobs = ("generosity", "memory")

    class Params(NamedTuple):
        """How it forgives."""

        generosity: Annotated[float, Range(0, 1), "share of the others' excess that is let pass"] = 0.0
        memory: Annotated[float, Range(0, above=True), "half-life of what it remembers, in steps"] = 1.0

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Expects the best."""
        super().begin(game, seat, seeds)
        self._excess = np.zeros(len(seeds))

    def request(self, view: View) -> Floats:
        """Share times what the others did to theirs."""
        fair = self.fair(view)
        if self.step and self.catches:
            excess = np.maximum(0.0, self._taken(view) - self._last_fair) / np.maximum(1.0, self._last_fair)
            kept = 0.5 ** (1 / np.asarray(self.params.memory))
            self._excess = kept * self._excess + (1 - kept) * excess
        self._last_fair, self._last_stock, self._others = fair, self.stock(view), self.heads(view) - 1
        return fair * (1 + (1 - self.params.generosity) * self._excess)

    def _taken(self, view: View) -> Floats:
        """(B,): the mean catch of the others who were there, in a fish war the percentages that they look like."""
        caught = view.observations[:, self.catches].astype(np.float64)
        if self.war:
            stock = np.where(self._last_stock > 0, self._last_stock, 1.0)
            caught = np.round(FULL_SHARE * caught / stock[:, None])
        return caught.sum(axis=1) / np.maximum(1, self._others)

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(generosity=generosity, memory=memory)


class Planner(Fisher):
    """Its share of what a planner of everybody's harvest takes.

    Where a stock doubles or grows by a logistic law, for certain, and she sees no end: everything above the stock that
    grows most (constant escapement: K/2 where growth is logistic). In a fish war 1/b_k with k steps to go, b_1 = 1 and
    b_k = 1 + αβ·b_(k−1), without an end 1 − αβ (Levhari & Mirman 1980). Else what backward induction on the game's
    kernel says (:mod:`.harvest_plan`). Of whole units the first seats take what is left over.
    """

    name = "planner"
    shared = ("horizon",)

    class Params(NamedTuple):
        """What she leaves, or how far she sees."""

        escapement: Annotated[float | None, Range(0), "stock that is left in every step (tons); none: the best"] = None
        horizon: Annotated[
            int | None, Range(1), "the last step; none: the game's where it is known, else there is no end"
        ] = None

    def check(self, game: Game) -> None:
        """In a fish war she takes a share of every stock; whoever leaves the same in every step looks at no end."""
        given, end = self.params.escapement, self.params.horizon
        if given is not None and game.params.growth == "fish_war":
            raise refuse("seats.planner.escapement", given, "none with growth = fish_war")
        if given is not None and end is not None:
            raise refuse("seats.planner.horizon", end, "none with an escapement")

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Makes the plan."""
        super().begin(game, seat, seeds)
        q, given = game.params, self.params.escapement
        end = q.horizon if self.params.horizon is None and q.horizon_known else self.params.horizon
        self._end = NEVER if end is None else int(end)
        self._plan, self._leaves = None, densest_stock(game.p) if given is None else np.asarray(given)
        simple = end is None and q.continuation == 1 and not q.growth_noise and q.growth != "regimes"
        if given is None and not self.war and not simple:
            self._plan = harvest_plan(q, min(self._end, steps_that_matter(q.continuation)))

    def request(self, view: View) -> Floats:
        """An equal part of what is above the escapement, or the planner's share."""
        to_go = max(1, self._end - self.step)
        if self.war:
            share = FULL_SHARE / planned_weight(self.game.p, to_go) / self.game.n_agents
            return np.full(len(view.observations), share + ROUNDING)
        stock, heads = self.stock(view), self.heads(view)
        leaves = self._leaves
        if self._plan is not None:
            leaves = self._plan.rest(to_go, stock, self.degraded(view).astype(np.int64))
        total = self.rounded(np.maximum(0.0, stock - leaves))
        return np.floor(total / heads) + (self.seat < total % heads) if self.whole else total / heads


class Nash(Fisher):
    """The worst symmetric equilibrium: the Markov-perfect share of a fish war, to the nearest percent (Levhari & Mirman
    1980); elsewhere everything, as what one leaves the others take.
    """

    name = "nash"

    def request(self, view: View) -> Floats:
        """Everything, or the Nash share."""
        if not self.war:
            return self.most(view)
        return np.full(len(view.observations), np.round(FULL_SHARE * nash_share(self.game.p, self.game.n_agents)))


STRATEGIES = (FixedHarvest, SustainableThreshold, Greedy, Conditional, Planner, Nash)
