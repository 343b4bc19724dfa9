"""Intervals: values that a design picks from a range, as Hydra's grammar writes them.

``interval(0,1)`` is any number between 0 and 1, ``tag(log,interval(0.001,0.1))`` one whose logarithm is spread evenly,
``int(interval(2,10))`` any whole number from 2 to 10, both included.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from hydra.core.override_parser.types import IntervalSweep

from ...envs.settings import refuse

DIGITS = 6
"""To which a value is rounded: of the width of the interval, of the value itself where its logarithm is spread."""
LOG = "log"


class Interval(NamedTuple):
    """From ``low`` to ``high``; ``log``: spread evenly in the logarithm; ``whole``: whole numbers only."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __str__(self) -> str:
        """As Hydra's grammar writes it.

        >>> str(Interval(2, 10, log=True, whole=True))
        'tag(log,int(interval(2,10)))'
        """
        text = f"interval({self.low!r},{self.high!r})".replace(".0,", ",").replace(".0)", ")")
        text = f"int({text})" if self.whole else text
        return f"tag({LOG},{text})" if self.log else text

    def values(self, u: npt.NDArray[np.float64]) -> list[float]:
        """The values at the places ``u`` in [0, 1), each in the interval, rounded so that every platform agrees.

        Of a number that is not whole the ends themselves are never taken: a setting may allow one without the other.

        >>> Interval(2, 4, whole=True).values(np.array([0, 0.4, 0.999]))
        [2, 3, 4]
        >>> Interval(0.01, 1, log=True).values(np.array([0.5]))
        [0.1]
        """
        low, high = self.low, self.high + self.whole
        ends = np.log([low, high]) if self.log else np.array([low, high])
        spread = ends[0] + u * (ends[1] - ends[0])
        spread = np.exp(spread) if self.log else spread
        if self.whole:
            return [min(max(math.floor(x), int(self.low)), int(self.high)) for x in spread.tolist()]
        return [self._rounded(x) for x in spread.tolist()]

    def _rounded(self, x: float) -> float:
        reach = x if self.log else self.high - self.low
        digits = DIGITS - 1 - math.floor(math.log10(abs(reach))) + (not self.log)
        inside = [self.low + 10.0**-digits, self.high - 10.0**-digits]
        rounded = round(min(max(x, inside[0]), inside[1]), digits)
        return rounded if self.low < rounded < self.high else x


def interval_of(key: str, text: str, sweep: IntervalSweep) -> Interval:
    """What was typed as ``text``; raises ``SettingError`` where no number lies in it or none can be picked."""
    low, high = sweep.start, sweep.end
    assert low is not None
    assert high is not None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise refuse(key, text, "an interval(low,high) of two numbers, low < high")
    if sweep.tags - {LOG}:
        raise refuse(key, text, f"an interval with no other tag than {LOG}")
    if sweep.tags and low <= 0:
        raise refuse(key, text, "an interval above 0, if its logarithm is to be spread evenly")
    return Interval(low, high, bool(sweep.tags), isinstance(low, int) and isinstance(high, int))
