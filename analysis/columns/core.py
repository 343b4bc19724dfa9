"""The columns that every table of episodes has: cooperation, reciprocity, welfare and its discounted sums, survival."""

import numpy as np

from .. import cooperation, welfare
from ..measure import divide, total
from ..reciprocity import rho
from ..traces import Traces
from ..welfare.standard import ETA

Columns = dict[str, np.ndarray]
DISCOUNTS = {"d90": 0.9, "d99": 0.99}
TAIL_WINDOW = 10
"""Steps whose mean an episode that was cut off is taken to go on with for ever (the tail `repeat`)."""


def core(traces: Traces) -> Columns:
    """By key: (W,) arrays, and (W, N) where the key ends in ``_by_seat``; what is undefined is NaN, and what cannot be
    for these episodes is absent. Keys and units: :data:`..definitions.DEFINITIONS`.
    """
    horizon = np.full(len(traces.lengths), traces.horizon)
    columns: Columns = {"length": traces.lengths, "horizon": horizon, "cut_off": traces.cut_off}
    for part in (_cooperation, _reciprocity, _welfare, _normalised, _discounted, _survival, _peace):
        columns |= part(traces)
    return columns


def _cooperation(traces: Traces) -> Columns:
    labels = traces.labels
    if labels is None:
        return {}
    assert traces.acts is not None
    columns = {
        "coop_rate_pooled": cooperation.coop_rate_pooled(labels).value,
        "coop_rate_agent": cooperation.coop_rate_agent(labels).value,
        "coop_by_seat": divide(total(labels), (~np.isnan(labels)).sum(axis=1)),
    }
    if not traces.turn_based and traces.n_agents > 1:  # where one moves at a time no step has two choices
        columns["mutual_rate"] = cooperation.mutual_rate(traces.acts).value
    return columns


def _reciprocity(traces: Traces) -> Columns:
    if traces.acts is None:
        return {}
    found = rho(traces.acts).value
    if found.ndim == 3:
        found = divide(np.nansum(found, axis=2), (~np.isnan(found)).sum(axis=2))
    return {"rho_by_seat": found}


def _welfare(traces: Traces) -> Columns:
    paid = total(traces.rewards)
    columns = {
        "payoff_by_seat": paid,
        "welfare": paid.sum(axis=1),
        "utilitarian": welfare.utilitarian(paid).value,
        "rawls": welfare.rawls(paid).value,
        "nash": welfare.nash(paid).value,
        "gini": welfare.gini(paid).value,
    }
    if traces.rates:  # a payoff that comes once is no rate
        columns["welfare_per_step"] = welfare.per_step(traces.rewards, traces.lengths).value.sum(axis=1)
        columns["welfare_full_horizon"] = welfare.full_horizon(traces.rewards, traces.horizon).value.sum(axis=1)
    return columns


def _normalised(traces: Traces) -> Columns:
    """Welfare functions as amounts that, given to every seat alike, would be as good: all on the game's anchors."""
    paid, n = total(traces.rewards), traces.n_agents
    totals = {
        "normalised_welfare": paid.sum(axis=1),
        "normalised_rawls": n * welfare.rawls(paid).value,
        "normalised_nash": n * welfare.nash(paid).value,
    }
    columns = {
        key: cooperation.normalised_welfare(amount, traces.worst, traces.optimum).value
        for key, amount in totals.items()
    }
    columns |= {"anchor_worst": traces.worst, "anchor_optimum": traces.optimum}
    eta = ETA * traces.optimum / n
    if (known := eta > 0).any():
        smoothed = np.full(len(paid), np.nan)
        smoothed[known] = welfare.nash_smoothed(paid[known], eta[known]).value
        columns |= {"nash_smoothed": smoothed, "nash_smoothed_eta": np.where(known, eta, np.nan)}
    return columns


def _discounted(traces: Traces) -> Columns:
    """Sums with their tail in the key. A game that discounts by its own rules is not discounted again."""
    w, lengths = traces.welfare, traces.lengths
    columns = {"welfare_d100_truncate": welfare.discounted(w, 1.0, lengths).value}
    if not traces.discounts:
        return columns
    for name, delta in DISCOUNTS.items():
        columns[f"welfare_{name}_truncate"] = welfare.discounted(w, delta, lengths).value
        ended = welfare.discounted(w, delta, lengths, "absorbed", normalised=True).value
        goes_on = welfare.discounted(w, delta, lengths, "repeat", TAIL_WINDOW, normalised=True).value
        columns[f"welfare_{name}_repeat"] = np.where(traces.cut_off, goes_on, ended)
    return columns


def _survival(traces: Traces) -> Columns:
    if traces.collapsed is None:
        return {}
    early = traces.collapsed & (traces.lengths < traces.horizon)
    return {"collapsed": traces.collapsed, "survived": ~early}


def _peace(traces: Traces) -> Columns:
    """Perolat's P, where agents can be put out of play."""
    if traces.timed_out is None:
        return {}
    found = welfare.social_outcomes(traces.rewards, traces.lengths, traces.timed_out, traces.horizon)
    assert found.peace is not None
    return {"peace": found.peace.value}
