"""What a strategy for games of cooperate or defect can know that remembers more than the last moves."""

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.game import Floats, Game
from ..agent import Bools, View
from .binary import MOVE, Binary

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

ONE = np.uint64(1)


class Historian(Binary):
    """Remembers its rounds: the steps in which it met somebody, whoever that was.

    Like grim and the other rules of :mod:`.binary` it takes all whom it meets for one partner. Whoever sits out a step
    has no round: nothing that :meth:`decide` notes in it is kept.
    """

    games = ("matrix",)
    notes: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What :meth:`decide` keeps from round to round in ``memory``: name and dtype of a number that starts at 0."""

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing has happened yet."""
        super().begin(game, seat, seeds)
        worlds = len(seeds)
        self.rounds: Ints = np.zeros(worlds, np.int64)
        self.own_defections: Ints = np.zeros(worlds, np.int64)
        self.other_defections: Ints = np.zeros(worlds, np.int64)
        self._own: Words = np.zeros(worlds, np.uint64)  # bit k - 1: a D k rounds ago
        self._other: Words = np.zeros(worlds, np.uint64)
        self.memory: Any = np.zeros(worlds, list(self.notes))
        self._partner = game.field_index.get("partner")

    def act(self, view: View) -> Floats:
        """Decides everywhere, and forgets what it decided where nobody is met."""
        if self._partner is None:
            return super().act(view)
        held = self.memory.copy()
        moves = super().act(view)
        sits_out = view.observations[:, self._partner] < 0
        self.memory[sits_out] = held[sits_out]
        return moves

    def watch(self, view: View) -> None:
        """Writes the last round down, and plans nothing."""
        held = self.memory.copy()
        super().act(view)
        self.memory = held

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Writes the last round down, if there was one, and decides."""
        if none.any():
            met = ~none
            self._note(own & met, other & met, met.astype(np.uint64))
        else:  # as always but in the first step, where nobody ever sits out
            self._note(own, other, ONE)
        return self.decide()

    def _note(self, own: Bools, other: Bools, met: Any) -> None:
        """``met``: 1 where there was a round, else 0."""
        self.rounds += np.int64(met) if met is ONE else met.astype(np.int64)
        self.own_defections += own
        self.other_defections += other
        for past, now in ((self._own, own), (self._other, other)):
            np.left_shift(past, met, out=past)
            np.bitwise_or(past, now, out=past)

    def decide(self) -> Bools:
        """Which worlds to defect in."""
        raise NotImplementedError

    def own(self, ago: int = 1) -> Bools:
        """(B,): where it defected itself, ``ago`` rounds ago; nowhere before the first."""
        return (self._own >> np.uint64(ago - 1) & ONE) == ONE

    def other(self, ago: int = 1) -> Bools:
        """(B,): where the other was seen to defect, ``ago`` rounds ago; nowhere before the first."""
        return (self._other >> np.uint64(ago - 1) & ONE) == ONE

    def other_defections_in(self, last: int) -> Ints:
        """(B,): how often the other was seen to defect in the ``last`` rounds, at most 64."""
        return np.bitwise_count(self._other & np.uint64(2**last - 1)).astype(np.int64)

    def draws(self) -> Floats:
        """(B,): one number in [0, 1) for each world and step."""
        return np.asarray(uniforms(self.keys, self.step, MOVE, 0))

    def steps_left(self) -> float:
        """Steps to come, this one included; infinite where the horizon is hidden."""
        q = self.game.params
        return q.horizon - self.step if q.horizon_known else np.inf


class Retaliator(Historian):
    """Answers each provocation with one defection more than the one before."""

    notes = (("length", "i8"), ("owed", "i8"))

    def retaliates(self, provoked: Bools, heeds: Bools | bool = True) -> Bools:
        """(B,): where a defection is due. A provocation counts where none is being answered and the rule ``heeds``."""
        m = self.memory
        owes = heeds & (m["owed"] > 0)
        starts = heeds & ~owes & provoked
        m["length"] += starts
        m["owed"] = np.where(starts, m["length"], m["owed"]) - (owes | starts)
        return owes | starts
