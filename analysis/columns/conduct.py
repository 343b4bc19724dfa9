"""Columns of how agents treat each other, beyond the core: who begins, who forgives, who answers whom, and when.

A measure of directions is a mean over those in which it is defined.
"""

import numpy as np

from .. import cooperation, reciprocity
from ..definition import NEITHER, NOTHING, SHARE, UP, Definition
from ..measure import FloatArray, divide
from ..traces import Traces
from .core import Columns

LAGS = range(2, 6)
STATES = ("cc", "cd", "dc", "dd")


def conduct(traces: Traces) -> Columns:
    """By key of ``CONDUCT``: (W,) float64. Nothing where there are no labels, or nobody to treat."""
    acts = traces.acts
    if acts is None or traces.n_agents < 2:
        return {}
    memory = reciprocity.memory_one(acts).value
    columns = {
        "niceness": _mean(cooperation.niceness(acts).value),
        "forgiveness": _mean(cooperation.forgiveness(acts).value),
        "p_c_given_c": _mean(reciprocity.p_c_given_c(acts).value),
        "rho": _mean(reciprocity.rho(acts).value),
    }
    columns |= {f"rho_lag{lag}": _mean(reciprocity.rho(acts, lag).value) for lag in LAGS}
    return columns | {f"p_c_after_{state}": _mean(memory[..., k]) for k, state in enumerate(STATES)}


def _mean(of_directions: FloatArray) -> FloatArray:
    """The mean of (W, N) or (W, N, N) over all that is not NaN."""
    axes = tuple(range(1, of_directions.ndim))
    return divide(np.nansum(of_directions, axis=axes), (~np.isnan(of_directions)).sum(axis=axes))


_OVER = "mean over the directions in which it is defined"
CONDUCT: dict[str, Definition] = {
    "niceness": Definition(
        "niceness", "Share of directions in which one is not the first to defect.", SHARE, UP, (NOTHING,),
        "who never defects is never the first",
    ),
    "forgiveness": Definition(
        "forgiveness", f"P(C | the other's last act was D), {_OVER}: undefined if nobody defected.", SHARE, NEITHER
    ),
    "p_c_given_c": Definition("P(C|C)", f"P(C | the other's last act was C), {_OVER}.", SHARE, NEITHER),
    "rho": Definition(
        "reciprocity ρ",
        f"P(C | the other's last act was C) − P(C | it was D), {_OVER}: undefined where the other never varied, 0 for "
        "unconditional play.",
        "−1 to 1",
        NEITHER,
    ),
}  # fmt: skip
CONDUCT |= {
    f"rho_lag{lag}": Definition(
        f"ρ at lag {lag}", f"ρ of the other's act {lag} steps before, {_OVER}.", "−1 to 1", NEITHER
    )
    for lag in LAGS
}
CONDUCT |= {
    f"p_c_after_{state}": Definition(
        f"P(C | {state.upper()})",
        f"P(C | one's own last act was {state[0].upper()} and the other's {state[1].upper()}), {_OVER}.",
        SHARE,
        NEITHER,
    )
    for state in STATES
}
