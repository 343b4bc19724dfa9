"""What a seat proposes and accepts where contracts can be made; ``nothing`` proposes none and refuses all."""

from typing import Annotated, NamedTuple

import numpy as np

from ...envs.game import Floats
from ...envs.institutions.contract import PROPOSE
from ...envs.settings import Range
from ..agent import View
from .conduct import Conduct

Most = Annotated[int, Range(1, 100), "largest level that it accepts"]


class Contracting(Conduct):
    """Accepts every contract up to a level, ``most``. A subclass says what it proposes."""

    institutions = ("contract",)

    def move(self, view: View) -> Floats:
        """Its own proposal, then yes or no to that of another."""
        proposing, mine = self.seen(view, "stage_round") == PROPOSE, self.seen(view, "contract_mine") == 1
        level = self.seen(view, "contract_proposed")
        accepted = ~mine & (level > 0) & (level <= self.params.most)
        return np.where(proposing, np.where(mine, self.proposal(), 0.0), np.where(accepted, 1.0, 0.0))

    def proposal(self) -> float:
        """The level that it proposes."""
        raise NotImplementedError


class Accepts(Contracting):
    """Proposes nothing, and accepts every contract up to ``most``."""

    name = "accepts"

    class Params(NamedTuple):
        """What is too much."""

        most: Most = 100

    def proposal(self) -> float:
        """None."""
        return 0.0


class Proposes(Contracting):
    """Proposes ``level``, or the largest that there is if that is less, and accepts every contract up to ``most``."""

    name = "proposes"

    class Params(NamedTuple):
        """What it wants."""

        level: Annotated[int, Range(1, 100), "level that it proposes"] = 1
        most: Most = 100

    def proposal(self) -> float:
        """Its level."""
        return float(min(self.params.level, self.game.institution(self.institution).params.levels))
