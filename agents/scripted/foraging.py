"""Strategies for the games on a grid, which know what their window shows and where they stand."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ...envs.chance import uniforms
from ...envs.commons.cleanup import Cleanup
from ...envs.commons.grid import (
    AGENT,
    APPLE,
    CHANNELS,
    DOWN,
    EAST,
    GROUND,
    NORTH,
    RIGHT,
    SOUTH,
    STAY,
    WALL,
    WEST,
    GridGame,
)
from ...envs.commons.harvest import ENOUGH, Harvest
from ...envs.game import NEVER, Floats, Game, Seen
from ...envs.settings import Range
from ..agent import Agent, View

MOVE = 0  # the stream of an agent's own draws
THERE = -1
"""What :func:`seek` says in place of a move once what it seeks is in reach."""
Bools = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int64]


class Walker(Agent):
    """Takes the observation apart and draws; off the grid it stays, else :meth:`walk` says where to."""

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Finds its columns."""
        super().begin(game, seat, seeds)
        assert isinstance(game, GridGame)
        self.side = 2 * game.params.view + 1
        self._own = [game.field_index[name] for name in ("timeout", "row", "col")]

    def act(self, view: View) -> Floats:
        """One move per world."""
        self.step += 1
        seen = view.observations
        windows = seen[:, : CHANNELS * self.side**2].reshape(len(seen), self.side, self.side, CHANNELS)
        timeout, row, col = (seen[:, k].astype(np.int64) for k in self._own)
        draws = np.asarray(uniforms(self.keys, self.step, MOVE, 0))
        return np.where(timeout > 0, float(STAY), self.walk(windows, row, col, draws))

    def walk(self, windows: Seen, row: Cells, col: Cells, draws: Floats) -> Floats:
        """(B,) moves from ``windows`` (B, 2v + 1, 2v + 1, 4), own rows and columns (B,) and draws (B,)."""
        raise NotImplementedError


@njit(cache=True)
def _draw_one(allowed: Bools, draw: float) -> int:
    """One of the allowed moves, uniformly by ``draw``; stay if there is none."""
    rank = int(draw * allowed.sum())
    for move in range(len(allowed)):
        if allowed[move]:
            if rank == 0:
                return move
            rank -= 1
    return STAY


@njit(cache=True)
def _shorten(allowed: Bools, down: int, right: int) -> None:
    """Marks the moves that shorten the way to a cell so many rows to the south and columns to the east."""
    for move in range(NORTH, EAST + 1):
        allowed[move] = down * DOWN[move] + right * RIGHT[move] > 0


@njit(cache=True)
def _apples_near(window: Seen, row: int, col: int, offsets: Cells) -> int:
    """k of a cell of the window, as far as the window shows it."""
    count, side = 0, len(window)
    for n in range(len(offsets)):
        r, c = row + offsets[n, 0], col + offsets[n, 1]
        if 0 <= r < side and 0 <= c < side and window[r, c, APPLE]:
            count += 1
    return count


@njit(cache=True)
def forage(windows: Seen, offsets: Cells, k_min: Floats, sight: int, draws: Floats, moves: Floats) -> None:
    """Towards the nearest apple with k ≥ k_min at most ``sight`` rows and columns away, never onto one with fewer;
    a random step where there is none, or where no step towards it is allowed.
    """
    v = windows.shape[1] // 2
    allowed, forbidden = np.zeros(EAST + 1, np.bool_), np.zeros(EAST + 1, np.bool_)
    for b in range(len(windows)):
        window = windows[b]
        nearest, down, right = NEVER, 0, 0
        for r in range(v - sight, v + sight + 1):
            for c in range(v - sight, v + sight + 1):
                far = abs(r - v) + abs(c - v)
                if far < nearest and window[r, c, APPLE] and _apples_near(window, r, c, offsets) >= k_min[b]:
                    nearest, down, right = far, r - v, c - v
        for move in range(NORTH, EAST + 1):
            r, c = v + DOWN[move], v + RIGHT[move]
            few = window[r, c, APPLE] and _apples_near(window, r, c, offsets) < k_min[b]
            forbidden[move] = few or window[r, c, WALL]
        if nearest == 0:
            moves[b] = STAY
            continue
        _shorten(allowed, down, right)
        allowed &= ~forbidden
        if not allowed.any():
            allowed[NORTH:] = ~forbidden[NORTH:]
        moves[b] = _draw_one(allowed, draws[b])


@njit(cache=True)
def watch(
    windows: Seen,
    rows: Cells,
    cols: Cells,
    windows_before: Seen,
    rows_before: Cells,
    cols_before: Cells,
    offsets: Cells,
    kept: Floats,
    pardon: Floats,
    labels: Floats,
) -> None:
    """Adds to the remembered ``labels`` (B,) that of each meal of another that was seen; ``kept`` (B,) is the share of
    memory that stays, ``pardon`` (B,) the share of what is missing that is let pass.
    """
    side = windows.shape[1]
    margin = np.abs(offsets).max() if len(offsets) else 0
    for b in range(len(windows)):
        down, right = rows[b] - rows_before[b], cols[b] - cols_before[b]
        for r in range(margin, side - margin):
            for c in range(margin, side - margin):
                was_r, was_c = r + down, c + right
                if not windows[b, r, c, AGENT] or not (0 <= was_r < side and 0 <= was_c < side):
                    continue
                if windows_before[b, was_r, was_c, APPLE]:
                    label = min(_apples_near(windows[b], r, c, offsets), ENOUGH) / ENOUGH
                    label += pardon[b] * (1.0 - label)
                    labels[b] = kept[b] * labels[b] + (1.0 - kept[b]) * label


@njit(cache=True)
def seek(windows: Seen, channel: int, reach: int, fallback: Bools, draws: Floats, moves: Floats) -> None:
    """Towards the nearest cell whose ``channel`` is set, and ``THERE`` once that is at most ``reach`` rows and columns
    away; where there is none, one of the moves marked in ``fallback`` (B, 5) that does not lead into a wall.
    """
    v = windows.shape[1] // 2
    allowed = np.zeros(EAST + 1, np.bool_)
    for b in range(len(windows)):
        window = windows[b]
        nearest, down, right = NEVER, 0, 0
        for r in range(len(window)):
            for c in range(len(window)):
                far = abs(r - v) + abs(c - v)
                if far < nearest and window[r, c, channel]:
                    nearest, down, right = far, r - v, c - v
        if nearest == NEVER:
            for move in range(EAST + 1):
                allowed[move] = fallback[b, move] and not window[v + DOWN[move], v + RIGHT[move], WALL]
        elif max(abs(down), abs(right)) <= reach:
            moves[b] = THERE
            continue
        else:
            _shorten(allowed, down, right)
        moves[b] = _draw_one(allowed, draws[b])


Sight = Annotated[int | None, Range(1, 60), "rows and columns it looks for apples in; none: its window"]


class Picker(Walker):
    """Eats apples that have others near: at least as many as :meth:`leaves` says (GAMES.md §2.5).

    It counts k in its window, and so too few for apples within ``regrow_radius`` of the window's edge: it takes these
    for better ones as it comes nearer. The step that eats is always decided on the true k, if the window reaches
    ``regrow_radius`` + 1 cells. With ``sight`` = ``view`` − ``regrow_radius`` every k is the true one.
    """

    games = ("harvest",)
    shared = ("sight",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Knows which cells are near."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Harvest)
        reach = int(game.params.regrow_radius)
        cells = np.argwhere(np.ones((2 * reach + 1, 2 * reach + 1))) - reach
        apart = np.square(cells).sum(axis=1)
        self._offsets = cells[(apart > 0) & (apart <= game.params.regrow_radius**2)]
        self._sight = min(game.params.view, self.params.sight or game.params.view)

    def leaves(self, windows: Seen, row: Cells, col: Cells) -> Any:
        """k_min now: a number, or one per world."""
        raise NotImplementedError

    def walk(self, windows: Seen, row: Cells, col: Cells, draws: Floats) -> Floats:
        """See :func:`forage`."""
        k_min = np.broadcast_to(np.asarray(self.leaves(windows, row, col), np.float64), len(draws)).copy()
        moves = np.zeros(len(draws))
        forage(windows, self._offsets, k_min, self._sight, draws, moves)
        return moves


class Forager(Picker):
    """Eats apples that have at least ``k_min`` others near."""

    name = "forager"

    class Params(NamedTuple):
        """What it leaves, and how far it looks."""

        k_min: Annotated[int, Range(0, 1000), "apples near an apple that it eats, at least"] = 3
        sight: Sight = None

    def leaves(self, windows: Seen, row: Cells, col: Cells) -> Any:
        """Always the same."""
        return self.params.k_min


class Glutton(Picker):
    """Eats whatever it finds: forager(0)."""

    name = "glutton"

    class Params(NamedTuple):
        """How far it looks; it leaves nothing."""

        sight: Sight = None

    def leaves(self, windows: Seen, row: Cells, col: Cells) -> Any:
        """Nothing."""
        return 0


class ConditionalForager(Picker):
    """A conditional cooperator: leaves as much as it sees others leave.

    Of every apple that it sees eaten (another agent stands where one was, and all around is in its window) it remembers
    min(k, 3)/3, the label of that meal (half-life ``memory`` meals); generosity lets a share of what is missing pass.
    It eats like forager(3·label, rounded), and expects the best at first.
    """

    name = "conditional_forager"
    knobs = ("generosity", "memory")

    class Params(NamedTuple):
        """How it forgives, and how far it looks."""

        generosity: Annotated[float, Range(0, 1), "share of what others fail to leave that is let pass"] = 0.0
        memory: Annotated[float, Range(0, above=True), "half-life of what it remembers, in meals that it saw"] = 5.0
        sight: Sight = None

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Nothing seen yet."""
        super().begin(game, seat, seeds)
        self._label = np.ones(len(seeds))
        self._before: tuple[Seen, Cells, Cells] | None = None

    def leaves(self, windows: Seen, row: Cells, col: Cells) -> Any:
        """What the others leave."""
        if self._before is not None:
            q = self.params
            kept = np.broadcast_to(0.5 ** (1 / np.asarray(q.memory)), len(row)).copy()
            pardon = np.broadcast_to(np.asarray(q.generosity, np.float64), len(row)).copy()
            watch(windows, row, col, *self._before, self._offsets, kept, pardon, self._label)
        self._before = windows.copy(), row, col
        return np.floor(ENOUGH * self._label + 0.5)

    def take_norms(self, generosity: Floats, retaliation: Floats, memory: Floats) -> None:
        """The conduct carrier of NORMS.md §1."""
        self.params = self.params._replace(generosity=generosity, memory=memory)


class Riverside(Walker):
    """Can clean and harvest."""

    games = ("cleanup",)

    def begin(self, game: Game, seat: int, seeds: npt.NDArray[np.uint64]) -> None:
        """Knows where river and orchard are."""
        super().begin(game, seat, seeds)
        assert isinstance(game, Cleanup)
        q = game.params
        self._height, self._view, self._reach = q.height, q.view, q.clean_range
        self._orchard = q.width - q.orchard_width

    def clean(self, windows: Seen, row: Cells, col: Cells, draws: Floats) -> Floats:
        """Walks to the nearest dirt that it sees and cleans once it is in range. Where it sees none it goes to the
        river, and there up and down unless it sees the whole of it: then it stays.
        """
        far = col > self._view
        hidden = (row > self._view) | (row + self._view < self._height - 1)
        fallback = np.zeros((len(draws), EAST + 1), np.bool_)
        fallback[:, WEST] = far
        fallback[:, NORTH] = fallback[:, SOUTH] = ~far & hidden
        moves = np.zeros(len(draws))
        seek(windows, GROUND, self._reach, fallback, draws, moves)
        return np.where(moves == THERE, self.game.n_moves - 1, moves)

    def harvest(self, windows: Seen, col: Cells, draws: Floats) -> Floats:
        """Walks to the nearest apple that it sees, else east, and at random inside the orchard."""
        fallback = np.zeros((len(draws), EAST + 1), np.bool_)
        fallback[:, NORTH:EAST] = (col >= self._orchard)[:, None]
        fallback[:, EAST] = True
        moves = np.zeros(len(draws))
        seek(windows, APPLE, 0, fallback, draws, moves)
        return np.where(moves == THERE, STAY, moves)


class Cleaner(Riverside):
    """Always cleans (GAMES.md §2.6)."""

    name = "cleaner"

    def walk(self, windows: Seen, row: Cells, col: Cells, draws: Floats) -> Floats:
        """Clean."""
        return self.clean(windows, row, col, draws)


class Harvester(Riverside):
    """Never cleans (GAMES.md §2.6)."""

    name = "harvester"

    def walk(self, windows: Seen, row: Cells, col: Cells, draws: Floats) -> Floats:
        """Harvest."""
        return self.harvest(windows, col, draws)


class TurnTaker(Riverside):
    """Does its share: ``cleaners`` clean for ``shift`` steps while the others harvest, then the next."""

    name = "turn_taker"

    class Params(NamedTuple):
        """The rota."""

        cleaners: Annotated[int, Range(0, 1000), "seats that clean at a time"] = 2
        shift: Annotated[int, Range(1), "steps until the next take over"] = 100

    def walk(self, windows: Seen, row: Cells, col: Cells, draws: Floats) -> Floats:
        """Clean or harvest, as the rota says."""
        q = self.params
        begins = np.asarray(q.cleaners) * (self.step // np.asarray(q.shift))
        on_duty = (self.seat - begins) % self.game.n_agents < q.cleaners
        return np.where(on_duty, self.clean(windows, row, col, draws), self.harvest(windows, col, draws))


STRATEGIES = (Forager, Glutton, ConditionalForager, Cleaner, Harvester, TurnTaker)
