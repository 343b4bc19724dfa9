"""Strategies that are one idea and, in each game, another rule: in a standoff, an arms race, a crisis."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game
from ..agent import Agent, View
from . import arming, binary, crises


class ByGame(Agent):
    """Plays each game by a rule of its own, with the same settings."""

    rules: ClassVar[Mapping[str, type[Agent]]]

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Takes the game's rule."""
        super().begin(game, seat, seeds)
        self._rule = self.rules[game.name](self.params)
        self._rule.begin(game, seat, seeds)

    def act(self, view: View) -> Floats:
        """By the rule."""
        return self._rule.act(view)


class Mirror(ByGame):
    """Answers in kind: tit-for-tat in a standoff, the class last perceived of the other in a crisis."""

    name = "mirror"
    rules: ClassVar[Mapping[str, type[Agent]]] = {"standoff": binary.TitForTat, "crisis": crises.MirrorRank}
    games = tuple(rules)


class Hawk(ByGame):
    """Always presses, or strikes."""

    name = "hawk"
    rules: ClassVar[Mapping[str, type[Agent]]] = {"standoff": binary.AllD, "crisis": crises.Strike}
    games = tuple(rules)


class Hold(ByGame):
    """Keeps its arms, or waits."""

    name = "hold"
    rules: ClassVar[Mapping[str, type[Agent]]] = {"arms_race": arming.KeepArms, "crisis": crises.Wait}
    games = tuple(rules)


class Grit(ByGame):
    """Graduated reciprocation in tension reduction (Osgood 1962): makes concessions whatever the history, answers
    once after ``k`` of them in a row met a threat, and goes on.
    """

    name = "grit"
    Params = binary.Grit.Params
    rules: ClassVar[Mapping[str, type[Agent]]] = {
        **dict.fromkeys(binary.BINARY_GAMES, binary.Grit),
        "crisis": crises.GritRank,
    }
    games = tuple(rules)


STRATEGIES = (Mirror, Hawk, Hold, Grit)
