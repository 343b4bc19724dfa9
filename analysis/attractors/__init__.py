"""Attractors: regions that were declared before the run, the basins from which they are reached, returns after shocks,
hysteresis, and early warnings (METRICS.md §10)."""

from .basins import NO_ATTRACTOR, UNSETTLED, BasinMap, basin_map, basin_stability, ends
from .flow import Flow, mean_flow
from .hysteresis import hysteresis_area
from .regions import (
    HOLD,
    NEGATIVE,
    POSITIVE,
    SATISFICING,
    UNDEFINED,
    WINDOW,
    occupancy,
    places,
    return_time,
    viability_time,
)
from .warnings import Warnings, ar1, detrended, ews_ac1, ews_var, kendall, rolling_ac1, rolling_variance

__all__ = [
    "HOLD",
    "NEGATIVE",
    "NO_ATTRACTOR",
    "POSITIVE",
    "SATISFICING",
    "UNDEFINED",
    "UNSETTLED",
    "WINDOW",
    "BasinMap",
    "Flow",
    "Warnings",
    "ar1",
    "basin_map",
    "basin_stability",
    "detrended",
    "ends",
    "ews_ac1",
    "ews_var",
    "hysteresis_area",
    "kendall",
    "mean_flow",
    "occupancy",
    "places",
    "return_time",
    "rolling_ac1",
    "rolling_variance",
    "viability_time",
]
