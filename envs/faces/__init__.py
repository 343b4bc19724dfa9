"""How others see a game: PettingZoo's parallel and AEC interfaces, Gymnasium's vector interface.

Each stands directly on :class:`~comity.envs.worlds.Worlds`, since conversion wrappers cost 20 times the game.
"""

from collections.abc import Callable
from typing import Any

from pettingzoo.utils.wrappers import AssertOutOfBoundsWrapper, OrderEnforcingWrapper

from ..game import Game
from ..institutions.layers import build
from ..settings import SettingError
from .aec import AECGame
from .common import Move, Observation
from .parallel import ParallelGame

CheckedAEC = OrderEnforcingWrapper[str, Observation, Move]
Factories = tuple[Callable[..., CheckedAEC], Callable[..., AECGame], Callable[..., ParallelGame]]


def entry_points(cls: type[Game]) -> Factories:
    """PettingZoo's factories ``env``, ``raw_env``, ``parallel_env`` of a game, as its module names them.

    Each takes ``preset=None, render_mode=None, max_cycles=None`` and the game's parameters; ``max_cycles`` is
    PettingZoo's word for ``horizon``. Raises :class:`~comity.envs.settings.SettingError` for a wrong setting,
    and where both are given. ``raw_env`` is the bare AEC environment; ``env`` also refuses calls in the wrong
    order and moves outside a discrete space, as PettingZoo's own do.

    >>> from comity.envs.dilemmas import matrix
    >>> matrix.parallel_env(preset="stag_hunt", max_cycles=10).game.params.horizon
    10
    """

    def game(preset: str | None, max_cycles: int | None, params: dict[str, Any]) -> Game:
        if max_cycles is not None:
            if "horizon" in params:
                given = f"max_cycles = {max_cycles!r} and horizon = {params['horizon']!r}"
                raise SettingError(f"{given} are two names of one setting: give only one of them")
            params = {**params, "horizon": max_cycles}
        return build(cls, preset, **params)

    def env(
        preset: str | None = None,
        render_mode: str | None = None,
        max_cycles: int | None = None,
        **params: Any,
    ) -> CheckedAEC:
        """The AEC environment with PettingZoo's checks."""
        bare = raw_env(preset, render_mode, max_cycles, **params)
        return OrderEnforcingWrapper(AssertOutOfBoundsWrapper(bare) if bare.game.n_moves else bare)

    def raw_env(
        preset: str | None = None,
        render_mode: str | None = None,
        max_cycles: int | None = None,
        **params: Any,
    ) -> AECGame:
        """The bare AEC environment."""
        return AECGame(game(preset, max_cycles, params), render_mode)

    def parallel_env(
        preset: str | None = None,
        render_mode: str | None = None,
        max_cycles: int | None = None,
        **params: Any,
    ) -> ParallelGame:
        """The parallel environment."""
        return ParallelGame(game(preset, max_cycles, params), render_mode)

    return env, raw_env, parallel_env
