"""The game's step that is still to come, as an institution with a stage before it sees it."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..game import Game, Worlds_
from .institution import Institution
from .laying import part_of
from .stage import Stage


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


class Coming(Stage):
    """A stage before the game's step about what is to be done in it. What it logs is NaN until it is known."""

    before = True
    _others: Sequence[Institution] = ()
    """The other institutions over the game, which may take moves away."""

    def join(self, others: Sequence[Institution]) -> None:
        """What they take away cannot be chosen here either."""
        self._others = [one for one in others if one is not self]

    @cached_property
    def _after_own(self) -> npt.NDArray[np.intp]:
        """(N, N−1): the other seats in order after each seat's own."""
        n = self.game.n_agents
        return (np.arange(n)[:, None] + np.arange(1, n)) % n

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """Nothing is known yet."""
        for name in self.logged:
            worlds[name][again] = np.nan
