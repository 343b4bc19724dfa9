"""A common pool that pays less the more all put into it.

**Models** those who share a pool that nobody owns (a fishing ground, a forest, groundwater) and decide how much effort
to put into it: the more others put in, the less each unit of one's own brings.

**Rules.** Each step every seat has e tokens and puts x_i of them into the common pool, all at the same time; the rest
goes where it earns w for certain. With X = Σx the step pays π_i = w(e − x_i) + x_i(A − B·X). Payoffs can be negative.

**Ends** by the horizon or the continuation draw only: the pool is as good as new in each step.

**Observation** (float32): X and one's own tokens and payoff of the last step, whether this is the first step, the
others' tokens in seat order after one's own if ``identified``, step and horizon if known.

**Action**: x_i, ``Discrete(e+1)`` in whole tokens, or a real number in [0, e]. A number beyond is the nearest end, one
between two whole tokens the nearest of them (a half is more), what is no number is e; all are counted as illegal.
**Reward**: the payoff of the step.

**Cooperation**: c_i = clip((x_N − x_i)/(x_N − x_O)): 1 up to an equal part of the best total, x_O = (A − w)/(2Bn), 0
from the symmetric equilibrium on, x_N = (A − w)/(B(n + 1)).

**Known answers** (GAMES.md §2.3): optimum 36 tokens in all, equilibrium 8 each, its rent 39.5 % of the largest; on
whole tokens other equilibria too, all with the same total; all are tests.

**Source**: Ostrom, Gardner & Walker 1994 (Rules, Games, and Common-Pool Resources); Walker, Gardner & Ostrom 1990 (J.
Environ. Econ. Manage. 19:203). Payoffs are in cents; the horizon is our choice.

**Versions**: v0, first.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import Act
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
    clip01,
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..paraphrases import worded
from ..settings import Range, refuse


class Params(NamedTuple):
    """The parameters of GAMES.md §2.3."""

    n_agents: Annotated[int, Range(2, 1000), "seats"] = 8
    endowment: Annotated[float, Range(0, 1e5, above=True), "e: tokens of a seat in each step"] = 10.0
    outside_return: Annotated[float, Range(0), "w: what a token earns outside the pool (cents)"] = 5.0
    intercept: Annotated[float, Range(0), "A: what the first token in the pool earns (cents)"] = 23.0
    slope: Annotated[float, Range(0, above=True), "B: by how much each token in the pool lowers that (cents)"] = 0.25
    integer: Annotated[bool, "whole tokens"] = True
    identified: Annotated[bool, "are others' tokens shown after the step?"] = False
    horizon: Horizon = 20
    horizon_known: HorizonKnown = True
    continuation: Continuation = 1.0


@njit(cache=True)
def label(p: Params, tokens: float) -> float:
    """How cooperative it is to put so many tokens into the pool."""
    free_entry = (p.intercept - p.outside_return) / p.slope  # the total at which the pool pays no more than elsewhere
    optimum, equilibrium = free_entry / (2.0 * p.n_agents), free_entry / (p.n_agents + 1.0)
    return clip01((equilibrium - tokens) / (equilibrium - optimum))


@njit(cache=True)
def _tokens(p: Params, w: Any, i: int, asked: float) -> float:
    """The nearest legal number of tokens; what is no number is all of them."""
    w.intended[i] = asked
    tokens = p.endowment if np.isnan(asked) else min(max(asked, 0.0), p.endowment)
    if p.integer:
        tokens = np.floor(tokens + 0.5)
    if tokens != asked:
        w.illegal[i] += 1
    return tokens


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Nobody has put anything into the pool yet."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.total = 0.0


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All put in at once, and the pool pays."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        total = 0.0
        for i in range(p.n_agents):
            tokens = _tokens(p, w, i, actions[b, i])
            w.action[i] = tokens
            w.cooperation[i] = label(p, tokens)
            total += tokens
        w.total = total
        each = p.intercept - p.slope * total
        for i in range(p.n_agents):
            w.payoff[i] = p.outside_return * (p.endowment - w.action[i]) + w.action[i] * each
            rewards[b, i] = w.payoff[i]
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """What all put in, what oneself put in and got, and the others' tokens."""
    n = p.n_agents
    for b in range(len(worlds)):
        w = worlds[b]
        first = w.step == 0
        for i in range(n):
            out[b, i, 0] = first
            out[b, i, 1] = w.total
            out[b, i, 2] = 0.0 if first else w.action[i]
            out[b, i, 3] = w.payoff[i]
            k = 4
            if p.identified:
                for j in range(1, n):
                    out[b, i, k] = 0.0 if first else w.action[(i + j) % n]
                    k += 1
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


class Appropriation(Game):
    """The game of this page."""

    name = "appropriation"
    family = "commons"
    title = "Will those who share a pool hold back before it pays them nothing?"
    Params = Params
    kernels = Kernels(reset, step, observe)
    signals = ("total",)
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"ogw_e10": {}, "ogw_e25": {"endowment": 25}}

    def check(self) -> None:
        """The pool must be worth entering, and whole tokens need a whole endowment."""
        q = self.params
        if q.intercept <= q.outside_return:
            allowed = f"above appropriation.outside_return = {q.outside_return:g}, or nobody would enter the pool"
            raise refuse("appropriation.intercept", q.intercept, allowed)
        if q.integer and q.endowment % 1:
            raise refuse("appropriation.endowment", q.endowment, "a whole number where appropriation.integer is true")

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``total``: the tokens that all put in in the last step."""
        return world_dtype(self.n_agents, ("total", "f8"))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q = self.params
        e, n = q.endowment, self.n_agents
        alone = min(e, self.free_entry / 2)  # the best answer to an empty pool
        most = q.outside_return * e + alone * (q.intercept - q.outside_return - q.slope * alone)
        least = min(0.0, e * (q.intercept - q.slope * n * e))
        fields = [
            Field("first_step", 0, 1, "1 before anybody has moved"),
            Field("total", 0, n * e, "tokens that all put into the pool in the last step"),
            Field("own_tokens", 0, e, "own tokens put into the pool in the last step"),
            Field("own_payoff", least, most, "own payoff of the last step (cents)"),
        ]
        if q.identified:
            fields += [Field(f"tokens_{k}", 0, e, f"last tokens of the seat {k} after one's own") for k in range(1, n)]
        return (*fields, *self.life_fields())

    @cached_property
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """Tokens put into the pool."""
        top = self.params.endowment
        return spaces.Discrete(int(top) + 1) if self.params.integer else spaces.Box(0.0, top, (), np.float64)

    @property
    def free_entry(self) -> float:
        """(A − w)/B: the total at which a token earns no more in the pool than outside."""
        q = self.params
        return (q.intercept - q.outside_return) / q.slope

    def welfare(self, total: "float | Floats") -> Any:
        """Payoff of all in a step in which ``total`` tokens are put in: it does not matter by whom."""
        q = self.params
        return self.n_agents * q.outside_return * q.endowment + q.slope * total * (self.free_entry - total)

    def best_reply(self, others: float) -> float:
        """The real number of tokens that pays most if the others put in ``others`` tokens together."""
        return min(self.params.endowment, max(0.0, (self.free_entry - others) / 2))

    def equilibrium_totals(self) -> list[float]:
        """The totals of all equilibria in pure strategies of a step.

        In real numbers there is one. In whole tokens a seat does not gain from one token less while x ≤ S − X + 1, nor
        from one more while x ≥ S − X − 1 (S = ``free_entry``, X the total), and payoffs are concave in one's own.
        """
        q, n = self.params, self.n_agents
        if not q.integer:
            return [n * min(q.endowment, self.free_entry / (n + 1))]
        totals = np.arange(n * q.endowment + 1)
        least = np.minimum(q.endowment, np.maximum(0.0, np.ceil(self.free_entry - totals - 1)))
        most = np.minimum(q.endowment, np.maximum(0.0, np.floor(self.free_entry - totals + 1)))
        return totals[(n * least <= totals) & (totals <= n * most)].tolist()

    def anchors(self) -> Anchors:
        """The worst symmetric equilibrium (where whole tokens allow none, the worst of all), the best total, and
        uniform play by its mean and variance.
        """
        q, n = self.params, self.n_agents
        totals = self.equilibrium_totals()
        symmetric = [total for total in totals if not q.integer or total % n == 0]
        best = min(n * q.endowment, self.free_entry / 2)
        bests = [math.floor(best), math.ceil(best)] if q.integer else [best]
        variance = ((q.endowment + 1) ** 2 - 1 if q.integer else q.endowment**2) / 12
        random = self.welfare(n * q.endowment / 2) - q.slope * n * variance
        steps = self.expected_steps
        return Anchors(
            steps * min(map(self.welfare, symmetric or totals)),
            steps * max(map(self.welfare, bests)),
            steps * random,
            "exact",
        )

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """An equal part of the best total, or the symmetric equilibrium."""
        q = self.params
        tokens = self.free_entry / (2 * self.n_agents if cooperative else self.n_agents + 1)
        if q.integer:
            tokens = np.floor(tokens) if cooperative else np.ceil(tokens)
        return np.full(len(worlds), min(tokens, q.endowment))

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """What one put in, and what each of the others did if they are named."""
        if world["step"] == 0:
            return []
        tokens = world["action"].tolist()
        seats = (seat, *(j for j in range(self.n_agents) if j != seat and self.params.identified))
        return [Act(j, None, "put in", tokens[j], "tokens") for j in seats]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Where nobody is named the others' total is known: each may have put in an equal part of it, the units that
        are left over by the first.
        """
        if self.params.identified:
            return
        others = np.arange(self.n_agents) != seat
        mean = (worlds["total"] - worlds["action"][:, seat]) / (self.n_agents - 1)
        rank = np.cumsum(others) - 1
        parts = np.repeat(mean[:, None], self.n_agents, axis=1)
        if self.params.integer:
            units = np.floor(parts + 1e-9)
            left = np.round((parts - units) * (self.n_agents - 1))
            parts = units + (rank < left)
        played = worlds["step"] > 0
        labels = np.array([label(self.p, x) for x in mean])
        pays = self.params.outside_return * (self.params.endowment - mean) + mean * (
            self.params.intercept - self.params.slope * worlds["total"]
        )
        for name, seen in (
            ("action", parts),
            ("intended", parts),
            ("payoff", pays[:, None]),
            ("cooperation", labels[:, None]),
        ):
            worlds[name] = np.where(others, np.where(played[:, None], seen, np.nan), worlds[name])

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q, others = self.params, self.n_agents - 1
        amount = f"{'a whole number of tokens' if q.integer else 'a number of tokens'} between 0 and {q.endowment:g}"
        lines = [
            (
                f"You and {others} others share a pool. In each step each of you gets {q.endowment:g} tokens, and all"
                f" say at once how many of them they put into the pool: {amount}.",
                f"There is a pool that you share with {others} others. Of the {q.endowment:g} tokens that each of you"
                f" gets in each step, all say at once how many they put into the pool: {amount}.",
                f"You share a pool with {others} others. Each step brings {q.endowment:g} tokens to each of you, and"
                f" how many of them are put into the pool is what all say at once: {amount}.",
            ),
            (
                f"A token that you keep out of the pool earns you {q.outside_return:g} cents.",
                f"You earn {q.outside_return:g} cents by a token that you keep out of the pool.",
                f"Kept out of the pool, a token earns you {q.outside_return:g} cents.",
            ),
            (
                "If all together put X tokens into the pool, a token in it earns its owner"
                f" {q.intercept:g} − {q.slope:g}·X cents, which can be less than nothing.",
                f"A token in the pool earns its owner {q.intercept:g} − {q.slope:g}·X cents if all together put X"
                " tokens into it; this can be less than nothing.",
                "Say that all together put X tokens into the pool: then its owner earns"
                f" {q.intercept:g} − {q.slope:g}·X cents by each token in it, and that can be less than nothing.",
            ),
            (
                "After each step you are told what each of the others put in.",
                "What each of the others put in is told to you after each step.",
                "When a step is over you learn what each of the others put in.",
            )
            if q.identified
            else (
                "After each step you are told X, and not who put in how much.",
                "X is told to you after each step, but not who put in how much.",
                "When a step is over you learn X, yet not who put in how much.",
            ),
        ]
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """What was put in, and what that paid."""
        lines = [f"Step {world['step'] + 1} of {self.params.horizon}."] if self.params.horizon_known else []
        if world["step"] == 0:
            return "\n".join([*lines, "Nobody has put anything into the pool yet."])
        lines += [
            f"In the last step all together put {world['total']:g} tokens into the pool.",
            f"You put in {world['action'][seat]:g} and earned {world['payoff'][seat]:g} cents.",
        ]
        if self.params.identified:
            tokens = ", ".join(f"agent {j}: {world['action'][j]:g}" for j in range(self.n_agents) if j != seat)
            lines.append(f"The others put in: {tokens}.")
        return "\n".join(lines)

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """Tokens put into the pool."""
        most = self.params.endowment
        if self.params.integer:
            return {"type": "integer", "minimum": 0, "maximum": int(most)}
        return {"type": "number", "minimum": 0, "maximum": most}


env, raw_env, parallel_env = entry_points(Appropriation)
