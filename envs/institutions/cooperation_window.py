"""A cooperation window: for some steps escalation is not available.

**Rule.** In ``steps`` steps from step ``start`` on (counted from 0) acts of a rank above ``ceiling`` are not available
(the ladder of METRICS.md §8: 0 de-escalates, 1 keeps still, 2 postures, 3 and 4 escalate without and with violence, 5
goes nuclear; in a `standoff` holding is 0 and pressing 3). They are taken from the legal moves and from what is asked
for in words. Whoever asks for one all the same, or for what is no act, does the first available act of the highest rank
that is available, and is counted as illegal. Where the state leaves a seat no act up to the ceiling, those of the
lowest rank stay. The window governs choices: an act that noise turns into another one escalates in it, too. It costs
nothing and is never broken.

Refused where there is no ladder of acts, and where every act is above the ceiling. A window of 0 steps changes nothing;
the control of a study is the same window later, by ``start``.

Logged for each step and seat: ``withheld``, 1 where an act was asked for that was not available.

**Canonical numbers** (NORMS.md §3): ``steps`` ∈ {0, 1, 2, 3, 5} from the beginning, and the same later.

**Known answers**: without noise nobody escalates in the window, so that no episode that it covers has a peak above the
ceiling, and whoever always presses first presses in the first step after it; in a standoff all are labelled 1 in it.

**Source**: NORMS.md §3. A cooling-off period, as in Osgood 1962; the rule's details are our choice.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Range
from .institution import Institution
from .laying import part_of

Bools = npt.NDArray[np.bool_]
RANKS = ("de-escalation", "status quo", "posture", "non-violent escalation", "violence", "nuclear acts")
"""The classes of acts of METRICS.md §8, by their rank."""


class Params(NamedTuple):
    """When the window is, and what stays available in it."""

    steps: Annotated[int, Range(0, 10**9), "N: steps in which escalation is not available"] = 3
    start: Annotated[int, Range(0, 10**9), "first of these steps, counted from 0"] = 0
    ceiling: Annotated[int, Range(0, 5), "largest rank of an act that stays available"] = 1


@njit(cache=True)
def withhold(holds: Bools, ranks: npt.NDArray[np.int64], ceiling: int, legal: npt.NDArray[Any]) -> None:
    """Takes from ``legal`` (B, N, m), in the worlds where the window ``holds`` (B,), what is above the ceiling, or
    above the lowest rank that is legal.
    """
    worlds, n, moves = legal.shape
    for b in range(worlds):
        if not holds[b]:
            continue
        for i in range(n):
            top = np.int64(1 << 30)
            for move in range(moves):
                if legal[b, i, move]:
                    top = min(top, ranks[move])
            top = max(top, ceiling)
            for move in range(moves):
                if ranks[move] > top:
                    legal[b, i, move] = 0


@njit(cache=True)
def replace(
    holds: Bools,
    there: Bools,
    ranks: npt.NDArray[np.int64],
    ceiling: int,
    legal: npt.NDArray[Any],
    acts: Floats,
    illegal: npt.NDArray[np.int64],
    withheld: Floats,
) -> None:
    """Puts the first available act of the highest rank in place of one that the window withholds, and of what is no
    act; all in place. ``legal`` (B, N, m) is what is available; an act that is not for a reason of the game's own is
    left to the game.
    """
    worlds, n, moves = legal.shape
    for b in range(worlds):
        if not holds[b]:
            continue
        for i in range(n):
            if not there[b, i]:
                continue
            asked = acts[b, i]
            if 0.0 <= asked < moves and asked == np.floor(asked):
                move = int(asked)
                if legal[b, i, move] or ranks[move] <= ceiling:
                    continue
            best = -1
            for move in range(moves):
                if legal[b, i, move] and (best < 0 or ranks[move] > ranks[best]):
                    best = move
            acts[b, i] = best
            illegal[b, i] += 1
            withheld[b, i] = 1.0


class CooperationWindow(Institution):
    """The institution of this page."""

    name = "cooperation_window"
    title = "Does a time without escalation outlast itself?"
    Params = Params
    narrows = True
    logged: ClassVar[Mapping[str, str]] = {
        "cooperation_window_withheld": "share of acts that were asked for and not available"
    }

    def misfit(self) -> str | None:
        """There must be a ladder, and a rung up to the ceiling."""
        rungs = self.game.rungs()
        if rungs is None or not self.game.n_moves:
            return "its acts are on no ladder of escalation"
        self._ranks = np.array([rung.rank for rung in rungs], np.int64)
        if self._ranks.min() > self.params.ceiling:
            return f"no act has a rank up to cooperation_window.ceiling = {self.params.ceiling}"
        return None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Does it hold, and how long?"""
        return (
            Field("window", 0, 1, "is escalation not available in the coming step?"),
            Field("window_left", 0, float(self.params.steps), "for how many steps from the coming one on it is not"),
        )

    def left(self, worlds: Worlds_) -> npt.NDArray[np.int64]:
        """(B,): steps of the window that are still to come where it holds, else 0."""
        past = worlds["step"] - self.params.start
        return np.where(past >= 0, np.maximum(0, self.params.steps - past), 0)

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """Nothing was withheld."""
        worlds["cooperation_window_withheld"][again] = 0.0

    def narrow(self, worlds: Worlds_, legal: npt.NDArray[Any]) -> None:
        """See the page."""
        holds = self.left(worlds) > 0
        if holds.any():
            withhold(holds, self._ranks, self.params.ceiling, legal)

    def amend(self, worlds: Worlds_, playing: npt.NDArray[Any], acts: Floats) -> None:
        """See the page."""
        withheld = worlds["cooperation_window_withheld"]
        withheld[playing] = 0.0
        holds = playing & (self.left(worlds) > 0)
        if not holds.any():
            return
        legal = np.ones((len(worlds), self.game.n_agents, self.game.n_moves), np.int8)
        if self.game.kernels.legal is not None:
            self.game.kernels.legal(self.game.p, part_of(worlds, self.game.world_dtype), legal)
        self.narrow(worlds, legal)
        there = self.game.present(worlds)
        replace(holds, there, self._ranks, self.params.ceiling, legal, acts, worlds["illegal"], withheld)

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """Nothing is paid for."""

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others asked for is not known."""
        worlds["cooperation_window_withheld"][:, np.arange(self.game.n_agents) != seat] = 0.0

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The same to all."""
        left = self.left(worlds)[:, None]
        out[:, :, column] = left > 0
        out[:, :, column + 1] = left

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """When, and what; nothing where nothing is withheld."""
        q = self.params
        withheld = np.unique(self._ranks[self._ranks > q.ceiling]).tolist()
        if not q.steps or not withheld:
            return []
        first, last = q.start + 1, q.start + q.steps
        when = f"in step {first}" if q.steps == 1 else f"from step {first} to step {last}"
        acts = "pressing" if self.game.name == "standoff" else ", ".join(RANKS[rank] for rank in withheld)
        return [
            worded(
                paraphrase,
                f"Window: {when} acts that escalate are not available: {acts}. Whoever asks for one does the strongest"
                " of the others instead.",
                f"Window: {when} nobody can escalate, which is to say that there is no {acts}. In place of such an act"
                " that is asked for all the same, the strongest other one is done.",
                f"Window: the following cannot be chosen {when}, as it escalates: {acts}. To ask for it is to do the"
                " strongest act that remains.",
            )
        ]

    def view(self, world: Any, seat: int) -> list[str]:
        """Does it hold now?"""
        left = int(self.left(np.array([world]))[0])
        if not left:
            return []
        return [f"The window holds in this step{f' and in the {left - 1} after it' if left > 1 else ''}."]
