"""The games that probes are about."""

from typing import Any

from ...envs.catalogue import make
from ...envs.game import Game
from ...envs.settings import refuse


def labelled(game: "str | Game", params: dict[str, Any]) -> Game:
    """A game by name, or as it is, whose acts are labelled cooperative or not; ``SettingError`` for a negotiation."""
    played = make(game, **params) if isinstance(game, str) else game
    if played.family == "negotiation":
        raise refuse("game", played.name, "one in which one can cooperate or not, and no negotiation")
    return played
