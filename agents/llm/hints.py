"""What scripted models answer, and models in a dry run: an agent of ours decides, or else a lot among legal moves."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...envs.game import Floats
from ..agent import Agent, View
from .facts import Question
from .legal import random_legal
from .mind import Mind
from .simplest import simplest

REASONS = "This is a scripted answer."
DRAWN = 4  # stream of the agent's own draws
EVEN = 0.5


class Hints:
    """The answers of one seat in all its worlds, decided by ``agent``, or where there is none by lot."""

    def __init__(self, agent: Agent | None, keys: npt.NDArray[np.uint64], reasoning: bool) -> None:
        self._agent, self._keys, self._reasoning = agent, keys, reasoning
        self._plan: Floats | None = None

    def over(self) -> None:
        """The step is played: what was planned for it is done."""
        self._plan = None

    def _planned(self, view: View, turn: int) -> Floats:
        """(B,): the moves for where the worlds are, decided once."""
        if self._plan is None:
            agent = self._agent
            self._plan = random_legal(view, self._keys, turn, DRAWN) if agent is None else agent.act(view)
        return self._plan

    def _told(self, view: View, b: int, mind: Mind, turn: int) -> Any:
        return mind.label(view.answer_of(b, float(self._planned(view, turn)[b])))

    def move(self, view: View, b: int, mind: Mind, forecast: Mapping[str, Any] | None, turn: int) -> str:
        """The answer to a decision; its forecast, where one is asked for, says nothing: the first move, evenly."""
        parts: dict[str, Any] = {"reasoning": REASONS} if self._reasoning else {}
        if forecast is not None:
            parts["forecast"] = {"move": simplest(forecast), "probability": EVEN}
        return json.dumps({**parts, "move": self._told(view, b, mind, turn)})

    def message(self, view: View, b: int, mind: Mind, turn: int) -> str:
        """What is said: the move that is to come."""
        told = self._told(view, b, mind, turn)
        return json.dumps({"message": f"I am going to choose {json.dumps(told)}."})

    @staticmethod
    def right(asked: Sequence[Question]) -> str:
        """Right answers to comprehension questions."""
        return json.dumps({f"q{k}": one.right for k, one in enumerate(asked, 1)})
