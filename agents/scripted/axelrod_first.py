"""The field of Axelrod's first tournament (1980, Journal of Conflict Resolution 24:3), as far as it is not elsewhere.

Tit-for-tat (submitted by Rapoport), grim (Friedman) and random are in :mod:`.binary`. What Axelrod's descriptions leave
open is decided as in the library Axelrod 4.13.1 (Knight et al., doi:10.21105/joss.00021), move by move. Where its code
departs from the description the docstring says so. "The other" is whoever is met.
"""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ...envs.game import Game
from ..agent import Bools
from .binary import MemoryOne
from .histories import Historian, Retaliator
from .payoffs import own_and_other

CHI_SQUARED_5_PERCENT = 3.841458820694124
"""What a χ² of one degree of freedom exceeds with probability .05."""
LAST_MOVES = 2
"""At the end of a known horizon Stein & Rapoport and Tideman & Chieruzzi defect this often."""


class Tester(Historian):
    """Asks whether the other plays at random."""

    def seems_random(self) -> Bools:
        """(B,): where a χ² test at 5 % does not tell the other's moves from those of a coin."""
        excess = self.rounds - 2 * self.other_defections
        return excess**2 <= CHI_SQUARED_5_PERCENT * self.rounds


class TidemanChieruzzi(Retaliator):
    """Tit-for-tat that punishes each run of defections by one D more, and gives fresh starts (2nd).

    A fresh start, two C's after which runs and defections are counted anew, comes where it is 10 points ahead, the
    other's last move was C, the last fresh start was 20 rounds ago or never was, 10 steps are left after this one, and
    the defections counted are 3 standard deviations from what a coin would have played in all rounds. Last two moves of
    a known horizon: D.
    """

    name = "tideman_chieruzzi"
    notes = (*Retaliator.notes, ("counted", "i8"), ("lead", "f8"), ("started", "i8"), ("second", "?"))
    lead: ClassVar[float] = 10
    least_steps_left: ClassVar[int] = 10
    rounds_between: ClassVar[int] = 20
    deviations: ClassVar[float] = 3

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Knows what it and the other are paid."""
        super().begin(game, seat, seeds)
        own, other = own_and_other(game, seat)
        self._gains = own - other

    def decide(self) -> Bools:
        """Scores the last round, starts afresh or retaliates."""
        m, other = self.memory, self.other()
        m["counted"] += other
        gains = self._gains[self.own().astype(np.intp), other.astype(np.intp)]
        m["lead"] += np.where(self.rounds > 0, gains, 0.0)
        second = m["second"].copy()
        afresh = ~second & ~other & self._deserved()
        for note in ("counted", "length", "owed"):
            m[note][afresh] = 0
        m["started"] = np.where(afresh, self.rounds + 1, m["started"])
        m["second"] = afresh
        ending = self.steps_left() <= LAST_MOVES
        return self.retaliates(other, heeds=~(second | afresh)) | ending

    def _deserved(self) -> Bools:
        m = self.memory
        rested = (m["started"] == 0) | (self.rounds + 1 - m["started"] >= self.rounds_between)
        spread = self.deviations * np.sqrt(self.rounds) / 2
        not_by_chance = np.abs(m["counted"] - self.rounds / 2) >= spread
        time_left = self.steps_left() - 1 >= self.least_steps_left
        return (self.rounds > 0) & rested & (m["lead"] >= self.lead) & not_by_chance & time_left


class Nydegger(Historian):
    """Tit-for-tat for three moves, then by a table of the last three outcomes (3rd).

    On the third move it defects after the other's D, C. Then A = 16·a₁ + 4·a₂ + a₃, where a is 2 for the other's D plus
    1 for an own one, and a₁ the last round (the description weighs the first of the three highest); it defects where A
    is one of ``defecting``.
    """

    name = "nydegger"
    defecting: ClassVar[tuple[int, ...]] = (
        1, 6, 7, 17, 22, 23, 26, 29, 30, 31, 33, 38, 39, 45, 49, 54, 55, 58, 61,
    )  # fmt: skip

    def decide(self) -> Bools:
        """Looks the last three outcomes up."""
        a = sum(
            weight * (2 * self.other(ago).astype(np.int64) + self.own(ago)) for ago, weight in ((1, 16), (2, 4), (3, 1))
        )
        opening = self.other() | ((self.rounds == 2) & self.other(2))
        return np.where(self.rounds < 3, opening, np.isin(a, self.defecting))


class Grofman(MemoryOne):
    """Cooperates, with probability 2/7 after a round in which the two did different things (4th)."""

    name = "grofman"
    games = ("matrix",)
    vector = (1, 2 / 7, 2 / 7, 1)


class Shubik(Retaliator):
    """Answers its n-th betrayal, a D that met its C, with n defections, and resumes C (5th)."""

    name = "shubik"

    def decide(self) -> Bools:
        """Retaliates, and a little longer each time."""
        return self.retaliates(self.other() & ~self.own())


class SteinRapoport(Tester):
    """Tit-for-tat after four C's, and D while the other seems to play at random, tested every 15 moves (6th).

    The test is of the other's moves alone. Last two moves of a known horizon: D.
    """

    name = "stein_rapoport"
    notes = (("random", "?"),)
    first_moves: ClassVar[int] = 4
    test_every: ClassVar[int] = 15

    def decide(self) -> Bools:
        """Tests when it is time, and does what the other did or D."""
        tests = (self.rounds > 0) & ((self.rounds + 1) % self.test_every == 0)
        m = self.memory
        m["random"] = np.where(tests, self.seems_random(), m["random"])
        later = self.rounds >= self.first_moves
        return (later & (m["random"] | self.other())) | (self.steps_left() <= LAST_MOVES)


class Davis(Historian):
    """Ten C's, then D for ever where the other has defected (8th)."""

    name = "davis"
    first_moves: ClassVar[int] = 10

    def decide(self) -> Bools:
        """Grim, after a while."""
        return (self.rounds >= self.first_moves) & (self.other_defections > 0)


class Graaskamp(Tester):
    """Tit-for-tat with a D on move 51, whose answer tells it whom it plays (9th).

    From move 57 on: D for ever against whoever seems to play at random; tit-for-tat against whoever has played that, or
    its own moves, from the start; against others C, with a D after 5 to 14 moves each time (5 to 15 in the
    description).
    """

    name = "graaskamp"
    by_chance = True
    notes = (("random", "?"), ("no_tft", "?"), ("no_twin", "?"), ("strike", "i8"))
    probe: ClassVar[int] = 50
    opening: ClassVar[int] = 56
    shortest_wait: ClassVar[int] = 5
    waits: ClassVar[int] = 10

    def decide(self) -> Bools:
        """Plays the opening, then by what it makes of the other."""
        m, rounds, other = self.memory, self.rounds, self.other()
        m["no_twin"] |= self.own() != other
        m["no_tft"] |= (rounds > 1) & (other != self.own(2))
        opening = rounds < self.opening
        m["random"] |= ~opening & self.seems_random()
        sly = ~opening & ~m["random"] & m["no_tft"] & m["no_twin"]
        strikes = self._strikes(sly)
        return np.where(sly, strikes, other | (rounds == self.probe) | m["random"])

    def _strikes(self, sly: Bools) -> Bools:
        m = self.memory
        waits = self.rounds + self.shortest_wait + (self.waits * self.draws()).astype(np.int64)
        strikes = sly & (self.rounds == m["strike"])
        m["strike"] = np.where(strikes | (sly & (m["strike"] == 0)), waits, m["strike"])
        return strikes


class Downing(Historian):
    """Takes the other for one that cooperates with probability α after C and β after D, and does what pays more (10th).

    E(C) = αR + (1−α)S, E(D) = βT + (1−β)P; the other of its own last move where they are equal. It opens with two D's;
    the other's first move counts as an answer to a C.
    """

    name = "downing"
    notes = (("after_c", "i8"), ("after_d", "i8"))
    first_moves: ClassVar[int] = 2

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Knows what it is paid."""
        super().begin(game, seat, seeds)
        self._payoffs = own_and_other(game, seat)[0]

    def decide(self) -> Bools:
        """Estimates α and β by relative frequencies."""
        m = self.memory
        answer = (self.rounds > 0) & ~self.other()
        m["after_c"] += answer & ~self.own(2)
        m["after_d"] += answer & self.own(2)
        alpha = m["after_c"] / (self.rounds - self.own_defections + 1)
        beta = m["after_d"] / np.maximum(self.own_defections, self.first_moves)
        (reward, sucker), (temptation, punishment) = self._payoffs
        cooperating = alpha * reward + (1 - alpha) * sucker
        defecting = beta * temptation + (1 - beta) * punishment
        better = np.where(cooperating == defecting, ~self.own(), defecting > cooperating)
        return better | (self.rounds < self.first_moves)


class Feld(Historian):
    """Tit-for-tat that answers C with C ever less often: probability 1 at first, ½ from the 200th move on (11th)."""

    name = "feld"
    by_chance = True
    lowest: ClassVar[float] = 0.5
    decay: ClassVar[int] = 200

    def decide(self) -> Bools:
        """D after D; the probability falls by the same amount every round."""
        chance = np.maximum(1 - (1 - self.lowest) * self.rounds / self.decay, self.lowest)
        return self.other() | (self.draws() >= chance)


class Joss(MemoryOne):
    """Tit-for-tat that answers C with D in one case of ten (12th)."""

    name = "joss"
    games = ("matrix",)
    vector = (0.9, 0, 0.9, 0)


class Tullock(Historian):
    """Eleven C's, then C with a probability .1 below the other's share of C in the last ten rounds (13th)."""

    name = "tullock"
    by_chance = True
    first_moves: ClassVar[int] = 11
    window: ClassVar[int] = 10
    margin: ClassVar[float] = 0.1

    def decide(self) -> Bools:
        """A little less kind than the other."""
        share = (self.window - self.other_defections_in(self.window)) / self.window
        return (self.rounds >= self.first_moves) & (self.draws() >= share - self.margin)


class Anonymous(MemoryOne):
    """Cooperates with a probability that is drawn from [.3, .7] anew for each move (14th).

    A draw that is used once makes that C with probability ½ whatever happens: the law of ``random``.
    """

    name = "anonymous"
    games = ("matrix",)
    vector = (0.5, 0.5, 0.5, 0.5)
    first = 0.5


STRATEGIES = (
    TidemanChieruzzi, Nydegger, Grofman, Shubik, SteinRapoport, Davis, Graaskamp, Downing, Feld, Joss, Tullock,
    Anonymous,
)  # fmt: skip
