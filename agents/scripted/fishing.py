"""Strategies for the fishery."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.commons.fishery import Fishery, sustainable_yield
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View


class Fisher(Agent):
    """Knows its columns of the observation and the sustainable share of a stock."""

    games = ("fishery",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Tabulates the sustainable share over whole stocks, which is all that a fishery of whole units needs."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Fishery)
        self._whole = bool(game.params.integer)
        if self._whole:
            self._shares = np.floor(self._share(np.arange(game.params.capacity + 1)))

    def _share(self, stock: Floats) -> Floats:
        return np.array([sustainable_yield(self.game.p, float(h)) for h in stock]) / self.game.n_agents

    def fair_share(self, stock: Floats) -> Floats:
        """(B,): the largest request per head that, made by all, lets the stock come back."""
        return self._shares[stock.astype(np.int64)] if self._whole else self._share(stock)

    def rounded(self, request: Floats) -> Floats:
        """To whole units where the fishery has them."""
        return np.floor(request) if self._whole else request


class FixedHarvest(Fisher):
    """Requests the same amount each step, or what is left."""

    name = "fixed_harvest"

    class Params(NamedTuple):
        """The amount."""

        amount: Annotated[float, Range(0), "tons per step"] = 10.0

    def act(self, view: View) -> Floats:
        """The amount."""
        return self.rounded(np.minimum(self.params.amount, view.observations[:, 0].astype(np.float64)))


class SustainableThreshold(Fisher):
    """Requests its share of the sustainable yield: GovSim's threshold ⌊⌊h/2⌋/n⌋ where stocks double."""

    name = "sustainable_threshold"

    def act(self, view: View) -> Floats:
        """The share."""
        return self.fair_share(view.observations[:, 0].astype(np.float64))


class Greedy(Fisher):
    """Requests everything."""

    name = "greedy"

    def act(self, view: View) -> Floats:
        """The stock."""
        return view.observations[:, 0].astype(np.float64)


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
        self._last_fair = np.zeros(len(seeds))
        self._columns = [k for name, k in game.field_index.items() if name.startswith("catch_")]

    def act(self, view: View) -> Floats:
        """Share times what the others did to theirs."""
        self.step += 1
        stock = view.observations[:, 0].astype(np.float64)
        fair = self.fair_share(stock)
        if self.step and self._columns:
            caught = view.observations[:, self._columns].mean(axis=1, dtype=np.float64)
            excess = np.maximum(0.0, caught - self._last_fair) / np.maximum(1.0, self._last_fair)
            kept = 0.5 ** (1 / np.asarray(self.params.memory))
            self._excess = kept * self._excess + (1 - kept) * excess
        self._last_fair = fair
        return self.rounded(np.minimum(stock, fair * (1 + (1 - self.params.generosity) * self._excess)))

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(generosity=generosity, memory=memory)


STRATEGIES = (FixedHarvest, SustainableThreshold, Greedy, Conditional)
