"""What strategies that reckon know of the payoffs of a 2×2 game."""

from typing import Any, NamedTuple

import numpy as np

from ...envs.game import Floats
from ...envs.settings import refuse


class Payoffs(NamedTuple):
    """Of a symmetric game."""

    reward: float
    sucker: float
    temptation: float
    punishment: float


def own_and_other(game: Any, seat: int) -> tuple[Floats, Floats]:
    """What this seat, and whoever it meets, is paid for [its own move][the other's move], as its brief tells it."""
    table = game.table
    if game.n_agents == 2 and seat == 1:
        table = table.transpose(1, 0, 2)[:, :, ::-1]
    return table[:, :, 0], table[:, :, 1]


def symmetric(game: Any, agent: str) -> Payoffs:
    """R, S, T and P; a ``SettingError`` where they are not the same for both sides, for an ``agent`` made for that."""
    own, other = own_and_other(game, 0)
    if not np.array_equal(own, other.T):
        raise refuse(f"{game.name}.payoffs", game.table.tolist(), f"the same for both sides where {agent!r} plays")
    return Payoffs(*own.ravel().tolist())
