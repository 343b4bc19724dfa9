"""Questions about the rules, asked before play and scored: did the model take in what it was told?

What is right is computed from the game, mostly by running its rules on a fresh world (:mod:`.facts`). All questions are
asked in one call. GovSim asks its models such questions apart from the play (Piatti et al. 2024, arXiv 2404.16698).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...envs.answers import object_of
from ...envs.chance import keys, uniforms
from ...envs.game import Game
from .asking import Asker
from .calls import OK, QUESTIONS, Asking
from .facts import BOOLEAN, INTEGER, LANE, NUMBER, WORD, Question, facts, sums
from .reply import Unusable, read_object

TYPES = {INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", WORD: "string"}
KIND_WORDS = {INTEGER: "a whole number", NUMBER: "a number", BOOLEAN: "true or false", WORD: "a word"}
TOLERANCE = 1e-6
"""By how much a number may be off, in parts of it."""
LONGEST_WORD, LARGEST = 100, 10**15
"""Of answers that are kept."""


def questions(game: Game, seat: int, seed: int, count: int = 6, words: Callable[[str], str] = str) -> list[Question]:
    """At most ``count`` different questions to ``seat``, the same under the same ``seed``.

    About half of them are sums: what follows from given acts; the others ask what the rules say. ``words`` is applied
    to all texts, and to the answers that are words.
    """
    seed %= 1 << 63
    plain, reckoned = list(facts(game, seat, seed)), list(sums(game, seat, seed))
    few = max(count - len(plain), min(len(reckoned), count // 2))
    draws = np.asarray(uniforms(keys(np.uint64(seed), LANE), 0, 0, np.arange(len(plain))))
    kept = np.sort(np.argsort(draws)[: max(0, count - few)])
    asked = [*(plain[k] for k in kept), *reckoned[:few]][:count]
    return [
        one._replace(text=words(one.text), right=words(one.right) if one.kind == WORD else one.right) for one in asked
    ]


class Score(NamedTuple):
    """How the questions were answered: ``share`` of them rightly, 0 without questions. By question the answer
    ``given``, None where there is none, and whether it is ``right``. ``complaint``: why the reply could not be used,
    empty where it could.
    """

    share: float
    given: tuple[Any, ...]
    right: tuple[bool, ...]
    complaint: str = ""


def ask(request: Asker, asked: Sequence[Question]) -> Asking[Score]:
    """Asks all in one call, and scores what comes."""
    reply = yield request(QUESTIONS, text_of(asked), schema_of(asked), 0)
    try:
        if reply.status != OK:
            raise Unusable("there was no answer")
        return scored(asked, read_object(reply.text))
    except Unusable as why:
        return Score(0.0, (None,) * len(asked), (False,) * len(asked), str(why))


def text_of(asked: Sequence[Question]) -> str:
    """All questions, numbered."""
    lines = [f"q{k} ({KIND_WORDS[one.kind]}): {one.text}" for k, one in enumerate(asked, 1)]
    form = ", ".join(f'"q{k}": ...' for k in range(1, len(asked) + 1))
    return "\n".join(
        [
            "Before it begins, answer these questions about the rules by what you have been told.",
            *lines,
            f"Answer with a JSON object: {{{form}}}",
        ]
    )


def schema_of(asked: Sequence[Question]) -> dict[str, Any]:
    """The JSON schema of the answers."""
    return object_of({f"q{k}": {"type": TYPES[one.kind]} for k, one in enumerate(asked, 1)})


def scored(asked: Sequence[Question], answers: Mapping[str, Any]) -> Score:
    """An answer that is not of its kind is wrong, as is a missing one."""
    given = tuple(_kept(answers.get(f"q{k}")) for k in range(1, len(asked) + 1))
    right = tuple(is_right(one, answer) for one, answer in zip(asked, given, strict=True))
    return Score(sum(right) / max(1, len(right)), given, right)


def _kept(answer: Any) -> Any:
    """The answer if it is a word, a number, true or false, and not monstrous."""
    if isinstance(answer, str):
        return answer if len(answer) <= LONGEST_WORD and answer.isprintable() else None
    return answer if isinstance(answer, int | float) and abs(answer) <= LARGEST else None


def is_right(question: Question, answer: Any) -> bool:
    """Is it of the kind asked for, and the right one? A word to the letter, a number up to :data:`TOLERANCE`.

    >>> is_right(Question("", NUMBER, 0.5), 0.5), is_right(Question("", NUMBER, 1.0), True)
    (True, False)
    """
    if question.kind in (BOOLEAN, WORD):
        return type(answer) is type(question.right) and answer == question.right
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    if question.kind == INTEGER:
        return answer == question.right
    return math.isclose(answer, question.right, rel_tol=TOLERANCE, abs_tol=TOLERANCE**2)
