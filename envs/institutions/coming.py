"""The game's step that is still to come, as an institution with a stage before it sees it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..game import Game, Worlds_
from .institution import Institution
from .laying import part_of


def legal_moves(game: Game, institutions: Iterable[Institution], worlds: Worlds_) -> npt.NDArray[np.int8]:
    """(B, N, m): the moves of the bare ``game`` that are legal in the coming step, without those that ``institutions``
    take away; none of whoever has no choice in it.
    """
    masks = np.ones((len(worlds), game.n_agents, game.n_moves), np.int8)
    part = part_of(worlds, game.world_dtype)
    if game.kernels.legal is not None:
        game.kernels.legal(game.p, part, masks)
    for one in institutions:
        if one.narrows:
            one.narrow(worlds, masks)
    masks *= game.movers(part)[:, :, None]
    return masks


def choosers(game: Game, worlds: Worlds_) -> npt.NDArray[np.bool_]:
    """(B, N): who has a choice in the coming step."""
    return game.movers(part_of(worlds, game.world_dtype))


def exemplars(game: Game, worlds: Worlds_, cooperative: bool) -> npt.NDArray[np.float64]:
    """(B, N): each seat's :meth:`~..game.Game.exemplar`."""
    part: Any = part_of(worlds, game.world_dtype)
    return np.stack([game.exemplar(part, i, cooperative) for i in range(game.n_agents)], axis=1)
