"""A loss that threatens all, and what each gives to avert it.

**Models** dangerous climate change: everybody can pay a little in each step, nobody is paid back, and if all together
have not paid enough by the end, everybody may lose what is left.

**Rules.** Every seat has an account of ``endowment``. Each step all give one of ``contribution_levels`` from their
accounts at the same time. Nothing is paid until the episode ends; then, if all gifts together reach ``target``, each
gets what is left in its account; if not, with probability ``risk`` nothing, else its account. ``loss_draw``: one draw
for all (*group*), or one for each (*individual*).

**Ends** by the horizon or the continuation draw, as *reached* (the target), *spared* (it was missed and nobody lost) or
*catastrophe* (somebody lost everything).

**Observation** (float32): whether this is the first step, all gifts so far, own account and own last gift, for each of
the others in seat order after one's own all that it gave and what it gave last, step and horizon if known.

**Action**: ``Discrete``: which of the levels, smallest first. One that the account does not allow is the largest that
it does; a number between two moves is the nearest (a half is less), beyond them the last, what is no number the
smallest gift; all are counted as illegal, and a mask says what is legal. **Reward**: 0, at the end what is got.

**Cooperation**: c_i = min(1, g_i/(target/(n·T))), the gift by the fair share of a step. Who does not know T cannot
know the fair share, and takes every gift for 1.

**Known answers** (GAMES.md §2.4): all giving the fair share keep half of their accounts; giving nothing is always an
equilibrium; a profile that just reaches the target is one iff nobody gives more than risk·endowment; all are tests. So
at risk .9 the best equilibrium and the worst are 120 and 24, at .5 giving nothing is worth as much as reaching the
target, at .1 more. Whoever looks ahead by fewer steps than are left sees no payoff.

**Source**: Milinski et al. 2008 (PNAS 105:2291).

**Versions**: v0, first.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import Act
from ..chance import HAZARD, uniform
from ..faces import entry_points
from ..game import (
    COMMON_OUTCOMES,
    RUNNING,
    Anchors,
    Continuation,
    Field,
    Floats,
    Game,
    Horizon,
    HorizonKnown,
    Kernels,
    Seats,
    Worlds_,
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..monte_carlo import random_play_total
from ..paraphrases import worded
from ..settings import Choice, Range, refuse

GROUP, INDIVIDUAL = range(2)
SAME = 1e-9
"""Expected payoffs that differ by less are the same."""
REACHED, SPARED, CATASTROPHE = range(len(COMMON_OUTCOMES), len(COMMON_OUTCOMES) + 3)


class Params(NamedTuple):
    """The parameters of GAMES.md §2.4."""

    n_agents: Seats = 6
    endowment: Annotated[int, Range(1, 10_000), "account of a seat at the start (euros)"] = 40
    contribution_levels: Annotated[tuple[int, ...], Range(0), "gifts to choose from, 0 first, rising (euros)"] = (
        0,
        2,
        4,
    )
    target: Annotated[int, Range(1), "gifts of all together that avert the loss (euros)"] = 120
    risk: Annotated[float, Range(0, 1), "p: probability of the loss if the target is missed"] = 0.9
    loss_draw: Annotated[str, Choice("group", "individual"), "one draw for all, or one for each"] = "group"
    horizon: Horizon = 10
    horizon_known: HorizonKnown = True
    continuation: Continuation = 1.0


@njit(cache=True)
def _affordable(p: Params, account: float) -> int:
    """The largest move that an account allows: the first is to give nothing."""
    levels: Any = p.contribution_levels
    move = len(levels) - 1
    while levels[move] > account:
        move -= 1
    return move


@njit(cache=True)
def _move(p: Params, w: Any, i: int, asked: float) -> int:
    """The nearest legal move; what is no number gives least."""
    w.intended[i] = asked
    top = float(_affordable(p, w.account[i]))
    move = 0.0 if np.isnan(asked) else min(max(np.ceil(asked - 0.5), 0.0), top)
    if move != asked:
        w.illegal[i] += 1
    return int(move)


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Full accounts."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.total = 0.0
            for i in range(p.n_agents):
                w.account[i] = p.endowment
                w.gift[i] = 0.0


@njit(cache=True)
def _settle(p: Params, w: Any) -> None:
    """Pays the accounts at the end, if they are not lost."""
    w.outcome = REACHED if w.total >= p.target else SPARED
    for i in range(p.n_agents):
        w.payoff[i] = w.account[i]
        if w.total < p.target:
            draw = uniform(w.key, w.step, HAZARD, i if p.loss_draw == INDIVIDUAL else 0)
            if draw < p.risk:
                w.payoff[i] = 0.0
                w.outcome = CATASTROPHE


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All give at once; at the end it is settled."""
    levels: Any = p.contribution_levels
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        fair = p.target / (p.n_agents * p.horizon)
        for i in range(p.n_agents):
            move = _move(p, w, i, actions[b, i])
            gift = levels[move]
            w.action[i] = move
            w.gift[i] = gift
            w.account[i] -= gift
            w.total += gift
            w.cooperation[i] = min(1.0, gift / fair)
            w.payoff[i] = 0.0
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        if w.ended != RUNNING:
            _settle(p, w)
        for i in range(p.n_agents):
            rewards[b, i] = w.payoff[i]
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """What has been given so far, by whom."""
    n = p.n_agents
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(n):
            out[b, i, 0] = w.step == 0
            out[b, i, 1] = w.total
            out[b, i, 2] = w.account[i]
            out[b, i, 3] = w.gift[i]
            k = 4
            for other in range(i + 1, i + n):
                j = other if other < n else other - n
                out[b, i, k] = p.endowment - w.account[j]
                out[b, i, k + 1] = w.gift[j]
                k += 2
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


@njit(cache=True)
def legal(p: Params, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """What the accounts allow."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(p.n_agents):
            top = _affordable(p, w.account[i])
            for k in range(len(p.contribution_levels)):
                out[b, i, k] = k <= top


class Climate(Game):
    """The game of this page."""

    name = "climate"
    family = "commons"
    title = "Will all together pay enough to avert a loss that threatens each?"
    Params = Params
    kernels = Kernels(reset, step, observe, legal)
    outcomes = (*COMMON_OUTCOMES, "reached", "spared", "catastrophe")
    collapses = ("catastrophe",)
    pays_at_end = True
    signals = ("total",)
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "milinski_90": {},
        "milinski_50": {"risk": 0.5},
        "milinski_10": {"risk": 0.1},
    }

    def check(self) -> None:
        """Whoever has nothing left must have a move, and moves have an order."""
        levels = self.params.contribution_levels
        if len(levels) < 2 or levels[0] != 0 or any(a >= b for a, b in pairwise(levels)):
            raise refuse("climate.contribution_levels", list(levels), "two or more whole numbers, 0 first, rising")

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``total`` of all gifts, each ``account``, and each one's last ``gift``."""
        n = self.n_agents
        return world_dtype(n, ("total", "f8"), ("account", "f8", (n,)), ("gift", "f8", (n,)))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        e, top = self.params.endowment, self.params.contribution_levels[-1]
        fields = [
            Field("first_step", 0, 1, "1 before anybody has given"),
            Field("total", 0, self.n_agents * e, "gifts of all so far (euros)"),
            Field("account", 0, e, "own account (euros)"),
            Field("own_gift", 0, top, "own last gift (euros)"),
        ]
        for k in range(1, self.n_agents):
            fields += [
                Field(f"given_{k}", 0, e, f"gifts so far of the seat {k} after one's own (euros)"),
                Field(f"gift_{k}", 0, top, f"last gift of the seat {k} after one's own (euros)"),
            ]
        return (*fields, *self.life_fields())

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """Which of the levels."""
        return spaces.Discrete(len(self.params.contribution_levels))

    @property
    def stochastic(self) -> bool:
        """The loss, where it is neither certain nor impossible."""
        return 0 < self.params.risk < 1

    @property
    def fair_gift(self) -> float:
        """The target by seats and steps; the largest gift where no seat can know it, as the horizon is hidden."""
        q = self.params
        return q.target / (q.n_agents * q.horizon) if q.horizon_known else float(q.contribution_levels[-1])

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The smallest gift that is not below the fair one, or the largest that there is and the account allows; or
        none.
        """
        if not cooperative:
            return np.zeros(len(worlds))
        levels = np.array(self.params.contribution_levels)
        wanted = min(np.searchsorted(levels, self.fair_gift), len(levels) - 1)
        affordable = np.searchsorted(levels, worlds["account"][:, seat], side="right") - 1
        return np.minimum(affordable, wanted).astype(np.float64)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """All gifts."""
        if world["step"] == 0:
            return []
        gifts = world["gift"].tolist()
        return [Act(j, None, "give", gifts[j], "euros") for j in sorted(range(self.n_agents), key=lambda j: j != seat)]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """All is seen, but what the fair share is, where the horizon is hidden."""
        if not self.params.horizon_known:
            labels = np.where(np.isnan(worlds["action"]), np.nan, worlds["gift"] > 0)
            worlds["cooperation"] = labels

    def _worths(self) -> Iterator[Floats]:
        """What the sums of gifts so far are worth to a planner who knows the horizon, after a step that k steps follow
        (k = 0, 1, … as long as more steps change something), and in the end before the first step.
        """
        q, n = self.params, self.n_agents
        largest = n * int(_sums(q.contribution_levels, min(q.horizon, q.endowment), q.endowment)[-1])
        totals = np.arange(largest + 1)
        ends = np.where(totals >= q.target, 1.0, 1 - q.risk) * (n * q.endowment - totals)
        value = ends
        for left in range(q.horizon):  # steps that are left after this one
            goes_on = q.continuation if left else 0.0
            after = (1 - goes_on) * ends + goes_on * value
            yield after
            before, value = value, after.copy()
            for gift in _sums(q.contribution_levels, n, largest)[1:]:
                value[:-gift] = np.maximum(value[:-gift], after[gift:])
            if left and np.array_equal(before, value):  # more steps change nothing
                break
        yield value

    @cached_property
    def _worth(self) -> list[Floats]:
        return list(self._worths())

    @cached_property
    def planner_value(self) -> float:
        """The largest expected total of a planner, by dynamic programming over the sum of gifts.

        Exact where the levels are evenly spaced, as then every sum that the accounts allow together can be shared out;
        else an upper bound.
        """
        return float(deque(self._worths(), maxlen=1)[0][0])

    def planned_gift(self, to_go: int, total: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(B,): the sum of gifts that such a planner wants now, with ``to_go`` steps to go, where ``total`` (B,) has
        been given; of sums that are worth the same the one nearest to an even pace (of two the smaller).
        """
        after = self._worth[min(to_go, len(self._worth) - 1) - 1]
        sums = _sums(self.params.contribution_levels, self.n_agents, len(after) - 1)
        then = total[:, None] + sums
        worth = np.where(then < len(after), after[np.minimum(then, len(after) - 1)], -np.inf)
        pace = np.maximum(0, self.params.target - total) / to_go
        off = np.where(worth >= worth.max(axis=1, keepdims=True) - SAME, np.abs(sums - pace[:, None]), np.inf)
        return sums[off.argmin(axis=1)]

    def anchors(self) -> Anchors:
        """Nobody gives, which is an equilibrium unless one alone can and would reach the target; the planner."""
        q = self.params
        alone = min(q.endowment, q.horizon * q.contribution_levels[-1])
        nothing = self.n_agents * q.endowment * (1 - q.risk)
        stable = alone < q.target or q.target >= q.risk * q.endowment
        note = "expected; optimum by dynamic programming, random by Monte Carlo"
        return Anchors(nothing if stable else np.nan, self.planner_value, random_play_total(self), note)

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q, others = self.params, self.n_agents - 1
        levels = ", ".join(f"{level:g}" for level in q.contribution_levels)
        group = q.loss_draw == "group"
        lines = [
            (
                f"You and {others} others have {q.endowment:g} euros each in an account.",
                f"Each of you, that is you and {others} others, has an account with {q.endowment:g} euros.",
                f"There are {q.endowment:g} euros in your account, and as many in the account of each of {others}"
                " others.",
            ),
            (
                f"In each step all say at once how much they give to the common cause: one of {levels} euros.",
                f"How much they give to the common cause is what all say at once in each step: one of {levels} euros.",
                f"A gift to the common cause is one of {levels} euros; in each step all say at once which.",
            ),
            (
                f"At the end, if all gifts together are {q.target:g} euros or more, each of you is paid what is left in"
                " its account.",
                f"If at the end all gifts come to {q.target:g} euros or more, what is left in its account is paid to"
                " each of you.",
                "Each of you is paid what is left in its account at the end if all gifts together are no less than"
                f" {q.target:g} euros.",
            ),
            (
                f"If they are less, with probability {q.risk:g}"
                f" {'everybody loses' if group else 'each, by a lot of its own, loses'} all that is left; else it is"
                " paid.",
                f"If they come to less, {'one lot decides for everybody' if group else 'each draws a lot of its own'}:"
                f" all that is left is lost with probability {q.risk:g}, and else paid.",
                f"With less than that there is a probability of {q.risk:g}"
                f" {'that everybody' if group else 'for each, by a lot of its own, that it'} loses all that is left,"
                " which else is paid.",
            ),
            (
                "What was given is gone, whether it was enough or not. After each step you see what each of you gave.",
                "Enough or not, gifts do not come back. What each of you gave is shown to you after each step.",
                "Nobody gets back what was given, whether it was enough or not. When a step is over you see what each"
                " of you gave.",
            ),
        ]
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """All gifts so far, and one's account."""
        lines = [f"Step {world['step'] + 1} of {self.params.horizon}."] if self.params.horizon_known else []
        account = f"Your account holds {world['account'][seat]:g} euros."
        if world["step"] == 0:
            return "\n".join([*lines, "Nobody has given anything yet.", account])
        given = self.params.endowment - world["account"]
        told = ", ".join(
            f"agent {j}: {world['gift'][j]:g} (so far {given[j]:g})" for j in range(self.n_agents) if j != seat
        )
        lines += [
            f"All gifts so far are {world['total']:g} of {self.params.target:g} euros.",
            f"In the last step you gave {world['gift'][seat]:g} (so far {given[seat]:g}).",
        ]
        return "\n".join([*lines, *([f"The others gave: {told}."] if told else []), account])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The gifts that the account allows."""
        levels = self.params.contribution_levels
        return {"type": "integer", "enum": [level for level in levels if level <= world["account"][seat]]}


def _sums(levels: tuple[int, ...], count: int, most: int) -> npt.NDArray[np.int64]:
    """All sums of so many levels up to ``most``, rising."""
    sums = np.zeros(1, np.int64)
    for _ in range(count):
        before, sums = sums, np.unique(sums[:, None] + np.array(levels))
        sums = sums[sums <= most]
        if len(sums) == len(before):
            break
    return sums


env, raw_env, parallel_env = entry_points(Climate)
