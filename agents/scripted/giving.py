"""Strategies of indirect reciprocity."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import uniforms
from ...envs.dilemmas.assessment import LEADING_EIGHT, gives_among_bad
from ...envs.game import Floats, Game
from ...envs.settings import Range
from ..agent import Agent, View

KNOWLEDGE = 0  # the stream of an agent's own draws

Fraction = Annotated[float, Range(0, 1), "part of its holdings that it gives"]


class Giver(Agent):
    """Gives what :meth:`fraction` says where it is a donor, and passes elsewhere."""

    games = ("donor",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Learns the columns and the codes of moves."""
        super().begin(game, seat, seeds)
        self._most = game.n_moves - 2
        self._donates = game.field_index["donates"]

    def act(self, view: View) -> Floats:
        """The fraction in whole percent, or give from one half on; nothing where nothing can be given."""
        self.step += 1
        assert view.masks is not None
        move = np.floor(self.fraction(view) * self._most + 0.5)
        able = view.masks[:, self._most] == 1
        return np.where(view.observations[:, self._donates] == 1, np.where(able, move, 0.0), self._most + 1.0)

    def fraction(self, view: View) -> Floats:
        """(B,): the part of its holdings that it gives as a donor."""
        raise NotImplementedError

    def shown(self, view: View, name: str) -> Floats | None:
        """(B,): the column of a field, None where the setting does not show it."""
        column = self.game.field_index.get(name)
        return None if column is None else view.observations[:, column].astype(np.float64)


class FixedGift(Giver):
    """Gives the same part to everybody."""

    name = "fixed_gift"

    class Params(NamedTuple):
        """The part."""

        fraction: Fraction = 0.5

    def fraction(self, view: View) -> Floats:
        """The part."""
        return np.ones(len(view.active)) * self.params.fraction


class NeverGives(Giver):
    """The free rider: takes from all and gives to nobody."""

    name = "never_gives"

    def fraction(self, view: View) -> Floats:
        """Nothing."""
        return np.zeros(len(view.active))


class Copying(Giver):
    """Does to its recipient as that one did to another: gives the fraction that it gave last, at first ``first``.

    It answers in kind what was not done to it, and so cannot tell who refuses from who refuses a refuser: the
    image-scoring problem (Nowak & Sigmund 1998). Without a trace it gives ``first``.
    """

    name = "copying"

    class Params(NamedTuple):
        """What it gives to strangers."""

        first: Fraction = 0.5

    def fraction(self, view: View) -> Floats:
        """The first link of the trace."""
        last = self.shown(view, "trace_1")
        first = np.ones(len(view.active)) * self.params.first
        return first if last is None else np.where(last < 0, first, last)


class ImageDiscriminator(Giver):
    """Gives to those whose image score is at least ``threshold`` (Nowak & Sigmund 1998); to all where none is shown."""

    name = "image_discriminator"

    class Params(NamedTuple):
        """Whom it gives to, and how much."""

        threshold: Annotated[int, Range(-5, 6), "k: least image score that it gives to"] = 0
        fraction: Fraction = 1.0

    def fraction(self, view: View) -> Floats:
        """By the score."""
        image = self.shown(view, "image")
        unworthy = np.zeros(len(view.active), np.bool_) if image is None else image < self.params.threshold
        return np.where(unworthy, 0.0, self.params.fraction)


class StandingDiscriminator(Giver):
    """Gives to the good and not to the bad; to all whose standing it does not know."""

    name = "standing_discriminator"

    class Params(NamedTuple):
        """How well it is informed, and how much it gives."""

        knows: Annotated[float, Range(0, 1), "q: probability that it knows its recipient's standing"] = 1.0
        fraction: Fraction = 1.0

    def fraction(self, view: View) -> Floats:
        """By the standing, if known."""
        standing = self.shown(view, "standing")
        if standing is None:
            return np.ones(len(view.active)) * self.params.fraction
        knows = np.asarray(uniforms(self.keys, self.step, KNOWLEDGE, 0)) < self.params.knows
        return np.where(knows & (standing == 0), 0.0, self.params.fraction)


class LeadingEight(Giver):
    """Behaves as one of the leading eight asks: gives all to the good and nothing to the bad, but under L1 and L2,
    where a bad donor that meets a bad recipient becomes good by nothing but a gift, gives to it while itself bad
    (Ohtsuki & Iwasa 2004, 2006). It gives to all where no standing is shown.

    What is good is up to the game: preset ``leading_k`` judges as norm k does.
    """

    name = "leading_eight"

    class Params(NamedTuple):
        """Which of the eight."""

        norm: Annotated[int, Range(1, 8), "k of L1 … L8"] = 1

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Looks its norm up."""
        super().begin(game, seat, seeds)
        norms = np.asarray(self.params.norm, np.int64)
        self._among_bad = np.array([gives_among_bad(rule) for rule in LEADING_EIGHT])[norms - 1]

    def fraction(self, view: View) -> Floats:
        """By both standings."""
        other, own = self.shown(view, "standing"), self.shown(view, "own_standing")
        if other is None or own is None:
            return np.ones(len(view.active))
        return np.where((other == 1) | ((own == 0) & self._among_bad), 1.0, 0.0)


STRATEGIES = (FixedGift, NeverGives, Copying, ImageDiscriminator, StandingDiscriminator, LeadingEight)
