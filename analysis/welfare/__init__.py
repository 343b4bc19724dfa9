"""Welfare of a group, over agents and over time (METRICS.md §3 to §6): many measures side by side, and no score."""

from .discounting import Tail, discounted
from .distribution import fgt, gini, gini_unbiased, hoover, s80_s20
from .functions import (
    atkinson,
    ede,
    gen_mean,
    nash,
    nash_smoothed,
    nash_wd,
    prioritarian,
    rawls,
    sen,
    shortfall,
    sufficiency,
    total_welfare,
    utilitarian,
)
from .govsim import GovSim, Harvests, govsim
from .paths import intergenerational, max_drawdown, volatility
from .per_step import full_horizon, per_step
from .perolat import SocialOutcomes, social_outcomes
from .recovery import Recovery, recovery
from .stock import WithStock, with_stock

__all__ = [
    "GovSim",
    "Harvests",
    "Recovery",
    "SocialOutcomes",
    "Tail",
    "WithStock",
    "atkinson",
    "discounted",
    "ede",
    "fgt",
    "full_horizon",
    "gen_mean",
    "gini",
    "gini_unbiased",
    "govsim",
    "hoover",
    "intergenerational",
    "max_drawdown",
    "nash",
    "nash_smoothed",
    "nash_wd",
    "per_step",
    "prioritarian",
    "rawls",
    "recovery",
    "s80_s20",
    "sen",
    "shortfall",
    "social_outcomes",
    "sufficiency",
    "total_welfare",
    "utilitarian",
    "volatility",
    "with_stock",
]
