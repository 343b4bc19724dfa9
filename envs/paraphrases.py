"""Paraphrases: the same rule in other words, so that what an agent does can be told from how it was told."""

import operator

import numpy as np
import numpy.typing as npt

from .chance import keys, uniforms
from .settings import refuse

PARAPHRASES = 3
"""Ways in which each rule is worded."""
Wordings = tuple[str, str, str]
"""A rule in each of them."""
_LANE = -2  # of the draws below: no seat has it


def worded(paraphrase: int, first: str, second: str, third: str) -> str:
    """The wording number ``paraphrase`` of three that mean the same and hold the same numbers.

    Raises :class:`~.settings.SettingError` for a number that is not 0, 1 or 2.

    >>> worded(1, "Take at most 3.", "No more than 3 may be taken.", "Your limit is 3.")
    'No more than 3 may be taken.'
    """
    try:
        number = -1 if isinstance(paraphrase, bool) else operator.index(paraphrase)
    except TypeError:
        number = -1
    if not 0 <= number < PARAPHRASES:
        raise refuse("paraphrase", paraphrase, f"a whole number from 0 to {PARAPHRASES - 1}")
    return (first, second, third)[number]


def paraphrase_of(seeds: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The paraphrase of each world by its seed, any shape: each is as likely, and no other chance is touched.

    >>> paraphrase_of([0, 1, 2, 3, 4, 5]).tolist()
    [0, 0, 1, 1, 1, 2]
    """
    own = np.asarray(keys(np.asarray(seeds).astype(np.uint64), _LANE))
    return np.asarray(uniforms(own, 0, 0, 0) * PARAPHRASES).astype(np.int64)
