"""Nations that may arm or disarm, each a little at a time, and each safer the more it has than the others.

**Models** the security dilemma: arms that one nation builds to be safe make the others unsafe, and all pay for them.

**Rules** of a step: all choose a change u_i in [−Δ, Δ] at the same time; x_i ← min(``max_arms``, max(0, x_i + u_i)). On
the new arms π_i = ``dividend`` − κ·x_i + mean over the others of (a·[x_i − x_j]₊ − v·[x_j − x_i]₊), with κ =
``upkeep``, a = ``advantage``, v = ``vulnerability``. Under ``perception_noise`` ν a rival's arms are seen times a draw
from U(1 − ν, 1 + ν), anew in each step and for each observer; those of the start are known.

**Ends** with the horizon (hidden) or the continuation draw.

**Observation** (float32): own arms and their last change; every rival's, in seat order after one's own, as seen; step
and horizon if known.

**Action**: one of ``levels`` equal levels, 0 the full cut −Δ and the last the full build Δ; if ``continuous`` the
change itself, a real number in [−Δ, Δ]. What lies outside is the nearest legal move, what is no number a full build;
both are counted as illegal. **Reward**: π_i.

**Cooperation**: c_i = (Δ − u_i)/(2Δ): full cut 1, hold .5, full build 0.

**Known answers** (GAMES.md §4.2): Richardson's equilibria, eigenvalues and free runs, disarmament, GRIT against a
responder, the equilibria of the static game; all are tests.

**Source**: Richardson 1960; Jervis 1978 (security dilemma).

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
from ..chance import PERCEPTION_NOISE, uniform
from ..faces import entry_points
from ..game import (
    RUNNING,
    Anchors,
    Continuation,
    Field,
    Floats,
    Game,
    Horizon,
    HorizonKnown,
    Kernels,
    Worlds_,
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..monte_carlo import random_play_total
from ..paraphrases import worded
from ..settings import Range, refuse

MOST = 1e6
ARMS, CHANGE = range(2)  # what is seen of a rival
DIGITS = 6
"""Of a change of arms as it is written: enough to tell as many levels apart as there can be."""


class Params(NamedTuple):
    """The parameters of GAMES.md §4.2."""

    n_agents: Annotated[int, Range(2, 100), "seats"] = 2
    initial_arms: Annotated[float, Range(0, MOST), "arms of every nation at the start"] = 5.0
    max_arms: Annotated[float, Range(0, MOST, above=True), "the most that a nation can have"] = 20.0
    max_build: Annotated[float, Range(0, MOST, above=True), "Δ: largest change of arms in a step"] = 1.0
    levels: Annotated[int, Range(3, 10_001), "odd number of equally spaced moves from −Δ to Δ"] = 9
    continuous: Annotated[bool, "is the move a real number?"] = False
    dividend: Annotated[float, Range(-MOST, MOST), "payoff per step without arms"] = 10.0
    upkeep: Annotated[float, Range(0, MOST), "κ: cost of a unit of arms per step"] = 0.2
    vulnerability: Annotated[float, Range(0, MOST), "v: harm per unit that a rival has more"] = 0.5
    advantage: Annotated[float, Range(0, MOST), "a: gain per unit that a rival has less"] = 0.1
    perception_noise: Annotated[float, Range(0, 1), "ν: a rival's arms are seen times U(1 − ν, 1 + ν)"] = 0.0
    horizon: Horizon = 100
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """All have the same arms, and know it."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.total_arms = p.n_agents * p.initial_arms
            for i in range(p.n_agents):
                w.arms[i] = p.initial_arms
                w.change[i] = 0.0
                for j in range(p.n_agents):
                    w.seen[i, j, ARMS] = p.initial_arms
                    w.seen[i, j, CHANGE] = 0.0


@njit(cache=True)
def change_of(p: Params, move: float) -> float:
    """The change of arms u that a legal move means."""
    return move if p.continuous else p.max_build * (2.0 * move / (p.levels - 1) - 1.0)


@njit(cache=True)
def _move(p: Params, w: Any, i: int, asked: float) -> float:
    """The nearest legal move; what is no number builds all it can."""
    w.intended[i] = asked
    low, high = (-p.max_build, p.max_build) if p.continuous else (0.0, p.levels - 1.0)
    move = high if np.isnan(asked) else min(max(asked, low), high)
    if not p.continuous:
        move = np.floor(move + 0.5)
    if move != asked:
        w.illegal[i] += 1
    return move


@njit(cache=True)
def _payoff(p: Params, w: Any, i: int) -> float:
    """What i's arms are worth beside the others'."""
    compared = 0.0
    for j in range(p.n_agents):
        more = w.arms[i] - w.arms[j]
        compared += p.advantage * more if more > 0.0 else p.vulnerability * more
    return p.dividend - p.upkeep * w.arms[i] + compared / (p.n_agents - 1)


@njit(cache=True)
def _see(p: Params, w: Any, i: int) -> None:
    """What i sees of the new arms; a change is one of what was seen."""
    for j in range(p.n_agents):
        arms = w.arms[j]
        if p.perception_noise > 0.0 and j != i:
            draw = uniform(w.key, w.step, PERCEPTION_NOISE, i * p.n_agents + j)
            arms *= 1.0 + p.perception_noise * (2.0 * draw - 1.0)
        w.seen[i, j, CHANGE] = arms - w.seen[i, j, ARMS]
        w.seen[i, j, ARMS] = arms


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All build or cut at once; the new arms pay."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        w.total_arms = 0.0
        for i in range(p.n_agents):
            move = _move(p, w, i, actions[b, i])
            u = change_of(p, move)
            before = w.arms[i]
            w.action[i] = move
            w.cooperation[i] = (p.max_build - u) / (2.0 * p.max_build)
            w.arms[i] = min(p.max_arms, max(0.0, before + u))
            w.change[i] = w.arms[i] - before
            w.total_arms += w.arms[i]
        for i in range(p.n_agents):
            w.payoff[i] = _payoff(p, w, i)
            rewards[b, i] = w.payoff[i]
            _see(p, w, i)
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """Own arms and change, then every rival's as seen."""
    n = p.n_agents
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(n):
            out[b, i, 0] = w.arms[i]
            out[b, i, 1] = w.change[i]
            k = 2
            for d in range(1, n):
                j = i + d if i + d < n else i + d - n
                out[b, i, k] = w.seen[i, j, ARMS]
                out[b, i, k + 1] = w.seen[i, j, CHANGE]
                k += 2
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


_RICHARDSON = {"continuous": True}


class ArmsRace(Game):
    """The game of this page."""

    name = "arms_race"
    family = "deescalation"
    title = "Can nations that fear each other's arms stop building them?"
    Params = Params
    kernels = Kernels(reset, step, observe)
    signals = ("total_arms",)
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "richardson_stable": {**_RICHARDSON, "initial_arms": 0},
        "richardson_unstable": {**_RICHARDSON, "initial_arms": 1, "max_arms": 100, "horizon": 500},
        "security_dilemma": {},
        "arms_dilemma": {"advantage": 0.3},
    }

    def check(self) -> None:
        """Nobody starts beyond the limit, and holding is a move."""
        q = self.params
        if q.levels % 2 == 0:
            raise refuse("arms_race.levels", q.levels, "an odd number, so that one of them is to hold")
        if q.initial_arms > q.max_arms:
            raise refuse("arms_race.initial_arms", q.initial_arms, f"at most arms_race.max_arms = {q.max_arms:g}")

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``arms`` now, their last ``change``, what each has ``seen`` of each: (arms, change)."""
        n = self.n_agents
        return world_dtype(
            n, ("total_arms", "f8"), ("arms", "f8", (n,)), ("change", "f8", (n,)), ("seen", "f8", (n, n, 2))
        )

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q = self.params
        top, most = q.max_arms * (1 + q.perception_noise), min(q.max_build, q.max_arms)
        # a change of what is seen may be as large as what is seen, where it is blurred
        seen_most = top if q.perception_noise else most
        fields = [
            Field("own_arms", 0, q.max_arms, "own arms"),
            Field("own_change", -most, most, "their last change"),
        ]
        for k in range(1, self.n_agents):
            fields.append(Field(f"arms_{k}", 0, top, f"arms, as seen, of the seat {k} after one's own"))
            fields.append(Field(f"change_{k}", -seen_most, seen_most, "their last change, as seen"))
        return (*fields, *self.life_fields())

    @cached_property
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """Levels from the full cut to the full build, or the change itself."""
        q = self.params
        return spaces.Box(-q.max_build, q.max_build, (), np.float64) if q.continuous else spaces.Discrete(q.levels)

    def nearest_move(self, change: Floats) -> Floats:
        """The legal moves nearest to ``change`` (any shape) of arms."""
        q = self.params
        change = np.clip(change, -q.max_build, q.max_build)
        return change if q.continuous else np.floor((change / q.max_build + 1) / 2 * (q.levels - 1) + 0.5)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The full cut or the full build."""
        build = self.params.max_build
        return np.full(len(worlds), float(self.nearest_move(np.array(-build if cooperative else build))))

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The change of one's own arms, and of the others' as seen."""
        if world["step"] == 0:
            return []
        changes = world["seen"][seat, :, CHANGE].tolist()
        changes[seat] = float(world["change"][seat])
        seats = sorted(range(self.n_agents), key=lambda j: j != seat)
        return [Act(j, None, "change arms by", changes[j]) for j in seats]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Of the others their arms as seen, and of their acts what the change of these tells."""
        q = self.params
        others = np.arange(self.n_agents) != seat
        seen, unplayed = worlds["seen"][:, seat].copy(), worlds["step"][:, None] == 0
        worlds["arms"] = np.where(others, np.minimum(seen[:, :, ARMS], q.max_arms), worlds["arms"])
        worlds["change"] = np.where(others, seen[:, :, CHANGE], worlds["change"])
        worlds["total_arms"] = worlds["arms"].sum(axis=1)
        change = np.clip(seen[:, :, CHANGE], -q.max_build, q.max_build)
        acts = np.where(unplayed, np.nan, self.nearest_move(change))
        labels = np.where(unplayed, np.nan, (q.max_build - change) / (2 * q.max_build))
        for name, told in (("action", acts), ("intended", acts), ("cooperation", labels)):
            worlds[name] = np.where(others, told, worlds[name])
        worlds["seen"][:, others] = 0.0
        if q.perception_noise > 0:
            worlds["payoff"] = np.nan

    def anchors(self) -> Anchors:
        """Of the static game, in which arms are chosen freely: a step there, times the steps."""
        q, n = self.params, self.n_agents
        lightest = 0.0 if q.advantage <= q.upkeep else np.nan  # who can do with less than the others does
        worst = q.max_arms if q.vulnerability >= q.upkeep else lightest  # unless nobody dares to
        armed = np.arange(n + 1)  # the sum of payoffs is largest where each has nothing or all that it can
        gap = (q.advantage - q.vulnerability) * armed * (n - armed) / (n - 1)
        best = n * q.dividend + q.max_arms * float((gap - q.upkeep * armed).max())
        return Anchors(
            self.expected_steps * n * (q.dividend - q.upkeep * worst),
            self.expected_steps * best,
            random_play_total(self),
            "of the static game, times the steps; random by Monte Carlo",
        )

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q, others = self.params, self.n_agents - 1
        there_are = "is one other" if others == 1 else f"are {others} others"
        mean = "" if others == 1 else ", as a mean over the others"
        lines = [
            (
                f"You lead a nation, and there {there_are}. Each has {q.initial_arms:g} units of arms and can have at"
                f" most {q.max_arms:g}.",
                f"Besides the nation that you lead there {there_are}. No nation can have more than {q.max_arms:g} units"
                f" of arms, and each has {q.initial_arms:g}.",
                f"In leading a nation you are not alone: there {there_are}. The arms of each are {q.initial_arms:g}"
                f" units and can be {q.max_arms:g} at most.",
            ),
            (
                f"In each step all change their arms at the same time, by at most {q.max_build:g} units up or down.",
                f"All change their arms at the same time in each step: up or down, by {q.max_build:g} units at most.",
                "A step is a change of everybody's arms at the same time. Up or down, it is no more than"
                f" {q.max_build:g} units.",
            ),
            (
                f"Then each gets {q.dividend:g}, less {q.upkeep:g} for every unit that it has.",
                f"Then every unit that it has costs a nation {q.upkeep:g}, and the nation gets {q.dividend:g}.",
                f"What each then gets is {q.dividend:g}, from which {q.upkeep:g} is taken for every unit that it has.",
            ),
            (
                f"For every unit that you have more than another you get {q.advantage:g};"
                f" for every unit that you have less you lose {q.vulnerability:g}{mean}.",
                f"You get {q.advantage:g} for every unit by which you have more than another, and lose"
                f" {q.vulnerability:g} for every unit by which you have less{mean}.",
                f"Every unit that you have more than another brings you {q.advantage:g}, and every unit that you have"
                f" less costs you {q.vulnerability:g}{mean}.",
            ),
        ]
        if q.perception_noise:
            percent = f"{100 * q.perception_noise:g} percent"
            mistaken = (
                f"What you see of others' arms after a step is wrong by up to {percent}.",
                f"After a step you see others' arms with an error of up to {percent}.",
                f"There is an error of up to {percent} in what you see of others' arms after a step.",
            )
            lines.append(mistaken)
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """Everyone's arms and their last change."""
        lines = [f"Step {world['step'] + 1} of {self.params.horizon}."] if self.params.horizon_known else []
        lines.append(f"You have {world['arms'][seat]:g} units of arms, changed by {world['change'][seat]:+g} last.")
        for d in range(1, self.n_agents):
            j = (seat + d) % self.n_agents
            arms, change = world["seen"][seat, j]
            lines.append(f"agent {j} is seen to have {arms:g}, changed by {change:+g}.")
        return "\n".join(lines)

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The change of arms."""
        q = self.params
        if q.continuous:
            return {"type": "number", "minimum": -q.max_build, "maximum": q.max_build}
        changes = (change_of(self.p, float(level)) for level in range(q.levels))
        return {"type": "number", "enum": [float(f"{change:.{DIGITS}g}") for change in changes]}


env, raw_env, parallel_env = entry_points(ArmsRace)
