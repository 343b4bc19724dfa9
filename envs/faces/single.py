"""What PettingZoo's two faces share: one world, its names and spaces, the check of a move, and its text."""

from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import logger, spaces
from gymnasium.error import ResetNeeded

from ..game import RUNNING, Floats, Game, Seen
from ..institutions.staged import GAME, Staged
from ..settings import refuse
from ..worlds import Worlds
from .common import Info, Move, fresh_seeds, move_range, move_space, observation_box, observation_space

RENDER_MODES = ("ansi", "rgb_array")
FRAMES_PER_SECOND = 2


class SingleWorld:
    """One world of ``game`` under PettingZoo's names.

    ``render_mode`` is "ansi", "rgb_array" or None; any other raises :class:`~comity.envs.settings.SettingError`.
    """

    def __init__(self, game: Game, render_mode: str | None = None) -> None:
        if render_mode is not None and render_mode not in RENDER_MODES:
            raise refuse("render_mode", render_mode, "None or one of " + ", ".join(RENDER_MODES))
        self.game = game
        self.render_mode = render_mode
        self.metadata: dict[str, Any] = {
            "name": f"{game.name}_v{game.version}",
            "render_modes": list(RENDER_MODES),
            "render_fps": FRAMES_PER_SECOND,
            "is_parallelizable": not game.turn_based,
        }
        self.possible_agents: list[str] = list(game.agents)
        self.agents: list[str] = []
        self.observation_spaces: dict[str, spaces.Space[Any]] = {a: observation_space(game) for a in game.agents}
        self.action_spaces: dict[str, spaces.Space[Any]] = {a: move_space(game) for a in game.agents}
        self.state_space = observation_box(game, game.n_agents)
        self._worlds = Worlds(game, 1)
        self._moves: Floats = np.zeros((1, game.n_agents))
        self._discrete = game.n_moves > 0
        self._low, self._high = move_range(game)
        self._opened = False
        self._seats: list[int] = []  # those of ``agents``
        self._comes_and_goes = game.comes_and_goes
        fresh_seeds(self._worlds)

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What ``agent`` observes: the same object at each call."""
        return self.observation_spaces[self._known(agent)]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What ``agent`` may do: the same object at each call."""
        return self.action_spaces[self._known(agent)]

    def state(self) -> Seen:
        """(N·d,): the observations of all seats, one after the other: all that anyone can see."""
        self._need_reset("state")
        return self._worlds.observations.flatten()

    def cooperation(self, agent: str) -> float | None:
        """The game's label in [0, 1] of what ``agent`` did in the last step; None where it had no choice."""
        label = float(self.game.labels(self._worlds.state)[0, self.possible_agents.index(self._known(agent))])
        return None if np.isnan(label) else label

    def stage(self) -> str:
        """Whether the last step of the environment was the "game"'s own, or a stage "before" or "after" it."""
        if not isinstance(self.game, Staged):
            return "game"
        stage = int(self._worlds.state["stage_before"][0])
        return "game" if stage == GAME else "after" if self.game.follows(stage) else "before"

    def income(self, agent: str) -> float:
        """What ``agent`` was paid in the last step of the game, the stages after it so far with it."""
        return float(self._worlds.state[self.game.paid][0, self.possible_agents.index(self._known(agent))])

    def addressee(self, agent: str) -> str | None:
        """Towards whom ``agent`` acted in the last step; None for nobody, or for no one in particular."""
        world = self._worlds.state[0]
        if "met" not in world.dtype.names:
            return None
        met = int(world["met"][self.possible_agents.index(self._known(agent))])
        return self.possible_agents[met] if met >= 0 else None

    def render(self) -> str | npt.NDArray[np.uint8] | None:
        """What each seat is told ("ansi": rules before the first step, then its view), or the world as a picture
        ("rgb_array": (height, width, 3)).
        """
        self._need_reset("render")
        if self.render_mode is None:
            logger.warn('render() shows nothing without a render mode: give render_mode="ansi" or "rgb_array"')
            return None
        world = self._worlds.state[0]
        return self.game.picture(world) if self.render_mode == "rgb_array" else self._told(world)

    def _told(self, world: Any) -> str:
        told = []
        for seat, agent in enumerate(self.possible_agents):
            rules = [self.game.brief(seat)] if world["step"] == 0 else []
            told.append("\n".join([f"[{agent}]", *rules, self.game.view(world, seat)]))
        if world["ended"] != RUNNING:
            told.append(f"The episode is over: {self._outcome()}.")
        return "\n\n".join(told)

    def close(self) -> None:
        """Nothing is held that would need releasing."""

    # -- for the faces --------------------------------------------------------------------------------

    def _open(self, seed: int | None) -> None:
        """The first episode under ``seed``, or the next one under the world's own."""
        self._worlds.reset(None if seed is None else index(seed))
        self._opened = True
        self._seats = self._present() if self._comes_and_goes else list(range(self.game.n_agents))
        self.agents = [self.possible_agents[seat] for seat in self._seats]

    def _present(self) -> list[int]:
        return np.flatnonzero(self.game.present(self._worlds.state)[0]).tolist()

    def _there(self, by_seat: Any) -> Any:
        """Of what is known of all seats, (N, …), the part of ``agents``."""
        return [by_seat[seat] for seat in self._seats] if self._comes_and_goes else by_seat

    def _come(self) -> list[int]:
        """Adds the seats that have arrived with this step, and returns those that have left but are still told of
        it."""
        there = self._present()
        left = [seat for seat in self._seats if seat not in there]
        self._seats = sorted({*self._seats, *there})
        self.agents = [self.possible_agents[seat] for seat in self._seats]
        return left

    def _note_last(self, seat: int, over: dict[str, bool], infos: dict[str, Info]) -> Info:
        """For this seat it is over: returns its last infos."""
        agent = self.possible_agents[seat]
        over[agent] = True
        infos[agent]["illegal"] = self._worlds.state["illegal"][0, seat].item()
        return infos[agent]

    def _leave(self, left: list[int]) -> None:
        self._seats = [seat for seat in self._seats if seat not in left]
        self._moves[0, left] = 0.0
        self.agents = [self.possible_agents[seat] for seat in self._seats]

    def _need_reset(self, what: str) -> None:
        if not self._opened:
            raise ResetNeeded(f"call reset() before {what}()")

    def _known(self, agent: str) -> str:
        if agent not in self.observation_spaces:
            raise ValueError(f"unknown agent {agent!r}: expected one of {', '.join(self.possible_agents)}")
        return agent

    def _number(self, agent: str, move: Any) -> float:
        """The move as the kernels take it: any of the space; what is legal now is the game's business."""
        try:
            number = index(move) if self._discrete else move if isinstance(move, float) else _real(move)
        except TypeError:
            raise TypeError(f"the move of {agent} is {_shown(move)}: expected {self._expected()}") from None
        if self._low <= number <= self._high:  # false for NaN, too
            return number
        raise ValueError(f"the move of {agent} is {_shown(move)}: expected {self._expected()}")

    def _expected(self) -> str:
        kind = "integer" if self._discrete else "real number"
        return f"one {kind} from {self._low:g} to {self._high:g}"

    def _outcome(self) -> str:
        """The word for how the episode ended."""
        return self.game.outcomes[self._worlds.state["outcome"].item()]


def _real(move: Move) -> float:
    """A scalar, or an array of shape (), of real numbers; raises ``TypeError`` for anything else."""
    array = np.asarray(move)
    if array.shape != () or array.dtype.kind not in "fiu":
        raise TypeError
    return float(array)


def _shown(move: Any) -> str:
    shape = f" of shape {move.shape}" if isinstance(move, np.ndarray) else ""
    return f"{move!r} ({type(move).__name__}{shape})"
