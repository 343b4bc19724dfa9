"""Deterministic strategies that answer more than the last move: graded punishment, echoes broken, probes."""

from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ...envs.settings import Range
from ..agent import Bools
from .histories import Historian, Retaliator


class Gradual(Retaliator):
    """Answers its n-th provocation with n defections and then two C's, whatever the other does meanwhile.

    Beaufils, Delahaye & Mathieu 1996 (ALIFE 5), where a provocation is a D that it is not yet answering; Axelrod's
    "Original Gradual".
    """

    name = "gradual"
    notes = (*Retaliator.notes, ("calm", "i8"))
    calm_moves: ClassVar[int] = 2

    def decide(self) -> Bools:
        """Punishes, calms the other down, and listens again."""
        m = self.memory
        calming = (m["owed"] == 0) & (m["calm"] > 0)
        m["calm"] -= calming
        defects = self.retaliates(self.other(), heeds=~calming)
        m["calm"][defects] = self.calm_moves
        return defects


class OmegaTitForTat(Historian):
    """Tit-for-tat that breaks out of alternating retaliation and gives up on the erratic (Slany & Kienreich 2007).

    A count of deadlock grows with every change in the other's moves and falls to 0 without one; when it has reached 3,
    C's follow, twice. A count of randomness grows by 1 when the other changes its move, by 1 when it did not do the
    same as this player, and shrinks by 1 after two of its C's; from 8 on: D.
    """

    name = "omega_tft"
    notes = (("deadlock", "i8"), ("randomness", "i8"))
    deadlock_threshold: ClassVar[int] = 3
    randomness_threshold: ClassVar[int] = 8

    def decide(self) -> Bools:
        """Tit-for-tat on the first two moves, then by the counts."""
        m, other, before = self.memory, self.other(), self.other(2)
        later = self.rounds > 1
        breaking = later & (m["deadlock"] >= self.deadlock_threshold)
        first = breaking & (m["deadlock"] == self.deadlock_threshold)
        listens = later & ~breaking
        changed = other != before
        strange = changed.astype(np.int64) + (other != self.own()) - (~other & ~before)
        m["randomness"] += np.where(listens, strange, 0)
        erratic = listens & (m["randomness"] >= self.randomness_threshold)
        counted = np.where(changed, m["deadlock"] + 1, 0)
        m["deadlock"] = np.where(listens & ~erratic, counted, m["deadlock"])
        m["deadlock"] = np.where(breaking, np.where(first, self.deadlock_threshold + 1, 0), m["deadlock"])
        return ~breaking & (other | erratic)


TRUSTED, WATCHING, EXPLOITING, APOLOGISING = range(4)


class AdaptiveExploiter(Historian):
    """Exploits whoever lets it, and reciprocates with whoever does not: this project's own, after Axelrod's probers.

    1. It plays tit-for-tat. After ``patience`` mutual C's in a row it probes with a D, and waits with a C for the
       answer.
    2. If the other played C beside that C, it defects from then on, until it sees a D.
    3. Where it sees a D, in answer to the probe or later, it apologises: two C's whatever the other does. Then
       tit-for-tat again, with twice the patience; the second C of the apology may be the first of the mutual ones.
    """

    name = "adaptive_exploiter"
    notes = (("phase", "i8"), ("mutual", "i8"), ("retaliated", "i8"))
    most_doublings: ClassVar[int] = 40  # no episode is as long as the patience is then

    class Params(NamedTuple):
        """Its patience."""

        patience: Annotated[int, Range(1, 1000), "mutual C's in a row before the first probe"] = 3

    def decide(self) -> Bools:
        """Moves on from phase to phase."""
        m, other = self.memory, self.other()
        trusted, watching, exploiting = (m["phase"] == phase for phase in (TRUSTED, WATCHING, EXPLOITING))
        mutual = (self.rounds > 0) & ~self.own() & ~other
        m["mutual"] = np.where(trusted & mutual, m["mutual"] + 1, 0)
        patience = self.params.patience * 2 ** np.minimum(m["retaliated"], self.most_doublings)
        probes = trusted & (m["mutual"] >= patience)
        caught = exploiting & other
        m["retaliated"] += caught
        m["phase"] = np.select(
            [probes, watching, caught, exploiting], [WATCHING, EXPLOITING, APOLOGISING, EXPLOITING], TRUSTED
        )
        return probes | (trusted & other) | (exploiting & ~caught)


STRATEGIES = (Gradual, OmegaTitForTat, AdaptiveExploiter)
