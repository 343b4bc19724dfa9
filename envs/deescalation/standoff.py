"""Two sides locked in a conflict, a noisy channel between them, and a cliff.

**Models** a feud or a crisis that has begun: both press, each can hold back, and slips are taken for malice.

**Rules.** The stage game is ``chicken`` (T, R, S, P = 2, 1, 0, −1) or ``pd`` (5, 3, 0, 1), played by two seats who hold
(C) or press (D) at the same time, after ``stalemate`` steps of mutual pressing that both remember. ``action_noise``
flips a realised move, ``perception_noise`` what the other sees of it. After (D,D) the game ends in a crash with
probability ``crash_prob``, and the step pays both ``crash_payoff`` in place of the stage payoff.

**Ends** *terminated* by the crash, else by the horizon (hidden) or the continuation draw.

**Observation** (float32): one-hot of the own last realised move and of the other's as seen (``*_none`` only without a
stalemate), length of the stalemate, step and horizon if known.

**Action**: 0 holds, 1 presses. **Reward**: the payoff of the step.

**Cooperation**: c_ij = 1 for hold, 0 for press (realised).

**Known answers** (GAMES.md §4.1): tit-for-tat never leaves a stalemate, GRIT does; echoes of one planted error; the run
of 20 steps on the brink; all are tests.

**Source**: Molander 1985; Wu & Axelrod 1995; Osgood 1962; Lindskold 1978.

**Versions**: v0, first.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import Act
from ..chance import HAZARD, uniform
from ..dilemmas.binary import (
    DEFECT,
    MOVE_FIELDS,
    UNSEEN,
    binary_move,
    noisy,
    pair_anchors,
    perceived,
    realised,
    show_moves,
    told_noise,
)
from ..faces import entry_points
from ..game import (
    COMMON_OUTCOMES,
    RUNNING,
    TERMINATED,
    Anchors,
    Continuation,
    Field,
    Floats,
    Game,
    Horizon,
    HorizonKnown,
    Kernels,
    Rung,
    Worlds_,
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..monte_carlo import random_play_total
from ..neutral import cooperation_as
from ..paraphrases import worded
from ..settings import Choice, Range

CHICKEN = 0
CRASHED = len(COMMON_OUTCOMES)
# (R, S, T, P) by stage game
STAGE_PAYOFFS = {"chicken": (1.0, 0.0, 2.0, -1.0), "pd": (3.0, 0.0, 5.0, 1.0)}
_PAYOFFS: Any = np.array([STAGE_PAYOFFS["chicken"], STAGE_PAYOFFS["pd"]])


WORDS = ("hold", "press")
FORMS = {
    **cooperation_as("{0}"),
    "hold": "{0}",
    "both hold": "both choose {0}",
    "holds": "chooses {0}",
    "held": "chose {0}",
    "window holds": "window is in force",
    "press": "{1}",
    "both press": "both choose {1}",
    "presses": "chooses {1}",
    "pressed": "chose {1}",
    "have pressed": "have chosen {1}",
    "pressing": "{1}",
}
"""What stands in the place of these words under neutral labels."""


class Params(NamedTuple):
    """The parameters of GAMES.md §4.1."""

    stage_game: Annotated[str, Choice("chicken", "pd"), "payoffs of a step"] = "chicken"
    stalemate: Annotated[int, Range(0, 1000), "steps of mutual pressing before step 1"] = 1
    action_noise: Annotated[float, Range(0, 1), "probability that a realised move is the other one"] = 0.05
    perception_noise: Annotated[float, Range(0, 1), "probability that the other sees the other move"] = 0.0
    crash_prob: Annotated[float, Range(0, 1), "κ: probability of a crash after mutual pressing"] = 0.0
    crash_payoff: Annotated[float, Range(), "what a crash pays both"] = -20.0
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Horizon = 100
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Both have pressed, if there was a stalemate."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            for i in range(2):
                w.seen[i] = DEFECT if p.stalemate > 0 else UNSEEN
                if p.stalemate > 0:
                    w.action[i] = w.intended[i] = DEFECT
                    w.cooperation[i] = 0.0


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """Both move at once; the cliff is next."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        for i in range(2):
            move = realised(w, i, binary_move(w, i, actions[b, i]), p.action_noise)
            w.action[i] = move
            w.cooperation[i] = 1.0 - move
        both_press = w.action[0] == DEFECT and w.action[1] == DEFECT
        crash = both_press and p.crash_prob > 0.0 and uniform(w.key, w.step, HAZARD, 0) < p.crash_prob
        for i in range(2):
            theirs = int(w.action[1 - i])
            w.payoff[i] = p.crash_payoff if crash else _PAYOFFS[p.stage_game, 2 * int(w.action[i]) + theirs]
            w.seen[i] = perceived(w, i, theirs, p.perception_noise)
            rewards[b, i] = w.payoff[i]
        if crash:
            w.ended = TERMINATED
            w.outcome = CRASHED
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """Own and the other's last move one-hot, then what the setting adds."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(2):
            o = out[b, i]
            show_moves(w, i, o)
            o[6] = p.stalemate
            if p.horizon_known:
                o[7] = w.step
                o[8] = p.horizon


class Standoff(Game):
    """The game of this page."""

    name = "standoff"
    family = "deescalation"
    title = "Who takes the first step out of a conflict, and is it answered?"
    Params = Params
    kernels = Kernels(reset, step, observe)
    outcomes = (*COMMON_OUTCOMES, "crash")
    collapses = ("crash",)
    directed = True
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "feud_pd": {"stage_game": "pd", "action_noise": 0.01},
        "chicken_noise": {},
        "brinkmanship": {"crash_prob": 0.05},
        "announced": {},
    }
    preset_institutions: ClassVar[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
        "announced": ({"institution": "communication"},)
    }

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """What each saw of the other's last move (-1 nothing, 0 C, 1 D)."""
        return world_dtype(2, ("seen", "i8", (2,)))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        return (
            *MOVE_FIELDS,
            Field("stalemate", 0, 1000, "steps of mutual pressing before the first"),
            *self.life_fields(),
        )

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """0 holds, 1 presses."""
        return spaces.Discrete(2)

    @property
    def stochastic(self) -> bool:
        """Noise, or the cliff."""
        return self.params.action_noise > 0 or self.params.crash_prob > 0

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """Hold or press."""
        return np.full(len(worlds), 0.0 if cooperative else 1.0)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The own move, and the other's as perceived; of a stalemate before the first step the brief tells."""
        if world["step"] == 0:
            return []
        other, words = 1 - seat, self.move_schema(world, seat)["enum"]
        return [Act(seat, other, words[int(world["action"][seat])]), Act(other, seat, words[int(world["seen"][seat])])]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Of the other's move, what perception let through."""
        other = 1 - seat
        seen = np.where(worlds["seen"][:, seat] == UNSEEN, np.nan, worlds["seen"][:, seat])
        worlds["action"][:, other] = worlds["intended"][:, other] = seen
        worlds["cooperation"][:, other] = 1.0 - seen
        worlds["seen"][:, other] = UNSEEN
        if self.params.perception_noise > 0:
            worlds["payoff"] = np.nan

    def rungs(self) -> tuple[Rung, ...]:
        """Two only. Severity 0 or 1 makes the score the share that presses, free of any convention about weights. Rank
        3, where the full ladder begins to escalate, is what the rules of quiet (≤ 1) and spiral (≥ 3) look for.
        """
        return Rung(0.0, 0), Rung(1.0, 3)

    @cached_property
    def table(self) -> Floats:
        """(2, 2, 2): payoff [row's move][column's move][player] of a step without a crash."""
        r, s, t, u = STAGE_PAYOFFS[self.params.stage_game]
        return np.array([[[r, r], [s, t]], [[t, s], [u, u]]])

    def anchors(self) -> Anchors:
        """Exact without a cliff; with one the equilibria are those of a stochastic game, which are not known here."""
        if self.params.crash_prob > 0:
            note = "no equilibrium is known with a crash hazard; optimum by dynamic programming, random by Monte Carlo"
            return Anchors(np.nan, self.planner_value, random_play_total(self), note)
        worst, best, random = (
            self.expected_steps * x for x in pair_anchors(noisy(self.table, self.params.action_noise))
        )
        return Anchors(worst, best, random, "exact, action noise included")

    @cached_property
    def planner_value(self) -> float:
        """The largest expected total of both, by dynamic programming: one state, in which nobody has crashed yet."""
        q = self.params
        pays = self.table.copy()
        pays[1, 1] = (1 - q.crash_prob) * pays[1, 1] + q.crash_prob * q.crash_payoff
        lasts = np.ones((2, 2, 1))
        lasts[1, 1] = 1 - q.crash_prob
        now = noisy(pays, q.action_noise).sum(axis=2)
        goes_on = q.continuation * noisy(lasts, q.action_noise)[:, :, 0]
        value = 0.0
        for _ in range(q.horizon):
            before, value = value, float((now + goes_on * value).max())
            if value == before:  # what comes later no longer counts
                break
        return value

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q = self.params
        r, s, t, u = STAGE_PAYOFFS[q.stage_game]
        lines = [
            (
                "You and one other stand against each other. In each step both choose at the same time: hold or press.",
                "You stand against one other, and each step asks both of you for a choice at the same time: hold or"
                " press.",
                "Two stand against each other, you and one other. The choice that both make at the same time in each"
                " step is this: hold or press.",
            ),
            (
                f"If both hold, each gets {r:g}. If both press, each gets {u:g}.",
                f"Each gets {r:g} if both hold and {u:g} if both press.",
                f"There is {r:g} for each when both hold; when both press, there is {u:g}.",
            ),
            (
                f"Whoever presses while the other holds gets {t:g}, the other {s:g}.",
                f"If one presses and the other holds, the first gets {t:g} and the second {s:g}.",
                f"When one holds while the other presses, {s:g} is for the former and {t:g} for the latter.",
            ),
        ]
        if q.stalemate:
            steps = f"{q.stalemate} step{'s' if q.stalemate > 1 else ''}"
            before = (
                f"Both of you have pressed in the last {steps}.",
                f"In the last {steps} both of you have pressed.",
                f"This comes after {steps} in which both of you have pressed.",
            )
            lines.append(before)
        if q.crash_prob:
            crash = (
                f"When both press, everything ends with probability {q.crash_prob:g}, and both get {q.crash_payoff:g}.",
                f"With probability {q.crash_prob:g} everything ends when both press, and then both get"
                f" {q.crash_payoff:g}.",
                f"If both press, there is a probability of {q.crash_prob:g} that this is the end of everything, with"
                f" {q.crash_payoff:g} for both.",
            )
            lines.append(crash)
        lines += told_noise(q, "the other's")
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """The last moves."""
        words = ("held", "pressed")
        lines = [f"Step {world['step'] + 1} of {self.params.horizon}."] if self.params.horizon_known else []
        if world["seen"][seat] == UNSEEN:
            return "\n".join([*lines, "Nothing has happened yet."])
        own, seen = int(world["action"][seat]), int(world["seen"][seat])
        return "\n".join([*lines, f"In the last step you {words[own]} and the other {words[seen]}."])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The word for the move."""
        return {"type": "string", "enum": list(WORDS)}

    @property
    def move_words(self) -> tuple[str, ...]:
        """Both."""
        return WORDS

    @property
    def word_forms(self) -> Mapping[str, str]:
        """As nouns, and as verbs."""
        return FORMS


env, raw_env, parallel_env = entry_points(Standoff)
