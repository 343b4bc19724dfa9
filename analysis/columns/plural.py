"""Columns of how a payoff is shared out: the welfare functions side by side, and inequality. None is the measure of
flourishing, and none is made of the others.
"""

from .. import welfare
from ..definition import Definition
from ..measure import FloatArray
from .core import Columns


def plural(payoffs: FloatArray, need: float | None = None) -> Columns:
    """By key of ``PLURAL``: (W,) float64.

    Args:
        payoffs: (W, N), of each agent over the episode; NaN for one that was not in it.
        need: the need line z of ``sufficiency``, ``shortfall`` and ``fgt``, which are left out without one.
    """
    return {"gini": welfare.gini(payoffs).value}


PLURAL: dict[str, Definition] = {}
