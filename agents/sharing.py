"""Agents that share a seat: one of several in each world, or one after the other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..envs.chance import SHUFFLE, keys, uniforms
from ..envs.faces.talk import Talk
from ..envs.game import Floats, Game
from ..envs.record import SHARES
from .agent import Agent, Outcome, View

Places = npt.NDArray[np.intp]
BEFORE_PLAY = -1  # the step of draws that are made before the first
KIND = 0  # their stream
_LANE = -3  # of the order of seats: of no seat, and apart from the lots of experiments/probes


class OneOf(Agent):
    """In each world one of several agents, who plays as if it sat there alone; :meth:`draw` says which.

    All are begun in all worlds, so that what they keep stays in arrays over worlds; to each, the worlds of the others
    have ended.
    """

    def __init__(self, agents: Sequence[Agent]) -> None:
        super().__init__()
        self.agents = list(agents)
        self.talks = max(agent.talks for agent in self.agents)
        self.talk_shuffled = any(agent.talk_shuffled for agent in self.agents)

    def draw(self, seeds: npt.NDArray[np.uint64]) -> Places:
        """(B,): which of ``agents`` plays in each world."""
        raise NotImplementedError

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Draws, and begins those who were drawn."""
        super().begin(game, seat, seeds)
        self._drawn = self.draw(seeds)
        self._seated = [(self.agents[k], self._drawn == k) for k in np.unique(self._drawn).tolist()]
        for agent, _ in self._seated:
            agent.begin(game, seat, seeds)

    def speak(self, view: View, talk: Talk, number: int) -> None:
        """Whoever has that many rounds."""
        self._speakers = [(agent, here) for agent, here in self._seated if agent.talks > number]
        for agent, here in self._speakers:
            agent.speak(view.among(here), talk, number)

    def spoken(self) -> dict[int, str]:
        """Of all who spoke."""
        return {b: words for agent, _ in self._speakers for b, words in agent.spoken().items()}

    def prepare(self, view: View) -> None:
        """Whoever asks."""
        for agent, here in self._seated:
            if type(agent).prepare is not Agent.prepare:
                agent.prepare(view.among(here))

    def act(self, view: View) -> Floats:
        """Each in its own worlds."""
        moves = np.zeros(len(view.active))
        for agent, here in self._seated:
            np.copyto(moves, agent.act(view.among(here)), where=here)
        return moves

    def learn(self, outcome: Outcome) -> None:
        """Each from its own worlds."""
        for agent, here in self._seated:
            if type(agent).learn is not Agent.learn:
                agent.learn(outcome._replace(view=outcome.view.among(here)))

    def accounts(self) -> dict[str, Floats]:
        """Of whoever sits in each world."""
        joined: dict[str, Floats] = {}
        for agent, here in self._seated:
            for name, values in agent.accounts().items():
                joined[name] = np.where(here, values, joined.get(name, np.nan))
        return joined

    def prompts(self) -> list[str]:
        """Of whoever sits in each world."""
        told = [(agent.prompts(), here) for agent, here in self._seated]
        return ["".join(one[b] for one, here in told if one and here[b]) for b in range(len(self.keys))]

    @property
    def unchosen(self) -> Sequence[npt.NDArray[np.bool_]]:
        """Of whoever sits in each world."""
        told = [(agent.unchosen, here) for agent, here in self._seated]
        steps = max(len(unchosen) for unchosen, _ in told)
        joined = [np.zeros(len(self.keys), np.bool_) for _ in range(steps)]
        for unchosen, here in told:
            for t, values in enumerate(unchosen):
                joined[t] |= here & values
        return joined

    def kinds(self) -> list[str]:
        """Of all of them."""
        return [kind for agent in self.agents for kind in agent.kinds()]

    def sat(self) -> Places:
        """Whoever was drawn."""
        first = np.cumsum([0, *(len(agent.kinds()) for agent in self.agents)])[self._drawn]
        for agent, here in self._seated:
            first += np.where(here, agent.sat(), 0)
        return first


class Mixed(OneOf):
    """One of several by their ``shares``: drawn for each world from its seed and the seat."""

    name = "mixed"

    def __init__(self, agents: Sequence[Agent], shares: Sequence[float]) -> None:
        super().__init__(agents)
        self.shares = list(shares)

    def draw(self, seeds: npt.NDArray[np.uint64]) -> Places:
        """By one draw of the seat's own."""
        chance = np.asarray(uniforms(self.keys, BEFORE_PLAY, KIND, 0))
        bounds = np.cumsum(self.shares)
        return np.searchsorted(bounds[:-1] / bounds[-1], chance, side="right")


class Shuffled(OneOf):
    """One of those who were listed for a table, who sit down in another order in each world: place p of the list is
    for ``agents[listed[p]]``. Every seat has a ``Shuffled`` of its own.
    """

    name = "shuffled"

    def __init__(self, agents: Sequence[Agent], listed: Sequence[int]) -> None:
        super().__init__(agents)
        self.listed = list(listed)

    def draw(self, seeds: npt.NDArray[np.uint64]) -> Places:
        """By an order that all seats of a world have in common, drawn from its seed: each is as likely as another."""
        table = np.asarray(keys(seeds, _LANE))
        lots = np.stack([uniforms(table, BEFORE_PLAY, SHUFFLE, i) for i in range(len(self.listed))], axis=1)
        return np.array(self.listed)[lots.argsort(axis=1, kind="stable")[:, self.seat]]


class Entering(Agent):
    """``before`` plays the first ``from_step`` steps, and ``after`` all that follow.

    ``after`` watches from the first step (:meth:`~.agent.Agent.watch`): it enters knowing what happened to the seat and
    what the seat did, whoever moved it, and with no plans made before.
    """

    name = "entering"

    def __init__(self, before: Agent, after: Agent, from_step: int) -> None:
        super().__init__()
        self.before, self.after, self.from_step = before, after, from_step
        self.talks = max(before.talks, after.talks)
        self.talk_shuffled = before.talk_shuffled or after.talk_shuffled

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Both."""
        super().begin(game, seat, seeds)
        self.before.begin(game, seat, seeds)
        self.after.begin(game, seat, seeds)

    def _coming(self, view: View) -> Agent:
        """Who plays where the worlds are."""
        step = self.step + (view.stage == 0)
        return self.after if step >= self.from_step else self.before

    def speak(self, view: View, talk: Talk, number: int) -> None:
        """Whoever plays the coming step, if it takes part in talk."""
        self._speaker = self._coming(view)
        if self._speaker.talks > number:
            self._speaker.speak(view, talk, number)

    def spoken(self) -> dict[int, str]:
        """Of whoever spoke."""
        return self._speaker.spoken() if self._speaker.talks else {}

    def prepare(self, view: View) -> None:
        """Whoever plays."""
        self._coming(view).prepare(view)

    def act(self, view: View) -> Floats:
        """One plays, and the other watches or has left."""
        self.step += view.stage == 0  # a stage of an institution is part of a step
        if self.step >= self.from_step:
            return self.after.act(view)
        self.after.watch(view)
        return self.before.act(view)

    def learn(self, outcome: Outcome) -> None:
        """Whoever will play again."""
        self.after.learn(outcome)
        if self.step + 1 < self.from_step:
            self.before.learn(outcome)

    def accounts(self) -> dict[str, Floats]:
        """Of both together."""
        told = [told for told in (self.before.accounts(), self.after.accounts()) if told]
        if len(told) < 2:
            return told[0] if told else {}
        early, late = told
        return {name: _together(name, values, late[name]) for name, values in early.items()}

    def prompts(self) -> list[str]:
        """Of both."""
        told = [one for one in (self.before.prompts(), self.after.prompts()) if one]
        return ["+".join(of_world) for of_world in zip(*told, strict=True)]

    @property
    def unchosen(self) -> Sequence[npt.NDArray[np.bool_]]:
        """Of whoever played each step."""
        steps = max(len(self.before.unchosen), len(self.after.unchosen))
        blank = np.zeros(len(self.keys), np.bool_)
        early = [*self.before.unchosen, *(blank for _ in range(self.from_step - len(self.before.unchosen)))]
        return [*early, *self.after.unchosen] if steps else ()


def _together(name: str, early: Floats, late: Floats) -> Floats:
    """Sums; a share is that of whoever has one."""
    return np.where(np.isnan(early), late, early) if name in SHARES else early + late
