"""A stock that regrows, and the hands that take from it.

**Models** a renewable resource that several agents may harvest: what all leave grows, what one takes is gone for all.

**Rules** of step t: (1) all see the stock h; (2) all request a_i in [0, h] at the same time; (3) if the requests fit
into h each catches its own, else they are rationed; (4) π_i is the catch; (5) s = h − Σ catch remains; (6) if s is
below ``collapse_threshold`` the stock collapses and the episode ends, step t counted as played; (7) else it regrows.

- ``rationing`` *stochastic*: while stock and unmet requests remain, an agent drawn uniformly from those with an unmet
  request gets one unit. *proportional*: quota q_i = h·a_i/Σa, rounded down, and the units left over go one each,
  without replacement, to agents with a fractional quota, with probability ∝ unmet request (real-valued: exactly q_i).
- ``growth`` *doubling*: h ← min(K, ⌊g·s⌋). *logistic*: h ← min(K, s + r·s(1 − s/K)).

**Ends** *terminated* by collapse, else by the horizon.

**Observation** (float32): the stock, whether this is the first step, own last request and catch, the others' last
catches in seat order after one's own if ``catches_public``, step and horizon if known.

**Action**: the request, ``Discrete(K+1)`` in whole units, or a real number in [0, K]. More than the stock is the
stock, and is counted as illegal. **Reward**: the catch.

**Cooperation**: c_i = clip((h/n − a_i)/(h/n − f/n)) on the request, with the sustainable yield f = max{x : growth(h −
x) ≥ h}: 1 up to the sustainable share, 0 from an equal split of everything.

**Known answers** (GAMES.md §2.1): the table of scripted policies, the knife edge between 10 and 11 per head, the
optimum 50(T−1)+100, the logistic fixed points; all are tests.

**Source**: Piatti et al. 2024 (GovSim, arXiv 2404.16698); Gordon 1954, Schaefer 1957 (logistic).

**Versions**: v0, first. To come: skins, ``regimes``, ``fish_war``, newcomers.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..chance import GROWTH, RATIONING, uniform
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
    Seats,
    Worlds_,
    clip01,
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..monte_carlo import random_play_total
from ..settings import Choice, Range, SettingError, refuse

DOUBLING, LOGISTIC = range(2)
STOCHASTIC, PROPORTIONAL = range(2)
COLLAPSED = len(COMMON_OUTCOMES)
PLANNER_GRID, PLANNER_MOST = 401, 10_000
"""Stocks on which the planner's dynamic programme is solved where the stock is real-valued, or larger than this."""
NOISE_POINTS = 200
PLANNER_TAIL = 1e-9
"""A step that is reached with a smaller probability than this does not enter the planner's programme."""


class Params(NamedTuple):
    """The parameters of GAMES.md §2.1."""

    n_agents: Seats = 5
    capacity: Annotated[float, Range(0, 1e5, above=True), "K: the largest stock (tons)"] = 100.0
    initial_stock: Annotated[float | None, Range(0, above=True), "stock at the start (tons); none: K"] = None
    growth: Annotated[str, Choice("doubling", "logistic"), "law of regrowth"] = "doubling"
    growth_factor: Annotated[float, Range(1), "g of doubling growth"] = 2.0
    growth_rate: Annotated[float, Range(0, 3, above=True), "r of logistic growth, per step"] = 0.5
    growth_noise: Annotated[float, Range(0, 1), "σ: regrowth is multiplied by U(1 − σ, 1 + σ)"] = 0.0
    collapse_threshold: Annotated[float, Range(0), "C: the stock collapses below it (tons)"] = 5.0
    rationing: Annotated[str, Choice("stochastic", "proportional"), "who gets what if too much is asked for"] = (
        "stochastic"
    )
    integer: Annotated[bool | None, "whole units; none: true with doubling growth"] = None
    catches_public: Annotated[bool, "are others' catches shown after the step?"] = True
    horizon: Horizon = 12
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def grown(p: Params, s: float) -> float:
    """The stock after regrowth without noise."""
    h = p.growth_factor * s if p.growth == DOUBLING else s + p.growth_rate * s * (1.0 - s / p.capacity)
    if p.integer:
        h = np.floor(h)
    return min(p.capacity, h)


@njit(cache=True)
def regrown_by(p: Params, s: float, factor: float) -> float:
    """The stock after regrowth, of which noise makes ``factor`` times as much."""
    after = grown(p, s)
    if factor != 1.0:
        after = s + (after - s) * factor
        if p.integer:
            after = np.floor(after)
    return min(p.capacity, after)


@njit(cache=True)
def sustainable_yield(p: Params, h: float) -> float:
    """f(h) = max{x : growth(h − x) ≥ h}, 0 where the stock shrinks even if nothing is taken."""
    if p.growth == DOUBLING:
        s = h / p.growth_factor
    else:
        root = (1.0 + p.growth_rate) ** 2 - 4.0 * p.growth_rate * h / p.capacity
        s = p.capacity / (2.0 * p.growth_rate) * (1.0 + p.growth_rate - np.sqrt(max(0.0, root)))
    return max(0.0, h - np.ceil(s) if p.integer else h - s)


@njit(cache=True)
def label(p: Params, h: float, request: float) -> float:
    """How cooperative a request is at stock h."""
    equal = h / p.n_agents
    fair = sustainable_yield(p, h) / p.n_agents
    return clip01((equal - request) / (equal - fair)) if equal > fair else 1.0 if request <= fair else 0.0


@njit(cache=True)
def _give_units(p: Params, w: Any, left: float) -> None:
    """Stochastic rationing: unit by unit to whoever the draw names."""
    n = p.n_agents
    drawn = 0
    while left > 0.0:
        waiting = 0
        for i in range(n):
            waiting += w.payoff[i] < w.action[i]
        if waiting == 0:
            return
        rank = int(uniform(w.key, w.step, RATIONING, drawn) * waiting)
        drawn += 1
        for i in range(n):
            if w.payoff[i] < w.action[i]:
                if rank == 0:
                    unit = min(1.0, left, w.action[i] - w.payoff[i])
                    w.payoff[i] += unit
                    left -= unit
                    break
                rank -= 1


@njit(cache=True)
def _give_quotas(p: Params, w: Any, asked: float) -> None:
    """Proportional rationing."""
    n = p.n_agents
    left = w.stock
    for i in range(n):
        quota = w.stock * w.action[i] / asked
        w.payoff[i] = np.floor(quota) if p.integer else quota
        left -= w.payoff[i]
    drawn = 0
    while p.integer and left > 0.5:
        weight = 0.0
        for i in range(n):
            weight += _claim(w, i, asked)
        draw = uniform(w.key, w.step, RATIONING, drawn) * weight
        drawn += 1
        taker = -1
        for i in range(n):
            claim = _claim(w, i, asked)
            if claim > 0.0:
                taker = i
                draw -= claim
                if draw < 0.0:
                    break
        w.payoff[taker] += 1.0
        left -= 1.0


@njit(cache=True)
def _claim(w: Any, i: int, asked: float) -> float:
    """The weight of i in the draw for a left-over unit: its unmet request if its quota has a fraction not yet rounded
    up.
    """
    return w.action[i] - w.payoff[i] if w.payoff[i] < w.stock * w.action[i] / asked else 0.0


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """The initial stock."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.stock = p.initial_stock
            w.stock_before = p.initial_stock


@njit(cache=True)
def _request(p: Params, w: Any, i: int, asked: float) -> float:
    """The nearest legal request; what is no number takes all."""
    w.intended[i] = asked
    request = w.stock if np.isnan(asked) else min(max(asked, 0.0), w.stock)
    if p.integer:
        request = np.floor(request + 0.5)
    if request != asked:
        w.illegal[i] += 1
    return request


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """Request, ration, catch, collapse or regrow."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        asked = 0.0
        for i in range(p.n_agents):
            request = _request(p, w, i, actions[b, i])
            w.action[i] = request
            w.cooperation[i] = label(p, w.stock, request)
            w.payoff[i] = 0.0
            asked += request
        if asked <= w.stock:
            for i in range(p.n_agents):
                w.payoff[i] = w.action[i]
        elif p.rationing == STOCHASTIC:
            _give_units(p, w, w.stock)
        else:
            _give_quotas(p, w, asked)
        s = w.stock
        for i in range(p.n_agents):
            rewards[b, i] = w.payoff[i]
            s -= w.payoff[i]
        w.stock_before = w.stock
        w.stock = max(0.0, s)
        if w.stock < p.collapse_threshold:
            w.ended = TERMINATED
            w.outcome = COLLAPSED
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        if w.ended == RUNNING:
            _regrow(p, w)
        ended[b] = w.ended


@njit(cache=True)
def _regrow(p: Params, w: Any) -> None:
    factor = 1.0
    if p.growth_noise > 0.0:
        factor += p.growth_noise * (2.0 * uniform(w.key, w.step, GROWTH, 0) - 1.0)
    w.stock = regrown_by(p, w.stock, factor)


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The stock, one's own last act, and the others'."""
    n = p.n_agents
    for b in range(len(worlds)):
        w = worlds[b]
        first = w.step == 0
        for i in range(n):
            o = out[b, i]
            o[0] = w.stock
            o[1] = first
            o[2] = 0.0 if first else w.action[i]
            o[3] = w.payoff[i]
            k = 4
            if p.catches_public:
                for j in range(1, n):
                    o[k] = w.payoff[(i + j) % n]
                    k += 1
            if p.horizon_known:
                o[k] = w.step
                o[k + 1] = p.horizon


class Fishery(Game):
    """The game of this page."""

    name = "fishery"
    family = "commons"
    title = "Will those who share a lake leave enough for the fish to come back?"
    Params = Params
    kernels = Kernels(reset, step, observe)
    outcomes = (*COMMON_OUTCOMES, "collapse")
    collapses = ("collapse",)
    signals = ("stock",)
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "logistic_msy": {"growth": "logistic", "horizon": 200, "rationing": "proportional", "collapse_threshold": 0},
    }
    needs_institution: ClassVar[Mapping[str, str]] = {
        f"govsim_{skin}": "communication" for skin in ("fishery", "pasture", "pollution", "newcomer")
    }

    def check(self) -> None:
        """Stock, threshold and whole units must fit each other."""
        q = self.params
        start = q.capacity if q.initial_stock is None else q.initial_stock
        if start > q.capacity:
            raise refuse("fishery.initial_stock", start, f"at most fishery.capacity = {q.capacity:g}")
        if q.collapse_threshold > start:
            raise refuse("fishery.collapse_threshold", q.collapse_threshold, f"at most the initial stock = {start:g}")
        integer = q.growth == "doubling" if q.integer is None else q.integer
        if integer and (start % 1 or q.capacity % 1):
            raise SettingError(
                "fishery.integer = True is not allowed with a capacity or initial stock that is not a whole number"
            )
        self.params = q._replace(initial_stock=start, integer=integer)

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``stock`` now, and at the start of the last step."""
        return world_dtype(self.n_agents, ("stock", "f8"), ("stock_before", "f8"))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        top = self.params.capacity
        fields = [
            Field("stock", 0, top, "stock before the harvest (tons)"),
            Field("first_step", 0, 1, "1 before anybody has fished"),
            Field("own_request", 0, top, "own last request (tons)"),
            Field("own_catch", 0, top, "own last catch (tons)"),
        ]
        if self.params.catches_public:
            fields += [
                Field(f"catch_{k}", 0, top, f"last catch of the seat {k} after one's own (tons)")
                for k in range(1, self.n_agents)
            ]
        return (*fields, *self.life_fields())

    @cached_property
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """The request."""
        top = self.params.capacity
        return spaces.Discrete(int(top) + 1) if self.params.integer else spaces.Box(0.0, top, (), np.float64)

    @property
    def stochastic(self) -> bool:
        """Regrowth noise, or rationing by lot, which proportional rationing needs for the units left over."""
        return self.params.growth_noise > 0 or self.params.rationing == "stochastic" or bool(self.params.integer)

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Nobody considers asking for more than there is."""
        if not self.params.integer:
            moves = np.linspace(0.0, 1.0, limit - 1)[None, :] * worlds["stock"][:, None]
            last = np.minimum(np.nan_to_num(worlds["action"][:, seat]), worlds["stock"])
            return np.concatenate([moves, last[:, None]], axis=1), np.ones((len(worlds), limit), np.bool_)
        moves, _ = super().candidates(worlds, seat, limit)
        return moves, moves <= worlds["stock"][:, None]

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The fair share of the sustainable yield, or an equal split of everything."""
        if not cooperative:
            share = worlds["stock"] / self.n_agents
            return np.ceil(share) if self.params.integer else share
        share = np.array([sustainable_yield(self.p, h) for h in worlds["stock"]]) / self.n_agents
        return np.floor(share) if self.params.integer else share

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Of the others the catch is seen at most, not the request."""
        others = np.arange(self.n_agents) != seat
        played = (worlds["step"] > 0)[:, None] & self.params.catches_public
        catches = np.where(played, worlds["payoff"], np.nan)
        labels = np.array([[label(self.p, w["stock_before"], c) for c in w["payoff"]] for w in worlds]).reshape(
            catches.shape
        )
        for name, seen in (
            ("action", catches),
            ("intended", catches),
            ("payoff", catches),
            ("cooperation", np.where(played, labels, np.nan)),
        ):
            worlds[name] = np.where(others, seen, worlds[name])

    @cached_property
    def planner_value(self) -> float:
        """The largest expected total harvest of a planner who knows the horizon, by dynamic programming; growth noise
        is averaged over ``NOISE_POINTS`` equally likely factors.
        """
        q = self.params
        whole = bool(q.integer) and q.capacity <= PLANNER_MOST
        stocks = np.arange(q.capacity + 1) if whole else np.linspace(0, q.capacity, PLANNER_GRID)
        points = NOISE_POINTS if q.growth_noise else 1
        factors = 1 + q.growth_noise * (2 * (np.arange(points) + 0.5) / points - 1)
        regrown = np.array([[regrown_by(self.p, s, factor) for factor in factors] for s in stocks])
        alive = stocks >= q.collapse_threshold
        steps = q.horizon
        if q.continuation < 1:
            steps = min(steps, 1 + int(np.log(PLANNER_TAIL) / np.log(max(q.continuation, PLANNER_TAIL))))
        value = np.zeros(len(stocks))
        for _ in range(steps):
            future = q.continuation * np.interp(regrown, stocks, value).mean(axis=1) * alive
            value = stocks + np.maximum.accumulate(future - stocks)  # h − s is caught, for the best s ≤ h
        return float(np.interp(q.initial_stock, stocks, value))

    def anchors(self) -> Anchors:
        """Everybody takes everything; the planner; random play."""
        return Anchors(
            self.params.initial_stock,
            self.planner_value,
            random_play_total(self),
            "optimum by dynamic programming, random by Monte Carlo",
        )

    def brief(self, seat: int) -> str:
        """The rules in words."""
        q = self.params
        unit = "a whole number of tons" if q.integer else "a number of tons"
        lines = [
            f"You and {self.n_agents - 1} others fish in one lake, which holds at most {q.capacity:g} tons of fish.",
            f"In each month all say at once how much they want to catch: {unit} between 0 and what the lake holds.",
            "If more is asked for than the lake holds, "
            + (
                "it is given out ton by ton to whoever the lot names."
                if q.rationing == "stochastic"
                else "each gets the same share of what it asked for."
            ),
            f"If less than {q.collapse_threshold:g} tons remain, the fish are gone for ever and the fishing ends.",
            f"Otherwise what remains grows by a factor of {q.growth_factor:g} before the next month."
            if q.growth == "doubling"
            else f"Otherwise what remains, s, grows by {q.growth_rate:g}·s·(1 − s/{q.capacity:g}) until the next.",
        ]
        if q.growth_noise:
            lines.append(f"Growth varies from month to month by up to {100 * q.growth_noise:g} percent.")
        return "\n".join([*lines, *self.told_end("month")])

    def view(self, world: Any, seat: int) -> str:
        """The stock and the last catches."""
        lines = [f"Month {world['step'] + 1} of {self.params.horizon}."] if self.params.horizon_known else []
        lines.append(f"The lake holds {world['stock']:g} tons.")
        if world["step"] == 0:
            return "\n".join([*lines, "Nobody has fished yet."])
        lines.append(f"Last month you asked for {world['action'][seat]:g} and caught {world['payoff'][seat]:g}.")
        if self.params.catches_public and self.n_agents > 1:
            catches = ", ".join(f"agent {j}: {world['payoff'][j]:g}" for j in range(self.n_agents) if j != seat)
            lines.append(f"The others caught: {catches}.")
        return "\n".join(lines)

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The request."""
        return {"type": "integer" if self.params.integer else "number", "minimum": 0, "maximum": float(world["stock"])}


env, raw_env, parallel_env = entry_points(Fishery)
