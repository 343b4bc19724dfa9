"""Columns of how welfare went along an episode."""

import numpy as np

from .. import welfare
from ..definition import ALL, ANY, DEGENERATE, DOWN, NEITHER, NOTHING, POSITIVE, UP, Definition
from ..measure import FloatArray, divide, total
from ..traces import Traces
from .core import Columns


def paths(traces: Traces) -> Columns:
    """By key of ``PATHS``: (W,) float64. Nothing where payoffs do not come step by step."""
    if not traces.rates:
        return {}
    w, lengths = traces.welfare, traces.lengths
    social = welfare.social_outcomes(traces.rewards, lengths, horizon=traces.horizon)
    fall = welfare.max_drawdown(w, lengths).value
    there = lengths if traces.present is None else traces.present.sum(axis=1)
    return {
        "payoff_per_step_by_seat": welfare.per_step(traces.rewards, there).value,
        "volatility": welfare.volatility(w, lengths).value,
        "max_drawdown": fall,
        "volatility_full": _volatility_full(traces),
        "max_drawdown_full": np.where(lengths < traces.horizon, np.fmax(fall, np.where(fall >= 0, 1.0, np.nan)), fall),
        "intergenerational": welfare.intergenerational(w, traces.horizon).value,
        "sustainability": social.sustainability.value,
        "never_rewarded": social.n_never.astype(np.float64),
    }


def _volatility_full(traces: Traces) -> FloatArray:
    """`volatility` of the horizon, which may be far longer than anything that was played."""
    w, horizon = traces.welfare, traces.horizon
    played = np.arange(w.shape[1]) < traces.lengths[:, None]
    mean = total(w) / horizon
    squares = total(np.where(played, (w - mean[:, None]) ** 2, 0.0)) + (horizon - traces.lengths) * mean**2
    return np.sqrt(divide(squares, horizon - 1))


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
    "payoff_per_step_by_seat": Definition(
        "payoff per step present by seat",
        "Payoff of each seat over the steps at which it was there: for those who come late or leave early.",
        ANY,
        NEITHER,
    ),
    "volatility_full": Definition(
        "volatility on the horizon",
        "Standard deviation of welfare over the horizon, steps that were not played counting 0.",
        POSITIVE,
        DOWN,
        (NOTHING, ALL),
        _STEADY,
    ),
    "max_drawdown_full": Definition(
        "largest fall on the horizon",
        "Largest fall of welfare below its running maximum, as a share of it, steps that were not played counting 0.",
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
