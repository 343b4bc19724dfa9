"""Whom a seat punishes or rewards: rules that judge the act of one other in each round."""

from typing import Annotated, NamedTuple

import numpy as np

from ...envs.game import Floats
from ...envs.institutions.peers import NO_ONE
from ...envs.settings import Range
from ..agent import View
from .conduct import Conduct

Strength = Annotated[float, Range(0, 100), "points for a whole act (label 1) of difference"]


class Judging(Conduct):
    """Spends points on whoever is judged now, by how it acted and how the seat itself did.

    A subclass says how many. They are rounded to the nearest whole number, of a half the smaller, and are at most what
    the institution allows.
    """

    institutions = ("punishment", "reward", "metanorm")

    def move(self, view: View) -> Floats:
        """Points for the one who is judged now."""
        other, own = (self.seen(view, f"{self.institution}_{what}") for what in ("target", "own"))
        points = np.where(other == NO_ONE, 0.0, self.points(own, other))
        most = float(self.game.institution(self.institution).params.most)
        return np.clip(np.ceil(points - 0.5), 0.0, most)

    def points(self, own: Floats, other: Floats) -> Floats:
        """(B,): points for whoever acted by the label ``other``, where one's own was ``own``; negative: no choice."""
        raise NotImplementedError


class Altruistic(Judging):
    """Punishes whoever cooperated less than itself, in proportion; rewards whoever cooperated at least as much.

    The altruistic punisher of Fehr & Gächter 2002: at a cost to itself, and mostly those who gave less than it did.
    Under a metanorm it punishes whoever let a breach pass, in proportion to how much it cooperated itself.
    """

    name = "altruistic"

    class Params(NamedTuple):
        """How hard."""

        strength: Strength = 10.0

    def points(self, own: Floats, other: Floats) -> Floats:
        """By the shortfall; a reward by what was given; under a metanorm by one's own cooperation."""
        if self.institution == "metanorm":
            return self.params.strength * own
        if self.institution == "reward":
            return np.where(other >= own, self.params.strength * other, 0.0)
        return np.where(other >= 0, self.params.strength * (own - other), 0.0)


class Antisocial(Judging):
    """Punishes whoever cooperated more than itself, in proportion (Herrmann, Thöni & Gächter 2008)."""

    name = "antisocial"
    institutions = ("punishment",)

    class Params(NamedTuple):
        """How hard."""

        strength: Strength = 10.0

    def points(self, own: Floats, other: Floats) -> Floats:
        """By the excess."""
        return np.where(own >= 0, self.params.strength * (other - own), 0.0)


class Flat(Judging):
    """Spends the same points on everybody whose act lies between two bounds; between 0 and 1 on everybody, had it a
    choice or not.
    """

    name = "flat"

    class Params(NamedTuple):
        """On whom, and how much."""

        points: Annotated[int, Range(0, 100), "points for each"] = 1
        low: Annotated[float, Range(0, 1), "least label on which they are spent"] = 0.0
        high: Annotated[float, Range(0, 1), "largest label on which they are spent"] = 1.0

    def points(self, own: Floats, other: Floats) -> Floats:
        """Within the bounds."""
        q = self.params
        everybody = (q.low == 0) & (q.high == 1)
        return np.where(everybody | (other >= q.low) & (other <= q.high), float(q.points), 0.0)
