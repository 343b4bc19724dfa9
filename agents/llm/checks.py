"""Settings of a language model that are fine alone and do not go together, or do not fit a game."""

from collections.abc import Sequence

import numpy as np

from ...envs.game import Game
from ...envs.settings import SettingError, refuse
from ..norms import Norms
from .legal import idle
from .prompt import SHOWS_SCORE
from .scrub import check_api_base
from .settings import NOOP, Params
from .stances import NONE, Stance, stance

EXAMPLES = "a model's name, such as openai/gpt-4o-mini, ollama_chat/llama3.2 or scripted/tft"


def check(params: Params, game: Game) -> None:
    """Raises ``SettingError`` for what cannot be played."""
    if not params.model.strip():
        raise refuse("llm.model", params.model, EXAMPLES)
    if params.api_base is not None:
        check_api_base(params.api_base)
    stance_of(params)
    if params.invalid_policy == NOOP:
        try:
            idle(game, 0)
        except ValueError as error:
            raise refuse("llm.invalid_policy", NOOP, f"another one, as {error}") from None
    if params.forecast and (game.turn_based or game.n_agents < 2 or game.anonymous):
        raise refuse(
            "llm.forecast", True, f"false in {game.name}, where in no step it is seen what one certain other does"
        )
    if params.channel in SHOWS_SCORE and _hides_payoffs(game):
        known = (
            f"none, placebo or text in {game.name} where a seat does not see what it is paid, so that no score can be"
        )
        raise refuse("llm.channel", params.channel, f"{known} worked out")
    if params.talk and game.n_agents < 2:
        raise refuse("llm.talk", params.talk, f"0 in {game.name} with one seat, where nobody would hear it")
    if params.talk_placebo and not params.talk:
        raise refuse("llm.talk_placebo", True, "false where there is no talk (llm.talk=0)")


def _hides_payoffs(game: Game) -> bool:
    """Does a seat not see its own payoff, as it would reveal acts that are seen through noise?"""
    believed = game.imagine(np.zeros(1, game.world_dtype), 0, np.zeros(1, np.uint64))
    return bool(np.isnan(believed[game.paid][0, 0]))


def stance_of(params: Params) -> Stance:
    """The stance, or the text of the user's own. Raises ``SettingError`` for what is neither, and for both at once."""
    if not params.text:
        return stance(params.stance)
    if params.stance != NONE:
        raise refuse("llm.text", params.text, f"left out beside llm.stance={params.stance}")
    return stance({"text": params.text})


def check_norms(params: Params, per_world: Sequence[Norms]) -> None:
    """The score of a step says nothing about what would have happened had everyone done the same."""
    if params.channel in SHOWS_SCORE and any(norm.universalization > 0 for norm in per_world):
        known = "none, placebo or text under a norm with universalization, which no score of a step can show"
        raise SettingError(f"llm.channel = {params.channel!r} is not allowed: it must be {known}")
