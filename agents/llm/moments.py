"""What a seat perceived of a step, in the words in which it was told: what memories are made of."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...envs.acts import Act
from ...envs.faces.talk import Said
from .memory import Moment
from .mind import Mind


class Before(NamedTuple):
    """A step as it began: its number from 1, what was seen, and what was ``said`` and ``heard`` before it."""

    step: int
    saw: str
    said: Sequence[Said] = ()
    heard: Sequence[Said] = ()


def moment(
    mind: Mind, before: Before, played: Any, invalid: bool, acts: Sequence[Act], paid: float | None, score: float | None
) -> Moment:
    """The step that is over. ``played`` is the own answer as it is told, None where there was no choice; ``acts`` what
    was seen to be done.
    """
    return Moment(
        before.step,
        before.saw,
        None if played is None else json.dumps(played),
        invalid,
        tuple(one.words for one in before.said),
        tuple((one.seat, one.words) for one in before.heard),
        tuple(act._replace(what=_told(mind, act.what), terms=mind.words(act.terms)) for act in acts),
        paid,
        score,
    )


def _told(mind: Mind, what: str) -> str:
    """An act, which may be a move by its name alone."""
    label = mind.label(what)
    return label if label != what else mind.words(what)
