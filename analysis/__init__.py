"""Measures of cooperation, reciprocity, welfare, bargaining and escalation: pure functions over NumPy arrays.

Arrays are (worlds, steps, agents): `labels` in [0, 1], NaN where there was no choice or the episode is over;
`rewards` 0 after the end; `lengths` (worlds,). Every measure returns its denominator beside its value
(`Measured`). The formulas, with worked examples, are those of METRICS.md. Nothing here knows of agents, games
or Hydra.
"""

from .bargaining import agreement_rate, concession_rate, joint_efficiency, pareto_distance, pareto_optimality
from .cooperation import (
    coop_rate_agent,
    coop_rate_pooled,
    forgiveness,
    mutual_rate,
    niceness,
    normalised_welfare,
)
from .escalation import (
    max_rise,
    peak,
    score,
    score_path,
    signal_divergence,
    signal_gap,
    spiral_probability,
    spirals,
    time_to_deescalate,
    velocity,
)
from .measure import Duration, Interval, Measured, Tested
from .partiality import group_gap, rise_response
from .reciprocity import lag_profile, memory_one, p_c_given_c, p_c_given_d, rho, rho_null
from .statistics import (
    bootstrap_ci,
    bootstrap_exact,
    clustered_ci,
    holm,
    iqm,
    paired_ci,
    perm_test,
    stratified_ci,
    wilson,
)
from .survival import Survival, kaplan_meier, median_survival, rmst
from .welfare import (
    discounted,
    full_horizon,
    gini,
    intergenerational,
    max_drawdown,
    nash,
    nash_smoothed,
    per_step,
    rawls,
    utilitarian,
    volatility,
)

__all__ = [
    "Duration",
    "Interval",
    "Measured",
    "Survival",
    "Tested",
    "agreement_rate",
    "bootstrap_ci",
    "bootstrap_exact",
    "clustered_ci",
    "concession_rate",
    "coop_rate_agent",
    "coop_rate_pooled",
    "discounted",
    "forgiveness",
    "full_horizon",
    "gini",
    "group_gap",
    "holm",
    "intergenerational",
    "iqm",
    "joint_efficiency",
    "kaplan_meier",
    "lag_profile",
    "max_drawdown",
    "max_rise",
    "median_survival",
    "memory_one",
    "mutual_rate",
    "nash",
    "nash_smoothed",
    "niceness",
    "normalised_welfare",
    "p_c_given_c",
    "p_c_given_d",
    "paired_ci",
    "pareto_distance",
    "pareto_optimality",
    "peak",
    "per_step",
    "perm_test",
    "rawls",
    "rho",
    "rho_null",
    "rise_response",
    "rmst",
    "score",
    "score_path",
    "signal_divergence",
    "signal_gap",
    "spiral_probability",
    "spirals",
    "stratified_ci",
    "time_to_deescalate",
    "utilitarian",
    "velocity",
    "volatility",
    "wilson",
]
