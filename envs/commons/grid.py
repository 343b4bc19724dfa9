"""What the games on a grid share: agents that walk, see a window around them, and may zap each other off the grid.

A world keeps its map with a border of wall as wide as a seat can see, and the channels of a cell side by side:
``view_map[row + view, col + view]`` is (wall, apple, ground, agent), each 0 or 1, where *ground* is what the game makes
of it (a bare site, dirt). Every change of the world changes the map, so that a window is 2·view + 1 copies of
contiguous bytes. There is no facing and no rotation; outside the grid is wall.

Kernels of a game call, in the order of their rules, :func:`open_step`, :func:`walk` and :func:`come_back` on the world
of a step, and :func:`look` for each seat; their parameters ``p`` are what :func:`rules` makes.
"""

from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from ..acts import Act
from ..chance import HAZARD, ORDER, SPAWN, TARGET, keys, uniform, uniforms
from ..game import NEVER, RUNNING, Field, Floats, Game, Seen, Worlds_, world_dtype
from ..settings import Range, encode
from .picture import painted

STAY, NORTH, SOUTH, WEST, EAST, ZAP = range(6)
MOVES = ("stay", "north", "south", "west", "east", "zap")
DOWN: Any = np.array([0, -1, 1, 0, 0])
RIGHT: Any = np.array([0, 0, 0, -1, 1])
"""Where a move leads: rows to the south, columns to the east."""
WALL, APPLE, GROUND, AGENT = range(4)
CHANNELS = 4
OFF = -1
"""The row and column of whoever is off the grid, and the target of whoever zapped nobody."""

Side = Range(1, 255)  # a position must fit into a byte
View = Annotated[int, Range(1, 60), "v: a seat sees (2v + 1) × (2v + 1) cells around its own"]
Zap = Annotated[bool, "can agents zap each other off the grid?"]
ZapRange = Annotated[int, Range(1, 255), "how far a zap reaches (rows and columns)"]
ZapTimeout = Annotated[int, Range(1, 255), "steps off the grid after a hit"]
AppleReward = Annotated[float, Range(), "payoff of an apple"]
ZapCost = Annotated[float, Range(0), "what a zap costs whoever fires it, hit or not"]


# -- the world -----------------------------------------------------------------------------------------------------


def blank_map(height: int, width: int, view: int) -> npt.NDArray[np.uint8]:
    """(height + 2·view, width + 2·view, 4): an empty grid within its border."""
    cells = np.zeros((height + 2 * view, width + 2 * view, CHANNELS), np.uint8)
    cells[..., WALL] = 1
    cells[view : view + height, view : view + width, WALL] = 0
    return cells


@njit(cache=True)
def set_out(p: Any, w: Any) -> None:
    """The map as it is at the start, all agents on their cells of ``starts``."""
    w.view_map[:] = p.start_map
    w.hits = 0
    for i in range(p.n_agents):
        w.timeout[i] = 0
        w.zapped[i] = OFF
        w.order[i] = i
        put(p, w, i, p.starts[i, 0], p.starts[i, 1])


@njit(cache=True)
def put(p: Any, w: Any, i: int, row: int, col: int) -> None:
    """Agent i stands on a free cell."""
    w.row[i] = row
    w.col[i] = col
    w.view_map[row + p.v, col + p.v, AGENT] = 1


@njit(cache=True)
def lift(p: Any, w: Any, i: int) -> None:
    """Agent i leaves its cell, and is off the grid until it is put somewhere."""
    w.view_map[w.row[i] + p.v, w.col[i] + p.v, AGENT] = 0
    w.row[i] = OFF
    w.col[i] = OFF


# -- a step --------------------------------------------------------------------------------------------------------


@njit(cache=True)
def _read_moves(p: Any, w: Any, actions: Floats) -> None:
    """Opens a step. What is no move, and off the grid every move but stay, is illegal and becomes stay."""
    for i in range(p.n_agents):
        asked = actions[i]
        w.intended[i] = asked
        w.payoff[i] = 0.0
        w.cooperation[i] = np.nan
        w.zapped[i] = OFF
        if 0.0 <= asked < p.n_moves and asked == np.floor(asked) and (w.timeout[i] == 0 or asked == STAY):
            w.action[i] = asked
        else:  # NaN too, of which no comparison is true
            w.action[i] = STAY
            w.illegal[i] += 1


@njit(cache=True)
def _fire(p: Any, w: Any) -> None:
    """All zaps at once: who is hit leaves the grid and does nothing more in this step, but to zap if it did."""
    for i in range(p.n_agents):
        if w.action[i] == ZAP:
            w.payoff[i] -= p.zap_cost
            w.zapped[i] = _target(p, w, i)
    for i in range(p.n_agents):
        j = w.zapped[i]
        if j != OFF:
            w.hits += 1
            if w.timeout[j] == 0:
                w.timeout[j] = p.zap_timeout + 1  # this step is not one of them
                lift(p, w, j)
                if w.action[j] != ZAP:
                    w.action[j] = STAY


@njit(cache=True)
def _distance(p: Any, w: Any, i: int, j: int) -> int:
    """Manhattan distance from i to j, -1 where j is out of reach of i's zap."""
    if j == i or w.timeout[j] > 0:
        return -1
    rows, cols = abs(w.row[i] - w.row[j]), abs(w.col[i] - w.col[j])
    return rows + cols if max(rows, cols) <= p.zap_range else -1


@njit(cache=True)
def _target(p: Any, w: Any, i: int) -> int:
    """The nearest other agent in range, by lot where several are as near; ``OFF`` if there is none."""
    nearest, ties = NEVER, 0
    for j in range(p.n_agents):
        far = _distance(p, w, i, j)
        if 0 <= far < nearest:
            nearest, ties = far, 1
        elif far == nearest:
            ties += 1
    if ties == 0:
        return OFF
    rank = int(uniform(w.key, w.step, TARGET, i) * ties) if ties > 1 else 0
    for j in range(p.n_agents):
        if _distance(p, w, i, j) == nearest:
            if rank == 0:
                return j
            rank -= 1
    return OFF


@njit(cache=True)
def _draw_order(p: Any, w: Any) -> None:
    """A fresh permutation of the seats: who goes first in this step."""
    for i in range(p.n_agents):
        k = int(uniform(w.key, w.step, ORDER, i) * (i + 1)) if i else 0
        w.order[i] = w.order[k]
        w.order[k] = i


@njit(cache=True)
def open_step(p: Any, w: Any, actions: Floats) -> None:
    """What every step begins with: moves are read, zaps hit, and lots decide who goes first in all that follows."""
    _read_moves(p, w, actions)
    if p.zap:
        _fire(p, w)
    _draw_order(p, w)


@njit(cache=True)
def walk(p: Any, w: Any) -> None:
    """One after the other in the order drawn; whose target is wall or taken at that moment stays where it is."""
    v = p.v
    for k in range(p.n_agents):
        i = w.order[k]
        move = int(w.action[i])
        if NORTH <= move <= EAST:
            row, col = w.row[i] + DOWN[move], w.col[i] + RIGHT[move]
            if w.view_map[row + v, col + v, WALL] == 0 and w.view_map[row + v, col + v, AGENT] == 0:
                lift(p, w, i)
                put(p, w, i, row, col)


@njit(cache=True)
def come_back(p: Any, w: Any) -> None:
    """A step off the grid is over: after the last one an agent reappears on a free cell of ``returns``, drawn
    uniformly; where none is free it waits.
    """
    v = p.v
    for i in range(p.n_agents):
        if w.timeout[i] == 0:
            continue
        w.timeout[i] -= 1
        if w.timeout[i] > 0:
            continue
        free = 0
        for k in range(len(p.returns)):
            free += w.view_map[p.returns[k, 0] + v, p.returns[k, 1] + v, AGENT] == 0
        if free == 0:
            w.timeout[i] = 1
            continue
        rank = int(uniform(w.key, w.step, SPAWN, i) * free)
        for k in range(len(p.returns)):
            row, col = p.returns[k, 0], p.returns[k, 1]
            if w.view_map[row + v, col + v, AGENT] == 0:
                if rank == 0:
                    put(p, w, i, row, col)
                    break
                rank -= 1


# -- what a seat sees ----------------------------------------------------------------------------------------------


def _copying(_: Any, to: Any, at: Any, source: Any, start: Any, count: Any) -> Any:
    """``to[at : at + count] = source[start : start + count]`` for contiguous bytes: ten times as fast as the slices,
    which are copied byte by byte. Indices are not checked.
    """
    if to.layout != "C" or source.layout != "C":
        return None  # numba then says that there is no such function for these arrays

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        written = context.make_array(signature.args[0])(context, builder, args[0])
        read = context.make_array(signature.args[2])(context, builder, args[2])
        into, out_of = builder.gep(written.data, [args[1]]), builder.gep(read.data, [args[3]])
        cgutils.raw_memcpy(builder, into, out_of, args[4], 1)
        return context.get_dummy_value()

    return types.void(to, at, source, start, count), code


_copy_bytes: Any = intrinsic(_copying)


@njit(cache=True)
def look(p: Any, w: Any, i: int, o: Seen) -> None:
    """Writes i's observation: its window, row by row, which is empty while it is off the grid; then own numbers."""
    side = 2 * p.v + 1
    row_numbers = CHANNELS * side
    size = side * row_numbers
    if w.timeout[i] > 0:
        for k in range(size):
            o[k] = 0
        o[size + 1] = 0
        o[size + 2] = 0
    else:
        cells = w.view_map.reshape(w.view_map.size)
        start = CHANNELS * (w.row[i] * w.view_map.shape[1] + w.col[i])
        for r in range(side):
            if o.itemsize == 1:
                _copy_bytes(o, r * row_numbers, cells, start, row_numbers)
            else:
                o[r * row_numbers : (r + 1) * row_numbers] = cells[start : start + row_numbers]
            start += CHANNELS * w.view_map.shape[1]
        o[size // 2 - CHANNELS // 2 + AGENT] = 0  # one's own cell shows others only
        o[size + 1] = w.row[i]
        o[size + 2] = w.col[i]
    o[size] = w.timeout[i]
    if p.horizon_known:
        o[size + 3] = w.step
        o[size + 4] = p.horizon


@njit(cache=True)
def observe(p: Any, worlds: Worlds_, out: Seen) -> None:
    """What :func:`look` writes, for every seat of every world."""
    for b in range(len(worlds)):
        for i in range(p.n_agents):
            look(p, worlds[b], i, out[b, i])


@njit(cache=True)
def legal(p: Any, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Everything on the grid, off the grid only to stay."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(p.n_agents):
            for move in range(p.n_moves):
                out[b, i, move] = move == STAY or w.timeout[i] == 0


@njit(cache=True)
def in_view(p: Any, w: Any, i: int, row: int, col: int) -> bool:
    """Does i see this cell?"""
    return w.timeout[i] == 0 and abs(row - w.row[i]) <= p.v and abs(col - w.col[i]) <= p.v


@njit(cache=True)
def forget(p: Any, w: Any, seat: int) -> None:
    """Replaces the map outside the seat's window by that of the start, and all agents that it does not see by none.

    Agents look alike: those that it sees stand for the first of the others, in reading order.
    """
    v, own_row, own_col = p.v, w.row[seat], w.col[seat]
    other = 0
    for j in range(p.n_agents):
        if j != seat:
            w.row[j] = OFF
            w.col[j] = OFF
            w.timeout[j] = NEVER
    for row in range(len(w.view_map) - 2 * v):
        for col in range(w.view_map.shape[1] - 2 * v):
            cell = w.view_map[row + v, col + v]
            if not in_view(p, w, seat, row, col):
                for channel in range(CHANNELS):
                    cell[channel] = p.start_map[row + v, col + v, channel]
            elif cell[AGENT] and (row != own_row or col != own_col):
                other += other == seat
                w.row[other] = row
                w.col[other] = col
                w.timeout[other] = 0
                other += 1


# -- the game ------------------------------------------------------------------------------------------------------


class GridGame(Game):
    """A game on a grid: what its seats see and may do, in numbers, words and a picture.

    A subclass says what the ``ground`` channel means, and, if it likes, how the ground of the picture is tinted.
    """

    idle = 0.0  # stays
    ground: ClassVar[str]
    """What the third channel shows, as its fields are named."""
    ground_words: ClassVar[tuple[str, str]]
    """The same in words: of one cell, and of several."""

    def __init__(self, preset: str | None = None, **params: Any) -> None:
        super().__init__(preset, **params)
        if not self.params.zap:  # nobody ever leaves the grid, and whoever is on it may do anything
            self.kernels = self.kernels._replace(legal=None)
        else:
            self.logged = ("timeout",)

    @property
    def moves(self) -> tuple[str, ...]:
        """The words for the moves, in order."""
        return MOVES if self.params.zap else MOVES[:ZAP]

    @property
    def observation_dtype(self) -> type[np.float32] | type[np.uint8]:
        """Bytes, unless the horizon, which does not fit into one, is part of it."""
        return np.float32 if self.params.horizon_known else np.uint8

    def grid_dtype(self, *fields: tuple[Any, ...]) -> np.dtype[np.void]:
        """The world: the map, where each seat stands (−1: off the grid), its steps off the grid still to come, whom it
        hit in the last step (−1: nobody), the order of the last step, all hits so far, the apples there are, then the
        game's own ``fields``.
        """
        q, n = self.params, self.n_agents
        shape = (q.height + 2 * q.view, q.width + 2 * q.view, CHANNELS)
        seats = [(name, "i8", (n,)) for name in ("row", "col", "timeout", "zapped", "order")]
        return world_dtype(n, *seats, ("hits", "i8"), ("apples", "i8"), ("view_map", "u1", shape), *fields)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The window row by row, cell by cell, channel by channel; then own numbers."""
        q = self.params
        around = range(-q.view, q.view + 1)
        names = ("wall", "apple", self.ground, "agent")
        meanings = ("outside the grid", "an apple", self.ground_words[0], "another agent")
        window = [
            Field(f"row_{row}_col_{col}_{name}", 0, 1, f"{meaning} {row} rows to the south, {col} columns to the east?")
            for row in around
            for col in around
            for name, meaning in zip(names, meanings, strict=True)
        ]
        own = (
            Field("timeout", 0, q.zap_timeout, "own steps off the grid still to come; the window is empty until then"),
            Field("row", 0, q.height - 1, "own row from the north; 0 off the grid"),
            Field("col", 0, q.width - 1, "own column from the west; 0 off the grid"),
        )
        return (*window, *own, *self.life_fields())

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """See ``moves``."""
        return spaces.Discrete(len(self.moves))

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """Whoever is on the grid."""
        return super().movers(worlds) & (worlds["timeout"] == 0)

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """What one did oneself: agents look alike."""
        return [] if world["step"] == 0 else [Act(seat, None, self.moves[int(world["action"][seat])])]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """Of the others a seat sees only where they stand, not who they are, what they did or what they got; what is
        outside its window it believes to be as at the start.
        """
        others = np.arange(self.n_agents) != seat
        for name in ("action", "intended", "payoff", "cooperation"):
            worlds[name][:, others] = np.nan
        worlds["illegal"][:, others] = 0
        worlds["zapped"] = OFF
        worlds["hits"] = 0
        self.believe(worlds, seat)

    def believe(self, worlds: Worlds_, seat: int) -> None:
        """:func:`forget` in every world, and what the game keeps of its map besides."""
        raise NotImplementedError

    def window(self, world: Any, seat: int) -> npt.NDArray[np.uint8]:
        """(2v + 1, 2v + 1, 4): what ``seat`` sees, as in its observation."""
        side = 2 * self.params.view + 1
        if world["timeout"][seat] > 0:
            return np.zeros((side, side, CHANNELS), np.uint8)
        row, col = world["row"][seat], world["col"][seat]
        seen = world["view_map"][row : row + side, col : col + side].copy()
        seen[side // 2, side // 2, AGENT] = 0
        return seen

    # -- words and pictures --------------------------------------------------------------------------------------

    def view(self, world: Any, seat: int) -> str:
        """What is in the window, by relative coordinates."""
        q = self.params
        lines = [f"Step {world['step'] + 1} of {q.horizon}."] if q.horizon_known else []
        if world["timeout"][seat] > 0:
            away = f"You were zapped. Steps off the grid still to come: {world['timeout'][seat]}. You see nothing."
            return "\n".join([*lines, away])
        row, col = int(world["row"][seat]), int(world["col"][seat])
        seen = self.window(world, seat)
        lines += [
            f"You stand in row {row}, column {col}.",
            "What you see, as (rows to the south, columns to the east) of you:",
        ]
        for channel, name in ((APPLE, "apples"), (GROUND, self.ground_words[1]), (AGENT, "other agents")):
            places = ", ".join(f"({r - q.view}, {c - q.view})" for r, c in np.argwhere(seen[..., channel]))
            lines.append(f"{name}: {places or 'none'}")
        gaps = {"north": row, "south": q.height - 1 - row, "west": col, "east": q.width - 1 - col}
        walls = ", ".join(f"beyond {gap} to the {side}" for side, gap in gaps.items() if gap < q.view)
        return "\n".join([*lines, f"walls: {walls or 'none'}"])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The word for the move."""
        return {"type": "string", "enum": list(self.moves[:1] if world["timeout"][seat] > 0 else self.moves)}

    def tints(self) -> npt.NDArray[np.uint8]:
        """(height, width): which of ``picture.TINTS`` the ground of each cell has."""
        return np.zeros((self.params.height, self.params.width), np.uint8)

    def picture(self, world: Any) -> npt.NDArray[np.uint8]:
        """(height, width, 3): the whole grid for people, whatever its agents see; who is off it is not in it."""
        v = self.params.view
        on_grid = world["view_map"][v:-v, v:-v]
        agents = {
            i: (int(world["row"][i]), int(world["col"][i])) for i in range(self.n_agents) if world["timeout"][i] == 0
        }
        return painted(self.tints(), on_grid[..., APPLE] == 1, self.ground, on_grid[..., GROUND] == 1, agents)


def rules(game: GridGame, start_map: npt.NDArray[np.uint8], starts: Any, returns: Any, **more: Any) -> Any:
    """The parameters of a game as its kernels take them: one record, for a tuple with arrays in it would cost more, in
    counting references, than the step.

    It holds the settings, ``v`` (``view``, which is a word of numba's), ``n_moves``, ``start_map`` (the map without
    agents), ``starts`` (n, 2), ``returns`` (cells, 2), on which those who were zapped reappear, and what the game adds.
    """
    own = {"v": game.params.view, "n_moves": len(game.moves)}
    parts = {
        **encode(game.params)._asdict(),
        **own,
        "start_map": start_map,
        "starts": starts,
        "returns": returns,
        **more,
    }
    arrays = {name: np.asarray(value) for name, value in parts.items()}
    record = np.zeros((), np.dtype([(name, a.dtype, a.shape) for name, a in arrays.items()], align=True))
    for name, array in arrays.items():
        record[name] = array
    return record[()]


def cells_of(rows: npt.ArrayLike, cols: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """(k, 2): cells by row and column, which broadcast with each other."""
    return np.stack(np.broadcast_arrays(rows, cols), axis=-1).astype(np.int64)


RANDOM_WORLDS = 200


@lru_cache(maxsize=64)
def random_total(game: GridGame) -> float:
    """Mean total payoff of random play, as :func:`~..monte_carlo.random_play_total` finds it, over ``RANDOM_WORLDS``
    worlds in which nobody looks: a window costs more than the step.
    """
    worlds = np.zeros(RANDOM_WORLDS, game.world_dtype)
    worlds["seed"] = np.arange(RANDOM_WORLDS)
    game.kernels.reset(game.p, worlds, np.ones(RANDOM_WORLDS, np.bool_))
    own = np.stack([keys(worlds["seed"], seat) for seat in range(game.n_agents)], axis=1)
    rewards, ended = np.zeros((RANDOM_WORLDS, game.n_agents)), np.zeros(RANDOM_WORLDS, np.int8)
    total = 0.0
    for step in range(game.max_steps):
        moves = np.floor(uniforms(own, step, HAZARD, 0) * game.n_moves)  # off the grid all of them are to stay
        game.kernels.step(game.p, worlds, moves, rewards, ended)
        total += float(rewards.sum())
        if (ended != RUNNING).all():
            break
    return total / RANDOM_WORLDS
