"""Columns of how a payoff is shared out: the welfare functions side by side, and inequality.

None is the measure of flourishing, and none is made of the others.
"""

from .. import welfare
from ..definition import ALL, ANY, DOWN, NOTHING, POSITIVE, RANDOM, SHARE, UP, Definition
from ..measure import FloatArray
from .core import Columns

EPSILONS = {"05": 0.5, "1": 1.0, "2": 2.0}
PRIORITY = 0.5
POVERTY = (0, 1, 2)


def plural(payoffs: FloatArray, need: float | None = None) -> Columns:
    """By key of ``PLURAL``: (W,) float64.

    Args:
        payoffs: (W, N), of each agent over the episode; NaN for one that was not in it.
        need: the need line z > 0 of ``sufficiency``, ``shortfall`` and ``fgt``, which are left out without one.
    """
    found = {
        "nash_wd": welfare.nash_wd(payoffs),
        "harmonic": welfare.gen_mean(payoffs, -1),
        "sen": welfare.sen(payoffs),
        "prioritarian": welfare.prioritarian(payoffs, PRIORITY),
        "prioritarian_ede": welfare.ede(payoffs, PRIORITY),
        **{f"atkinson_{name}": welfare.atkinson(payoffs, epsilon) for name, epsilon in EPSILONS.items()},
        "gini_unbiased": welfare.gini_unbiased(payoffs),
        "hoover": welfare.hoover(payoffs),
        "s80_s20": welfare.s80_s20(payoffs),
    }
    if need is not None:
        found |= {"sufficiency": welfare.sufficiency(payoffs, need), "shortfall": welfare.shortfall(payoffs, need)}
        found |= {f"fgt_{a}": welfare.fgt(payoffs, need, a) for a in POVERTY}
    return {name: one.value for name, one in found.items()}


_OPTIMUM = "in matrix and standoff, where blind cooperation by all is the optimum"
_ALIKE = "everyone ruined alike is equal too"
_LOW_NEED = ((NOTHING, RANDOM), "where the need is low enough, everybody has it")
_POSITIVE = "undefined if a payoff is negative"


def _good(label: str, text: str, allowed: str = POSITIVE) -> Definition:
    return Definition(label, text, allowed, UP, (NOTHING,), _OPTIMUM)


def _unequal(label: str, text: str, allowed: str) -> Definition:
    text = f"{text}; undefined if nobody got anything or a payoff is negative."
    return Definition(label, text, allowed, DOWN, (NOTHING, ALL), _ALIKE)


PLURAL: dict[str, Definition] = {
    "nash_wd": _good(
        "Nash welfare (floor of 10⁻⁶)", f"Geometric mean of payoff + 10⁻⁶ (Mukobi et al. 2023); {_POSITIVE}."
    ),
    "harmonic": _good("harmonic mean", f"Generalised mean of the payoffs with p = −1: one 0 makes it 0; {_POSITIVE}."),
    "sen": _good("Sen welfare", "Mean payoff times (1 − Gini); undefined where the Gini index is."),
    "prioritarian": _good(
        "prioritarian welfare",
        f"Mean of (√x − 1)/½ over payoffs x: its unit is of no meaning, only its order; {_POSITIVE}.",
        ANY,
    ),
    "prioritarian_ede": _good(
        "prioritarian equivalent",
        f"The payoff that, given to all, is as good by prioritarian welfare (η = ½); {_POSITIVE}.",
    ),
    **{
        f"atkinson_{name}": _unequal(
            f"Atkinson inequality (ε = {epsilon:g})",
            "1 − the payoff that, given to all, is as good, over the mean",
            SHARE,
        )
        for name, epsilon in EPSILONS.items()
    },
    "gini_unbiased": _unequal("Gini inequality × N/(N − 1)", "Gini index times N/(N − 1)", SHARE),
    "hoover": _unequal("inequality (Hoover)", "Share of all payoff that would have to change hands", "0 to 1 − 1/N"),
    "s80_s20": _unequal(
        "richest over poorest fifth", "Payoff of the richest fifth over that of the poorest", "1 or more"
    ),
    "sufficiency": Definition(
        "sufficiency", "Share of agents whose payoff reaches the need line z.", SHARE, UP, *_LOW_NEED
    ),
    "shortfall": Definition(
        "shortfall", "Mean over agents of what lacks to the need line z, over z.", POSITIVE, DOWN, *_LOW_NEED
    ),
    **{
        f"fgt_{a}": Definition(
            f"poverty (a = {a})", f"Mean of ((z − x)/z)^{a} over the agents below the need line z, 0 for others.",
            POSITIVE, DOWN, *_LOW_NEED,
        )
        for a in POVERTY
    },
}  # fmt: skip
