"""What all faces share: the types they speak in, their spaces, and seeds that nobody chose."""

from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ..game import Game, Seen
from ..worlds import Worlds

Observation = Seen | dict[str, npt.NDArray[Any]]
"""(d,); where moves are restricted ``{"observation": (d,), "action_mask": (m,) int8}``."""
Move = int | float | np.integer | np.floating | npt.NDArray[Any]
Info = dict[str, Any]


def observation_box(game: Game, seats: int = 1) -> spaces.Box:
    """The observations of so many seats, one after the other: (seats·d,)."""
    box = game.observation_box
    return spaces.Box(np.tile(box.low, seats), np.tile(box.high, seats), dtype=game.observation_dtype)


def observation_space(game: Game) -> "spaces.Box | spaces.Dict":
    """What one seat observes, with the mask of its legal moves where the game restricts them."""
    if game.kernels.legal is None:
        return observation_box(game)
    mask = spaces.Box(0, 1, (game.n_moves,), np.int8)
    return spaces.Dict({"observation": observation_box(game), "action_mask": mask})


def move_space(game: Game) -> "spaces.Discrete | spaces.Box":
    """One seat's moves, in a new space, so that seeding one seat's leaves the others' alone."""
    if game.n_moves:
        return spaces.Discrete(game.n_moves)
    return spaces.Box(*move_range(game), (), np.float64)


def move_range(game: Game) -> tuple[float, float]:
    """The smallest and the largest number that is a move."""
    space = game.move_space
    if isinstance(space, spaces.Discrete):
        return 0, int(space.n) - 1
    return float(space.low), float(space.high)


def fresh_seeds(worlds: Worlds) -> None:
    """Seeds new worlds from the system's entropy; a first reset without a seed starts their episode 0."""
    worlds.state["seed"] = np.random.SeedSequence().generate_state(worlds.num, np.uint64)
    worlds.state["episode"] = -1
