"""PettingZoo's parallel face: one world, all seats at once."""

from typing import Any

from pettingzoo import ParallelEnv

from ..game import TERMINATED
from .common import Info, Move, Observation
from .single import SingleWorld

Start = tuple[dict[str, Observation], dict[str, Info]]
Step = tuple[dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Info]]


class ParallelGame(SingleWorld, ParallelEnv[str, Observation, Move]):
    """One world of ``game`` as a ``pettingzoo.ParallelEnv``.

    Seats are ``agent_0``, ``agent_1``, …; all of them stay until the episode ends for all, but in a game where one
    may arrive late or leave early: such a seat is among ``agents`` while it is there, and whoever leaves is told so
    by a termination. Where the game restricts moves, the mask of legal ones is part of the observation and of
    ``infos[agent]``. The infos of a seat's last step also hold ``illegal``, how many of its moves were not legal,
    and at the end of the episode ``outcome``, the word for how it ended.

    >>> from comity.envs.dilemmas.matrix import Matrix
    >>> env = ParallelGame(Matrix())
    >>> observations, infos = env.reset(seed=1)
    >>> env.step({"agent_0": 0, "agent_1": 1})[1]
    {'agent_0': 0.0, 'agent_1': 5.0}
    """

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> Start:
        """Starts the first episode under ``seed``; without one, the next under the seed that the world has.

        The very first reset without a seed takes a fresh one. ``options`` is there for PettingZoo; it has no
        effect.
        """
        self._open(seed)
        return self._seen()

    def step(self, actions: dict[str, Move]) -> Step:
        """All seats move at once: one number each.

        Raises ``ValueError`` for a missing or unknown agent and for a number outside the action space (NaN
        included), ``TypeError`` for what is no number or not a single one, ``ResetNeeded`` before the first
        reset. A number that is in the space but not legal now is treated by the game's rule, and counted.
        After the end no agent is left, and only ``{}`` is accepted.
        """
        if not self.agents or len(actions) != len(self.agents):
            return self._without_agents(actions)
        try:
            for seat, agent in zip(self._seats, self.agents, strict=False):
                self._moves[0, seat] = self._number(agent, actions[agent])
        except KeyError:
            raise self._wrong_agents(actions) from None
        self._worlds.step(self._moves)
        left = self._come() if self._comes_and_goes else ()
        observations, infos = self._seen()
        rewards = dict(zip(self.agents, self._there(self._worlds.rewards.tolist()[0]), strict=False))
        terminations = dict.fromkeys(self.agents, False)
        truncations = terminations.copy()
        ended = self._worlds.ended.item()
        for seat in left:
            self._note_last(seat, terminations, infos)
        if ended:
            self._end(terminations if ended == TERMINATED else truncations, infos)
        elif left:
            self._leave(left)
        return observations, rewards, terminations, truncations, infos

    def _seen(self) -> Start:
        """Fresh arrays: what a caller keeps never changes."""
        # zip is not strict here and in step: the check costs a tenth of the step.
        agents, worlds = self.agents, self._worlds
        seen = self._there(worlds.observations.copy()[0])
        if worlds.masks is None:
            return dict(zip(agents, seen, strict=False)), {agent: {} for agent in agents}
        masks = dict(zip(agents, self._there(worlds.masks.copy()[0]), strict=False))
        observations: dict[str, Observation] = {
            agent: {"observation": own, "action_mask": masks[agent]} for agent, own in zip(agents, seen, strict=False)
        }
        return observations, {agent: {"action_mask": mask} for agent, mask in masks.items()}

    def _end(self, over: dict[str, bool], infos: dict[str, Info]) -> None:
        for seat in self._seats:
            self._note_last(seat, over, infos)["outcome"] = self._outcome()
        self.agents, self._seats = [], []

    def _without_agents(self, actions: dict[str, Move]) -> Step:
        """What ``step`` does when the agents are too few, too many, or gone."""
        self._need_reset("step")
        if self.agents:
            raise self._wrong_agents(actions)
        if actions:
            raise ValueError(f"no agent is left, as the episode is over ({self._outcome()}): call reset()")
        return {}, {}, {}, {}, {}

    def _wrong_agents(self, actions: dict[str, Move]) -> ValueError:
        missing = [agent for agent in self.agents if agent not in actions]
        unknown = [agent for agent in actions if agent not in self.agents]
        both = (("missing", missing), ("unknown", unknown))
        complaint = " and ".join(f"{kind} agents {names}" for kind, names in both if names)
        return ValueError(f"{complaint}: expected one move for each of {', '.join(self.agents)}")
