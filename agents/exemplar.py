"""The plainest conduct there is: the act that a game itself names cooperative, or the one that it does not."""

from typing import Annotated, NamedTuple

import numpy as np

from ..envs.game import Floats
from .agent import Agent, View


class Exemplar(Agent):
    """In every step the game's ``exemplar``: an act labelled 1 if ``cooperative``, else one labelled 0.

    Where it is not legal, as without a turn, the first act that is. In a negotiation it makes offers, and never
    accepts one.
    """

    name = "exemplar"

    class Params(NamedTuple):
        """Which of the two."""

        cooperative: Annotated[bool, "does it cooperate?"] = True

    def act(self, view: View) -> Floats:
        """From what the seat may believe of the worlds."""
        self.step += 1
        believed = view.imagine(self.imagined_keys())
        acts = self.game.exemplar(believed, self.seat, self.params.cooperative)
        if view.masks is None:
            return acts
        legal = np.take_along_axis(view.masks, acts.astype(np.int64)[:, None], axis=1)[:, 0] == 1
        return np.where(legal, acts, view.masks.argmax(axis=1))
