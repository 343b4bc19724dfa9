"""PettingZoo's AEC face: one world, one seat after the other."""

from typing import Any

import numpy as np
from pettingzoo import AECEnv

from ..game import TERMINATED, Game
from .common import Info, Move, Observation
from .single import SingleWorld


class AECGame(SingleWorld, AECEnv[str, Observation, Move]):
    """One world of ``game`` as a ``pettingzoo.AECEnv``.

    In a simultaneous game every seat is asked in seat order, sees the world as it was before the step, and
    the world steps when the last has answered. In a turn-based game only the seat whose turn it is is asked.
    Masks, ``outcome`` and ``illegal`` stand in the infos as in
    :class:`~comity.envs.faces.parallel.ParallelGame`.
    """

    def __init__(self, game: Game, render_mode: str | None = None) -> None:
        super().__init__(game, render_mode)
        self._asked: list[int] = []  # seats that are still to answer in this step of the world

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Starts the first episode under ``seed``; without one, the next under the seed that the world has.

        The very first reset without a seed takes a fresh one. ``options`` is there for PettingZoo; it has no
        effect.
        """
        self._open(seed)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos = self._infos()
        self._ask()

    def step(self, action: Move | None) -> None:
        """The selected agent moves; of one that is done only None is accepted.

        Raises ``ValueError`` for a number outside the action space (NaN included), ``TypeError`` for what is
        no number or not a single one, ``ResetNeeded`` before the first reset.
        """
        self._need_reset("step")
        if not self.agents:
            raise ValueError(f"no agent is left, as the episode is over ({self._outcome()}): call reset()")
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)  # type: ignore[arg-type]
            return
        self._moves[0, self._asked[0]] = self._number(agent, action)
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        del self._asked[0]
        if self._asked:
            self.agent_selection = self.possible_agents[self._asked[0]]
        else:
            self._advance()

    def observe(self, agent: str) -> Observation:
        """What ``agent`` sees now, in fresh arrays."""
        self._need_reset("observe")
        seat = self.possible_agents.index(self._known(agent))
        seen = self._worlds.observations[0, seat].copy()
        if self._worlds.masks is None:
            return seen
        return {"observation": seen, "action_mask": self._worlds.masks[0, seat].copy()}

    def _ask(self) -> None:
        """Who is to move in the coming step of the world; whoever is not asked makes its one legal move."""
        worlds = self._worlds
        self._asked = self._seats[:]
        if self.game.turn_based:
            assert worlds.masks is not None, f"{self.game.name} is turn-based, so that it needs a legal kernel"
            self._asked = np.flatnonzero(self.game.movers(worlds.state)[0]).tolist()
            self._moves[0] = worlds.masks[0].argmax(axis=1)
        self.agent_selection = self.possible_agents[self._asked[0]]

    def _advance(self) -> None:
        """The world makes a step."""
        self._worlds.step(self._moves)
        left = self._come() if self._comes_and_goes else []
        for agent in self.agents:
            if agent not in self.terminations:
                self.terminations[agent] = self.truncations[agent] = False
                self._cumulative_rewards[agent] = 0.0
        self.rewards = dict(zip(self.agents, self._there(self._worlds.rewards.tolist()[0]), strict=True))
        self._accumulate_rewards()
        self.infos = self._infos()
        for seat in left:
            self._note_last(seat, self.terminations, self.infos)
        ended = self._worlds.ended.item()
        if ended:
            self._end(self.terminations if ended == TERMINATED else self.truncations)
        else:
            self._let_go(left)

    def _let_go(self, left: list[int]) -> None:
        """Whoever has left is asked first, for the None that PettingZoo wants of it; then those who are there."""
        told = self.agents
        if left:
            self._leave(left)
        self._ask()
        self.agents = told
        if left:
            self._deads_step_first()

    def _end(self, over: dict[str, bool]) -> None:
        for seat in self._seats:
            self._note_last(seat, over, self.infos)["outcome"] = self._outcome()
        self.agent_selection = self.agents[0]

    def _infos(self) -> dict[str, Info]:
        masks = self._worlds.masks
        if masks is None:
            return {agent: {} for agent in self.agents}
        return {a: {"action_mask": mask} for a, mask in zip(self.agents, self._there(masks.copy()[0]), strict=True)}
