"""Columns of how welfare went along an episode."""

from .. import welfare
from ..definition import ANY, DOWN, NEITHER, NOTHING, POSITIVE, Definition
from ..traces import Traces
from .core import Columns


def paths(traces: Traces) -> Columns:
    """By key of ``PATHS``: (W,) float64. Nothing where payoffs do not come step by step."""
    if not traces.rates:
        return {}
    w, lengths = traces.welfare, traces.lengths
    return {
        "volatility": welfare.volatility(w, lengths).value,
        "max_drawdown": welfare.max_drawdown(w, lengths).value,
        "intergenerational": welfare.intergenerational(w, traces.horizon).value,
    }


_STEADY = "who always does the same is paid the same"
PATHS: dict[str, Definition] = {
    "volatility": Definition(
        "volatility", "Standard deviation of welfare over the steps played.", POSITIVE, DOWN, (NOTHING,), _STEADY
    ),
    "max_drawdown": Definition(
        "largest fall",
        "Largest fall of welfare below its running maximum, as a share of it.",
        POSITIVE,
        DOWN,
        (NOTHING,),
        _STEADY,
    ),
    "intergenerational": Definition(
        "last third over first",
        "Welfare of the last third of the horizon over that of the first; 0/0 is undefined, x/0 infinite.",
        ANY,
        NEITHER,
    ),
}
