"""Every game by its name, and how PettingZoo and Gymnasium find them."""

import importlib
from typing import TYPE_CHECKING, Any

from .settings import refuse, unknown

if TYPE_CHECKING:
    from gymnasium.vector import AutoresetMode

    from .faces import CheckedAEC
    from .faces.parallel import ParallelGame
    from .faces.vector import VectorGame

# Names and places as strings: knowing the catalogue imports no game.
PLACES = {
    "matrix": ("envs.dilemmas.matrix", "Matrix"),
    "donor": ("envs.dilemmas.donor", "Donor"),
    "trust": ("envs.dilemmas.trust", "Trust"),
    "fishery": ("envs.commons.fishery", "Fishery"),
    "public_goods": ("envs.commons.public_goods", "PublicGoods"),
    "appropriation": ("envs.commons.appropriation", "Appropriation"),
    "climate": ("envs.commons.climate", "Climate"),
    "harvest": ("envs.commons.harvest", "Harvest"),
    "cleanup": ("envs.commons.cleanup", "Cleanup"),
    "alternating_offers": ("envs.negotiation.alternating_offers", "AlternatingOffers"),
    "ultimatum": ("envs.negotiation.ultimatum", "Ultimatum"),
    "division": ("envs.negotiation.division", "Division"),
    "buy_sell": ("envs.negotiation.buy_sell", "BuySell"),
    "exchange": ("envs.negotiation.exchange", "Exchange"),
    "scorable": ("envs.negotiation.scorable", "Scorable"),
    "standoff": ("envs.deescalation.standoff", "Standoff"),
    "arms_race": ("envs.deescalation.arms_race", "ArmsRace"),
    "crisis": ("envs.deescalation.crisis", "Crisis"),
}
VERSION = 0
_ROOT = "comity"  # not from __name__: pytest collects this file under the name of the folder it lies in


def games() -> list[str]:
    """The names of all games.

    >>> games()[0]
    'matrix'
    """
    return list(PLACES)


def game_class(name: str) -> Any:
    """The class of a game by its name, with or without ``comity/`` and ``-v0``.

    Raises ``SettingError`` for an unknown one.
    """
    if not isinstance(name, str):
        raise refuse("game", name, f"one of {', '.join(games())}")
    short = name.removeprefix("comity/").removesuffix(f"-v{VERSION}")
    if short not in PLACES:
        raise unknown("game", name, PLACES)
    module, cls = PLACES[short]
    return getattr(importlib.import_module(f"{_ROOT}.{module}"), cls)


def make(name: str, /, **params: Any) -> Any:
    """A :class:`~.game.Game` under these parameters; ``institutions`` names those laid over it
    (:func:`~.institutions.layers.build`).
    """
    cls = game_class(name)
    if not (params.get("institutions") or params.get("preset") in cls.preset_institutions):
        params.pop("institutions", None)
        return cls(**params)
    from .institutions.layers import build

    return build(cls, **params)


def parallel_env(name: str, render_mode: str | None = None, **params: Any) -> "ParallelGame":
    """One world of a game as a ``pettingzoo.ParallelEnv``; ``params``: its own, ``preset``, ``max_cycles``.

    >>> parallel_env("fishery", n_agents=3).possible_agents
    ['agent_0', 'agent_1', 'agent_2']
    """
    return _factory(name, "parallel_env")(render_mode=render_mode, **params)


def env(name: str, render_mode: str | None = None, **params: Any) -> "CheckedAEC":
    """One world of a game as a ``pettingzoo.AECEnv``; ``params``: its own, ``preset``, ``max_cycles``."""
    return _factory(name, "env")(render_mode=render_mode, **params)


def vector_env(
    name: str,
    num_worlds: int = 1,
    autoreset_mode: "AutoresetMode | str" = "NextStep",
    flat: bool = False,
    copy: bool = True,
    **params: Any,
) -> "VectorGame":
    """Many worlds of a game as a ``gymnasium.vector.VectorEnv``; ``params`` are the game's and ``preset``.

    >>> vector_env("matrix", num_worlds=4, flat=True).num_envs
    8
    """
    vector = importlib.import_module(f"{_ROOT}.envs.faces.vector")
    return vector.VectorGame(make(name, **params), num_worlds, autoreset_mode, flat, copy)


def register() -> None:
    """Makes every game known to PettingZoo and Gymnasium by its id, without importing it; twice is no harm.

    Then ``pettingzoo.make("parallel", "comity/fishery-v0")``, ``pettingzoo.make("aec", …)`` and
    ``gymnasium.make_vec("comity/matrix-v0", num_envs=64)`` work, with the game's parameters as arguments.
    """
    import gymnasium  # here, because both cost a quarter of a second that a list of names need not wait for
    import pettingzoo

    for name, (module, _) in PLACES.items():
        game_id = f"comity/{name}-v{VERSION}"
        if game_id not in pettingzoo.parallel_registry:
            pettingzoo.register("parallel", game_id, f"{_ROOT}.{module}:parallel_env")
        if game_id not in pettingzoo.aec_registry:
            pettingzoo.register("aec", game_id, f"{_ROOT}.{module}:env")
        if game_id not in gymnasium.registry:
            factory = f"{_ROOT}.envs.catalogue:gymnasium_vector_env"
            gymnasium.register(game_id, vector_entry_point=factory, kwargs={"game": name})


def gymnasium_vector_env(game: str, num_envs: int = 1, flat: bool = False, **params: Any) -> "VectorGame":
    """:func:`vector_env` in Gymnasium's words: ``num_envs`` counts rows, which with ``flat`` are seats.

    Raises ``SettingError`` if these do not fill whole worlds.
    """
    if not flat:
        return vector_env(game, num_envs, **params)
    one = vector_env(game, 1, flat=True, **params)
    worlds, rest = divmod(num_envs, one.num_envs)
    if rest or not worlds:
        allowed = f"a multiple of {one.num_envs} with flat=True: so many seats has a world"
        raise refuse("num_envs", num_envs, allowed)
    return vector_env(game, worlds, flat=True, **params)


def _factory(name: str, which: str) -> Any:
    return getattr(importlib.import_module(game_class(name).__module__), which)
