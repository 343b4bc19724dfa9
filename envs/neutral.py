"""Neutral labels: the words for moves become A, B, C, …, so that what an agent does can be told from what it is called.

A game says which words of its moves carry a meaning (:attr:`~.game.Game.move_words`) and in which forms texts use them
(:attr:`~.game.Game.word_forms`). Numbers, directions, and answers such as accept or yes stay what they are, and so does
everything in a game without such words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .chance import keys, uniforms
from .game import Game
from .settings import refuse

_LANE = -4  # of the draws below: no seat has it
_LETTERS = 26


def cooperation_as(label: str) -> dict[str, str]:
    """The forms in which institutions speak of cooperation, where it is to choose ``label``, such as ``{0}``."""
    return {
        "cooperation": f"share of {label}",
        "share of cooperation": f"share of {label}",
        "full cooperation": f"{label} alone",
        "all cooperation": f"any share of {label}",
        "for cooperation that": f"for a share of {label} that",
        "cooperated in this step by": f"acted in this step with a share of {label} of",
        "cooperates by": f"acts with a share of {label} of",
        "cooperates": f"chooses {label}",
        "to cooperate": f"to choose {label}",
        "not cooperate": f"not choose {label}",
        "the cooperative act": f"act {label}",
        "uncooperative": "other",
    }


class Neutral:
    """The texts, schemas and answers of ``game`` under neutral labels.

    ``order`` says which word is A, which B, …, by their places in ``game.move_words``; default: as listed. Raises
    :class:`~.settings.SettingError` where it does not name each place once.
    """

    def __init__(self, game: Game, order: Sequence[int] | None = None) -> None:
        words = game.move_words
        places = [int(place) for place in (range(len(words)) if order is None else order)]
        if sorted(places) != list(range(len(words))):
            raise refuse("order", places, f"each whole number from 0 to {len(words) - 1} once")
        self._word_of = {label_of(rank): words[place] for rank, place in enumerate(places)}
        self._label_of = {word: label for label, word in self._word_of.items()}
        self._rank = {label: rank for rank, label in enumerate(self._word_of)}
        labels = [self._label_of[word] for word in words]
        forms = {form: given.format(*labels) for form, given in game.word_forms.items()}
        self._forms = {**{_capital(form): _capital(given) for form, given in forms.items()}, **forms}
        self._pattern = _pattern(self._forms) if forms else None

    def text(self, string: str) -> str:
        """``string``, with a label wherever a word for a move stood."""
        if self._pattern is None:
            return string
        return self._pattern.sub(lambda found: self._forms[found.group()], string)

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema of the same moves, its labels in their own order."""
        if "enum" not in schema:
            return dict(schema)
        return {**schema, "enum": sorted(map(self.label, schema["enum"]), key=self._place)}

    def _place(self, label: Any) -> int:
        found = _first(label, self._word_of)
        return -1 if found is None else self._rank[found]

    def label(self, answer: Any) -> Any:
        """What an answer of the game is called; an answer without a word for a move stays what it is."""
        return _renamed(answer, self._label_of)

    def answer(self, label: Any) -> Any:
        """The answer of the game that an answer under labels stands for: the inverse of :meth:`label`.

        Raises ``ValueError``, with one line, for a word that has a label.
        """
        if _first(label, self._label_of) is not None:
            raise ValueError(f"must be one of {', '.join(self._word_of)}")
        return _renamed(label, self._word_of)


def label_of(rank: int) -> str:
    """A, B, …, Z, AA, AB, …

    >>> [label_of(rank) for rank in (0, 1, 25, 26, 27, 52)]
    ['A', 'B', 'Z', 'AA', 'AB', 'BA']
    """
    letter = chr(ord("A") + rank % _LETTERS)
    return letter if rank < _LETTERS else label_of(rank // _LETTERS - 1) + letter


def neutral_order(seeds: npt.ArrayLike, n: int) -> npt.NDArray[np.int64]:
    """(…, n): an order of n words for each world by its seed; each is as likely, and no other chance is touched.

    >>> neutral_order([0, 1, 2, 3], 2).tolist()
    [[1, 0], [0, 1], [1, 0], [0, 1]]
    """
    own = np.asarray(keys(np.asarray(seeds).astype(np.uint64), _LANE))
    draws = np.asarray(uniforms(own[..., None], 0, 0, np.arange(n)))
    return np.argsort(draws, axis=-1, kind="stable")


def _first(answer: Any, names: Mapping[str, Any]) -> str | None:
    """The longest of ``names`` with which the words of an answer begin."""
    end = len(answer) if isinstance(answer, str) else 0
    while end > 0:
        if answer[:end] in names:
            return answer[:end]
        end = answer.rfind(" ", 0, end)
    return None


def _renamed(answer: Any, names: Mapping[str, str]) -> Any:
    found = _first(answer, names)
    return answer if found is None else names[found] + answer[len(found) :]


def _pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Finds the longest form at each place that is no part of a longer word. Forms with one first letter stand
    together, behind it: at most places a look at one letter is enough.
    """
    by_letter: dict[str, list[str]] = {}
    for form in sorted(forms, key=len, reverse=True):
        by_letter.setdefault(form[0], []).append(re.escape(form[1:]) + (r"(?!\w)" if form[-1].isalnum() else ""))
    return re.compile("|".join(_beginning(letter, rest) for letter, rest in by_letter.items()))


def _beginning(letter: str, rest: list[str]) -> str:
    apart = rf"(?<!\w{letter})" if letter.isalnum() else ""
    return f"{re.escape(letter)}{apart}(?:{'|'.join(rest)})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
