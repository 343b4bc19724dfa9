"""Two parties divide a pie by turns, and waiting costs both.

**Models** bilateral bargaining with complete information: each refusal lets the pie shrink, so patience is power.

**Rules.** In period t the proposer (agent 0 in odd, agent 1 in even periods) offers y units of ``pie_units`` to the
other. At the next step the other accepts, takes its outside option (if there is one), or makes a counter-offer, which
opens period t+1: with probability ``breakdown`` talks break down before it counts. In the last period, ``horizon``,
only accept or reject are left, so an episode has at most T+1 steps. An illegal move is a lost turn: the standing offer
remains, the period passes (with its risk of breakdown), and the turn goes to the other, who may accept an offer not its
own.

**Payoffs** (shares x = units/``pie_units``), paid at the end: agreement in period t δ_i^(t−1)·x_i; opting out
δ_i^(t−1)·o_i for the one who leaves and 0 for the other; breakdown δ_i^(t−1)·``breakdown_payoff``; running out of turns
``disagreement``. ``continuation`` < 1 is drawn when a period passes; where it fails, ``disagreement`` is paid.

**Observation** (float32): is it my turn, my share of the standing offer (−1: none), did I make it, the period, am I the
first proposer, was there a lost turn just now, step and horizon if known.

**Action**: 0 … U offers that many units to the other; U+1 accepts; U+2 rejects (last period only); U+3 opts out; U+4
passes (the one legal move of whoever has no turn). **Reward**: 0 until the end.

**Cooperation** of a proposal: clip((u_j − d_j)/(u_j^NBS − d_j)) for the other j, u^NBS the Nash-bargaining utility on
the grid of units (mean over the set if several); NaN for every other act, and where no deal gives both at least d.

**Known answers** (GAMES.md §3.1): Rubinstein's shares, the finite-horizon shares, breakdown and outside option; all are
tests, by backward induction on these very kernels.

**Source**: Rubinstein 1982; Shaked & Sutton 1984; Binmore, Rubinstein & Wolinsky 1986.

**Versions**: v0, first.
"""

from collections import namedtuple
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import Act
from ..answers import any_of, object_of
from ..chance import CONTINUATION, HAZARD, uniform
from ..faces import entry_points
from ..game import (
    COMMON_OUTCOMES,
    CONTINUATION_FAILED,
    HORIZON_REACHED,
    RUNNING,
    TERMINATED,
    TRUNCATED,
    Anchors,
    Continuation,
    Field,
    Floats,
    Game,
    Horizon,
    Kernels,
    Worlds_,
    clip01,
    open_episode,
    other_way_round,
    stay_ended,
    world_dtype,
)
from ..monte_carlo import random_play_total
from ..settings import Range
from . import alternating_offers_words
from .solutions import nash_set

DEAL, OPTED_OUT, BROKEN_DOWN = (len(COMMON_OUTCOMES) + k for k in range(3))
ACCEPT, REJECT, OPT_OUT, PASS = range(1, 5)  # moves beyond the largest offer
ANSWERS = ("accept", "reject", "opt_out", "pass")
NO_OFFER = -1
Pair = tuple[float, float]


class Params(NamedTuple):
    """The parameters of GAMES.md §3.1."""

    delta: Annotated[Pair, Range(0, 1), "δ_1, δ_2: discount per period"] = (0.9, 0.9)
    breakdown: Annotated[float, Range(0, 1), "b: probability that talks end after a refusal"] = 0.0
    breakdown_payoff: Annotated[Pair, Range(), "what both get then (shares)"] = (0.0, 0.0)
    outside_option: Annotated[
        Pair | None, Range(), "o_1, o_2: what leaving is worth (shares); none: nobody can leave"
    ] = None
    pie_units: Annotated[int, Range(1, 100_000), "units of the pie"] = 100
    disagreement: Annotated[Pair, Range(), "d: what both get when turns run out (shares)"] = (0.0, 0.0)
    common_knowledge: Annotated[
        bool, "does each know the other's discount, outside option and disagreement payoff?"
    ] = True
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Horizon = 60
    horizon_known: Annotated[bool, "are period and horizon part of the observation?"] = True
    continuation: Continuation = 1.0


Rules = namedtuple("Rules", (*Params._fields, "nash_share"))  # what the kernels take: the labels need the Nash shares


@njit(cache=True)
def reset(p: Rules, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Agent 0 proposes first."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.standing = NO_OFFER
            w.offered_by = -1
            w.mover = 0
            w.opener = 0
            w.lost_turn = False


@njit(cache=True)
def _can_accept(w: Any) -> bool:
    return w.standing != NO_OFFER and w.offered_by != w.mover


@njit(cache=True)
def _pay(p: Rules, w: Any, first: float, second: float, outcome: int) -> None:
    """Ends the episode with shares of the answered period, discounted to the first."""
    period = w.step  # the answer at (0-based) step s is one to the offer of period s
    w.payoff[0] = p.delta[0] ** max(0, period - 1) * first
    w.payoff[1] = p.delta[1] ** max(0, period - 1) * second
    w.ended = TERMINATED
    w.outcome = outcome


@njit(cache=True)
def _disagree(p: Rules, w: Any, ended: int, outcome: int) -> None:
    w.payoff[0] = p.disagreement[0]
    w.payoff[1] = p.disagreement[1]
    w.ended = ended
    w.outcome = outcome


@njit(cache=True)
def _next_period(p: Rules, w: Any) -> bool:
    """Does the coming period open? The first one always does."""
    if w.step == 0:
        return True
    if p.breakdown > 0.0 and uniform(w.key, w.step, HAZARD, 0) < p.breakdown:
        _pay(p, w, p.breakdown_payoff[0], p.breakdown_payoff[1], BROKEN_DOWN)
    elif p.continuation < 1.0 and uniform(w.key, w.step, CONTINUATION, 0) >= p.continuation:
        _disagree(p, w, TERMINATED, CONTINUATION_FAILED)
    return w.ended == RUNNING


@njit(cache=True)
def _move(p: Rules, w: Any, asked: float) -> None:
    """The mover's act, or a lost turn."""
    i, last = w.mover, w.step >= p.horizon
    whole = asked == np.floor(asked)
    move = int(asked) if whole else -1
    if move == p.pie_units + ACCEPT and _can_accept(w):
        share = w.standing / p.pie_units
        first = share if i == 0 else 1.0 - share
        _pay(p, w, first, 1.0 - first, DEAL)
    elif move == p.pie_units + OPT_OUT and _can_accept(w) and not np.isnan(p.outside_option[0]):
        _pay(p, w, p.outside_option[0] if i == 0 else 0.0, p.outside_option[1] if i == 1 else 0.0, OPTED_OUT)
    elif last:
        if move != p.pie_units + REJECT:
            w.illegal[i] += 1
        _disagree(p, w, TERMINATED if p.horizon_known else TRUNCATED, HORIZON_REACHED)
    elif _next_period(p, w):
        if 0 <= move <= p.pie_units:
            w.standing = move
            w.offered_by = i
            w.cooperation[i] = _label(p, i, move)
        else:
            w.illegal[i] += 1
            w.lost_turn = True


@njit(cache=True)
def _label(p: Rules, i: int, units: int) -> float:
    j = 1 - i
    gain = p.nash_share[j] - p.disagreement[j]
    if not gain > 0.0:
        return np.nan
    return clip01((units / p.pie_units - p.disagreement[j]) / gain)


@njit(cache=True)
def step(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """The mover's turn."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        i = w.mover
        w.lost_turn = False
        for j in range(2):
            w.payoff[j] = 0.0
            w.cooperation[j] = np.nan
            w.intended[j] = actions[b, j]
            if j != i and actions[b, j] != p.pie_units + PASS:
                w.illegal[j] += 1
        w.action[i] = actions[b, i]
        w.action[1 - i] = p.pie_units + PASS
        _move(p, w, actions[b, i])
        if w.lost_turn:
            w.action[i] = p.pie_units + PASS
        w.mover = 1 - i
        w.step += 1
        for j in range(2):
            rewards[b, j] = w.payoff[j]
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Rules, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The table as each side sees it."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(2):
            out[b, i, 0] = w.mover == i and w.ended == RUNNING
            share = w.standing / p.pie_units
            out[b, i, 1] = -1.0 if w.standing == NO_OFFER else 1.0 - share if w.offered_by == i else share
            out[b, i, 2] = w.offered_by == i
            out[b, i, 3] = w.step + 1
            out[b, i, 4] = w.opener == i
            out[b, i, 5] = w.lost_turn
            if p.horizon_known:
                out[b, i, 6] = w.step
                out[b, i, 7] = p.horizon


@njit(cache=True)
def legal(p: Rules, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Offers until the last period; accept and opt out where an offer of the other stands; else pass."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(2):
            turn = w.mover == i and w.ended == RUNNING
            last = w.step >= p.horizon
            for units in range(p.pie_units + 1):
                out[b, i, units] = turn and not last
            out[b, i, p.pie_units + ACCEPT] = turn and _can_accept(w)
            out[b, i, p.pie_units + REJECT] = turn and last
            out[b, i, p.pie_units + OPT_OUT] = turn and _can_accept(w) and not np.isnan(p.outside_option[0])
            out[b, i, p.pie_units + PASS] = not turn


class AlternatingOffers(Game):
    """The game of this page."""

    name = "alternating_offers"
    family = "negotiation"
    title = "How do two divide a pie that shrinks while they talk?"
    Params = Params
    kernels = Kernels(reset, step, observe, legal)
    outcomes = (*COMMON_OUTCOMES, "deal", "opt_out", "breakdown")
    turn_based = True
    pays_at_end = True
    discounts_itself = True
    directed = True
    signals = ("standing", "offered_by")
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "rubinstein_90": {"pie_units": 10_000},
        "rubinstein_impatient": {"pie_units": 10_000, "delta": (0.5, 0.5)},
        "outside_option": {"pie_units": 10_000, "outside_option": (0.0, 0.5)},
        "breakdown_10": {"pie_units": 10_000, "delta": (1.0, 1.0), "breakdown": 0.1},
    }

    def encode(self) -> Any:
        """Adds the Nash-bargaining shares, which labels are measured by."""
        return Rules(*super().encode(), nash_share=self.nash_shares)

    def beliefs(self, seat: int) -> dict[str, Any]:
        """Whoever does not know the other's discount, outside option and disagreement payoff takes them for its own."""
        found = super().beliefs(seat)
        if self.params.common_knowledge:
            return found
        private = ("delta", "breakdown_payoff", "outside_option", "disagreement")
        known = {name: getattr(self.params, name) for name in private}
        return {**found, **{name: (pair[seat],) * 2 for name, pair in known.items() if pair is not None}}

    def branches(self) -> list[tuple[float, Any]]:
        """Talks go on, break down, or end with the continuation draw."""
        p, b, c = self.p, self.params.breakdown, self.params.continuation
        sure = (((1 - b) * c, 0.0, 1.0), (b, 1.0, 1.0), ((1 - b) * (1 - c), 0.0, 0.0))
        return [(weight, p._replace(breakdown=breaks, continuation=on)) for weight, breaks, on in sure if weight > 0]

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """What the last mover did; a refusal is told apart from a counter-offer only where it ends the talks."""
        if world["step"] == 0:
            return []
        other = int(world["mover"])
        if world["ended"] != RUNNING:
            word = {DEAL: "accept", OPTED_OUT: "leave"}.get(int(world["outcome"]), "reject")
            return [Act(1 - other, other, word)]
        if world["lost_turn"]:
            return [Act(1 - other, other, "lose the turn")]
        return [Act(1 - other, other, "offer", float(world["standing"]), "units")]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """How fair an offer is, is reckoned from what the seat believes of the other."""
        if self.params.common_knowledge:
            return
        p = self.believed(seat).p
        for i in range(2):
            labels = [_label(p, i, units) for units in worlds["standing"]]
            worlds["cooperation"][:, i] = np.where(np.isnan(worlds["cooperation"][:, i]), np.nan, labels)

    @cached_property
    def nash_shares(self) -> Pair:
        """Nash-bargaining shares on the grid of units, mean over the set; NaN where no deal gives both at least d."""
        shares = np.arange(self.params.pie_units + 1) / self.params.pie_units
        gains = np.stack([shares, 1 - shares], axis=1) - self.params.disagreement
        best = shares[nash_set(gains)]
        share = float(best.mean()) if len(best) else float("nan")
        return share, 1 - share

    @property
    def max_steps(self) -> int:
        """One answer after the last offer."""
        return self.params.horizon + 1

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """The ``standing`` offer (units to the one who did not make it), who made it, whose turn it is, who opened."""
        return world_dtype(
            2, ("standing", "i8"), ("offered_by", "i8"), ("mover", "i8"), ("opener", "i8"), ("lost_turn", "?")
        )

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        periods = float(self.params.horizon + 2)
        life = self.life_fields()
        return (
            Field("my_turn", 0, 1, "is it my turn?"),
            Field("my_share", -1, 1, "my share of the standing offer, -1: there is none"),
            Field("my_offer", 0, 1, "is the standing offer mine?"),
            Field("period", 1, periods, "the period that a new offer would open"),
            Field("first_proposer", 0, 1, "did I propose first?"),
            Field("lost_turn", 0, 1, "was the last turn lost?"),
            *(field._replace(high=periods) for field in life),
        )

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """Offers, then accept, reject, opt out, pass."""
        return spaces.Discrete(self.params.pie_units + PASS + 1)

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """One at a time."""
        return (worlds["ended"] == RUNNING)[:, None] & (worlds["mover"][:, None] == np.arange(2))

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Answers first, so that whoever is indifferent accepts; then offers, the smallest first."""
        units = self.params.pie_units
        answers = units + np.array([ACCEPT, OPT_OUT, REJECT, PASS], np.float64)
        offers = np.arange(units + 1, dtype=np.float64)
        room = limit - len(answers)
        if len(offers) > room:
            offers = offers[np.unique(np.linspace(0, units, room).round().astype(int))]
        moves = np.repeat(np.concatenate([answers, offers])[None, :], len(worlds), axis=0)
        return moves, self.legal_among(worlds, seat, moves)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """The other's Nash share, or nothing; pass without a turn, reject in the last period."""
        units = self.params.pie_units
        offer = np.ceil(self.nash_shares[1 - seat] * units) if cooperative else 0.0
        last = worlds["step"] >= self.params.horizon
        return np.where(self.movers(worlds)[:, seat], np.where(last, units + REJECT, offer), units + PASS)

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """The other has my turn, and I face what it faced."""
        swapped = other_way_round(worlds)
        swapped["mover"] = 1 - worlds["mover"]
        swapped["opener"] = 1 - worlds["opener"]
        swapped["offered_by"] = np.where(worlds["standing"] == NO_OFFER, -1, 1 - worlds["offered_by"])
        return swapped

    def bargaining_sets(self, worlds: Worlds_) -> tuple[npt.NDArray[np.intp], list[Floats]]:
        """``which`` (W,) problem each world posed, all the same, and the utilities (K, 2) of its deals, struck in the
        first period.
        """
        shares = np.arange(self.params.pie_units + 1) / self.params.pie_units
        return np.zeros(len(worlds), np.intp), [np.stack([shares, 1 - shares], axis=1)]

    def disagreement_payoffs(self, worlds: Worlds_) -> Floats:
        """(W, 2): what both get when turns run out."""
        return np.tile(np.array(self.params.disagreement), (len(worlds), 1))

    def anchors(self) -> Anchors:
        """Disagreement; the best of an immediate deal or of leaving; random play."""
        return Anchors(
            sum(self.params.disagreement),
            max(1.0, sum(self.params.disagreement)),
            random_play_total(self),
            "random by Monte Carlo",
        )

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        return "\n".join(alternating_offers_words.brief(self.params, seat, paraphrase))

    def view(self, world: Any, seat: int) -> str:
        """Whose turn it is, and what stands."""
        q = self.params
        lines = [
            f"Period {max(1, world['step'])} of {q.horizon}." if q.horizon_known else f"Period {max(1, world['step'])}."
        ]
        standing, own = int(world["standing"]), world["offered_by"] == seat
        if standing == NO_OFFER:
            lines.append("No offer has been made.")
        elif own:
            lines.append(f"Your offer stands: {standing} units for the other, {q.pie_units - standing} for you.")
        else:
            lines.append(f"The other's offer stands: {standing} units for you, {q.pie_units - standing} for the other.")
        if world["lost_turn"]:
            lines.append("The last turn was lost.")
        lines.append("It is your turn." if world["mover"] == seat else "It is the other's turn.")
        return "\n".join(lines)

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The acts that are legal now."""
        mask = np.zeros((1, 2, self.n_moves), np.int8)
        legal(self.p, np.array([world]), mask)
        units = self.params.pie_units
        words = [word for k, word in enumerate(ANSWERS, ACCEPT) if mask[0, seat, units + k]]
        if mask[0, seat, 0]:
            return any_of(words, object_of({"offer": {"type": "integer", "minimum": 0, "maximum": units}}))
        return any_of(words)

    def meant(self, world: Any, seat: int, answer: Any) -> float:
        """An offer, or what follows the largest one."""
        if isinstance(answer, str):
            return float(self.params.pie_units + ACCEPT + ANSWERS.index(answer))
        return float(answer["offer"])

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """What is offered to the other, or a word."""
        beyond = int(move) - self.params.pie_units
        return ANSWERS[beyond - ACCEPT] if beyond >= ACCEPT else {"offer": int(move)}


env, raw_env, parallel_env = entry_points(AlternatingOffers)
