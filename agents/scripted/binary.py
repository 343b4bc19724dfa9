"""Strategies for games of cooperate or defect, hold or press (GAMES.md §0.8).

All read the six one-hot fields with which such games begin their observation: own and partner's last move (none, C, D).
"""

from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ...envs.chance import uniforms
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, Bools, View

BINARY_GAMES = ("matrix", "standoff")
OWN_DEFECTED, PARTNER_NONE, PARTNER_DEFECTED = 2, 3, 5
MOVE = 0  # the stream of an agent's own draws

Share = Annotated[float, Range(0, 1), "probability of C"]


class Binary(Agent):
    """Reads the last moves once and leaves the choice to :meth:`defects`. Most rules never draw."""

    games = BINARY_GAMES
    by_chance = False

    def act(self, view: View) -> Floats:
        """1 where :meth:`defects` says so."""
        self.step += 1
        seen = view.observations
        own, other = seen[:, OWN_DEFECTED] == 1, seen[:, PARTNER_DEFECTED] == 1
        return self.defects(own, other, seen[:, PARTNER_NONE] == 1).astype(np.float64)

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Which worlds to defect in, given who defected last, and where there was no last move."""
        raise NotImplementedError


class MemoryOne(Binary):
    """Cooperates with a probability that depends on the last moves, (p_CC, p_CD, p_DC, p_DD); at first, ``first``."""

    vector: ClassVar[tuple[float, ...]]
    first: ClassVar[float] = 1.0
    by_chance = True

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """(p_CC, p_CD, p_DC, p_DD, first), each a number or one per world."""
        return (*self.vector, self.first)

    def begin(self, game, seat, seeds) -> None:
        """Lays the five probabilities out for look-up."""
        super().begin(game, seat, seeds)
        columns = [np.broadcast_to(np.asarray(p, np.float64), len(seeds)) for p in self.probabilities(game)]
        self._table = np.stack(columns, axis=1)
        self._certain = bool(((self._table == 0) | (self._table == 1)).all())
        self._row = np.arange(len(seeds)) * self._table.shape[1]

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Looks up and draws."""
        state = np.where(none, 4, 2 * own + other)
        chance = self._table.ravel()[self._row + state]
        if self._certain:
            return chance == 0
        return np.asarray(uniforms(self.keys, self.step, MOVE, 0)) >= chance


class AllC(MemoryOne):
    """Always cooperates."""

    name = "allc"
    vector = (1, 1, 1, 1)
    by_chance = False


class AllD(MemoryOne):
    """Always defects."""

    name = "alld"
    vector = (0, 0, 0, 0)
    by_chance = False
    first = 0.0


class TitForTat(MemoryOne):
    """Does what the other did last (Rapoport; Axelrod 1980)."""

    name = "tft"
    vector = (1, 0, 1, 0)
    by_chance = False


class SuspiciousTitForTat(TitForTat):
    """Tit-for-tat that begins with D."""

    name = "suspicious_tft"
    first = 0.0


class WinStayLoseShift(MemoryOne):
    """Repeats what paid well, changes what did not (Pavlov; Nowak & Sigmund 1993)."""

    name = "wsls"
    vector = (1, 0, 0, 1)
    by_chance = False


class Extort3(MemoryOne):
    """Zero-determinant extortion by a factor of 3 with payoffs 5, 3, 1, 0 (Press & Dyson 2012)."""

    name = "extort3"
    vector = (11 / 13, 1 / 2, 7 / 26, 0)


class GenerousTitForTat(MemoryOne):
    """Tit-for-tat that answers D with C with probability q (Nowak & Sigmund 1992); norms set q to their generosity."""

    name = "gtft"
    knobs = ("generosity",)

    class Params(NamedTuple):
        """Its generosity."""

        q: Share = 1 / 3

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """(1, q, 1, q), first C."""
        q = self.params.q
        return (1, q, 1, q, 1)

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(q=generosity)


class Random(MemoryOne):
    """Cooperates with probability p."""

    name = "random"

    class Params(NamedTuple):
        """How often it cooperates."""

        p: Share = 0.5

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """(p, p, p, p), first p."""
        return (self.params.p,) * 5


class Bernoulli(MemoryOne):
    """The opponent of dose–response experiments: cooperates with probability ``alpha`` whatever happens."""

    name = "bernoulli"

    class Params(NamedTuple):
        """The dose."""

        alpha: Share = 0.5

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """(α, α, α, α), first α."""
        return (self.params.alpha,) * 5


class Grim(Binary):
    """Defects for ever once the other has defected."""

    name = "grim"

    def begin(self, game, seat, seeds) -> None:
        """Nothing to avenge yet."""
        super().begin(game, seat, seeds)
        self._provoked = np.zeros(len(seeds), np.bool_)

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Remembers every D."""
        self._provoked |= other
        return self._provoked.copy()


class Alternator(Binary):
    """C, D, C, D …"""

    name = "alternator"

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """On every second step."""
        return np.full(len(own), self.step % 2 == 1)


class TitForTwoTats(Binary):
    """Defects iff the other did so in both of the last two steps."""

    name = "tf2t"

    def begin(self, game, seat, seeds) -> None:
        """A stalemate that both remember counts as steps."""
        super().begin(game, seat, seeds)
        history = getattr(game.params, "stalemate", 0)
        self._streak = np.full(len(seeds), max(0, history - 1))

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Counts D's in a row."""
        self._streak = np.where(other, self._streak + 1, 0)
        return self._streak >= 2


class ContriteTitForTat(Binary):
    """Accepts punishment for its own slips (Boyd 1989).

    Standings start good; a side is good after a step iff it played C, or played D while it was good and the other bad.
    Defects iff itself good and the other bad.
    """

    name = "contrite_tft"

    def begin(self, game, seat, seeds) -> None:
        """Both are in good standing."""
        super().begin(game, seat, seeds)
        self._mine_good = np.ones(len(seeds), np.bool_)
        self._theirs_good = np.ones(len(seeds), np.bool_)

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Updates both standings by the last moves."""
        mine = ~own | (self._mine_good & ~self._theirs_good)
        theirs = ~other | (self._theirs_good & ~self._mine_good)
        self._mine_good = np.where(none, self._mine_good, mine)
        self._theirs_good = np.where(none, self._theirs_good, theirs)
        return self._mine_good & ~self._theirs_good


class Grit(Binary):
    """Graduated reciprocation in tension reduction (Osgood 1962; GAMES.md §4.1).

    Starts with C whatever the history and keeps making initiatives; after ``k`` of its C's in a row that met a D it
    plays D once and starts a new series; any C of the other resets the count.
    """

    class Params(NamedTuple):
        """Its patience."""

        k: Annotated[int, Range(1, 1000), "initiatives before a retaliation in kind"] = 2

    def begin(self, game, seat, seeds) -> None:
        """No initiative has been made."""
        super().begin(game, seat, seeds)
        self._unanswered = np.zeros(len(seeds), np.int64)

    def defects(self, own: Bools, other: Bools, none: Bools) -> Bools:
        """Counts initiatives that met a D."""
        if self.step == 0:
            return np.zeros(len(own), np.bool_)
        self._unanswered = np.where(other, self._unanswered + ~own, 0)
        retaliate = self._unanswered >= self.params.k
        self._unanswered[retaliate] = 0
        return retaliate


class Dove(AllC):
    """Always holds."""

    name = "dove"
    games = ("standoff",)


STRATEGIES = (
    AllC, AllD, Random, TitForTat, SuspiciousTitForTat, GenerousTitForTat, WinStayLoseShift, Extort3, Grim, Alternator,
    TitForTwoTats, ContriteTitForTat, Bernoulli, Dove,
)  # fmt: skip
