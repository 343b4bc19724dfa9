"""Strategies for arms races (GAMES.md §4.2)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.deescalation.arms_race import ArmsRace
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View
from .crises import IMPULSE, Impulse

ROUNDING = 1e-6
"""Observed arms are single precision: a share of a level within this of a whole one is a whole one."""


class Armer(Agent):
    """Knows its columns of the observation; a subclass says by how much it changes its arms."""

    games = ("arms_race",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns."""
        super().begin(game, seat, seeds)
        assert isinstance(game, ArmsRace)
        self.race = game
        self._rivals = [k for name, k in game.field_index.items() if name.startswith("arms_")]

    def act(self, view: View) -> Floats:
        """The legal move nearest to the change it wants."""
        self.step += 1
        seen = view.observations.astype(np.float64)
        return self.move(self.change(seen[:, 0], seen[:, self._rivals].sum(axis=1)))

    def move(self, change: Floats) -> Floats:
        """(B,): how it puts a change into a move. Default: the nearest."""
        return self.race.nearest_move(change)

    def change(self, own: Floats, rivals: Floats) -> Floats:
        """(B,): the change it wants, given own arms and the sum of the rivals'."""
        raise NotImplementedError


class Richardson(Armer):
    """Richardson's responder: u = dt·(a·Σ_j x_j − m·x_i + g), fear of the others' arms, fatigue of one's own, and a
    grievance (Richardson 1960).
    """

    name = "richardson"

    class Params(NamedTuple):
        """The coefficients of his equations."""

        a: Annotated[float, Range(), "defence: answer to a unit of a rival's arms"] = 0.9
        m: Annotated[float, Range(), "fatigue: weight of one's own arms"] = 1.0
        g: Annotated[float, Range(), "grievance (above 0) or goodwill (below)"] = 0.0
        dt: Annotated[float, Range(0, above=True), "length of a step"] = 0.1

    def change(self, own: Floats, rivals: Floats) -> Floats:
        """His equation."""
        q = self.params
        return q.dt * (q.a * rivals - q.m * own + q.g)


class GritStep(Armer):
    """GRIT in arms: cuts a share of its own arms in each step; after ``k`` steps in a row in which the rivals' arms
    did not fall it holds for one step and starts a new series (Osgood 1962). Where moves are levels it takes the first
    that cuts as much. Announces what it does where there is communication.
    """

    name = "grit_step"
    in_stages: ClassVar[Mapping[str, str]] = {"communication": "honest"}

    class Params(NamedTuple):
        """Its initiatives and its patience."""

        cut: Annotated[float, Range(0, 1), "share of own arms"] = 0.1
        k: Annotated[int, Range(1, 1000), "unanswered cuts before it holds"] = 3

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """No initiative has been made."""
        super().begin(game, seat, seeds)
        self._unanswered = np.zeros(len(seeds), np.int64)
        self._last = np.zeros(len(seeds))

    def change(self, own: Floats, rivals: Floats) -> Floats:
        """Counts what was not answered."""
        if self.step:
            self._unanswered = np.where(rivals < self._last, 0, self._unanswered + 1)
        self._last = rivals
        waits = self._unanswered >= self.params.k
        self._unanswered[waits] = 0
        return np.where(waits, 0.0, -self.params.cut * own)

    def move(self, change: Floats) -> Floats:
        """The level that cuts at least as much."""
        q = self.race.params
        if q.continuous:
            return super().move(change)
        level = (np.maximum(change / q.max_build, -1) + 1) / 2 * (q.levels - 1)
        return np.where(change < 0, np.floor(level + ROUNDING), super().move(change))


class Steady(Armer):
    """Makes the same move in each step."""

    share: ClassVar[float]
    """Of the largest change."""

    def change(self, own: Floats, rivals: Floats) -> Any:
        """The same, whatever the others have."""
        return np.full(len(own), self.share * self.race.params.max_build)


class KeepArms(Steady):
    """Keeps what it has."""

    share = 0.0


class Build(Steady):
    """Builds all it can."""

    name = "build"
    share = 1.0


class Disarm(Steady):
    """Cuts all it can."""

    name = "disarm"
    share = -1.0


class Deterrer(Armer):
    """Keeps ``ratio`` times what its rivals have on average, and never less than ``least``: builds no more than that
    takes and cuts what is above it, as fast as it may. After minimum deterrence (Intriligator & Brito 1984); the rule
    is our own.
    """

    name = "deterrer"

    class Params(NamedTuple):
        """How much deters."""

        ratio: Annotated[float, Range(0), "own arms per unit of the rivals' mean arms"] = 1.0
        least: Annotated[float, Range(0), "arms that it keeps whatever the others have"] = 2.0

    def change(self, own: Floats, rivals: Floats) -> Floats:
        """What is missing."""
        q = self.params
        return np.maximum(q.ratio * rivals / (self.game.n_agents - 1), q.least) - own


class CrisisProneStep(Armer):
    """Builds all it can where the rivals' arms rose in the last step, or chance says so; else it keeps what it has."""

    Params = Impulse

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing has risen."""
        super().begin(game, seat, seeds)
        self._last = np.full(len(seeds), np.inf)

    def change(self, own: Floats, rivals: Floats) -> Floats:
        """All or nothing."""
        draws = np.asarray(uniforms(self.keys, self.step, IMPULSE, 0))
        builds = (rivals > self._last) | (draws < self.params.unprovoked)
        self._last = rivals
        return np.where(builds, self.race.params.max_build, 0.0)


STRATEGIES = (Richardson, GritStep, Build, Disarm, Deterrer)
