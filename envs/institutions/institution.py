"""What an institution is: a layer that can be laid over any game.

The game's rules never mention it. It has parameters of its own, keeps what it must in fields of the world beside the
game's, settles what is paid after the game has paid, and adds its lines to what seats see and read.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy.typing as npt

from ..game import Field, Floats, Game, Worlds_
from ..settings import SettingError, check


class Institution(ABC):
    """One institution over one game under one setting of its parameters.

    ``Institution(game, **params)`` raises :class:`~..settings.SettingError` for a parameter that does not exist or is
    out of range, and where the institution makes no sense in the game.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    """One line: the question that it answers."""
    Params: ClassVar[type[Any]]

    def __init__(self, game: Game, **params: Any) -> None:
        self.game = game
        self.params = check(self.Params, params, f"{self.name}.")
        if complaint := self.misfit():
            raise SettingError(f"the institution {self.name!r} makes no sense in {game.name}: {complaint}")

    def misfit(self) -> str | None:
        """Why it makes no sense in this game; None where it does."""
        return None

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """What it keeps of a world: entries of a dtype, their names beginning with its own."""
        return ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a seat observes of it, beside the game's fields."""
        return ()

    @property
    def history(self) -> tuple[str, ...]:
        """Which of its ``world_fields`` say only how a world came about."""
        return ()

    @property
    def stochastic(self) -> bool:
        """Does chance touch what it does?"""
        return False

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """A new episode in the worlds marked by ``again``."""

    @abstractmethod
    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Changes, in place, what the last step paid: ``rewards`` (B, N), of the seats ``there`` (B, N) int8 and 0 for
        all others, who are not touched; so are worlds that had ended before.
        """

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Replaces, in place, what ``seat`` cannot see of its fields. Default: all is seen."""

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """Writes its fields into ``out`` (B, N, d) from ``column`` on."""

    @abstractmethod
    def brief(self, seat: int) -> list[str]:
        """Its rules, told once to ``seat``."""

    def view(self, world: Any, seat: int) -> list[str]:
        """What ``seat`` sees of it now."""
        return []
