"""What uniform random play is worth, where no formula says."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .chance import HAZARD, keys, uniforms
from .game import Floats, Game
from .worlds import Worlds

WORLDS, FEWEST, NUMBERS = 1000, 32, 1 << 23
"""Worlds that are played: fewer where their observations are more numbers than this."""


def random_moves(game: Game, worlds: Worlds, seat_keys: npt.NDArray[np.uint64], step: int) -> Floats:
    """(B, N) moves, uniform over each seat's candidates."""
    moves = np.zeros((worlds.num, game.n_agents))
    for seat in range(game.n_agents):
        candidates, legal = game.candidates(worlds.state, seat)
        draw = np.asarray(uniforms(seat_keys[seat], step, HAZARD, 0))
        rank = np.floor(draw * legal.sum(axis=1)).astype(int)
        chosen = np.argmax(np.cumsum(legal, axis=1) > rank[:, None], axis=1)
        moves[:, seat] = candidates[np.arange(worlds.num), chosen]
    return moves


@lru_cache(maxsize=64)  # of a game under one setting it never changes, and it is asked for again and again
def random_play_total(game: Game) -> float:
    """Mean total payoff of an episode in which every seat picks uniformly among its moves: Monte Carlo over
    ``WORLDS`` seeds from 0 on.
    """
    num = max(FEWEST, min(WORLDS, NUMBERS // (game.n_agents * len(game.fields))))
    worlds = Worlds(game, num)
    worlds.reset(0)
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    total = 0.0
    for step in range(game.max_steps):
        if worlds.ended.all():
            break
        worlds.step(random_moves(game, worlds, seat_keys, step))
        total += float(worlds.rewards.sum())
    return total / num
