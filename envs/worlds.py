"""Many worlds of one game, stepped together."""

import numpy as np
import numpy.typing as npt

from .chance import world_seeds
from .game import Floats, Game
from .settings import number_of


class Worlds:
    """``num`` worlds of ``game`` in preallocated arrays that every step overwrites.

    ===============  ==================  ===================================================
    ``state``        (B,) records        the worlds themselves
    ``rewards``      (B, N) float64      material payoffs of the last step
    ``ended``        (B,) int8           0 running, 1 terminated, 2 truncated
    ``observations`` (B, N, d)           what each seat sees now: float32, or the game's own dtype
    ``masks``        (B, N, m) int8      legal moves, None where all are legal
    ===============  ==================  ===================================================

    Raises ``SettingError`` where ``num`` is no whole number from 1 on.
    """

    def __init__(self, game: Game, num: int) -> None:
        self.game = game
        self.num = num = number_of("num_worlds", num)
        n = game.n_agents
        self.state = np.zeros(num, game.world_dtype)
        self.rewards = np.zeros((num, n))
        self.ended = np.zeros(num, np.int8)
        self.observations = np.zeros((num, n, len(game.fields)), game.observation_dtype)
        self.masks = np.zeros((num, n, game.n_moves), np.int8) if game.kernels.legal else None
        self._all = np.ones(num, np.bool_)

    def reset(self, seed: int | npt.ArrayLike | None = None, again: npt.NDArray[np.bool_] | None = None) -> None:
        """Starts a new episode in the worlds marked by ``again`` (default: in all).

        With ``seed`` (one number s for s, s+1, …, or one per world) these worlds start their first episode under it;
        without, the next one under the seed that they have.
        """
        again = self._all if again is None else again
        if seed is None:
            self.state["episode"][again] += 1
        else:
            self.state["seed"][again] = world_seeds(seed, self.num)[again]
            self.state["episode"][again] = 0
        self.game.kernels.reset(self.game.p, self.state, again)
        self.rewards[again] = 0.0
        self.ended[again] = 0
        self.look()

    def step(self, actions: Floats) -> None:
        """Every running world makes one step under ``actions`` (B, N); ended ones stay as they are and pay nothing."""
        self.game.kernels.step(self.game.p, self.state, actions, self.rewards, self.ended)
        self.look()

    def look(self) -> None:
        """Writes what the seats see now."""
        kernels = self.game.kernels
        kernels.observe(self.game.p, self.state, self.observations)
        if self.masks is not None:
            kernels.legal(self.game.p, self.state, self.masks)  # type: ignore[misc]
