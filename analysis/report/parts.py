"""Small pieces of the page that recur."""

from ..figures.export import colour_variable
from .markup import Markup, el
from .words import ARMS, GAMES


def norm(name: str, label: str | None = None) -> Markup:
    """A norm's name in its colour."""
    return el("span", label or name, class_="norm", style=f"--c:{colour_variable(name)}")


def game_title(game: str) -> str:
    """What a game is called."""
    return GAMES[game].title if game in GAMES else game.replace("_", " ")


def arm_title(arm: str) -> str:
    """What an arm is called.

    >>> arm_title("with_exploiter")
    'with exploiter'
    """
    return arm.replace("_", " ")


def arm_words(arm: str) -> str:
    """How a sentence about an arm begins."""
    if arm.startswith("with_"):
        return f"With {arm_title(arm.removeprefix('with_'))}"
    return f"Among {arm_title(arm)}" if arm in ARMS else f"In the arm {arm_title(arm)}"
