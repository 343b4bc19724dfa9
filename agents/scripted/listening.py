"""A strategy for every game that goes by what the others say they will do."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats, Game
from ...envs.institutions.communication import Communication
from ...envs.institutions.governed import Governed
from ...envs.settings import Range
from ..agent import Agent, Bools, View
from ..exemplar import legal_or_first


class Trusting(Agent):
    """Takes pledges at their word: makes the game's cooperative act if at least ``share`` of the others who are there
    have pledged to cooperate, else the uncooperative one, as it does where nobody can say anything.

    A pledge is one to cooperate if it is nearer to what the strategy itself would pledge to cooperate than to what it
    would pledge not to. The rule is our own.
    """

    name = "trusting"
    sees_institutions = True

    class Params(NamedTuple):
        """How many must have promised."""

        share: Annotated[float, Range(0, 1, above=True), "of the others who must have pledged to cooperate"] = 1.0

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Finds what it hears."""
        super().begin(game, seat, seeds)
        laid_over = game.institutions if isinstance(game, Governed) else ()
        self._talk = next((one for one in laid_over if isinstance(one, Communication)), None)
        self._heard = [k for name, k in game.field_index.items() if name.startswith("pledge_")] if self._talk else []

    def act(self, view: View) -> Floats:
        """One of the two exemplars."""
        self.step += 1
        believed = view.imagine(self.imagined_keys())
        good, bad = (self.game.exemplar(believed, self.seat, kind) for kind in (True, False))
        return legal_or_first(view, np.where(self._trusts(view, good, bad), good, bad))

    def _trusts(self, view: View, good: Floats, bad: Floats) -> Bools:
        """(B,): have enough of the others promised?"""
        if self._talk is None:
            return np.zeros(len(good), np.bool_)
        heard = view.observations[:, self._heard].astype(np.float64)
        kind, unkind = (self._talk.pledges.named(acts)[:, None] for acts in (good, bad))
        promised = (heard > self._talk.silent) & (abs(heard - kind) < abs(heard - unkind))
        others = self.game.present(view._worlds).sum(axis=1) - 1
        return (others > 0) & (promised.sum(axis=1) >= self.params.share * others)


STRATEGIES = (Trusting,)
