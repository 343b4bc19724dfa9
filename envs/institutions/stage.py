"""What an institution is in which seats move: a stage of its own before or after the game's step.

A stage is one or several more steps of the environment within the same step of the game. In it the game sleeps; the
moves are the institution's. They follow the game's own in the space of moves, 0 being to do nothing, and a mask says
which are legal now; where the game's moves are real numbers a stage reads the number itself, to the nearest whole one.
"""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from numba import njit

from ..answers import validated
from ..game import Floats, Worlds_
from .institution import Institution

Bools = npt.NDArray[np.bool_]
NOTHING = 0
"""The move of a stage by which nothing is done."""


@njit(cache=True)
def legalise(asked: Floats, masks: npt.NDArray[Any], there: Bools, illegal: npt.NDArray[np.int64]) -> Floats:
    """(B, N): the moves ``asked`` for in a stage, to the nearest whole one (of a half the smaller), where they are
    ``legal`` by ``masks`` (B, N, m); else, and of whoever is not ``there`` (B, N), nothing. Counts the others of those
    who are there.
    """
    moves = np.zeros(asked.shape)
    for b in range(len(asked)):
        for i in range(asked.shape[1]):
            if not there[b, i]:
                continue
            whole = np.ceil(asked[b, i] - 0.5)
            if 0.0 <= whole < masks.shape[2] and masks[b, i, int(whole)] == 1:
                moves[b, i] = whole + 0.0
                illegal[b, i] += whole != asked[b, i]
            else:
                illegal[b, i] += 1
    return moves


class Stage(Institution):
    """An institution with a stage. One before the game's step pays nothing in it."""

    before: ClassVar[bool] = False
    """Does its stage come before the game's step, or after it?"""

    @property
    @abstractmethod
    def moves(self) -> int:
        """The number of its moves, ``NOTHING`` among them."""

    @property
    def rounds(self) -> int:
        """Steps of the environment that its stage takes."""
        return 1

    def opens(self, worlds: Worlds_) -> Bools:
        """(B,): does its stage take place in this step of the game? It may look at the step only, and at nothing that
        differs between worlds that began together. Default: in each.
        """
        return np.ones(len(worlds), np.bool_)

    def open(self, worlds: Worlds_, here: Bools) -> None:
        """Its stage begins in the worlds ``here`` (B,)."""

    @abstractmethod
    def play(self, worlds: Worlds_, here: Bools, moves: Floats, rewards: Floats) -> None:
        """A round of its stage in the worlds ``here`` (B,), number ``worlds["stage_round"]``, under its ``moves``
        (B, N), which are legal; pays into ``rewards`` (B, N), in place.
        """

    def legal(self, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        """(B, N, moves) int8, in place: its legal moves in this round. Default: all."""
        out[:] = 1

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Default: the game's own step is paid as it is."""

    @abstractmethod
    def told(self, world: Any, seat: int) -> list[str]:
        """In its stage: what ``seat`` is asked now."""

    @abstractmethod
    def schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The JSON schema of a legal move of its stage."""

    def move_of(self, world: Any, seat: int, answer: Any) -> float:
        """The move of its stage that ``answer`` means (:meth:`~..game.Game.move_of`). Default: the number itself."""
        return validated(self.schema(world, seat), answer) + 0.0  # no negative zero

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """The answer that means a legal ``move`` of its stage. Default: the number itself."""
        return int(move)
