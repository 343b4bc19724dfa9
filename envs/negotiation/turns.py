"""The rules of two who bargain by turns over a table of deals, as kernels: see :mod:`.bilateral`."""

from collections import namedtuple
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import CONTEXT, uniform
from ..game import (
    COMMON_OUTCOMES,
    NEVER,
    RUNNING,
    TERMINATED,
    Floats,
    Worlds_,
    clip01,
    close_step,
    open_episode,
    stay_ended,
)
from .contexts import Bools

DEAL, REJECTED, MISMATCHED = (len(COMMON_OUTCOMES) + k for k in range(3))
ACCEPT, REJECT, PASS, PROPOSE = range(4)  # moves beyond the last deal, and what all others are
NO_OFFER = -1
BOTH = 2
"""The mover where both name a deal at once."""
OWN_COLUMNS = 6
"""Observed numbers before the terms of the standing offer."""


_ARRAYS = ("utilities", "feasible", "disagreement", "whole", "told", "nash", "parts")


class Rules(
    namedtuple(
        "_Rules",
        ("horizon", "horizon_known", "continuation", "max_proposals", "mirrored", "opener", "first", "drawn", *_ARRAYS),
    )
):
    """What the kernels take. Tables are compared by identity, so that rules can be the key of what is remembered."""

    __slots__ = ()

    def _key(self) -> tuple[Any, ...]:
        return tuple(id(part) if isinstance(part, np.ndarray) else part for part in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self._key() == other._key()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())


@njit(cache=True)
def reset(p: Rules, worlds: Worlds_, again: Bools) -> None:
    """A context is drawn; nothing is on the table."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.context = p.first
            if p.drawn > 1:
                w.context += int(p.drawn * uniform(w.key, 0, CONTEXT, 0))
            w.standing = NO_OFFER
            w.offered_by = -1
            w.mover = p.opener
            w.lost_turn = False
            for i in range(2):
                w.proposals[i] = 0


# The tables are looked up in the kernels themselves: to hand an array on costs more than all that is done with it here.


@njit(cache=True)
def _has_turn(w: Any, i: int) -> bool:
    return w.ended == RUNNING and (w.mover == i or w.mover == BOTH)


@njit(cache=True)
def _can_accept(w: Any, i: int) -> bool:
    return w.standing != NO_OFFER and w.offered_by != i


@njit(cache=True)
def _can_propose(w: Any, i: int, horizon: int, most: int) -> bool:
    return w.mover == BOTH or (w.step + 1 < horizon and w.proposals[i] < most)


@njit(cache=True)
def _turned(i: int, move: int, whole: int, mirrored: bool) -> int:
    """The deal that seat i calls ``move``, and the other way round."""
    return whole - move if mirrored and i == 1 else move


@njit(cache=True)
def _label(given: float, without: float, nash: float) -> float:
    """How much of its Nash gain a proposal leaves to the other."""
    gain = nash - without
    return clip01((given - without) / gain) if gain > 0.0 else np.nan


@njit(cache=True)
def _whole_number(asked: float) -> int:
    """The move, −1 where it is none."""
    return int(asked) if asked == np.floor(asked) and abs(asked) < NEVER else -1


@njit(cache=True)
def _kind(w: Any, i: int, move: int, deals: int, may_propose: bool) -> int:
    """What the mover's act is, PASS if it is a lost turn."""
    if 0 <= move < deals:
        return PROPOSE if may_propose else PASS
    if move == deals + ACCEPT and _can_accept(w, i):
        return ACCEPT
    if move == deals + REJECT and (_can_accept(w, i) or not may_propose):
        return REJECT
    return PASS


@njit(cache=True)
def _open_step(w: Any, first: float, second: float, skip: int) -> None:
    """Notes what both ask for; whoever has no turn can only pass."""
    w.lost_turn = False
    for i in range(2):
        asked = first if i == 0 else second
        w.payoff[i] = 0.0
        w.cooperation[i] = np.nan
        w.intended[i] = asked
        w.action[i] = asked
        if w.mover != i and w.mover != BOTH:
            w.action[i] = skip
            w.illegal[i] += asked != skip


@njit(cache=True)
def _propose(w: Any, i: int, deal: int, label: float) -> None:
    w.standing = deal
    w.offered_by = i
    w.proposals[i] += 1
    w.cooperation[i] = label


@njit(cache=True)
def _lose_turn(w: Any, i: int, skip: int) -> None:
    w.illegal[i] += 1
    w.action[i] = skip
    w.lost_turn = True


@njit(cache=True)
def _settle(w: Any, first: float, second: float, outcome: int) -> None:
    w.payoff[0] = first
    w.payoff[1] = second
    w.ended = TERMINATED
    w.outcome = outcome


@njit(cache=True)
def step(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """The mover's turn, or both name a deal at once."""
    if p.opener == BOTH:
        _name_together(p, worlds, actions, rewards, ended)
    else:
        _take_turns(p, worlds, actions, rewards, ended)


@njit(cache=True)
def _take_turns(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    utilities, feasible, disagreement, nash, whole = p.utilities, p.feasible, p.disagreement, p.nash, p.whole
    deals = feasible.shape[1]
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        _open_step(w, actions[b, 0], actions[b, 1], deals + PASS)
        c, i, j = w.context, w.mover, 1 - w.mover
        move = _whole_number(actions[b, i])
        kind = _kind(w, i, move, deals, _can_propose(w, i, p.horizon, p.max_proposals))
        if kind == ACCEPT:
            _settle(w, utilities[c, w.standing, 0], utilities[c, w.standing, 1], DEAL)
        elif kind == PROPOSE and feasible[c, move]:
            deal = _turned(i, move, whole[c], p.mirrored)
            _propose(w, i, deal, _label(utilities[c, deal, j], disagreement[c, j], nash[c, j]))
        elif kind != REJECT:
            _lose_turn(w, i, deals + PASS)
        w.mover = j
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        if kind == REJECT:
            _settle(w, disagreement[c, 0], disagreement[c, 1], REJECTED)
        elif w.ended != RUNNING and w.outcome != DEAL:
            w.payoff[0], w.payoff[1] = disagreement[c, 0], disagreement[c, 1]
        rewards[b, 0], rewards[b, 1] = w.payoff[0], w.payoff[1]
        ended[b] = w.ended


@njit(cache=True)
def _name_together(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """What both keep is a deal if it adds up."""
    utilities, feasible, disagreement, nash, whole = p.utilities, p.feasible, p.disagreement, p.nash, p.whole
    deals = feasible.shape[1]
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        _open_step(w, actions[b, 0], actions[b, 1], deals + PASS)
        c, before = w.context, w.standing
        for i in range(2):
            before, j, move = w.standing, 1 - i, _whole_number(actions[b, i])
            if 0 <= move < deals and feasible[c, move]:
                deal = _turned(i, move, whole[c], p.mirrored)
                _propose(w, i, deal, _label(utilities[c, deal, j], disagreement[c, j], nash[c, j]))
            else:
                _lose_turn(w, i, deals + PASS)
        w.offered_by = BOTH
        if before == w.standing and not w.lost_turn:
            _settle(w, utilities[c, before, 0], utilities[c, before, 1], DEAL)
        else:
            w.standing = NO_OFFER
            _settle(w, disagreement[c, 0], disagreement[c, 1], MISMATCHED)
        w.step += 1
        rewards[b, 0], rewards[b, 1] = w.payoff[0], w.payoff[1]
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Rules, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The table as each side sees it."""
    parts, told, whole = p.parts, p.told, p.whole
    for b in range(len(worlds)):
        w = worlds[b]
        c = w.context
        for i in range(2):
            offer = w.standing != NO_OFFER
            out[b, i, 0] = _has_turn(w, i)
            out[b, i, 1] = offer
            out[b, i, 2] = w.offered_by == i
            out[b, i, 3] = w.lost_turn
            out[b, i, 4] = w.proposals[i]
            out[b, i, 5] = w.proposals[1 - i]
            k = OWN_COLUMNS
            seen = _turned(i, w.standing, whole[c], p.mirrored) if offer else 0
            for part in range(parts.shape[1]):
                out[b, i, k] = parts[seen, part] if offer else -1.0
                k += 1
            for fact in range(told.shape[2]):
                out[b, i, k] = told[c, i, fact]
                k += 1
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


@njit(cache=True)
def legal(p: Rules, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Deals while one may propose; accept where an offer of the other stands; reject it, or the talks when no offer is
    left to make; else pass.
    """
    feasible = p.feasible
    deals = feasible.shape[1]
    for b in range(len(worlds)):
        w = worlds[b]
        c = w.context
        for i in range(2):
            turn = _has_turn(w, i)
            propose = turn and _can_propose(w, i, p.horizon, p.max_proposals)
            accept = turn and _can_accept(w, i)
            for k in range(deals):
                out[b, i, k] = feasible[c, k] if propose else 0
            out[b, i, deals + ACCEPT] = accept
            out[b, i, deals + REJECT] = turn and (accept or not propose)
            out[b, i, deals + PASS] = not turn


@njit(cache=True)
def reconsider(p: Rules, worlds: Worlds_) -> None:
    """Says of the last step, in place, what follows from its acts in the contexts that the worlds have now."""
    for b in range(len(worlds)):
        w = worlds[b]
        c = w.context
        for i in range(2):
            j = 1 - i
            w.cooperation[i] = np.nan
            if 0 <= w.action[i] < p.feasible.shape[1]:
                deal = _turned(i, int(w.action[i]), p.whole[c], p.mirrored)
                w.cooperation[i] = _label(p.utilities[c, deal, j], p.disagreement[c, j], p.nash[c, j])
            if w.outcome == DEAL:
                w.payoff[i] = p.utilities[c, w.standing, i]
