"""Apples that come back only where apples are left: a commons in space.

**Models** a resource that lies in patches: what regrows depends on what is left nearby, and whoever empties a patch has
emptied it for all, for ever.

**Rules.** Seats walk on a grid of ``height`` × ``width`` cells, orientation-free; outside is wall. A *site* is a cell
within Manhattan distance ``patch_radius`` of a centre in ``patches``; each starts with an apple. Step t: (1) zaps (if
enabled), all at once: each hits the nearest other agent (Manhattan, ties by lot) at most ``zap_range`` rows and columns
away; who is hit does nothing more, and is off the grid for ``zap_timeout`` steps; (2) moves, in an order drawn afresh:
an agent enters its target if that is inside and not taken at that moment, else it stays; (3) whoever stands on an apple
eats it; (4) all at once, an empty site without an agent on it regrows with probability ``regrow_prob[min(k, 3)]``, k =
apples on other sites within Euclidean distance ``regrow_radius``; (5) whose time off the grid is over reappears on a
free cell of ``spawn_row``, drawn uniformly (if none is free it waits).

Start cells are (spawn_row, 2 + ⌊(width − 5)·k/(n − 1)⌋). A seat that was zapped stays a seat of the game: it sees an
empty window, its one legal move is to stay, it is paid nothing and has no label.

**Ends** *terminated* by extinction, if ``terminate_on_extinction`` and no apple is left; else by the horizon (hidden).

**Observation** (uint8): the window of (2·view + 1)² cells around the seat, row by row from the north-west, of each cell
wall / apple / bare site / other agent (0 or 1; agents look alike); own steps off the grid still to come, row, column.
With ``horizon_known`` step and horizon are added, and because they do not fit into a byte all is float32.

**Action**: 0 stay, 1 north, 2 south, 3 west, 4 east, and with ``zap`` 5 zap (then an action mask says who is off the
grid). A move that is blocked is legal. Any other number, and any move but stay off the grid, counts as illegal and
becomes stay. **Reward**: ``apple_reward`` per apple, less ``zap_cost`` per zap fired.

**Cooperation**: at a step in which i eats, c_i = min(k, 3)/3, k = apples near the eaten one after all have eaten; else
NaN: report the number of eats beside it. Zaps are counted apart: ``zapped`` is whom each seat hit in the last step,
``hits`` all hits so far.

**Known answers** (GAMES.md §2.5): the neighbourhoods of a patch, sites that never come back, the wait for the centre,
the table of foragers, and the class of the game: with T = 100 a social dilemma with fear and greed, with T = 1000 an
assurance problem, because one greedy agent destroys its own future. All are tests.

**Source**: in the spirit of Janssen et al. 2010, Perolat et al. 2017, Hughes et al. 2018; the symbolic rules are our
own.

**Versions**: v0, first.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import GROWTH, uniform
from ..faces import entry_points
from ..game import (
    COMMON_OUTCOMES,
    RUNNING,
    TERMINATED,
    Anchors,
    Continuation,
    Floats,
    Horizon,
    HorizonKnown,
    Kernels,
    Seats,
    Worlds_,
    close_step,
    open_episode,
    stay_ended,
)
from ..paraphrases import worded
from ..settings import Range, refuse
from . import grid_words
from .grid import (
    AGENT,
    APPLE,
    DOWN,
    EAST,
    GROUND,
    OFF,
    RIGHT,
    STAY,
    WALL,
    AppleReward,
    GridGame,
    Side,
    View,
    Zap,
    ZapCost,
    ZapRange,
    ZapTimeout,
    blank_map,
    cells_of,
    come_back,
    forget,
    legal,
    observe,
    open_step,
    random_total,
    rules,
    set_out,
    walk,
)

EXTINCT = len(COMMON_OUTCOMES)
ENOUGH = 3
"""From so many apples near on, a site regrows as fast as it can."""
MARGIN = 2
"""The first agent starts so many columns from the western wall, the last as many and the next cell from the eastern."""
BENCHMARKS = {
    "harvest_1000": (82.0, 1388.0, 3),
    "harvest_100": (82.0, 151.0, 3),
    "regrowth_meltingpot": (80.0, 672.0, 4),
    "harvest_zap": (82.0, 1388.0, 3),
}
"""By preset: total payoffs if all are forager(0), and if all are the best forager(k), and that k. No forager zaps."""


class Params(NamedTuple):
    """The parameters of GAMES.md §2.5."""

    height: Annotated[int, Side, "rows"] = 15
    width: Annotated[int, Range(5, 255), "columns"] = 25
    patches: Annotated[tuple[int, ...], Range(0, 254), "centres of patches: row, column, row, column, …"] = (
        3, 4, 3, 12, 3, 20, 11, 4, 11, 12, 11, 20,
    )  # fmt: skip
    patch_radius: Annotated[int, Range(0, 255), "Manhattan distance up to which a cell belongs to a patch"] = 2
    spawn_row: Annotated[int, Range(0, 254), "row in which agents start and reappear"] = 7
    regrow_prob: Annotated[
        tuple[float, float, float, float], Range(0, 1), "per step, with 0, 1, 2, and 3 or more apples near"
    ] = (0.0, 0.005, 0.02, 0.05)
    regrow_radius: Annotated[float, Range(0, 10), "Euclidean distance up to which an apple is near"] = 2.0
    view: View = 5
    zap: Zap = False
    zap_range: ZapRange = 2
    zap_timeout: ZapTimeout = 25
    apple_reward: AppleReward = 1.0
    zap_cost: ZapCost = 0.0
    terminate_on_extinction: Annotated[bool, "does the episode end when no apple is left?"] = True
    n_agents: Seats = 7
    horizon: Horizon = 1000
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def count_apples(p: Any, w: Any) -> None:
    """What the world keeps of its map besides: all apples, and those near each site."""
    w.apples = 0
    w.near[:] = 0
    for s in range(len(p.sites)):
        if w.view_map[p.sites[s, 0] + p.v, p.sites[s, 1] + p.v, APPLE]:
            _add_apple(p, w, s, 1)


@njit(cache=True)
def _add_apple(p: Any, w: Any, s: int, change: int) -> None:
    w.apples += change
    for k in range(p.near.shape[1]):
        other = p.near[s, k]
        if other < 0:
            return
        w.near[other] += change


@njit(cache=True)
def reset(p: Any, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """An apple on every site, and all agents in the spawn row."""
    for b in range(len(worlds)):
        if again[b]:
            open_episode(worlds[b])
            set_out(p, worlds[b])
            count_apples(p, worlds[b])
            worlds[b].grown[:] = 0


@njit(cache=True)
def _eat(p: Any, w: Any) -> None:
    """Whoever stands on an apple eats it; the label counts what all have left around it."""
    v = p.v
    for i in range(p.n_agents):
        if w.timeout[i] == 0 and w.view_map[w.row[i] + v, w.col[i] + v, APPLE]:
            w.view_map[w.row[i] + v, w.col[i] + v, APPLE] = 0
            w.view_map[w.row[i] + v, w.col[i] + v, GROUND] = 1
            _add_apple(p, w, p.site_at[w.row[i], w.col[i]], -1)
            w.payoff[i] += p.apple_reward
            w.cooperation[i] = 1.0
    for i in range(p.n_agents):
        if w.cooperation[i] == 1.0:
            w.cooperation[i] = min(w.near[p.site_at[w.row[i], w.col[i]]], ENOUGH) / ENOUGH


@njit(cache=True)
def _regrow(p: Any, w: Any) -> None:
    """All sites at once: what regrows counts as near from the next step on."""
    v, grown = p.v, 0
    for s in range(len(p.sites)):
        if w.near[s] == 0 and p.regrow_prob[0] == 0.0:
            continue
        row, col = p.sites[s, 0] + v, p.sites[s, 1] + v
        if w.view_map[row, col, APPLE] or w.view_map[row, col, AGENT]:
            continue
        if uniform(w.key, w.step, GROWTH, s) < p.regrow_prob[min(w.near[s], ENOUGH)]:
            w.view_map[row, col, APPLE] = 1
            w.view_map[row, col, GROUND] = 0
            w.grown[grown] = s
            grown += 1
    for k in range(grown):
        _add_apple(p, w, w.grown[k], 1)


@njit(cache=True)
def step(p: Any, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """Zaps, moves, eating, regrowth."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        open_step(p, w, actions[b])
        walk(p, w)
        _eat(p, w)
        _regrow(p, w)
        if p.zap:
            come_back(p, w)
        for i in range(p.n_agents):
            rewards[b, i] = w.payoff[i]
        if p.terminate_on_extinction and w.apples == 0:
            w.ended = TERMINATED
            w.outcome = EXTINCT
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def believe(p: Any, worlds: Worlds_, seat: int) -> None:
    """Outside the window every site bears an apple, as at the start."""
    for b in range(len(worlds)):
        forget(p, worlds[b], seat)
        count_apples(p, worlds[b])


@njit(cache=True)
def exemplary(p: Any, worlds: Worlds_, seat: int, cooperative: bool, acts: Floats) -> None:
    """The move onto an apple that leaves enough near it, or onto the one that leaves least; stay if there is none."""
    v = p.v
    for b in range(len(worlds)):
        w = worlds[b]
        acts[b] = STAY
        fewest = ENOUGH
        if w.timeout[seat] > 0:
            continue
        for move in range(EAST + 1):
            row, col = w.row[seat] + DOWN[move], w.col[seat] + RIGHT[move]
            cell = w.view_map[row + v, col + v]
            if cell[WALL] or not cell[APPLE] or (cell[AGENT] and move != STAY):
                continue
            left = w.near[p.site_at[row, col]]
            if cooperative and left >= ENOUGH:
                acts[b] = move
                break
            if not cooperative and left < fewest:
                acts[b] = move
                fewest = left


class Harvest(GridGame):
    """The game of this page."""

    name = "harvest"
    family = "commons"
    title = "Will those who pick from the same trees leave enough for the trees to bear again?"
    Params = Params
    kernels = Kernels(reset, step, observe, legal)
    outcomes = (*COMMON_OUTCOMES, "extinction")
    collapses = ("extinction",)
    signals = ("apples", "hits")
    ground = "bare"
    ground_words = ("a bare site", "bare sites")
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "harvest_1000": {},
        "harvest_100": {"horizon": 100},
        "regrowth_meltingpot": {"regrow_prob": (0.0, 0.0025, 0.005, 0.025)},
        "harvest_zap": {"zap": True},
    }

    def check(self) -> None:
        """Patches and starts must lie on the grid."""
        q = self.params
        centres = list(zip(q.patches[::2], q.patches[1::2], strict=False))
        if not centres or len(q.patches) % 2 or any(r >= q.height or c >= q.width for r, c in centres):
            allowed = f"pairs of a row below {q.height} and a column below {q.width}, and at least one"
            raise refuse("harvest.patches", q.patches, allowed)
        if q.spawn_row >= q.height:
            raise refuse("harvest.spawn_row", q.spawn_row, f"below harvest.height = {q.height}")
        if q.n_agents > self._span + 1:
            raise refuse("harvest.n_agents", q.n_agents, f"at most harvest.width - {2 * MARGIN} = {self._span + 1}")

    @property
    def _span(self) -> int:
        """Columns from the first start cell to the last."""
        return self.params.width - 2 * MARGIN - 1

    @cached_property
    def sites(self) -> npt.NDArray[np.int64]:
        """(S, 2): the cells that can bear an apple, in reading order."""
        q = self.params
        rows, cols = np.indices((q.height, q.width))
        far = [abs(rows - r) + abs(cols - c) for r, c in zip(q.patches[::2], q.patches[1::2], strict=True)]
        return np.argwhere(np.min(far, axis=0) <= q.patch_radius)

    def encode(self) -> Any:
        """What :func:`~.grid.rules` says, and: ``sites`` (S, 2) in reading order, ``site_at`` (height, width) their
        numbers (−1: none), ``near`` (S, most) the sites within the radius of each, −1 where there are fewer.
        """
        q, n, sites = self.params, self.params.n_agents, self.sites
        start = blank_map(q.height, q.width, q.view)
        start[sites[:, 0] + q.view, sites[:, 1] + q.view, APPLE] = 1
        site_at = np.full((q.height, q.width), OFF)
        site_at[sites[:, 0], sites[:, 1]] = np.arange(len(sites))
        apart = np.square(sites[:, None] - sites[None]).sum(axis=2)
        close = (apart <= q.regrow_radius**2) & (apart > 0)
        near = np.full((len(sites), max(1, close.sum(axis=1).max())), -1)
        for s, row in enumerate(close):
            near[s, : row.sum()] = np.flatnonzero(row)
        starts = cells_of(q.spawn_row, MARGIN + self._span * np.arange(n) // max(1, n - 1))
        returns = cells_of(q.spawn_row, np.arange(q.width))
        return rules(self, start, starts, returns, sites=sites, site_at=site_at, near=near)

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """The grid, the apples near each site, and scratch for the sites that regrow in a step."""
        return self.grid_dtype(("near", "i2", (len(self.sites),)), ("grown", "i2", (len(self.sites),)))

    @property
    def stochastic(self) -> bool:
        """Regrowth, the order of moves, and the lots of zapping."""
        return self.n_agents > 1 or any(self.params.regrow_prob)

    def believe(self, worlds: Worlds_, seat: int) -> None:
        """All sites out of view bear apples."""
        believe(self.p, worlds, seat)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """Eats what will be replaced, or what will not; stays where no such apple is next to it."""
        acts = np.zeros(len(worlds))
        exemplary(self.p, worlds, seat, cooperative, acts)
        return acts

    def anchors(self) -> Anchors:
        """Scripted benchmarks where they were measured, else what no one can exceed."""
        q = self.params
        worst, note = np.nan, "no equilibrium is known; optimum: an upper bound"
        sites = len(self.sites)
        grown = sites * max(q.regrow_prob) * self.expected_steps
        best = max(0.0, q.apple_reward) * min(sites + grown, self.n_agents * self.expected_steps)
        for preset, (greedy, sparing, k) in BENCHMARKS.items():
            if q._replace(horizon_known=False) == Params(**self.presets[preset]):
                worst, best = greedy, sparing
                note = f"not an equilibrium and an optimum but scripted benchmarks: all forager(0), all forager({k})"
        return Anchors(worst, best, random_total(self), f"{note}; random by Monte Carlo")

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q, others = self.params, self.n_agents - 1
        chances = ", ".join(f"{100 * x:g} percent" for x in q.regrow_prob)
        centres = ", ".join(f"({r}, {c})" for r, c in zip(q.patches[::2], q.patches[1::2], strict=True))
        lines = [
            (
                f"You and {others} others pick apples on a grid.",
                f"There is a grid on which you and {others} others pick apples.",
                f"On a grid apples are picked, by you and {others} others.",
            ),
            *grid_words.moves(q),
            grid_words.apples(q),
            (
                f"Apples grow only on sites: the cells at most {q.patch_radius} steps away from one of these cells"
                f" (row, column): {centres}. At the start each site bears an apple.",
                f"The cells at most {q.patch_radius} steps away from one of these cells (row, column) are sites:"
                f" {centres}. Apples grow on sites only, and each site bears one at the start.",
                "Only sites bear apples, and at the start each of them does. A site is a cell no more than"
                f" {q.patch_radius} steps away from one of these cells (row, column): {centres}.",
            ),
            (
                "In each step a bare site on which nobody stands bears an apple again with a probability of"
                f" {chances}, if there are 0, 1, 2, or 3 and more apples on other sites at a distance of at most"
                f" {q.regrow_radius:g}.",
                f"If there are 0, 1, 2, or 3 and more apples on other sites at a distance of at most"
                f" {q.regrow_radius:g}, the probability that a bare site on which nobody stands bears an apple again is"
                f" {chances} in each step.",
                "How probable it is in each step that a bare site bears an apple again, if nobody stands on it, depends"
                f" on how many apples there are on other sites at a distance of at most {q.regrow_radius:g}: with 0, 1,"
                f" 2, or 3 and more it is {chances}.",
            ),
        ]
        if q.zap:
            lines.append(grid_words.return_to(f"row {q.spawn_row}"))
        if q.terminate_on_extinction:
            end = (
                "When no apple is left, it is over.",
                "It is over when no apple is left.",
                "With no apple left it ends.",
            )
            lines.append(end)
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])


env, raw_env, parallel_env = entry_points(Harvest)
