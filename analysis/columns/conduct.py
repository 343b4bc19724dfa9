"""Columns of how agents treat each other, beyond the core: who begins, who forgives, who answers whom, and when.

A measure of directions is a mean over those in which it is defined.
"""

import numpy as np

from .. import cooperation, reciprocity
from ..definition import ANY, DOWN, EVENT, NEITHER, NOTHING, RANDOM, SHARE, UP, Definition
from ..measure import mean_of_known
from ..traces import Traces
from .core import Columns

LAGS = range(2, 6)
STATES = ("cc", "cd", "dc", "dd")


def conduct(traces: Traces) -> Columns:
    """By key of ``CONDUCT``: (W,) float64. Nothing where there are no labels, or nobody to treat."""
    acts = traces.acts
    if acts is None or traces.n_agents < 2:
        return {}
    assert traces.labels is not None
    halved = cooperation.coop_half_life(traces.labels, traces.lengths)
    memory = reciprocity.memory_one(acts).value
    columns = {
        "niceness": mean_of_known(cooperation.niceness(acts).value),
        "forgiveness": mean_of_known(cooperation.forgiveness(acts).value),
        "coop_half_life": halved.value,
        "coop_halved": np.where(np.isnan(halved.value), np.nan, halved.observed),
        "p_c_given_c": mean_of_known(reciprocity.p_c_given_c(acts).value),
        "rho": mean_of_known(reciprocity.rho(acts).value),
    }
    answers, slope = reciprocity.asymmetry(acts), reciprocity.cc_slope(traces.labels)
    columns |= {
        "rho_positive": mean_of_known(answers.positive),
        "rho_negative": mean_of_known(answers.negative),
        "asymmetry": mean_of_known(answers.value),
        "cc_slope": mean_of_known(slope.value),
    }
    columns |= {f"rho_lag{lag}": mean_of_known(reciprocity.rho(acts, lag).value) for lag in LAGS}
    return columns | {f"p_c_after_{state}": mean_of_known(memory[..., k]) for k, state in enumerate(STATES)}


_OVER = "mean over the directions in which it is defined"
CONDUCT: dict[str, Definition] = {
    "niceness": Definition(
        "niceness", "Share of directions in which one is not the first to defect.", SHARE, UP, (NOTHING, RANDOM),
        "who never defects is never the first, and a bargainer at random may not get that far",
    ),
    "forgiveness": Definition(
        "forgiveness", f"P(C | the other's last act was D), {_OVER}: undefined if nobody defected.", SHARE, NEITHER
    ),
    "coop_half_life": Definition(
        "half-life of cooperation",
        "Step at which the first window of 5 steps begins whose mean cooperation is at most half of the first's; the "
        "last step where that was not seen.",
        "1 to the steps played",
        UP,
        (NOTHING, RANDOM),
        "what does not change is never halved",
    ),
    "coop_halved": Definition(
        "cooperation halved",
        "Was it seen to fall to half? If not, its half-life is censored.",
        EVENT,
        DOWN,
        (NOTHING, RANDOM),
        "what does not change is never halved",
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
    "rho_positive": Definition(
        "positive reciprocity",
        f"Mean rise of one's cooperation after the other's rose, {_OVER}.",
        "−1 to 1",
        NEITHER,
    ),
    "rho_negative": Definition(
        "negative reciprocity",
        f"Mean fall of one's cooperation after the other's fell, {_OVER}.",
        "−1 to 1",
        NEITHER,
    ),
    "asymmetry": Definition("asymmetry", f"Positive less negative reciprocity, {_OVER}.", "−2 to 2", NEITHER),
    "cc_slope": Definition(
        "conditional cooperation",
        "Least-squares slope of one's own cooperation on the others' mean of the step before, a mean over agents; "
        "undefined where that never varied.",
        ANY,
        NEITHER,
    ),
}
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
