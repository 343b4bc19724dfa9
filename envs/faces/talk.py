"""Talk: a text channel over any game, for seats that can read and write.

Before a step of the game there are ``rounds`` of talk. In each round whoever has a choice in that step may say
something, all at the same time; then the others hear it. What was said in a step is heard until the step is played.
Words change nothing in a world: rules, payoffs and chance are those of the game without talk.

Under the placebo (``shuffled``) each world hears what was said in another world of the batch, seat by seat: there is as
much to hear, and it is about the same things, but it is an answer to nobody (NORMS.md §3). Which world that is changes
from step to step and follows from the worlds' seeds. So a world under the placebo depends on those beside it, as
it must; one that runs alone hears nothing.

What is said is untrusted text. It is stored and passed on as it is; whoever shows it escapes it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..chance import keys

_LANE = -6  # of the order of worlds: no seat has it


class Said(NamedTuple):
    """A message: the index of the ``world`` in which it was said, ``step`` and ``round``, the ``seat``, the words."""

    world: int
    step: int
    round: int
    seat: int
    words: str


class Talk:
    """The talk of the worlds with these ``seeds`` (B,)."""

    def __init__(self, seeds: npt.NDArray[np.uint64], rounds: int, shuffled: bool = False) -> None:
        self.rounds, self.shuffled = rounds, shuffled
        self.log: list[Said] = []
        """All that was said so far, in the order of steps, rounds, worlds and seats."""
        self._seeds = seeds
        self._said: list[list[list[Said]]] = []
        self._from = np.arange(len(seeds))

    def open(self, step: int, active: npt.NDArray[np.bool_]) -> None:
        """Before a step of the game: what was said before the last one is gone."""
        self._said = []
        self._step = step
        self._from = self._sources(step, active) if self.shuffled else np.arange(len(self._seeds))

    def _sources(self, step: int, active: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """(B,): the world that each one hears: the next one in a circle of those that run, in an order drawn by step;
        −1 where there is no other.
        """
        running = np.flatnonzero(active)
        own = np.asarray(keys(self._seeds[running], _LANE))
        circle = running[np.argsort(np.asarray(keys(own, step)), kind="stable")]
        sources = np.full(len(active), -1)
        if len(circle) > 1:
            sources[circle] = np.roll(circle, 1)
        return sources

    def close_round(self, messages: Mapping[tuple[int, int], str]) -> None:
        """What was said in a round, by (world, seat); nothing where it is empty."""
        number = len(self._said)
        said: list[list[Said]] = [[] for _ in self._seeds]
        for (b, seat), words in sorted(messages.items()):
            if words:
                said[b].append(Said(b, self._step, number, seat, words))
        self._said.append(said)
        self.log += [one for world in said for one in world]

    def heard(self, b: int, seat: int) -> list[Said]:
        """What the others have said in world ``b`` before the coming step, in order; ``seat`` knows its own words."""
        source = int(self._from[b])
        if source < 0:
            return []
        return [one for said in self._said for one in said[source] if one.seat != seat]

    def own(self, b: int, seat: int) -> list[Said]:
        """What ``seat`` itself has said before the coming step."""
        return [one for said in self._said for one in said[b] if one.seat == seat]
