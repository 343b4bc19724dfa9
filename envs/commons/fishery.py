"""A stock that regrows, and the hands that take from it.

**Models** a renewable resource that several agents may harvest: what all leave grows, what one takes is gone for all.

**Rules** of step t: (1) all see the stock h; (2) all request a_i in [0, h] at the same time; (3) if the requests fit
into h each catches its own, else they are rationed; (4) π_i is the catch; (5) s = h − Σ catch remains; (6) if s is
below ``collapse_threshold`` the stock collapses and the episode ends, step t counted as played; (7) else it regrows.

- ``rationing`` *stochastic*: while stock and unmet requests remain, an agent drawn uniformly from those with an unmet
  request gets one unit. *proportional*: quota q_i = h·a_i/Σa, rounded down, and the units left over go one each,
  without replacement, to agents with a fractional quota, with probability ∝ unmet request (real-valued: exactly q_i).
- ``growth`` *doubling*: h ← min(K, ⌊g·s⌋). *logistic*: h ← min(K, s + r·s(1 − s/K)). *regimes* (hysteresis): a healthy
  stock degrades if s < ``regime_low``, a degraded one recovers if s ≥ ``regime_high``; then logistic growth, with
  ``growth_rate_degraded`` where degraded. Hidden (``regime_visible`` false) it is taken for healthy until the stock is
  lower than a healthy one can be.
- *fish_war*: h in (0, 1]; a request is a whole percentage of h, and if they sum above 100 all are scaled to fit; h ←
  s^α; π_i(t) = β^(t−1)·ln max(catch_i, 1e−12), discounted by the rules. No collapse, no noise, no newcomer.
- ``newcomer_step``: the last seat joins at that step (counted from 1), which nobody knows before; n is the number of
  those present.
- ``skin`` changes words only: fish in a lake, grass on a pasture, clean water in a river.

**Ends** *terminated* by collapse, else by the horizon.

**Observation** (float32): the stock, whether one has not acted yet, own last request and catch, the others' last
catches in seat order after one's own if ``catches_public``, which of the others are present where a seat may join, the
regime if visible, step and horizon if known.

**Action**: the request, ``Discrete(K+1)`` in whole units, ``Discrete(101)`` in a fish war, or a real number in [0, K].
More than the stock is the stock, and is counted as illegal. **Reward**: the catch, or its discounted logarithm.

**Cooperation**: c_i = clip((h/n − a_i)/(h/n − f/n)) on the request, with the sustainable yield f = max{x : growth(h −
x) ≥ h}: 1 up to the sustainable share, 0 from an equal split of everything. In a fish war clip((1/n − s_i)/(1/n −
s_P)) on the requested share, with the planner's s_P = (1 − αβ)/n; where the episode may end by chance β is β·δ.

**Known answers** (GAMES.md §2.1): the table of scripted policies, the knife edge between 10 and 11 per head, the
optimum 50(T−1)+100, the logistic fixed points, hysteresis to the step, planner and Nash shares of the fish war; all are
tests.

**Source**: Piatti et al. 2024 (GovSim, arXiv 2404.16698), whose agents also talk between the steps: the presets
``govsim_*`` are played without; Gordon 1954, Schaefer 1957 (logistic); Levhari & Mirman 1980 (fish war).

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
from ..chance import GROWTH, uniform
from ..faces import entry_points
from ..game import (
    COMMON_OUTCOMES,
    NEVER,
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
    close_step,
    open_episode,
    stay_ended,
    world_dtype,
)
from ..monte_carlo import random_play_total
from ..settings import Choice, Range, SettingError, refuse
from . import fishery_words as words
from .rationing import give_quotas, give_units
from .regrowth import (
    FISH_WAR,
    FULL_SHARE,
    LAWS,
    REGIMES,
    best_harvest,
    best_war_value,
    equal_request,
    fair_request,
    fair_requests,
    label,
    labels,
    nash_share,
    patience,
    regime_after,
    regrown_by,
    taken_for_degraded,
    war_value,
)

STOCHASTIC, PROPORTIONAL = range(2)
COLLAPSED = len(COMMON_OUTCOMES)
LEAST_CATCH = 1e-12
"""In a fish war a smaller catch has the logarithm of this one."""
WAR_RULES: Mapping[str, Any] = {
    "capacity": 1.0,
    "collapse_threshold": 0.0,
    "rationing": "proportional",
    "integer": False,
    "growth_noise": 0.0,
    "newcomer_step": None,
}
"""What a fish war leaves no choice about."""


class Params(NamedTuple):
    """The parameters of GAMES.md §2.1."""

    n_agents: Seats = 5
    capacity: Annotated[float, Range(0, 1e5, above=True), "K: the largest stock (tons)"] = 100.0
    initial_stock: Annotated[float | None, Range(0, above=True), "stock at the start (tons); none: K"] = None
    growth: Annotated[str, Choice(*LAWS), "law of regrowth"] = "doubling"
    growth_factor: Annotated[float, Range(1), "g of doubling growth"] = 2.0
    growth_rate: Annotated[float, Range(0, 3, above=True), "r of logistic growth, per step"] = 0.5
    growth_rate_degraded: Annotated[float, Range(0, 3, above=True), "r where the stock is degraded, per step"] = 0.1
    regime_low: Annotated[float, Range(0), "a healthy stock degrades if less remains (tons)"] = 30.0
    regime_high: Annotated[float, Range(0), "a degraded stock recovers if no less remains (tons)"] = 60.0
    regime_visible: Annotated[bool, "is it seen whether the stock is degraded?"] = True
    alpha: Annotated[float, Range(0, 1, above=True, below=True), "α of a fish war: h ← s^α"] = 0.6
    beta: Annotated[float, Range(0, 1, above=True, below=True), "β of a fish war: discount per step"] = 0.9
    growth_noise: Annotated[float, Range(0, 1), "σ: regrowth is multiplied by U(1 − σ, 1 + σ)"] = 0.0
    collapse_threshold: Annotated[float, Range(0), "C: the stock collapses below it (tons)"] = 5.0
    rationing: Annotated[str, Choice("stochastic", "proportional"), "who gets what if too much is asked for"] = (
        "stochastic"
    )
    integer: Annotated[bool | None, "whole units; none: true with doubling growth"] = None
    catches_public: Annotated[bool, "are others' catches shown after the step?"] = True
    newcomer_step: Annotated[
        int | None, Range(2), "step, counted from 1, at which the last seat joins; none: it is there from the start"
    ] = None
    skin: Annotated[str, Choice(*words.SKINS), "what the stock is in words"] = "fishery"
    horizon: Horizon = 12
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def reset(p: Params, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """The initial stock, healthy; all are there but a newcomer."""
    joins: Any = p.newcomer_step
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.stock = p.initial_stock
            w.stock_before = p.initial_stock
            w.degraded = False
            w.degraded_before = False
            for i in range(p.n_agents):
                w.catch[i] = 0.0
                w.present[i] = 1
            w.present[p.n_agents - 1] = joins < 0


@njit(cache=True)
def _request(p: Params, w: Any, i: int, asked: float) -> float:
    """The nearest legal request; what is no number takes all."""
    w.intended[i] = asked
    most = FULL_SHARE if p.growth == FISH_WAR else w.stock
    request = most if np.isnan(asked) else min(max(asked, 0.0), most)
    if p.integer or p.growth == FISH_WAR:
        request = np.floor(request + 0.5)
    if request != asked:
        w.illegal[i] += 1
    return request


@njit(cache=True)
def _harvest(p: Params, w: Any, n: int, asked: float) -> None:
    """Gives the n who are there what they ask for, as far as it goes; what remains is the stock."""
    if asked <= w.stock:
        for i in range(n):
            w.catch[i] = w.action[i]
    elif p.rationing == STOCHASTIC:
        give_units(w, n)
    else:
        give_quotas(w, n, asked, bool(p.integer))
    s = w.stock
    for i in range(n):
        w.payoff[i] = w.catch[i]
        s -= w.catch[i]
    w.stock = max(0.0, s)


@njit(cache=True)
def _harvest_shares(p: Params, w: Any, asked: float) -> None:
    """The harvest of a fish war: percentages of the stock, scaled to fit, and worth their discounted logarithm."""
    whole = max(FULL_SHARE, asked)
    weight = p.beta**w.step
    for i in range(p.n_agents):
        w.catch[i] = w.stock * w.action[i] / whole
        w.payoff[i] = weight * np.log(max(w.catch[i], LEAST_CATCH))
    w.stock *= (whole - asked) / whole


@njit(cache=True)
def step(p: Params, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """Request, ration, catch, collapse or regrow."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        n = p.n_agents if w.present[p.n_agents - 1] else p.n_agents - 1
        fair, equal = fair_request(p, n, w.stock, w.degraded), equal_request(p, n, w.stock)
        asked = 0.0
        for i in range(n):
            request = _request(p, w, i, actions[b, i])
            w.action[i] = request
            w.cooperation[i] = label(request, fair, equal)
            asked += request
        w.stock_before = w.stock
        w.degraded_before = w.degraded
        if p.growth == FISH_WAR:
            _harvest_shares(p, w, asked)
        else:
            _harvest(p, w, n, asked)
        for i in range(p.n_agents):
            rewards[b, i] = w.payoff[i]
        if w.stock < p.collapse_threshold:
            w.ended = TERMINATED
            w.outcome = COLLAPSED
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        if w.ended == RUNNING:
            _regrow(p, w)
            if w.step + 1 == p.newcomer_step:
                w.present[p.n_agents - 1] = 1
        ended[b] = w.ended


@njit(cache=True)
def _regrow(p: Params, w: Any) -> None:
    factor = 1.0
    if p.growth_noise > 0.0:
        factor += p.growth_noise * (2.0 * uniform(w.key, w.step, GROWTH, 0) - 1.0)
    w.degraded = regime_after(p, w.stock, w.degraded)
    w.stock = regrown_by(p, w.stock, factor, w.degraded)


@njit(cache=True)
def observe(p: Params, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The stock, one's own last act, and the others'; whoever is not there sees nothing."""
    n = p.n_agents
    joins: Any = p.newcomer_step
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(n):
            if not w.present[i]:
                for k in range(out.shape[2]):
                    out[b, i, k] = 0.0
                continue
            first = np.isnan(w.action[i])
            out[b, i, 0] = w.stock
            out[b, i, 1] = first
            out[b, i, 2] = 0.0 if first else w.action[i]
            out[b, i, 3] = w.catch[i]
            k = 4
            if p.catches_public:  # two loops, as a remainder costs more than all the rest
                for j in range(i + 1, n):
                    out[b, i, k] = w.catch[j]
                    k += 1
                for j in range(i):
                    out[b, i, k] = w.catch[j]
                    k += 1
            if joins >= 0:
                for j in range(i + 1, n):
                    out[b, i, k] = w.present[j]
                    k += 1
                for j in range(i):
                    out[b, i, k] = w.present[j]
                    k += 1
            if p.growth == REGIMES and p.regime_visible:
                out[b, i, k] = w.degraded
                k += 1
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


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
        **{f"govsim_{skin}": {"skin": skin} for skin in words.SKINS},
        "govsim_newcomer": {"newcomer_step": 3, "horizon": 15},
        "logistic_msy": {"growth": "logistic", "horizon": 200, "rationing": "proportional", "collapse_threshold": 0},
        "hysteresis": {"growth": "regimes", "horizon": 200},
        "fish_war": {
            "growth": "fish_war",
            "n_agents": 2,
            "capacity": 1,
            "collapse_threshold": 0,
            "rationing": "proportional",
            "horizon": 200,
        },
    }

    def check(self) -> None:
        """Stock, thresholds and whole units must fit each other, and what is set the law of regrowth."""
        q = self.params
        if q.growth == "fish_war":
            self._check_war()
        elif q.growth == "regimes" and not q.regime_low <= q.regime_high <= q.capacity:
            allowed = f"from regime_low = {q.regime_low:g} to capacity = {q.capacity:g}"
            raise refuse("fishery.regime_high", q.regime_high, allowed)
        if q.newcomer_step is not None and q.n_agents == 1:
            raise refuse("fishery.newcomer_step", q.newcomer_step, "none with a single seat")
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
        self.discounts_itself = q.growth == "fish_war"
        self.comes_and_goes = q.newcomer_step is not None

    def _check_war(self) -> None:
        for name, value in WAR_RULES.items():
            given = getattr(self.params, name)
            if given != value and not (name == "integer" and given is None):
                allowed = f"{'none' if value is None else value} with growth = fish_war (see preset=fish_war)"
                raise refuse(f"fishery.{name}", given, allowed)

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """``stock`` and regime now, and at the start of the last step; the last ``catch``; who is ``present``."""
        n = self.n_agents
        return world_dtype(
            n,
            ("stock", "f8"), ("stock_before", "f8"), ("degraded", "?"), ("degraded_before", "?"),
            ("catch", "f8", (n,)), ("present", "i1", (n,)),
        )  # fmt: skip

    @property
    def whole_moves(self) -> bool:
        """Is a request a whole number?"""
        return bool(self.params.integer) or self.params.growth == "fish_war"

    @property
    def largest_move(self) -> float:
        """The largest request there is."""
        return FULL_SHARE if self.params.growth == "fish_war" else self.params.capacity

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q = self.params
        top, others = q.capacity, range(1, self.n_agents)
        unit = "percent of the stock" if q.growth == "fish_war" else "tons"
        fields = [
            Field("stock", 0, top, "stock before the harvest (tons)"),
            Field("first_step", 0, 1, "1 before one has fished"),
            Field("own_request", 0, self.largest_move, f"own last request ({unit})"),
            Field("own_catch", 0, top, "own last catch (tons)"),
        ]
        if q.catches_public:
            fields += [
                Field(f"catch_{k}", 0, top, f"last catch of the seat {k} after one's own (tons)") for k in others
            ]
        if q.newcomer_step is not None:
            fields += [Field(f"present_{k}", 0, 1, f"is the seat {k} after one's own there?") for k in others]
        if q.growth == "regimes" and q.regime_visible:
            fields.append(Field("degraded", 0, 1, "is the stock degraded?"))
        return (*fields, *self.life_fields())

    @cached_property
    def move_space(self) -> "spaces.Discrete | spaces.Box":
        """The request."""
        top = self.largest_move
        return spaces.Discrete(int(top) + 1) if self.whole_moves else spaces.Box(0.0, top, (), np.float64)

    @property
    def paying_steps(self) -> float:
        """In a fish war a step counts β times the one before."""
        if self.params.growth != "fish_war":
            return super().paying_steps
        counts = patience(self.p)
        return (1 - counts**self.params.horizon) / (1 - counts)

    @property
    def stochastic(self) -> bool:
        """Regrowth noise, or rationing by lot, which proportional rationing needs for the units left over."""
        return self.params.growth_noise > 0 or self.params.rationing == "stochastic" or bool(self.params.integer)

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Nobody considers asking for more than there is."""
        if not self.whole_moves:
            moves = np.linspace(0.0, 1.0, limit - 1)[None, :] * worlds["stock"][:, None]
            last = np.minimum(np.nan_to_num(worlds["action"][:, seat]), worlds["stock"])
            return np.concatenate([moves, last[:, None]], axis=1), np.ones((len(worlds), limit), np.bool_)
        moves, legal = super().candidates(worlds, seat, limit)
        return moves, legal if self.params.growth == "fish_war" else moves <= worlds["stock"][:, None]

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """All who are there."""
        return super().movers(worlds) & self.present(worlds)

    def present(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """All but a newcomer who has not come."""
        return worlds["present"] == 1

    def beliefs(self, seat: int) -> dict[str, Any]:
        """Nobody knows when somebody joins."""
        hidden = {} if self.params.newcomer_step is None else {"newcomer_step": NEVER}
        return {**super().beliefs(seat), **hidden}

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The fair share of the sustainable yield, or an equal split of everything."""
        n = self.present(worlds).sum(axis=1)
        if cooperative:
            share = fair_requests(self.p, n, worlds["stock"], worlds["degraded"])
            return np.floor(share) if self.whole_moves else share
        share = (FULL_SHARE if self.params.growth == "fish_war" else worlds["stock"]) / n
        return np.ceil(share) if self.whole_moves else share

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """The own catch, and those of the others where they are public."""
        if not world["present"][seat]:
            return []
        skin, catches, acts = words.SKINS[self.params.skin], world["catch"].tolist(), world["action"].tolist()
        units = "" if self.params.growth == "fish_war" else skin.units
        seats = (seat, *(j for j in range(self.n_agents) if j != seat and self.params.catches_public))
        return [Act(j, None, skin.get, catches[j], units) for j in seats if acts[j] == acts[j]]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Of the others the catch is seen at most, not the request; of a hidden regime, what the stock tells; of a fish
        war whose steps are not counted, what payoffs are worth now.
        """
        others, there = np.arange(self.n_agents) != seat, self.present(worlds)
        acted = ~np.isnan(worlds["action"])
        hidden = others & there & ~(acted & there[:, [seat]] & self.params.catches_public)
        if self.params.growth == "regimes" and not self.params.regime_visible:
            worlds["degraded"] = taken_for_degraded(self.p, worlds["stock"]) & (worlds["step"] > 0)
            worlds["degraded_before"] = taken_for_degraded(self.p, worlds["stock_before"]) & (worlds["step"] > 1)
        acts = np.where(others & acted, self._seen_acts(worlds), worlds["action"])
        for name, values in (
            ("action", acts),
            ("intended", acts),
            ("payoff", worlds["payoff"]),
            ("catch", worlds["catch"]),
        ):
            worlds[name] = np.where(hidden, np.nan, np.where(others, values, worlds[name]))
        heads = np.maximum(1, acted.sum(axis=1))
        worlds["cooperation"] = labels(
            self.p, heads, worlds["stock_before"], worlds["degraded_before"], worlds["action"]
        )
        if self.params.growth == "fish_war" and not self.params.horizon_known:
            worth = np.log(np.maximum(worlds["catch"], LEAST_CATCH))
            worlds["payoff"] = np.where(acted, worth, worlds["payoff"])
            worlds["step"] = 0

    def _seen_acts(self, worlds: Worlds_) -> Floats:
        """(B, N): the requests that the catches look like."""
        if self.params.growth != "fish_war":
            return worlds["catch"]
        stock = worlds["stock_before"][:, None]
        return np.where(stock > 0, np.round(FULL_SHARE * worlds["catch"] / np.where(stock > 0, stock, 1.0)), np.nan)

    def sustainable_yield(self, stock: Floats, degraded: npt.NDArray[np.bool_] | None = None) -> Floats | None:
        """By the law of growth; none in a fish war, whose payoffs are no tons."""
        if self.params.growth == "fish_war":
            return None
        alone = np.ones(len(stock), np.int64)
        return fair_requests(self.p, alone, stock, np.zeros(len(stock), np.bool_) if degraded is None else degraded)

    def anchors(self) -> Anchors:
        """Everybody takes everything, or the Nash share; the planner; random play."""
        if self.params.growth == "fish_war":
            n = self.n_agents
            return Anchors(
                war_value(self.p, n, nash_share(self.p, n)),
                best_war_value(self.p, n),
                random_play_total(self),
                "Markov-perfect equilibrium and planner in closed form, random by Monte Carlo",
            )
        return Anchors(
            self.params.initial_stock,
            best_harvest(self.p),
            random_play_total(self),
            "optimum by dynamic programming, random by Monte Carlo",
        )

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        may_join = self.params.newcomer_step is not None and seat < self.n_agents - 1
        rules = words.brief(self.params, self.n_agents - 1 - may_join, may_join, paraphrase)
        return "\n".join([*rules, *self.told_end("month", paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """The stock and the last catches."""
        lines = [f"Month {world['step'] + 1} of {self.params.horizon}."] if self.params.horizon_known else []
        return "\n".join([*lines, *words.view(self.params, world, seat)])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The request."""
        most = FULL_SHARE if self.params.growth == "fish_war" else float(world["stock"])
        if self.whole_moves:
            return {"type": "integer", "minimum": 0, "maximum": int(most)}
        return {"type": "number", "minimum": 0, "maximum": most}


env, raw_env, parallel_env = entry_points(Fishery)
