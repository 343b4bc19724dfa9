"""What an institution is: a layer that can be laid over any game.

The game's rules never mention it. It has parameters of its own, keeps what it must in fields of the world beside the
game's, may narrow or change the acts that reach the game, settles what is paid after the game has paid, and adds its
lines to what seats see and read. One in which seats move is a :class:`~.stage.Stage`.

It tells its rules in :data:`~..paraphrases.PARAPHRASES` wordings that mean the same and hold the same numbers, so that
an effect of the rule is not one of its words. ``brief(seat, paraphrase)`` writes each line by
:func:`~..paraphrases.worded`, which takes the wordings and gives the one that was asked for::

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        most = f"{self.params.most:g}"
        return [
            worded(
                paraphrase,
                f"Quota: nobody may take more than {most} in a step.",
                f"Quota: in each step {most} is the most that anybody may take.",
                f"Quota: whatever exceeds {most} in a step must not be taken by anybody.",
            )
        ]
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..game import Field, Floats, Game, Worlds_
from ..settings import SettingError, check, unknown


def optimum_per_step(game: Game) -> float:
    """The optimum's payoff per head and paying step, at least 0: a unit of payments that travels between games. Not
    finite where the optimum is not known.
    """
    return max(0.0, game.anchors().optimum) / (game.n_agents * game.paying_steps)


def told_monitoring(cost: float) -> tuple[str, str, str]:
    """What monitoring costs each seat, in three wordings."""
    return (
        f"The monitoring costs each of you {cost:g} per step.",
        f"For being watched everybody pays {cost:g} in every step.",
        f"In each step {cost:g} is taken from every one of you for the monitoring.",
    )


class Institution(ABC):
    """One institution over one game under one setting of its parameters.

    ``Institution(game, **params)``, ``preset`` among them if wanted, raises :class:`~..settings.SettingError` for a
    preset or parameter that does not exist or is out of range, and where the institution makes no sense in the game.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    """One line: the question that it answers."""
    Params: ClassVar[type[Any]]
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    narrows: ClassVar[bool] = False
    """Does it take legal moves of the game away (:meth:`narrow`)?"""
    logged: ClassVar[Mapping[str, str]] = {}
    """Those of its ``world_fields``, one number for each seat, that a record keeps for each step, and what they are."""

    votable: ClassVar[tuple[str, ...]] = ()
    """Settings whose number may differ between worlds, as where it is set by vote: it reads them by :meth:`number`."""

    def __init__(self, game: Game, preset: str | None = None, **params: Any) -> None:
        if preset is not None and preset not in self.presets:
            raise unknown(f"preset of {self.name}", preset, self.presets)
        self.game = game
        self.voted: dict[str, str] = {}
        """The fields of a world that hold, for each seat the same, the numbers of settings that are set by vote."""
        self.params = check(self.Params, {**self.presets.get(preset or "", {}), **params}, f"{self.name}.")
        if complaint := self.misfit():
            raise self.refusal(complaint)

    def refusal(self, complaint: str) -> SettingError:
        """Says that, and why, it makes no sense in this game."""
        return SettingError(f"the institution {self.name!r} makes no sense in {self.game.name}: {complaint}")

    def misfit(self) -> str | None:
        """Why it makes no sense in this game; None where it does."""
        return None

    def number(self, worlds: Worlds_, setting: str) -> Floats:
        """(B,): the number of one of its ``votable`` settings in each world."""
        if setting in self.voted:
            return worlds[self.voted[setting]][:, 0].copy()
        return np.full(len(worlds), float(getattr(self.params, setting)))

    def join(self, others: "Sequence[Institution]") -> None:
        """Learns which institutions are laid over the same game, itself among them, in their order.

        Raises :class:`~..settings.SettingError` where one that it needs is not there.
        """

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """What it keeps of a world: entries of a dtype, their names beginning with its own. Default: what is logged."""
        return tuple((name, "f8", (self.game.n_agents,)) for name in self.logged)

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a seat observes of it, beside the game's fields."""
        return ()

    @property
    def history(self) -> tuple[str, ...]:
        """Which of its ``world_fields`` say only how a world came about. Default: what is logged."""
        return tuple(self.logged)

    @property
    def stochastic(self) -> bool:
        """Does chance touch what it does?"""
        return False

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """A new episode in the worlds marked by ``again``."""

    def narrow(self, worlds: Worlds_, legal: npt.NDArray[Any]) -> None:
        """Takes moves of the game away, in place: ``legal`` (B, N, m) int8."""

    def amend(self, worlds: Worlds_, playing: npt.NDArray[Any], acts: Floats) -> None:
        """Changes, in place, the ``acts`` (B, N) that reach the game in the worlds ``playing`` (B,)."""

    def overrules(self, worlds: Worlds_) -> npt.NDArray[np.bool_] | None:
        """(B, N): whose own act it puts another in the place of, in the game's step, so that none is asked for.
        Default: nobody's.
        """
        return None

    @abstractmethod
    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Changes, in place, what the last step paid: ``rewards`` (B, N), of the seats ``there`` (B, N) int8 and 0 for
        all others, who are not touched; so are worlds that had ended before or are in a stage.
        """

    def settle_stage(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Changes, in place, what a stage of an institution listed before it paid, as :meth:`settle` does with the
        game's step. Default: that stays as it is.
        """

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Replaces, in place, what ``seat`` cannot see of its fields. Default: all is seen."""

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """Writes its fields into ``out`` (B, N, d) from ``column`` on."""

    @abstractmethod
    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """Its rules, told once to ``seat``, in one of the wordings (see the module)."""

    def view(self, world: Any, seat: int) -> list[str]:
        """What ``seat`` sees of it now."""
        return []
