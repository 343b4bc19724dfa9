"""The welfare functions that stand beside each other wherever settings are compared, and never in one sum."""

from collections.abc import Callable
from typing import NamedTuple

from ..measure import FloatArray, Measured
from .functions import ede, nash, nash_smoothed, rawls, sen, sufficiency, utilitarian

ETA = 0.01
"""Of the optimum's payoff per agent: what the smoothed Nash product adds."""
NEED = 0.5
"""Of the optimum's payoff per agent: the need line."""


class Function(NamedTuple):
    """A welfare function in words, and as a function of x (…, N)."""

    label: str
    text: str
    of: Callable[[FloatArray], Measured]
    equivalent: bool = True
    """Is it an amount which, given to every agent alike, would be as good? Then it can be put on a game's anchors."""
    twin: bool = False
    """Does it only stand in for another one where that is erased by a 0? Then it is no vote of its own."""


_WITHOUT_LOSSES = "undefined if somebody ends below 0"


def standard(fair: float | None = None) -> dict[str, Function]:
    """The standard functions by key, from no care for inequality to care for the worst-off alone.

    Args:
        fair: the optimum's payoff per agent in the unit of x; None, or 0 and below, where it is not known: then what
            depends on a unit (`nash_smoothed`, `sufficiency`) is left out.

    >>> list(standard())
    ['utilitarian', 'ede_50', 'sen', 'nash', 'ede_200', 'rawls']
    """
    found = {
        "utilitarian": Function("mean", "Mean payoff of a seat: who gets it does not matter.", utilitarian),
        "ede_50": Function(
            "Atkinson (ε = .5)",
            "The equal amount as good as what the seats got, at a slight aversion to inequality: the generalised mean "
            f"of power .5, which ranks as prioritarianism with η = .5 does; {_WITHOUT_LOSSES}.",
            lambda x: ede(x, 0.5),
        ),
        "sen": Function(
            "Sen",
            f"Mean payoff times 1 − Gini; undefined if nobody gets anything, and {_WITHOUT_LOSSES}.",
            sen,
        ),
        "nash": Function(
            "Nash",
            f"Geometric mean of the seats' payoffs (Atkinson, ε = 1): one 0 makes it 0; {_WITHOUT_LOSSES}.",
            nash,
        ),
        "ede_200": Function(
            "Atkinson (ε = 2)",
            f"Harmonic mean of the seats' payoffs: one 0 makes it 0; {_WITHOUT_LOSSES}.",
            lambda x: ede(x, 2),
        ),
        "rawls": Function("minimum (Rawls)", "Payoff of the worst-off seat: nobody else matters.", rawls),
    }
    if fair is None or not fair > 0:
        return found
    found["nash_smoothed"] = Function(
        "Nash (smoothed)",
        "Geometric mean of payoff + η, less η: the twin of Nash that one 0 does not erase; η is .01 of the optimum's "
        f"payoff per seat; {_WITHOUT_LOSSES}.",
        lambda x: nash_smoothed(x, ETA * fair),
        twin=True,
    )
    found["sufficiency"] = Function(
        "sufficiency",
        "Share of the seats that reach the need line z, half of the optimum's payoff per seat.",
        lambda x: sufficiency(x, NEED * fair),
        equivalent=False,
    )
    return found
