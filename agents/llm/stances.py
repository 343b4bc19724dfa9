"""Stances: what an agent may be told about how to think before it answers.

Each is a text in three wordings (:mod:`.stance_words`), in our own words; designs, not sentences, are those of the
sources. ``universalization`` asks what would come of it if everybody did the same, and where a commons says what it
sustains, with its numbers as they are now (Piatti et al. 2024, arXiv 2404.16698, of the fishery). ``virtue``,
``deontology``, ``utilitarian`` and ``maximin`` take the question that a tradition of ethics asks (Aristotle; Kant 1785;
Bentham 1789 and Mill 1861; Rawls 1971). ``mindfulness``, ``emptiness``, ``non_duality``, ``boundless_care`` and
``contemplative``, all four together, follow the principles of Laukkonen et al. 2025 (arXiv 2504.15125). A text of the
user's own is ``{text: "..."}``. The neutral twin of any of them is :func:`~..placebo.placebo` of its text.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...envs.commons.appropriation import Appropriation
from ...envs.commons.climate import Climate
from ...envs.commons.fishery import Fishery
from ...envs.game import Game
from ...envs.paraphrases import worded
from ...envs.settings import refuse, unknown
from .facts import bare_of
from .stance_words import CONTEMPLATIVE, LIMITS, STANCES

NONE, UNIVERSAL, TOGETHER = "none", "universalization", "contemplative"
NAMES = (NONE, *STANCES, TOGETHER)
TINY = 1e-9
"""What a number of hundredths may be off by rounding."""
LONGEST = 4000
"""Characters of a text of the user's own."""


class Stance(NamedTuple):
    """One of :data:`NAMES`, or a text of the user's own."""

    name: str = NONE
    own: str = ""

    def text(self, paraphrase: int = 0) -> str:
        """What is told of it once, in one of three wordings; empty without a stance. Raises ``SettingError`` for a
        wrong paraphrase.
        """
        if self.own or self.name == NONE:
            return self.own
        parts = CONTEMPLATIVE if self.name == TOGETHER else (self.name,)
        return " ".join(worded(paraphrase, *STANCES[part]) for part in parts)

    def now(self, game: Game, world: Any, seat: int, paraphrase: int = 0) -> str:
        """What is told of it before each answer, with the numbers of ``world`` as ``seat`` may believe it to be
        (``imagine``); mostly nothing.
        """
        found = limit(game, world) if self.name == UNIVERSAL else None
        if found is None:
            return ""
        what, amount = found
        hundredths = 100 * amount  # rounded to the side on which the sentence stays true
        whole = math.floor(hundredths + TINY) if what == "climate" else math.ceil(hundredths - TINY)
        return worded(paraphrase, *LIMITS[what]).format(amount=f"{whole / 100:.10g}")


def stance(given: "str | Mapping[str, Any]" = NONE) -> Stance:
    """A stance by its name, or ``{"text": "..."}``; ``SettingError`` for anything else.

    >>> stance("maximin").text()
    'Before you answer, look at whoever would be worst off. Prefer the answer under which the worst off has most.'
    """
    if isinstance(given, str):
        if given not in NAMES:
            raise unknown("llm.stance", given, NAMES)
        return Stance(given)
    if not isinstance(given, Mapping) or set(given) != {"text"}:
        raise refuse("llm.stance", given, f'one of {", ".join(NAMES)}, or {{text: "..."}}')
    text = given["text"]
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise refuse("llm.text", text, f"a text of 1 to {LONGEST} characters")
    if not all(c.isprintable() or c == "\n" for c in text):
        raise refuse("llm.text", text, "a text without control characters, other than line breaks")
    return Stance("own", text.strip())


def limit(game: Game, world: Any) -> tuple[str, float] | None:
    """What each may take, or must give, so that it lasts if all do the same, and which sentence says so; None in a game
    that does not say. ``world`` is one record, imagined or true.

    In the fishery the largest equal request after which there is no less than now (in whole units where requests are);
    in the pool an equal part of the best total; in the climate game an equal part, per step that is left, of what is
    still missing.
    """
    bare = bare_of(game)
    q = bare.params
    if isinstance(bare, Fishery) and q.growth != "fish_war":
        return "fishery", float(bare.exemplar(np.array([world]), 0, cooperative=True)[0])
    if isinstance(bare, Appropriation):
        return "appropriation", min(q.endowment, bare.free_entry / (2 * bare.n_agents))
    if isinstance(bare, Climate) and q.horizon_known and q.continuation == 1:
        missing, left = max(0.0, q.target - float(world["total"])), q.horizon - int(world["step"])
        return ("climate", missing / (bare.n_agents * left)) if left > 0 else None
    return None
