"""What a seat says before the game's step, where there is communication."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ...envs.chance import keys
from ...envs.game import Floats
from ...envs.institutions.communication import Communication
from ...envs.institutions.stage import NOTHING
from ..agent import View
from .conduct import Conduct


class Pledging(Conduct):
    """Pledges the act that :meth:`act` names, or says nothing where that cannot be pledged now."""

    institutions = ("communication",)

    def move(self, view: View) -> Floats:
        """The number of the pledge."""
        talk = self.game.institution(self.institution)
        assert isinstance(talk, Communication)
        number = 1 + talk.pledges.number(talk.pledges.named(self.act(view))).astype(np.float64)
        if view.masks is None:
            return number
        move = self.game.stage_move(self.stage, number).astype(np.int64)
        legal = np.take_along_axis(view.masks, move[:, None], axis=1)[:, 0] == 1
        return np.where(legal, number, float(NOTHING))

    def act(self, view: View) -> Floats:
        """(B,): the act to be pledged."""
        raise NotImplementedError


class Honest(Pledging):
    """Says what it then does. It decides before it has heard the others: an agent that listens goes, if it is honest,
    by what it heard in the stage before.
    """

    name = "honest"

    def act(self, view: View) -> Floats:
        """As planned."""
        return self.plan(view)


class Promises(Pledging):
    """Promises to cooperate (:meth:`~....envs.game.Game.exemplar`), whatever it then does."""

    name = "promises"
    cooperative: ClassVar[bool] = True

    def act(self, view: View) -> Floats:
        """The exemplar, from what the seat may believe."""
        believed = view.imagine(self._imagined())
        return self.game.exemplar(believed, self.seat, self.cooperative)

    def _imagined(self) -> npt.NDArray[np.uint64]:
        return np.asarray(keys(self.keys, self.step))


class Threatens(Promises):
    """Says that it will not cooperate, whatever it then does."""

    name = "threatens"
    cooperative = False
