"""Strategies for the fishery."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.commons.fishery import Fishery
from ...envs.commons.regrowth import FULL_SHARE, densest_stock, fair_requests, nash_share, taken_for_degraded
from ...envs.game import Floats, Game
from ...envs.settings import Range, refuse
from ..agent import Agent, View


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
        stock, p = self.stock(view), self.game.p
        if self._regime is None:
            degraded = taken_for_degraded(p, stock) & (self.step > 0)
        else:
            degraded = view.observations[:, self._regime] > 0
        return self.rounded(fair_requests(p, self.heads(view), stock, degraded))

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
    """Its share of what a planner of everybody's harvest takes who sees no end: everything above the stock that grows
    most (constant escapement: K/2 where growth is logistic), in a fish war 1 − αβ.
    """

    name = "planner"

    class Params(NamedTuple):
        """The escapement."""

        escapement: Annotated[
            float | None, Range(0), "stock that is left (tons); none: that of maximum sustainable yield"
        ] = None

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Refuses an escapement in a fish war, where it takes a share of every stock."""
        super().begin(game, seat, seeds)
        if self.war and self.params.escapement is not None:
            raise refuse("seats.planner.escapement", self.params.escapement, "none with growth = fish_war")
        given = self.params.escapement
        self._leaves = densest_stock(game.p) if given is None else np.asarray(given)

    def request(self, view: View) -> Floats:
        """What is above the escapement, or the planner's share."""
        if self.war:
            return self.fair(view)
        return np.maximum(0.0, self.stock(view) - self._leaves) / self.heads(view)


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
