"""Columns of how welfare went along an episode."""

import numpy as np

from .. import welfare
from ..definition import ALL, ANY, DEGENERATE, DOWN, NEITHER, NOTHING, POSITIVE, UP, Definition
from ..traces import Traces
from .core import Columns


def paths(traces: Traces) -> Columns:
    """By key of ``PATHS``: (W,) float64. Nothing where payoffs do not come step by step."""
    if not traces.rates:
        return {}
    w, lengths = traces.welfare, traces.lengths
    social = welfare.social_outcomes(traces.rewards, lengths, horizon=traces.horizon)
    return {
        "volatility": welfare.volatility(w, lengths).value,
        "max_drawdown": welfare.max_drawdown(w, lengths).value,
        "intergenerational": welfare.intergenerational(w, traces.horizon).value,
        "sustainability": social.sustainability.value,
        "never_rewarded": social.n_never.astype(np.float64),
    }


_STEADY = "who always does the same is paid the same"
PATHS: dict[str, Definition] = {
    "volatility": Definition(
        "volatility", "Standard deviation of welfare over the steps played.", POSITIVE, DOWN, (NOTHING, ALL), _STEADY
    ),
    "max_drawdown": Definition(
        "largest fall",
        "Largest fall of welfare below its running maximum, as a share of it.",
        POSITIVE,
        DOWN,
        (NOTHING, ALL),
        _STEADY,
    ),
    "intergenerational": Definition(
        "last third over first",
        "Welfare of the last third of the horizon over that of the first; 0/0 is undefined, x/0 infinite.",
        ANY,
        NEITHER,
    ),
    "sustainability": Definition(
        "mean time of rewards",
        "Mean over agents that were rewarded of the mean step, from 1, of a reward (Perolat et al. 2017).",
        "1 to the steps played",
        UP,
        (NOTHING, ALL),
        "who is paid the same in every step is paid in the middle, on average",
    ),
    "never_rewarded": Definition(
        "never rewarded",
        "Agents without any reward.",
        "0 to the agents",
        DOWN,
        DEGENERATE,
        "in a matrix game all of them are paid",
    ),
}
