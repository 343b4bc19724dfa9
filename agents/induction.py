"""Looking ahead where one moves at a time: backward induction over the futures of imagined worlds.

The futures of all worlds of a batch form one graph, level by level: equal records are one state, however they were
reached, so a bargaining game of 100 possible offers has some hundred states per level and not 100 to the power of
depth. The others choose by their material payoffs, each expecting everyone else to do so too; at its own turns the
deliberator chooses by its norms. It looks to the end of the game where the graph fits, else as far as it fits and at
least ``depth`` steps; beyond that nothing counts. Where no end is known and the game does not discount, no graph holds
the end, and it looks ``depth`` steps ahead. Chance is part of the graph (:meth:`..envs.game.Game.branches`):
whoever moves knows how likely each branch is, and never which one comes.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..envs.chance import GOLDEN, mix
from ..envs.game import NEVER, RUNNING, Floats, Game, Worlds_
from .foresight import Mind, pays
from .preferences import add_utilities, weights_of

Ints = npt.NDArray[np.int64]

MOST_EDGES = 1 << 20
"""The size of a graph. Where it would grow larger, fewer roots are unfolded together; for a single root the future is
cut, or (before ``depth``) its moves are thinned to an even grid. So what a world chooses never depends on which others
are in its batch.
"""
FEWEST = 8
LEVELS_KEPT = 128
VALUES_AT_ONCE = 1 << 23
"""Bounds memory: minds × moves of a level that are valued together."""
TIE = 1e-9


class Level(NamedTuple):
    """One step of the graph: ``mover`` (S,) of each state; per move (edge) its ``parent`` and ``move``; per branch of
    chance its probability ``weight`` (K,), and of every edge the ``child`` (K, E) in the next level (−1: the episode
    ends), the material ``payoffs`` (K, E, N) and whether it ``pays`` (K, E). Edges are grouped by parent, in the order
    of candidates; ``first`` (S,) is each parent's first edge.
    """

    mover: Ints
    parent: Ints
    move: Floats
    weight: Floats
    child: Ints
    payoffs: Floats
    pays: npt.NDArray[np.bool_]
    first: Ints


Branches = tuple[tuple[float, Any], ...]


def distinct(game: Game, states: Worlds_) -> tuple[Worlds_, Ints]:
    """The different states, their histories blank, and for each given one which of them it is."""
    history = game.history
    bare = np.zeros(
        len(states), states.dtype
    )  # zeros, not a copy: the padding between fields takes part in the comparison
    for name in states.dtype.names or ():
        if name not in history:
            bare[name] = states[name]
    words = bare.view(np.uint64).reshape(len(bare), bare.dtype.itemsize // 8)
    _, chosen, index = np.unique(_hashes(words), return_index=True, return_inverse=True)
    if not (words[chosen[index]] == words).all():  # two states with one hash
        as_bytes = bare.view(np.dtype((np.void, bare.dtype.itemsize)))
        _, chosen, index = np.unique(as_bytes, return_index=True, return_inverse=True)
    return bare[chosen], index.ravel()


@njit(cache=True)
def _hashes(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """(S,): a hash of every row: numbers are sorted much faster than records."""
    found = np.zeros(len(words), np.uint64)
    for s in range(len(words)):
        for word in words[s]:
            found[s] = mix(found[s] ^ word) + GOLDEN
    return found


def unfold(game: Game, seat: int, roots: Worlds_, depth: int, limit: int) -> list[Level] | None:
    """The graph of futures of ``roots`` as ``seat`` believes them; None where it is too large and there are roots to
    leave out.

    Which moves are legal at the roots is seen, even where their reason, a hidden last period, is not believed in.
    """
    levels: list[Level] = []
    believed = game.believed(seat)
    endless = believed.params.horizon >= NEVER and not believed.discounts_itself
    rules: Branches = tuple(believed.branches())
    known, now = game, tuple((weight, p._replace(horizon=game.p.horizon)) for weight, p in rules)
    states, room = roots, MOST_EDGES
    while len(states) and not (endless and len(levels) >= depth):
        moves = limit
        if room < len(states) * limit:
            if len(roots) > 1:
                return None
            if len(levels) >= depth:
                break
            moves = max(FEWEST, MOST_EDGES // (depth * len(states)))
        level, states = _level(known, now, states.tobytes(), moves)
        room -= len(level.parent)
        levels.append(level)
        known, now = believed, rules
    return levels


@lru_cache(maxsize=LEVELS_KEPT)
def _level(game: Game, rules: Branches, states: bytes, limit: int) -> tuple[Level, Worlds_]:
    """:func:`_expand`, remembered: however talks went so far, their futures soon run through the same states."""
    return _expand(game, rules, np.frombuffer(states, game.world_dtype), limit)


def _expand(game: Game, rules: Branches, states: Worlds_, limit: int) -> tuple[Level, Worlds_]:
    mover = np.argmax(game.movers(states), axis=1)
    parents, moves = [], []
    for seat in np.unique(mover):
        mine = np.flatnonzero(mover == seat)
        candidates, legal = game.candidates(states[mine], int(seat), limit)
        row, column = np.nonzero(legal)
        parents.append(mine[row])
        moves.append(candidates[row, column])
    parent, move = np.concatenate(parents), np.concatenate(moves)
    order = np.argsort(parent, kind="stable")
    parent, move = parent[order], move[order]
    before = states[parent]
    waiting = np.stack([game.exemplar(states, seat, cooperative=False) for seat in range(game.n_agents)], axis=1)
    acts = waiting[parent]
    acts[np.arange(len(parent)), mover[parent]] = move
    after = np.stack([before] * len(rules))
    rewards, ended = np.zeros((len(rules), *acts.shape)), np.zeros((len(rules), len(parent)), np.int8)
    for k, (_, p) in enumerate(rules):
        game.kernels.step(p, after[k], acts, rewards[k], ended[k])
    running = ended == RUNNING
    child = np.full(running.shape, -1)
    following, child[running] = distinct(game, after[running])
    first = np.searchsorted(parent, np.arange(len(states)))
    weight = np.array([weight for weight, _ in rules])
    paid = np.stack([pays(game, worlds) for worlds in after])
    return Level(mover, parent, move, weight, child, rewards, paid, first), following


def material_choices(levels: list[Level], n: int) -> list[Ints]:
    """For every level and state the edge that its mover takes if everyone cares for material payoffs only."""
    choices: list[Ints] = []
    future = np.zeros((0, n))
    for level in reversed(levels):
        worth = np.zeros(level.payoffs.shape[1:])
        for weight, payoffs, child in zip(level.weight, level.payoffs, level.child, strict=True):
            worth += weight * (payoffs + _carried(future, child))
        chosen = _best(worth[np.arange(len(worth)), level.mover[level.parent]][None, :], level)[0]
        future = worth[chosen]
        choices.append(chosen)
    return choices[::-1]


def _carried(future: Floats, child: Ints) -> Floats:
    """Values of the next level's states, laid on the edges that lead to them; 0 beyond the end."""
    if not len(future):
        return np.zeros((len(child), *future.shape[1:]))
    return np.where((child >= 0).reshape(-1, *[1] * (future.ndim - 1)), future[child], 0.0)


def _best(worth: Floats, level: Level) -> Ints:
    """(G, S): per row of ``worth`` (G, E) and state, the first edge that is as good as the best."""
    top = np.maximum.reduceat(worth, level.first, axis=1)
    as_good = worth >= top[:, level.parent] - TIE
    edges = np.where(as_good, np.arange(worth.shape[1])[None, :], worth.shape[1])
    return np.minimum.reduceat(edges, level.first, axis=1)


def utilities(levels: list[Level], choices: list[Ints], mind: Mind) -> Floats:
    """(G, E₀): for each of the minds the utility of every move at the roots (edges of the first level)."""
    future = np.zeros((len(mind.norms.rows), 0))
    worth = np.zeros((len(mind.norms.rows), 0))
    for level, chosen in zip(reversed(levels), reversed(choices), strict=True):
        worth = np.zeros((len(future), len(level.parent)))
        for k, weight in enumerate(level.weight):
            later = mind.discount[:, None] * _carried(future.T, level.child[k]).T
            worth += weight * (_edge_utilities(level.payoffs[k], level.pays[k], mind) + later)
        own = level.mover == mind.seat
        picked = np.where(own[None, :], _best(worth, level), chosen[None, :])
        future = np.take_along_axis(worth, picked, axis=1)
    return worth


def _edge_utilities(of_edges: Floats, pays_now: npt.NDArray[np.bool_], mind: Mind) -> Floats:
    """(G, E): the utility of each edge's own payoffs (E, N), from the incomes that the minds have now."""
    minds = len(mind.norms.rows)
    values = np.zeros((minds, len(of_edges)))
    paying = np.flatnonzero(pays_now)
    if len(paying):
        of = np.repeat(np.arange(minds), len(paying))
        totals = np.zeros(len(of))
        payoffs = np.tile(of_edges[paying], (minds, 1))
        m = mind.norms
        caring, paid = weights_of(m.rows, m.same_group, mind.kindness, mind.seat), np.ones(len(of), np.bool_)
        incomes, now = mind.incomes[of], np.ones(minds)
        add_utilities(m.rows, caring, of, mind.seat, payoffs, payoffs, incomes, mind.need_unit, paid, now, totals)
        values[:, paying] = totals.reshape(minds, len(paying))
    return values


def turn_values(
    game: Game,
    mind: Mind,
    imagined: list[Worlds_],
    candidates: Floats,
    legal: npt.NDArray[np.bool_],
    depth: int,
    limit: int,
) -> Floats:
    """(B, C): the utility of each candidate (B, C) of ``mind.seat``, whose turn it is in all worlds, a mean over
    samples.

    Universalization weighs in the world with exchanged roles, in which the other takes the counterpart of the act: homo
    moralis, who does not know which role is its own, values the mean of the two.
    """
    share = np.broadcast_to(mind.norms.rows["universalization"][:, None], legal.shape)
    total = np.zeros(candidates.shape)
    for worlds in imagined:
        own = _root_values(game, mind, worlds, candidates, mind.seat, depth, limit)
        total += own
        if (share > 0).any():
            other = 1 - mind.seat if game.n_agents == 2 else _next_mover(game, worlds, mind.seat)
            swapped = game.exchanged(worlds, mind.seat, other)
            acts = game.counterpart(candidates, mind.seat, other)
            theirs = _root_values(game, mind, swapped, acts, other, depth, limit)
            total[legal] += (share * 0.5)[legal] * (theirs[legal] - own[legal])
    return np.where(legal, total / len(imagined), -np.inf)


def _next_mover(game: Game, worlds: Worlds_, seat: int) -> int:
    return (seat + 1) % game.n_agents


def _root_values(game: Game, mind: Mind, worlds: Worlds_, acts: Floats, mover: int, depth: int, limit: int) -> Floats:
    """(B, C): mind's utility if ``mover`` takes each of ``acts`` now; −inf where that is not legal."""
    roots, root = distinct(game, worlds)
    values = np.full(acts.shape, -np.inf)
    waiting = [np.arange(len(roots))]
    while waiting:
        some = waiting.pop()
        levels = unfold(game, mind.seat, roots[some], depth, limit)
        if levels is None:
            waiting += np.array_split(some, 2)
            continue
        place = np.full(len(roots), -1)
        place[some] = np.arange(len(some))
        part = np.flatnonzero(place[root] >= 0)
        values[part] = _graph_values(game, mind.of(part), levels, place[root[part]], acts[part])
    return values


def _graph_values(game: Game, mind: Mind, levels: list[Level], root: Ints, acts: Floats) -> Floats:
    """(B, C): :func:`_root_values` in one graph. Equal minds think once, and as many at a time as memory allows."""
    choices = material_choices(levels, game.n_agents)
    edges = max(len(level.parent) for level in levels)
    block = max(1, VALUES_AT_ONCE // edges)
    one_of_each, which = _distinct_minds(mind)
    values = np.empty(acts.shape)
    for start in range(0, len(one_of_each), block):
        thinkers = one_of_each[start : start + block]
        worth = utilities(levels, choices, mind.of(thinkers))
        part = np.flatnonzero((which >= start) & (which < start + block))
        values[part] = _of_moves(levels[0], worth, which[part] - start, root[part], acts[part])
    return values


def _distinct_minds(mind: Mind) -> tuple[Ints, Ints]:
    """Indices of one mind of each kind, and for every mind which kind it is."""
    b = len(mind.discount)
    parts = (mind.norms.rows, mind.norms.same_group, mind.kindness, mind.incomes, mind.discount)
    as_bytes = np.concatenate([np.ascontiguousarray(part).view(np.uint8).reshape(b, -1) for part in parts], axis=1)
    _, first, which = np.unique(as_bytes, axis=0, return_index=True, return_inverse=True)
    return first, which.ravel()


def _of_moves(level: Level, worth: Floats, thinker: Ints, root: Ints, acts: Floats) -> Floats:
    """(B, C): the value of its candidate moves to each world's ``thinker`` (a row of ``worth``), found among the edges
    of its root.
    """
    values = np.full(acts.shape, -np.inf)
    bounds = [*level.first.tolist(), len(level.parent)]
    for state in np.unique(root):
        edges = np.arange(bounds[state], bounds[state + 1])
        order = np.argsort(level.move[edges])
        sorted_moves = level.move[edges][order]
        for b in np.flatnonzero(root == state):
            place = np.clip(np.searchsorted(sorted_moves, acts[b]), 0, len(edges) - 1)
            found = sorted_moves[place] == acts[b]
            values[b, found] = worth[thinker[b], edges[order[place]]][found]
    return values
