"""What tests of several games and institutions need."""

import numpy as np
import pytest

from comity.envs.chance import keys
from comity.envs.monte_carlo import random_moves
from comity.envs.worlds import Worlds


@pytest.fixture
def random_play():
    """Worlds of random legal play, step by step, with what was seen and paid."""

    def played(game, num, seed, steps=24):
        worlds = Worlds(game, num)
        worlds.reset(seed)
        seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
        for t in range(steps):
            worlds.step(random_moves(game, worlds, seat_keys, t))
            yield worlds.state.copy(), worlds.observations.copy(), worlds.rewards.copy()

    return played
