"""What a seat votes for where the number of a rule is set by vote; ``nothing`` abstains."""

from typing import Annotated, NamedTuple

import numpy as np

from ...envs.game import Floats
from ...envs.settings import Range
from ..agent import View
from .conduct import Conduct


class Votes(Conduct):
    """Votes for the level that is nearest to its ideal, of two the smaller."""

    name = "votes"
    institutions = ("voting",)

    class Params(NamedTuple):
        """What it wants."""

        ideal: Annotated[float, Range(), "the number that it wants (in the units of the setting)"] = 0.0

    def move(self, view: View) -> Floats:
        """The same in each vote."""
        levels = np.array(self.game.institution(self.institution).params.levels)
        return np.full(len(view.active), 1.0 + np.abs(levels - self.params.ideal).argmin())
