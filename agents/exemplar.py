"""The plainest conduct there is: the act that a game itself names cooperative, or the one that it does not."""

from typing import Annotated, NamedTuple

import numpy as np

from ..envs.game import Floats
from .agent import Agent, Bools, View


class Exemplary(Agent):
    """Knows both acts."""

    def exemplary(self, view: View, cooperative: Bools) -> Floats:
        """(B,): the act of either kind in each world, from what the seat may believe of it; the first that is legal
        where that one is not.
        """
        believed = view.imagine(self.imagined_keys())
        acts = np.zeros(len(cooperative))
        for kind in (False, True):
            if (cooperative == kind).any():
                acts = np.where(cooperative == kind, self.game.exemplar(believed, self.seat, kind), acts)
        return legal_or_first(view, acts)


class Exemplar(Exemplary):
    """In every step the game's ``exemplar``: an act labelled 1 if ``cooperative``, else one labelled 0.

    Where it is not legal, as without a turn, the first act that is. In a negotiation it makes offers, and never
    accepts one.
    """

    name = "exemplar"

    class Params(NamedTuple):
        """Which of the two."""

        cooperative: Annotated[bool, "does it cooperate?"] = True

    def act(self, view: View) -> Floats:
        """The same in every step."""
        self.step += 1
        return self.exemplary(view, np.full(len(view.active), self.params.cooperative))


def legal_or_first(view: View, acts: Floats) -> Floats:
    """``acts`` (B,) where they are legal, else the first act that is."""
    if view.masks is None:
        return acts
    legal = np.take_along_axis(view.masks, acts.astype(np.int64)[:, None], axis=1)[:, 0] == 1
    return np.where(legal, acts, view.masks.argmax(axis=1))
