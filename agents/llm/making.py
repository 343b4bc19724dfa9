"""The minds of one seat: what a language model is told once, in each world, and what it begins with."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...envs.game import Game
from ...envs.neutral import Neutral, neutral_order
from ...envs.paraphrases import paraphrase_of
from ..norms import Norms
from .checks import stance_of
from .memories import memory
from .memory import Remembering
from .mind import Mind
from .prompt import caution, told_norm, told_strategy, told_talk
from .reflection import Reflecting, Reflection
from .settings import BY_SEED, GIVEN_LABELS, SWAPPED_LABELS, WORDINGS, Params


def minds_of(
    params: Params,
    game: Game,
    seat: int,
    seeds: npt.NDArray[np.uint64],
    norms: Sequence[Norms] | None,
    strategies: Sequence[str] | None = None,
) -> list[Mind]:
    """One for each world; ``norms`` are one for all worlds, or one for each, and so are ``strategies`` of its own."""
    worlds = len(seeds)
    own_strategies = [""] * worlds if strategies is None else strategies
    given = [None] * worlds if norms is None else list(norms) * (worlds if len(norms) == 1 else 1)
    wordings = _wordings(params, seeds)
    labels = _labels(params, game, seeds)
    remembering, reflecting = Remembering(params.memory, params.window), Reflecting(params.reflect_every or None)
    told: dict[tuple[int, int, int, str], str] = {}
    minds = []
    for b, (norm, strategy) in enumerate(zip(given, own_strategies, strict=True)):
        about = (wordings[b], id(norm), id(labels[b]), strategy)
        if about not in told:
            told[about] = system_prompt(params, game, seat, norm, wordings[b], labels[b], strategy)
        shown = told[about]
        remembered = memory(remembering, seat, game.n_agents - 1)
        own = (remembered, Reflection(reflecting), bool(game.stages))
        minds.append(Mind(params, int(seeds[b]), seat, game.n_agents - 1, shown, wordings[b], labels[b], *own))
    return minds


def _wordings(params: Params, seeds: npt.NDArray[np.uint64]) -> list[int]:
    if params.paraphrase == BY_SEED:
        return paraphrase_of(seeds).tolist()
    return [WORDINGS.index(params.paraphrase) - 1] * len(seeds)


def _labels(params: Params, game: Game, seeds: npt.NDArray[np.uint64]) -> list[Neutral | None]:
    """The same for all seats of a world, so that who talks about A means the same by it."""
    if params.labels == GIVEN_LABELS:
        return [None] * len(seeds)
    if params.labels == SWAPPED_LABELS:
        orders = [tuple(order) for order in neutral_order(seeds, len(game.move_words)).tolist()]
        known = {order: Neutral(game, order) for order in dict.fromkeys(orders)}
        return [known[order] for order in orders]
    return [Neutral(game)] * len(seeds)


def system_prompt(
    params: Params,
    game: Game,
    seat: int,
    norm: Norms | None,
    paraphrase: int,
    labels: Neutral | None = None,
    strategy: str = "",
) -> str:
    """What a seat is told once: the rules of the game and of its institutions, its norm, its stance, its own strategy
    where it wrote one, and whether there is talk.
    """
    rules = game.brief(seat, paraphrase)
    parts = [
        rules if labels is None else labels.text(rules),
        told_norm(norm, params.channel, paraphrase),
        stance_of(params).text(paraphrase),
        told_strategy(strategy, paraphrase),
        f"{told_talk(params.talk, paraphrase)} {caution(paraphrase)}" if params.talk else "",
    ]
    return "\n\n".join(part for part in parts if part)
