"""Strategies for crises (GAMES.md §4.3): one act per class, and rules that choose a class by what was perceived."""

from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.deescalation.actions import CLASSES, DE, NU, NV, PO, SQ, VI
from ...envs.deescalation.crisis import Crisis
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View
from .binary import Grit

Ints = npt.NDArray[np.int64]
THREAT = PO
"""The lowest rank that a patient nation takes for a threat."""
IMPULSE = 0  # the stream of an agent's own draws


class Diplomat(Agent):
    """Deals with one other nation: its partner (0 and 1, 2 and 3, … are partners) or, where that is gone, the first
    that is still there after its own seat. A subclass says with an act of which class; if that is not legal the
    highest class below that is.
    """

    games = ("crisis",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns, and the moves that stand for the classes."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Crisis)
        n, index = game.n_agents, game.field_index
        ahead = [(seat ^ 1) - seat if seat ^ 1 < n else 1, *range(1, n)]
        self._ahead = np.array([d % n for d in ahead])
        self._present = [index[f"present_{d}"] for d in self._ahead]
        self._class = np.array([index[f"class_{d}"] for d in range(1, n)])
        acts = [game.actions.of_class(rank) for rank in range(len(CLASSES))]
        self._moves = {
            rank: np.array([game.move_for(act, seat, (seat + d) % n) for d in range(1, n)])
            for rank, act in enumerate(acts)
            if act is not None
        }
        self._neutral = game.p["neutral"]

    def act(self, view: View) -> Floats:
        """Looks at the other, and acts by what :meth:`rank` says."""
        self.step += 1
        assert view.masks is not None
        worlds = np.arange(len(view.masks))
        there = view.observations[:, self._present] == 1
        ahead = self._ahead[np.argmax(there, axis=1)]
        seen = view.observations[worlds, self._class[ahead - 1]].astype(np.int64)
        wanted = self.rank(seen)
        chosen = np.full(len(worlds), float(self._neutral))
        for rank, moves in self._moves.items():  # from the lowest up
            fine = (rank <= wanted) & (view.masks[worlds, moves[ahead - 1]] == 1)
            chosen = np.where(fine, moves[ahead - 1], chosen)
        return chosen

    def rank(self, seen: Ints) -> Ints:
        """(B,): the rank of its act, given that of the other's last act as perceived (-1: none yet)."""
        raise NotImplementedError


class OneClass(Diplomat):
    """Acts by one class whatever happens."""

    always: ClassVar[int]

    def rank(self, seen: Ints) -> Ints:
        """The same."""
        return np.full(len(seen), self.always)


class PullBack(OneClass):
    """Concedes."""

    name = "pull_back"
    always = DE


class Dove(PullBack):
    """Concedes whatever happens."""

    name = "dove"


class Wait(OneClass):
    """Waits."""

    name = "wait"
    always = SQ


class Exercise(OneClass):
    """Postures."""

    name = "exercise"
    always = PO


class Sanction(OneClass):
    """Escalates without violence."""

    name = "sanction"
    always = NV


class Strike(OneClass):
    """Uses violence."""

    name = "strike"
    always = VI


class TacticalNuclear(OneClass):
    """Goes nuclear while it has weapons, else uses violence."""

    name = "tactical_nuclear"
    always = NU


class MirrorRank(Diplomat):
    """Answers with the class that it last perceived of the other; begins with a concession."""

    def rank(self, seen: Ints) -> Ints:
        """As seen."""
        return np.maximum(seen, DE)


class GritRank(Diplomat):
    """Concedes; after ``k`` perceived threats in a row (posture or above) it answers once in kind, but never above
    posture, and goes on conceding.
    """

    Params = Grit.Params

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """No threat has been seen."""
        super().begin(game, seat, seeds)
        self._threats = np.zeros(len(seeds), np.int64)

    def rank(self, seen: Ints) -> Ints:
        """Counts threats."""
        self._threats = np.where(seen >= THREAT, self._threats + 1, 0)
        answer = self._threats >= self.params.k
        self._threats[answer] = 0
        return np.where(answer, np.minimum(seen, PO), DE)


class Deterrer(Diplomat):
    """Keeps up a posture, never escalates first, and answers an escalation (NV or above) with the class one rank above
    what it perceived, up to ``cap``: a threat that is carried out (Schelling 1966). The rule is our own.
    """

    name = "deterrer"

    class Params(NamedTuple):
        """Its posture, and how far it would go."""

        posture: Annotated[int, Range(DE, PO), "rank of what it does while nobody escalates"] = PO
        cap: Annotated[int, Range(NV, NU), "highest rank that it answers with"] = VI

    def rank(self, seen: Ints) -> Ints:
        """Posture, or the answer."""
        return np.where(seen >= NV, np.minimum(seen + 1, self.params.cap), self.params.posture).astype(np.int64)


class Impulse(NamedTuple):
    """How little a nation needs that is prone to crises."""

    unprovoked: Annotated[float, Range(0, 1), "probability, in a step without a threat, of escalating all the same"] = (
        0.1
    )


class CrisisProneRank(Diplomat):
    """Acts one rank above what it perceived, at least posture, where that was a threat (posture or above) or chance
    says so; else it waits.
    """

    Params = Impulse

    def rank(self, seen: Ints) -> Ints:
        """One step up the ladder, or none."""
        draws = np.asarray(uniforms(self.keys, self.step, IMPULSE, 0))
        climbs = (seen >= THREAT) | (draws < self.params.unprovoked)
        return np.where(climbs, np.minimum(np.maximum(seen, SQ) + 1, NU), SQ)


STRATEGIES = (PullBack, Dove, Wait, Exercise, Sanction, Strike, TacticalNuclear, Deterrer)
