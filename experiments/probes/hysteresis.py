"""Measures that play again: does a society come back when what drove it away comes back?

One parameter of the game, the **driver**, goes from value to value and back again while the same worlds go on: the
state that it finds is the state that the value before left (METRICS.md §10, ``hysteresis_area``).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...agents.table import table
from ...analysis.attractors import hysteresis_area
from ...analysis.measure import Measured
from ...envs.catalogue import make
from ...envs.chance import world_seeds
from ...envs.game import Floats, Game
from ...envs.record import Record
from ...envs.settings import number_of, refuse, unknown
from ..play import run
from .driven import Driven, check_driver

if TYPE_CHECKING:
    import polars

COOPERATION = "cooperation"


class Hysteresis(NamedTuple):
    """A sweep there and back. ``driver`` (V,) its values; ``forward`` and ``backward`` (W, V) the state under each on
    the way there, and on the way back, both in the order of ``driver``; ``area`` (W,) between them, driver and state
    scaled by the declared ``driver_range`` and ``state_range``; ``course`` (W, 2·V·steps) the state after every step.
    """

    game: str
    parameter: str
    state: str
    driver: Floats
    forward: Floats
    backward: Floats
    area: Measured
    driver_range: tuple[float, float]
    state_range: tuple[float, float]
    course: Floats

    def frame(self) -> "polars.DataFrame":
        """Tidy: one row per world, value of the driver and direction."""
        import polars

        worlds, size = self.forward.shape
        way, world, k = (axis.ravel() for axis in np.indices((2, worlds, size)))
        return polars.DataFrame(
            {
                "game": self.game,
                "parameter": self.parameter,
                "component": self.state,
                "world": world,
                "direction": np.array(["forward", "backward"])[way],
                "driver": self.driver[k],
                "state": np.stack([self.forward, self.backward]).ravel(),
                "area": self.area.value[world],
            }
        ).with_columns(polars.col("state", "area").fill_nan(None))


def hysteresis(
    game: "str | Game",
    seats: Sequence[Any],
    driver: str,
    values: Sequence[float],
    *,
    state: str,
    driver_range: tuple[float, float],
    state_range: tuple[float, float],
    steps: int = 20,
    last: int = 5,
    worlds: int = 1,
    seed: int = 0,
    **params: Any,
) -> Hysteresis:
    """Sweeps a parameter there and back through ``values``, ``steps`` steps at each, and measures the ``state`` as its
    mean over the ``last`` of them.

    Args:
        game: a name with ``params``, or a game; its horizon is what the sweep takes, and it goes on for certain.
        seats: as :func:`~..play.play` takes them. What an agent works out when it begins, such as a planner's plan, it
            keeps; whoever looks at the rules in each step sees them change.
        driver: a parameter of the game that neither its first state nor the size of its worlds depends on.
        values: two or more, rising or falling; the last is played at the end of the way there and at the beginning of
            that back.
        state: a signal of the game, after the step, or ``cooperation``, the mean label. A world that has ended stays as
            its last step left it, and nobody in it chooses: its signals go on, its cooperation is NaN.
        driver_range: declared, for the area.
        state_range: likewise.
        steps: at each value.
        last: of them, up to ``steps``.
        worlds: W.
        seed: of the first world.
        params: of the game.

    Raises ``SettingError`` for what :func:`~..play.play` would refuse, and for a driver that cannot change.

    >>> found = hysteresis("fishery", ["sustainable_threshold"], "growth_rate", [0.2, 0.4], state="stock", steps=3,
    ...     last=1, driver_range=(0, 1), state_range=(0, 100), growth="logistic", initial_stock=50, integer=False)
    >>> found.forward.round(6).tolist(), found.area.value.round(6).tolist()
    ([[50.0, 50.0]], [0.0])
    """
    grid = [float(value) for value in values]
    rises = sorted(set(grid)) == grid
    if len(grid) < 2 or not (rises or sorted(set(grid)) == grid[::-1]):
        raise refuse("values", list(values), "two or more numbers that rise, or fall, from one to the next")
    way = [*grid, *grid[::-1]]
    total = number_of("steps", steps) * len(way)
    if number_of("last", last) > steps:
        raise refuse("last", last, f"at most the {steps} steps at each value")
    played = make(game, **params) if isinstance(game, str) else game
    if played.stages or played.turn_based:
        raise refuse("game", played.name, "one in which all move at once, without stages of institutions")
    check_driver(played, driver, grid)
    if state != COOPERATION and state not in played.signals:
        raise unknown(f"state of {played.name}", state, (COOPERATION, *played.signals))
    made = played.remade({**played.params._asdict(), "horizon": total + 1, "continuation": 1.0, driver: grid[0]})
    number = number_of("worlds", worlds)
    record = run(made, table(made, seats, number), world_seeds(seed, number), Driven(driver, way, steps))
    course = _course(record, state, total)
    ends = course.reshape(number, len(way), steps)[:, :, -last:]
    seen = ~np.isnan(ends)
    means = np.where(seen, ends, 0.0).sum(axis=2) / np.where(seen.any(axis=2), seen.sum(axis=2), np.nan)
    forward, backward = means[:, : len(grid)], means[:, : len(grid) - 1 : -1]
    order = slice(None) if rises else slice(None, None, -1)
    area = hysteresis_area(grid[order], forward[:, order], backward[:, order], driver_range, state_range)
    told = (np.array(grid), forward, backward, area, driver_range, state_range, course)
    return Hysteresis(played.name, driver, state, *told)


def _course(record: Record, state: str, total: int) -> Floats:
    """(W, total): the state after each step; what has ended stays as it is. The last step of an episode, after which a
    game may not grow or pay as it did before, is left out.
    """
    if state == COOPERATION:
        known = ~np.isnan(record.cooperation)
        counts = np.where(known.any(axis=2), known.sum(axis=2), np.nan)
        mean = np.where(known, record.cooperation, 0.0).sum(axis=2) / counts
        return np.pad(mean[:, :total], ((0, 0), (0, max(0, total - mean.shape[1]))), constant_values=np.nan)
    after = record.signals[state][:, 1 : total + 1]
    return np.pad(after, ((0, 0), (0, total - after.shape[1])), mode="edge")
