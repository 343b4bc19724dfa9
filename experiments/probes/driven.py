"""A game whose rules change while its worlds go on."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.game import Game
from ...envs.settings import refuse, unknown
from ...envs.worlds import Worlds
from ..play import Intervention

FIXED = ("n_agents", "horizon", "horizon_known", "continuation", "newcomer_step", "stalemate", "dirt_init")
"""Parameters of how an episode begins, ends, and who is there; with those that are ``initial``, they drive nothing."""


class Driven(Intervention):
    """Sets the parameter to the next value after every so many steps."""

    def __init__(self, driver: str, way: Sequence[float], steps: int) -> None:
        self._driver, self._way, self._steps, self._done = driver, way, steps, 0

    def after_step(self, worlds: Worlds) -> None:
        """Between the last step under a value and the first under the next."""
        self._done += 1
        if self._done % self._steps == 0 and self._done < self._steps * len(self._way):
            become(worlds.game, {self._driver: self._way[self._done // self._steps]})


def become(game: Game, changed: Mapping[str, Any]) -> None:
    """Makes ``game`` the same game under ``changed`` parameters, for everyone who plays it."""
    fresh = game.remade({**game.params._asdict(), **changed})
    vars(game).clear()
    vars(game).update(vars(fresh))


def check_driver(game: Game, driver: str, values: Sequence[float]) -> None:
    """Raises ``SettingError`` where the parameter cannot change while worlds go on."""
    params = game.params._asdict()
    if driver not in params:
        raise unknown(f"parameter of {game.name}", driver, params)
    allowed = "a number that worlds can go on under when it changes"
    number = isinstance(params[driver], int | float) and not isinstance(params[driver], bool)
    if not number or driver in FIXED or driver.startswith("initial"):
        raise refuse("driver", driver, allowed)
    for value in values:
        other = game.remade({**params, driver: value})
        same = other.world_dtype == game.world_dtype and other.fields == game.fields
        if not same or other.move_space != game.move_space:
            raise refuse("driver", driver, allowed)
