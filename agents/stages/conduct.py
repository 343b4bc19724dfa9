"""What a seat does in the stage of an institution, beside whatever plays the game from it."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...envs.chance import keys
from ...envs.game import Floats
from ...envs.institutions.staged import Staged
from ..agent import NoSettings, View

LANE = 1 << 20
"""Keeps a conduct's own chance apart from its seat's."""


class Conduct:
    """A rule for the stages of some institutions. ``begin`` once per episode, then ``move`` in every round.

    A subclass declares ``name``, the ``institutions`` in whose stages it makes sense, and its settings ``Params``.
    """

    name: ClassVar[str]
    institutions: ClassVar[tuple[str, ...]]
    Params: ClassVar[Any] = NoSettings

    def __init__(self, params: Any = None) -> None:
        self.params: Any = self.Params() if params is None else params

    def begin(
        self, game: Staged, seat: int, seeds: npt.NDArray[np.uint64], institution: str, plan: Callable[[View], Floats]
    ) -> None:
        """A new episode; ``plan`` says how the seat is going to act in the game's coming step."""
        self.game, self.seat, self.plan, self.institution = game, seat, plan, institution
        self.stage = game.stage_number(institution)
        self.keys: npt.NDArray[np.uint64] = np.asarray(keys(seeds, seat + LANE * self.stage))
        self.step = -1

    def seen(self, view: View, field: str) -> Floats:
        """(B,): the column of a field that is observed."""
        return view.observations[:, self.game.field_index[field]].astype(np.float64)

    def move(self, view: View) -> Floats:
        """(B,): the move of the stage in this round, 0 being to do nothing."""
        raise NotImplementedError


class Nothing(Conduct):
    """Does nothing in a stage."""

    name = "nothing"
    institutions = ()  # all

    def move(self, view: View) -> Floats:
        """Nothing."""
        return np.zeros(len(view.active))
