"""Intervals and tests with the world as the unit of replication (METRICS.md §12).

Effects are raw differences. Every function that resamples has its own seeded generator. NaN values are dropped and
counted.
"""

from .bootstrap import bootstrap_ci, bootstrap_cis, bootstrap_exact, clustered_ci, paired_ci, stratified_ci
from .equivalence import larger_of_two, tost
from .improvement import prob_improvement
from .multiplicity import holm
from .permutation import perm_test
from .power import seeds_needed, simulated_power, smallest_effect
from .robust import iqm
from .shares import Z, wilson
from .sign_flip import least_p, sign_flip_test
from .t_power import t_effect, t_power, t_seeds

__all__ = [
    "Z",
    "bootstrap_ci",
    "bootstrap_cis",
    "bootstrap_exact",
    "clustered_ci",
    "holm",
    "iqm",
    "larger_of_two",
    "least_p",
    "paired_ci",
    "perm_test",
    "prob_improvement",
    "seeds_needed",
    "sign_flip_test",
    "simulated_power",
    "smallest_effect",
    "stratified_ci",
    "t_effect",
    "t_power",
    "t_seeds",
    "tost",
    "wilson",
]
