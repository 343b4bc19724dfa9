"""The rules of `crisis` as kernels: what acts do, what is seen of it, and what is legal.

Seats are numbered; a rival is named by how many seats ahead it sits, so that a move is the same number for everyone.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import HAZARD, PERCEPTION_NOISE, uniform
from ..game import COMMON_OUTCOMES, RUNNING, TERMINATED, Floats, Worlds_, close_step, open_episode, stay_ended
from .actions import (
    DE,
    GIFT_E,
    GIFT_S,
    HARM_E,
    HARM_S,
    NU,
    OWN_E,
    OWN_M,
    OWN_S,
    OWN_W,
    SQ,
    VI,
)  # fmt: skip

COLLAPSED = len(COMMON_OUTCOMES)
MOST_STABILITY, MOST_MILITARY, MOST_WEAPONS, MOST_TENSION = 20.0, 20.0, 10.0, 100.0
USUAL_MILITARY = 10.0  # with which violence does the harm of the table
NOBODY, NO_ACT, SOMEBODY_ELSE = -1, -2, -3  # targets that are no seat
UNSEEN = -1

Rules = Any
"""What the kernels take: one record of all parameters and the table of actions (:meth:`Crisis.encode`). A tuple of so
many would be copied, and its arrays counted, at every call; that costs fifty times what a step does.
"""


@njit(cache=True)
def reset(p: Rules, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """All are there, alike, and know it."""
    n = p.n_agents
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            for i in range(n):
                w.present[i] = True
                w.economy[i] = p.economy
                w.stability[i] = p.stability
                w.military[i] = p.military
                w.weapons[i] = p.weapons
                w.target[i] = NO_ACT
                for j in range(n):
                    hot = i + j == 1 and not np.isnan(p.hot_pair)
                    w.tension[i, j] = w.reckoned[i, j] = 0.0 if i == j else p.hot_pair if hot else p.tension
                    w.seen[i, j] = UNSEEN
            w.mean_tension = _mean_tension(w)


@njit(cache=True)
def _count_present(w: Any) -> int:
    count = 0
    for i in range(len(w.present)):
        count += w.present[i]
    return count


@njit(cache=True)
def _mean_tension(w: Any) -> float:
    """Over the pairs that are there, 0 where there is none."""
    total, pairs = 0.0, 0
    for i in range(len(w.present)):
        for j in range(i):
            if w.present[i] and w.present[j]:
                total += w.tension[i, j]
                pairs += 1
    return total / max(1, pairs)


@njit(cache=True)
def _target(n: int, i: int, ahead: int) -> int:
    """The seat that sits so far ahead of i."""
    return i + ahead if i + ahead < n else i + ahead - n


@njit(cache=True)
def is_legal(p: Rules, w: Any, i: int, move: int) -> bool:
    """By what it needs and whether its target is there; whoever is not there has one move."""
    if w.present[i] == 0:
        return move == p.neutral
    ahead = p.ahead_of[move]
    there = ahead == 0 or w.present[_target(p.n_agents, i, ahead)] == 1
    return there and w.military[i] >= p.needs_military[move] and w.weapons[i] >= p.needs_weapons[move]


@njit(cache=True)
def _choose(p: Rules, w: Any, i: int, asked: float) -> None:
    """What i asked for if that is legal, else the neutral act."""
    w.payoff[i] = 0.0
    if not w.present[i]:
        w.intended[i] = w.action[i] = w.cooperation[i] = np.nan
        w.target[i] = NO_ACT
        return
    w.intended[i] = asked
    move = int(asked) if 0.0 <= asked < len(p.rank) else -1
    if move != asked or not is_legal(p, w, i, move):
        w.illegal[i] += 1
        move = p.neutral
    w.action[i] = move
    ahead = p.ahead_of[move]
    w.target[i] = _target(p.n_agents, i, ahead) if ahead > 0 else NOBODY


@njit(cache=True)
def _rank(p: Rules, w: Any, i: int) -> int:
    """The class of i's act."""
    return p.rank[int(w.action[i])]


@njit(cache=True)
def _addresses(w: Any, i: int, j: int) -> bool:
    """Is i's act aimed at j, or at nobody in particular?"""
    return w.target[i] == j or w.target[i] == NOBODY


@njit(cache=True)
def _flow(p: Rules, w: Any, i: int, others: int) -> None:
    """What a step brings by itself, and what i's act costs it; M and W change later, for harm goes by those of the
    start.
    """
    tension = 0.0
    for j in range(p.n_agents):
        if j != i and w.target[j] != NO_ACT:
            tension += w.tension[i, j]
    move = int(w.action[i])
    w.economy[i] += p.growth - p.upkeep * w.military[i] - p.tension_cost * tension / others + p.effects[move, OWN_E]
    w.stability[i] += p.effects[move, OWN_S]


@njit(cache=True)
def _hit(p: Rules, w: Any, i: int, j: int) -> None:
    """What i's act does to its target j, and brings i."""
    move, rank, theirs = int(w.action[i]), _rank(p, w, i), _rank(p, w, j)
    w.economy[j] += p.effects[move, GIFT_E]
    w.stability[j] += p.effects[move, GIFT_S]
    if p.effects[move, HARM_E] == 0.0 and p.effects[move, HARM_S] == 0.0:
        return
    factor = p.guard[theirs]
    if rank == VI:
        factor *= w.military[i] / USUAL_MILITARY
    harm = factor * p.effects[move, HARM_E]
    w.economy[j] -= harm
    w.stability[j] -= factor * p.effects[move, HARM_S]
    if theirs < VI or w.target[j] != i:
        w.economy[i] += p.capture[theirs] * harm
    if rank == NU and w.weapons[j] >= 1.0:
        w.economy[i] -= p.second_strike * p.effects[move, HARM_E]
        w.stability[i] -= p.second_strike * p.effects[move, HARM_S]


@njit(cache=True)
def _concession(p: Rules, w: Any, i: int, j: int, others: int) -> float:
    """w_ij: how much i concedes to j."""
    if _rank(p, w, i) != DE:
        return 0.0
    return 1.0 if w.target[i] == j else 1.0 / others if w.target[i] == NOBODY else 0.0


@njit(cache=True)
def _label(p: Rules, w: Any, i: int, j: int) -> float:
    """c_ij."""
    rank = _rank(p, w, i)
    if rank == SQ or not _addresses(w, i, j):
        return 0.5
    return 1.0 if rank == DE else 0.0


@njit(cache=True)
def _perceive(p: Rules, w: Any, i: int, j: int) -> int:
    """The rank of j's act as i sees it; a shift beyond the ends is dropped."""
    rank = _rank(p, w, j)
    if p.perception_noise > 0.0:
        draw = uniform(w.key, w.step, PERCEPTION_NOISE, i * p.n_agents + j)
        if draw < p.perception_noise / 2.0:
            return max(DE, rank - 1)
        if draw < p.perception_noise:
            return min(NU, rank + 1)
    return rank


@njit(cache=True)
def _raise_tension(p: Rules, w: Any, i: int, j: int) -> None:
    """What the acts of i and j add to the tension between them, and to what i reckons it to be."""
    w.seen[i, j] = _perceive(p, w, i, j)
    if _addresses(w, i, j):
        mine = p.severity[_rank(p, w, i)]
        w.tension[i, j] += mine
        w.reckoned[i, j] += mine
    if _addresses(w, j, i):
        w.tension[i, j] += p.severity[_rank(p, w, j)]
        w.reckoned[i, j] += p.severity[w.seen[i, j]]


@njit(cache=True)
def _accident(p: Rules, w: Any, i: int, j: int) -> None:
    """Harm to both that nobody meant; both know of it."""
    chance = p.accident_prob * w.tension[i, j] / MOST_TENSION
    if chance > 0.0 and uniform(w.key, w.step, HAZARD, i * p.n_agents + j) < chance:
        for k in (i, j):
            w.economy[k] -= p.accident_harm[0]
            w.stability[k] -= p.accident_harm[1]
            other = i + j - k
            w.tension[k, other] += p.accident_harm[2]
            w.reckoned[k, other] += p.accident_harm[2]


@njit(cache=True)
def _settle(p: Rules, w: Any, i: int) -> bool:
    """Changes M and W, clips, pays; is i still there?"""
    move = int(w.action[i])
    w.stability[i] = min(MOST_STABILITY, max(0.0, w.stability[i]))
    w.military[i] = min(MOST_MILITARY, max(0.0, w.military[i] + p.effects[move, OWN_M]))
    w.weapons[i] = min(MOST_WEAPONS, max(0.0, w.weapons[i] + p.effects[move, OWN_W]))
    for j in range(p.n_agents):
        w.tension[i, j] = min(MOST_TENSION, max(0.0, w.tension[i, j]))
        w.reckoned[i, j] = min(MOST_TENSION, max(0.0, w.reckoned[i, j]))
    w.payoff[i] += w.economy[i] + w.stability[i]
    w.present[i] = w.economy[i] > 0.0 and w.stability[i] > 0.0
    return w.present[i] == 1


@njit(cache=True)
def step(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """All act at once; those who collapse leave."""
    n = p.n_agents
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        others = _count_present(w) - 1
        for i in range(n):
            _choose(p, w, i, actions[b, i])
        for i in range(n):
            if w.present[i]:
                w.payoff[i] = -(w.economy[i] + w.stability[i])
                _flow(p, w, i, others)
        for i in range(n):
            if w.present[i] and w.target[i] >= 0:
                _hit(p, w, i, w.target[i])
        for i in range(n):
            kindness = 0.0
            for j in range(n):
                if i != j and w.present[i] and w.present[j]:
                    kindness += _label(p, w, i, j)
                    mutual = min(_concession(p, w, i, j, others), _concession(p, w, j, i, others))
                    w.economy[i] += p.dividend * mutual
                    _raise_tension(p, w, i, j)
                else:
                    w.seen[i, j] = UNSEEN
            if w.present[i]:
                w.cooperation[i] = kindness / others
        for i in range(n):
            for j in range(i):
                if w.present[i] and w.present[j]:
                    _accident(p, w, j, i)
        left = 0
        for i in range(n):
            if w.present[i]:
                left += _settle(p, w, i)
            rewards[b, i] = w.payoff[i]
        w.mean_tension = _mean_tension(w)
        if left <= 1:
            w.ended = TERMINATED
            w.outcome = COLLAPSED
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Rules, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """Own state, act and payoff, then the rivals."""
    n = p.n_agents
    shown = p.perception_noise == 0.0 or p.public_state
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(n):
            out[b, i, 0] = w.economy[i]
            out[b, i, 1] = w.stability[i]
            out[b, i, 2] = w.military[i]
            out[b, i, 3] = w.weapons[i]
            out[b, i, 4] = UNSEEN if np.isnan(w.action[i]) else w.action[i]
            out[b, i, 5] = w.payoff[i]
            k = 6
            for d in range(1, n):
                j = _target(n, i, d)
                there, acted = w.present[j], w.seen[i, j] != UNSEEN
                out[b, i, k] = there
                out[b, i, k + 1] = w.seen[i, j]
                out[b, i, k + 2] = 0.0 if not acted or w.target[j] == NOBODY else 1.0 if w.target[j] == i else -1.0
                out[b, i, k + 3] = w.reckoned[i, j] if there else 0.0
                k += 4
                if shown:
                    out[b, i, k] = w.economy[j] if there else 0.0
                    out[b, i, k + 1] = w.stability[j] if there else 0.0
                    out[b, i, k + 2] = w.military[j] if there else 0.0
                    out[b, i, k + 3] = w.weapons[j] if there else 0.0
                    k += 4
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


@njit(cache=True)
def legal(p: Rules, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Every move by what it needs and whether its target is there."""
    n, moves = p.n_agents, len(p.rank)
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(n):
            military, weapons = w.military[i], w.weapons[i]
            for move in range(moves):
                out[b, i, move] = (military >= p.needs_military[move]) & (weapons >= p.needs_weapons[move])
            if _count_present(w) < n:
                for move in range(moves):
                    out[b, i, move] = is_legal(p, w, i, move)
