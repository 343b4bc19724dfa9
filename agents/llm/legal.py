"""Legal moves by chance: what is played for an answer that cannot be used, and what a dry run plays."""

import numpy as np

from ...envs.chance import uniforms
from ...envs.game import Floats, Game
from ...envs.institutions.stage import NOTHING
from ...envs.institutions.staged import GAME, Staged
from ..agent import View

AT_MOST = 4096
"""Moves to draw from; of more, or of real numbers, an even grid."""


def random_legal(view: View, keys: np.ndarray, turn: int, stream: int) -> Floats:
    """(B,): a legal move of the seat in each world, all as likely, drawn at (turn, ``stream``) of ``keys``."""
    worlds = view.imagine(keys)
    moves, legal = view.game.candidates(worlds, view.seat, AT_MOST)
    draws = np.asarray(uniforms(keys, turn, stream, 0))
    count = legal.cumsum(axis=1)
    pick = np.floor(draws * count[:, -1])
    return moves[np.arange(len(moves)), (count > pick[:, None]).argmax(axis=1)]


def idle(game: Game, stage: int) -> float:
    """The move by which a seat does nothing, in the game or in the stage of an institution.

    Raises ``ValueError`` where the game has none.
    """
    if stage != GAME:
        assert isinstance(game, Staged)
        return float(game.stage_move(stage, np.array(float(NOTHING))))
    if game.idle is None:
        raise ValueError(f"{game.name} has no move by which nothing is done")
    return game.idle
