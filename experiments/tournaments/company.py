"""Several agents in one seat, each in worlds of its own, so that unlike matches are stepped as one batch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...agents.agent import Agent, Outcome, View
from ...agents.scripted.binary import Binary, MemoryOne
from ...envs.game import Floats, Game, Worlds_

Rows = npt.NDArray[np.intp]


def company(agents: Mapping[int, Agent], sits: Rows) -> "Company":
    """The agents of one seat: in world b sits ``agents[sits[b]]``, ``sits`` (B,). All memory-one agents become one."""
    rows = {who: np.flatnonzero(sits == who) for who in agents}
    alike = [who for who, agent in agents.items() if is_memory_one(agent)]
    members: list[tuple[Agent, Rows]] = [(agent, rows[who]) for who, agent in agents.items() if who not in alike]
    if alike:
        parts = [(agents[who], len(rows[who])) for who in alike]
        members.append((_MemoryOnes(parts), np.concatenate([rows[who] for who in alike])))
    return Company(members)


def is_memory_one(agent: Agent) -> bool:
    """Is the agent's conduct its five probabilities, and nothing else?"""
    cls = type(agent)
    ours = {"begin": MemoryOne.begin, "defects": MemoryOne.defects, "act": Binary.act, "learn": Agent.learn}
    return isinstance(agent, MemoryOne) and all(getattr(cls, name) is method for name, method in ours.items())


def five(agent: Agent, game: Game) -> tuple[Floats, ...]:
    """(p_CC, p_CD, p_DC, p_DD, first) of a memory-one agent in a game."""
    assert isinstance(agent, MemoryOne)
    return tuple(np.asarray(p, np.float64) for p in agent.probabilities(game))


class Company(Agent):
    """Agents that share a seat: each has rows of the batch, and acts as if there were no others."""

    name = "company"

    def __init__(self, members: list[tuple[Agent, Rows]]) -> None:
        super().__init__()
        self._members = members
        self._order = np.concatenate([rows for _, rows in members])
        ends = np.cumsum([len(rows) for _, rows in members])
        self._places = [slice(end - len(rows), end) for end, (_, rows) in zip(ends, members, strict=True)]
        self._learn = any(type(agent).learn is not Agent.learn for agent, _ in members)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Each in its own worlds."""
        super().begin(game, seat, seeds)
        for agent, rows in self._members:
            agent.begin(game, seat, seeds[rows])

    def act(self, view: View) -> Floats:
        """Each in its own worlds."""
        moves = np.empty(len(self._order))
        for (agent, rows), part in zip(self._members, self._parts(view), strict=True):
            moves[rows] = agent.act(part)
        return moves

    def learn(self, outcome: Outcome) -> None:
        """Each from its own worlds."""
        if not self._learn:
            return
        for (agent, rows), part in zip(self._members, self._parts(outcome.view), strict=True):
            agent.learn(Outcome(outcome.actions[rows], outcome.rewards[rows], part))

    def _parts(self, view: View) -> list["_Part"]:
        """What each sees: one copy in the order of the members, cut into slices."""
        seen, active = view.observations.take(self._order, axis=0), view.active.take(self._order)
        masks = None if view.masks is None else view.masks.take(self._order, axis=0)
        return [
            _Part(view, rows, seen[place], None if masks is None else masks[place], active[place])
            for (_, rows), place in zip(self._members, self._places, strict=True)
        ]


class _Part(View):
    """A view of some of the worlds, which are copied only for those who imagine or read them."""

    __slots__ = ("_rows",)

    def __init__(self, whole: View, rows: Rows, observations: Any, masks: Any, active: Any) -> None:
        super().__init__(whole.game, whole.seat, whole._worlds, observations, masks, active)
        self._rows = rows

    def imagine(self, seeds: npt.NDArray[np.uint64], which: Any = slice(None)) -> Worlds_:
        """Those of its own rows."""
        return super().imagine(seeds, self._rows[which])

    def text(self, b: int) -> str:
        """That of its own row."""
        return super().text(int(self._rows[b]))


class _MemoryOnes(MemoryOne):
    """Memory-one agents side by side: the look-up of one table serves them all."""

    name = "memory_ones"

    def __init__(self, parts: list[tuple[Agent, int]]) -> None:
        super().__init__()
        self._parts = parts

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """Each agent's, over its own worlds."""
        columns = [[np.broadcast_to(p, worlds) for p in five(agent, game)] for agent, worlds in self._parts]
        return tuple(np.concatenate(column) for column in zip(*columns, strict=True))
