"""Apples that grow only while somebody cleans the river: a public good in space.

**Models** a good that all enjoy and few provide: whoever cleans is not where the apples are.

**Rules.** Seats walk on a grid of ``height`` × ``width`` cells as in ``harvest``; the river is its ``river_width``
western columns, the orchard its ``orchard_width`` eastern ones, and agents walk anywhere. At the start the share
``dirt_init`` of the river (rounded up, cells by lot) is dirty, and there is no apple. Step t: (1) zaps (if enabled), as
in ``harvest``; (2) cleans, in an order drawn afresh: each removes the nearest dirt (Manhattan, then reading order) at
most ``clean_range`` rows and columns away, if there is any; (3) moves, in the same order: an agent enters its target if
that is inside and not taken at that moment, else it stays; (4) whoever stands on an apple eats it; (5) if the dirty
share d is below ``dirt_max``, with probability ``dirt_spawn_prob`` one clean river cell, drawn uniformly, becomes
dirty; (6) each orchard cell without apple and agent grows an apple with probability ``apple_prob``·clip((θ_dep −
d)/(θ_dep − θ_res)), where θ_dep = ``threshold_depletion`` and θ_res = ``threshold_restoration``; (7) whose time off
the grid is over reappears on a free cell of the column of the starts.

Start cells are (⌊(k + ½)·height/n⌋, width/2 − 1). A seat that was zapped stays a seat of the game: it sees an empty
window, its one legal move is to stay, it is paid nothing and has no label.

**Ends** by the horizon (hidden).

**Observation** (uint8): the window of (2·view + 1)² cells around the seat, row by row from the north-west, of each cell
wall / apple / dirt / other agent (0 or 1; agents look alike); own steps off the grid still to come, row, column. With
``horizon_known`` step and horizon are added, and because they do not fit into a byte all is float32.

**Action**: 0 stay, 1 north, 2 south, 3 west, 4 east, and as the last one clean: 5, or with ``zap`` 6, for then 5 is zap
(and an action mask says who is off the grid). A move that is blocked is legal, and so is cleaning where nothing is
dirty. Any other number, and any move but stay off the grid, counts as illegal and becomes stay. **Reward**:
``apple_reward`` per apple, less ``zap_cost`` per zap fired.

**Cooperation**: c_i = 1 at a step in which i's cleaning removed dirt, 0 if it ate, else NaN. Zaps are counted apart:
``zapped`` is whom each seat hit in the last step, ``hits`` all hits so far.

**Known answers** (GAMES.md §2.6): without cleaning nothing ever grows; the chain of ten river cells; the table of
cleaners and harvesters, whose optimum is interior while a cleaner earns nothing. All are tests.

**Source**: in the spirit of Hughes et al. 2018; our own rules on the movement engine of ``harvest``.

**Versions**: v0, first.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import DIRT, GROWTH, SHUFFLE, uniform
from ..faces import entry_points
from ..game import (
    NEVER,
    RUNNING,
    Anchors,
    Continuation,
    Floats,
    Horizon,
    HorizonKnown,
    Kernels,
    Seats,
    Worlds_,
    clip01,
    close_step,
    open_episode,
    stay_ended,
)
from ..paraphrases import Wordings, worded
from ..settings import Range, refuse
from . import grid_words
from .grid import (
    AGENT,
    APPLE,
    DOWN,
    EAST,
    GROUND,
    NORTH,
    RIGHT,
    STAY,
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
    in_view,
    legal,
    observe,
    open_step,
    random_total,
    rules,
    set_out,
    walk,
)
from .picture import ORCHARD, RIVER

SOME_SPAWNS, WHICH_CELL = range(2)
"""Draws of the stream DIRT in a step."""
ROUNDING = 1e-9
BENCHMARKS = {"cleanup_1000": 2312.0, "cleanup_100": 180.0}
"""Total payoffs of two cleaners and five harvesters, the best of such populations, by preset."""


class Params(NamedTuple):
    """The parameters of GAMES.md §2.6."""

    height: Annotated[int, Side, "rows"] = 12
    width: Annotated[int, Range(2, 255), "columns"] = 20
    river_width: Annotated[int, Side, "columns of river in the west"] = 3
    orchard_width: Annotated[int, Side, "columns of orchard in the east"] = 6
    dirt_init: Annotated[float, Range(0, 1), "share of the river that is dirty at the start, rounded up"] = 0.4
    dirt_spawn_prob: Annotated[float, Range(0, 1), "probability per step that a river cell becomes dirty"] = 0.5
    dirt_max: Annotated[float, Range(0, 1), "dirty share from which on no cell becomes dirty"] = 0.4
    apple_prob: Annotated[float, Range(0, 1), "largest probability of an apple per orchard cell and step"] = 0.05
    threshold_depletion: Annotated[float, Range(0, 1), "θ_dep: dirty share from which on nothing grows"] = 0.4
    threshold_restoration: Annotated[float, Range(0, 1), "θ_res: dirty share up to which all grows"] = 0.0
    clean_range: Annotated[int, Range(0, 255), "how far cleaning reaches (rows and columns)"] = 2
    view: View = 5
    zap: Zap = False
    zap_range: ZapRange = 2
    zap_timeout: ZapTimeout = 25
    apple_reward: AppleReward = 1.0
    zap_cost: ZapCost = 0.0
    n_agents: Seats = 7
    horizon: Horizon = 1000
    horizon_known: HorizonKnown = False
    continuation: Continuation = 1.0


@njit(cache=True)
def growth_prob(p: Any, dirt: int) -> float:
    """The probability of an apple in an empty orchard cell when so many river cells are dirty."""
    share = dirt / (p.height * p.river_width)
    return p.apple_prob * clip01((p.threshold_depletion - share) / (p.threshold_depletion - p.threshold_restoration))


@njit(cache=True)
def reset(p: Any, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """An empty orchard, a dirty river, all agents between them."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            set_out(p, w)
            w.apples = 0
            w.dirt = p.dirty_at_start
            wanted, left = p.dirty_at_start, p.height * p.river_width
            for cell in range(left):  # each of the ways to choose them is as likely (Knuth's algorithm S)
                if uniform(w.key, 0, SHUFFLE, cell) * left < wanted:
                    w.view_map[cell // p.river_width + p.v, cell % p.river_width + p.v, GROUND] = 1
                    wanted -= 1
                left -= 1


@njit(cache=True)
def _nearest_dirt(p: Any, w: Any, i: int) -> int:
    """The river cell that i would clean, −1 if there is no dirt in its range."""
    nearest, found = NEVER, -1
    row, col, reach = w.row[i], w.col[i], p.clean_range
    for r in range(max(0, row - reach), min(p.height, row + reach + 1)):
        for c in range(max(0, col - reach), min(p.river_width, col + reach + 1)):
            far = abs(r - row) + abs(c - col)
            if far < nearest and w.view_map[r + p.v, c + p.v, GROUND]:
                nearest, found = far, r * p.river_width + c
    return found


@njit(cache=True)
def _clean(p: Any, w: Any) -> None:
    """One after the other in the order drawn."""
    for k in range(p.n_agents):
        i = w.order[k]
        if w.action[i] == p.n_moves - 1:
            cell = _nearest_dirt(p, w, i)
            if cell >= 0:
                w.view_map[cell // p.river_width + p.v, cell % p.river_width + p.v, GROUND] = 0
                w.dirt -= 1
                w.cooperation[i] = 1.0


@njit(cache=True)
def _eat(p: Any, w: Any) -> None:
    """Whoever stands on an apple eats it."""
    v = p.v
    for i in range(p.n_agents):
        if w.timeout[i] == 0 and w.view_map[w.row[i] + v, w.col[i] + v, APPLE]:
            w.view_map[w.row[i] + v, w.col[i] + v, APPLE] = 0
            w.apples -= 1
            w.payoff[i] += p.apple_reward
            if np.isnan(w.cooperation[i]):
                w.cooperation[i] = 0.0


@njit(cache=True)
def _pollute(p: Any, w: Any) -> None:
    """At most one more cell becomes dirty."""
    cells = p.height * p.river_width
    if w.dirt / cells >= p.dirt_max or uniform(w.key, w.step, DIRT, SOME_SPAWNS) >= p.dirt_spawn_prob:
        return
    rank = int(uniform(w.key, w.step, DIRT, WHICH_CELL) * (cells - w.dirt))
    for cell in range(cells):
        row, col = cell // p.river_width + p.v, cell % p.river_width + p.v
        if w.view_map[row, col, GROUND] == 0:
            if rank == 0:
                w.view_map[row, col, GROUND] = 1
                w.dirt += 1
                return
            rank -= 1


@njit(cache=True)
def _grow(p: Any, w: Any) -> None:
    """Every empty orchard cell by its own draw."""
    prob = growth_prob(p, w.dirt)
    if prob == 0.0:
        return
    for row in range(p.height):
        for col in range(p.width - p.orchard_width, p.width):
            cell = w.view_map[row + p.v, col + p.v]
            if cell[APPLE] == 0 and cell[AGENT] == 0 and uniform(w.key, w.step, GROWTH, row * p.width + col) < prob:
                cell[APPLE] = 1
                w.apples += 1


@njit(cache=True)
def step(p: Any, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """Zaps, cleans, moves, eating, dirt, apples."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        open_step(p, w, actions[b])
        _clean(p, w)
        walk(p, w)
        _eat(p, w)
        _pollute(p, w)
        _grow(p, w)
        if p.zap:
            come_back(p, w)
        for i in range(p.n_agents):
            rewards[b, i] = w.payoff[i]
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        ended[b] = w.ended


@njit(cache=True)
def believe(p: Any, worlds: Worlds_, seat: int) -> None:
    """Outside the window there is no apple, and each river cell is dirty with the probability of the start."""
    for b in range(len(worlds)):
        w = worlds[b]
        forget(p, w, seat)
        w.apples = 0
        w.dirt = 0
        for row in range(p.height):
            for col in range(p.width):
                cell = w.view_map[row + p.v, col + p.v]
                if col < p.river_width and not in_view(p, w, seat, row, col):
                    cell[GROUND] = uniform(w.key, 0, SHUFFLE, row * p.river_width + col) < p.dirt_init
                w.apples += cell[APPLE]
                w.dirt += cell[GROUND]


@njit(cache=True)
def move_to_apple(p: Any, worlds: Worlds_, seat: int, acts: Floats) -> None:
    """The first move that leads onto an apple; stay if there is none."""
    for b in range(len(worlds)):
        w = worlds[b]
        acts[b] = STAY
        if w.timeout[seat] > 0:
            continue
        for move in range(NORTH, EAST + 1):
            cell = w.view_map[w.row[seat] + DOWN[move] + p.v, w.col[seat] + RIGHT[move] + p.v]
            if cell[APPLE] and not cell[AGENT]:
                acts[b] = move
                break


class Cleanup(GridGame):
    """The game of this page."""

    name = "cleanup"
    family = "commons"
    title = "Who cleans the river that all the apples depend on?"
    Params = Params
    kernels = Kernels(reset, step, observe, legal)
    signals = ("apples", "dirt", "hits")
    ground = "dirt"
    ground_words = ("dirt", "dirt")
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"cleanup_1000": {}, "cleanup_100": {"horizon": 100}}

    def check(self) -> None:
        """River, orchard and starts must fit into the grid, and the thresholds be in order."""
        q = self.params
        if q.river_width + q.orchard_width > q.width:
            allowed = f"at most cleanup.width - cleanup.river_width = {q.width - q.river_width}"
            raise refuse("cleanup.orchard_width", q.orchard_width, allowed)
        if q.threshold_restoration >= q.threshold_depletion:
            allowed = f"below cleanup.threshold_depletion = {q.threshold_depletion:g}"
            raise refuse("cleanup.threshold_restoration", q.threshold_restoration, allowed)
        if q.n_agents > q.height:
            raise refuse("cleanup.n_agents", q.n_agents, f"at most cleanup.height = {q.height}")

    @property
    def moves(self) -> tuple[str, ...]:
        """The words for the moves, in order."""
        return (*super().moves, "clean")

    @property
    def dirty_at_start(self) -> int:
        """River cells."""
        q = self.params
        return int(np.ceil(q.dirt_init * q.height * q.river_width - ROUNDING))

    def encode(self) -> Any:
        """What :func:`~.grid.rules` says, and ``dirty_at_start``."""
        q = self.params
        middle = q.width // 2 - 1
        starts = cells_of((2 * np.arange(q.n_agents) + 1) * q.height // (2 * q.n_agents), middle)
        returns = cells_of(np.arange(q.height), middle)
        start = blank_map(q.height, q.width, q.view)
        return rules(self, start, starts, returns, dirty_at_start=self.dirty_at_start)

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """The grid, and how many river cells are dirty."""
        return self.grid_dtype(("dirt", "i8"))

    @property
    def stochastic(self) -> bool:
        """Dirt, apples, the order of cleaning and moving, the lots of zapping; and where dirt may lie out of view."""
        q = self.params
        spawns = q.dirt_spawn_prob > 0 and q.dirt_max > 0
        return q.n_agents > 1 or q.apple_prob > 0 or spawns or 0 < q.dirt_init < 1

    def believe(self, worlds: Worlds_, seat: int) -> None:
        """Out of view the river is as dirty as at the start, and the orchard as empty."""
        believe(self.p, worlds, seat)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """Cleans, or eats what is next to it, else stays."""
        if cooperative:
            return np.where(worlds["timeout"][:, seat] > 0, float(STAY), float(self.n_moves - 1))
        acts = np.zeros(len(worlds))
        move_to_apple(self.p, worlds, seat, acts)
        return acts

    def anchors(self) -> Anchors:
        """A scripted benchmark where it was measured, else what no one can exceed; and nobody cleans."""
        q = self.params
        cells = q.height * q.orchard_width
        best = max(0.0, q.apple_reward) * self.expected_steps * min(q.apple_prob * cells, self.n_agents)
        note = "optimum: an upper bound"
        for preset, total in BENCHMARKS.items():
            if q._replace(horizon_known=False) == Params(**self.presets[preset]):
                best, note = total, "not the optimum but a scripted benchmark: two cleaners, five harvesters"
        nothing_grows = growth_prob(self.p, self.dirty_at_start) == 0
        worst = 0.0 if nothing_grows else np.nan
        note = f"nobody cleans{'' if nothing_grows else ': not known here'}; {note}; random by Monte Carlo"
        return Anchors(worst, best, random_total(self), note)

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q, others = self.params, self.n_agents - 1
        lines = [
            (
                f"You and {others} others live between a river and an orchard.",
                f"There are a river and an orchard, and between them you live with {others} others.",
                f"Between a river and an orchard live {others} others and you.",
            ),
            *grid_words.moves(q),
            (
                f"The river is columns 0 to {q.river_width - 1}, the orchard columns {q.width - q.orchard_width} to"
                f" {q.width - 1}; you can walk through both.",
                f"Columns 0 to {q.river_width - 1} are the river and columns {q.width - q.orchard_width} to"
                f" {q.width - 1} the orchard; one can walk through both.",
                f"You can walk through the river, which is columns 0 to {q.river_width - 1}, and through the orchard,"
                f" which is columns {q.width - q.orchard_width} to {q.width - 1}.",
            ),
            (
                f"In place of moving an agent may clean: the nearest dirt at most {q.clean_range} rows and columns away"
                " is removed.",
                f"An agent may clean in place of moving. This removes the nearest dirt at most {q.clean_range} rows and"
                " columns away.",
                "To clean, which an agent may do in place of moving, takes away the nearest dirt no more than"
                f" {q.clean_range} rows and columns away.",
            ),
            _told_apples(q),
            (
                "In each step an empty cell of the orchard grows an apple with a probability of at most"
                f" {100 * q.apple_prob:g} percent, which falls in proportion to the dirty share of the river: it is the"
                f" largest up to a share of {q.threshold_restoration:g}, and nothing grows from"
                f" {q.threshold_depletion:g} on.",
                "The probability that an apple grows in a step on an empty cell of the orchard is"
                f" {100 * q.apple_prob:g} percent at most, and falls in proportion to the dirty share of the river."
                f" Up to a share of {q.threshold_restoration:g} it is the largest, and from {q.threshold_depletion:g}"
                " on nothing grows.",
                "How probable it is in each step that an empty cell of the orchard grows an apple falls in proportion"
                f" to the dirty share of the river: at most it is {100 * q.apple_prob:g} percent, as it is up to a"
                f" share of {q.threshold_restoration:g}, and from a share of {q.threshold_depletion:g} on nothing"
                " grows.",
            ),
            self._told_dirt(),
        ]
        if q.zap:
            lines.append(grid_words.return_to(f"column {q.width // 2 - 1}"))
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end(paraphrase=paraphrase)])

    def _told_dirt(self) -> Wordings:
        """How much of the river is dirty, and becomes so."""
        q = self.params
        cells, percent = q.height * q.river_width, f"{100 * q.dirt_spawn_prob:g} percent"
        return (
            f"At the start {self.dirty_at_start} of the {cells} cells of the river are dirty. While a share of less"
            f" than {q.dirt_max:g} is, in each step one more becomes dirty with a probability of {percent}.",
            f"Of the {cells} cells of the river {self.dirty_at_start} are dirty at the start. With a probability of"
            f" {percent} one more becomes dirty in each step, while less than a share of {q.dirt_max:g} is.",
            f"The river has {cells} cells, and {self.dirty_at_start} of them are dirty at the start. As long as the"
            f" dirty share is less than {q.dirt_max:g}, the probability that one more becomes dirty is {percent} in"
            " each step.",
        )

    def tints(self) -> npt.NDArray[np.uint8]:
        """River and orchard."""
        q, ground = self.params, super().tints()
        ground[:, : q.river_width] = RIVER
        ground[:, q.width - q.orchard_width :] = ORCHARD
        return ground


def _told_apples(q: Params) -> Wordings:
    """What an apple is good for, and that there are none yet."""
    first, second, third = grid_words.apples(q)
    return (
        f"{first} At the start there is none.",
        f"{second} There is none at the start.",
        f"{third} None is there at the start.",
    )


env, raw_env, parallel_env = entry_points(Cleanup)
