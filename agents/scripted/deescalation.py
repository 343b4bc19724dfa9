"""Strategies that are one idea and, in each game, another rule: in a standoff, an arms race, a crisis."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, Bools, View
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
    once after ``k`` of them in a row met a threat, and goes on. Announces its concessions where there is communication.
    """

    name = "grit"
    in_stages: ClassVar[Mapping[str, str]] = {"communication": "promises"}
    Params = binary.Grit.Params
    rules: ClassVar[Mapping[str, type[Agent]]] = {
        **dict.fromkeys(binary.BINARY_GAMES, binary.Grit),
        "crisis": crises.GritRank,
    }
    games = tuple(rules)


class Deterrer(binary.Binary):
    """In a standoff: never presses first, and answers a press with ``answers`` of its own, counted from the last one.
    With two it is two tits for tat (Axelrod 1984).
    """

    name = "deterrer"
    games = ("standoff",)

    class Params(NamedTuple):
        """How much it answers."""

        answers: Annotated[int, Range(1, 1000), "presses for a press"] = 2

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing is to be answered."""
        super().begin(game, seat, seeds)
        self._owed = np.zeros(len(seeds))

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """While it owes an answer."""
        self._owed = np.where(other, self.params.answers, np.maximum(0, self._owed - 1))
        return self._owed > 0


class JumpyTitForTat(binary.MemoryOne):
    """Tit-for-tat that now and then presses unprovoked."""

    Params = crises.Impulse

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """(1 − p, 0, 1 − p, 0, 1 − p)."""
        holds = 1 - np.asarray(self.params.unprovoked)
        return (holds, 0.0, holds, 0.0, holds)


class CrisisProne(ByGame):
    """Escalates readily: answers any threat, and with probability ``unprovoked`` threatens where there was none.

    In a crisis its answer is one rank above what it perceived; in an arms race it builds all it can where the rivals'
    arms rose; in a standoff it presses where the other did, as ``joss`` does (Axelrod 1980). The rule is our own.
    """

    name = "crisis_prone"
    Params = crises.Impulse
    rules: ClassVar[Mapping[str, type[Agent]]] = {
        "standoff": JumpyTitForTat,
        "arms_race": arming.CrisisProneStep,
        "crisis": crises.CrisisProneRank,
    }
    games = tuple(rules)


STRATEGIES = (Mirror, Hawk, Hold, Grit, Deterrer, CrisisProne)
