"""What stands on replies of language models, and what they cost (METRICS.md §13).

A reply that cannot be used is no choice: a declared policy moves, which is paid as any move, but its label counts
nowhere. Every rate is therefore over valid choices, and belongs beside the share that was invalid and beside the bounds
between which it would lie whatever those replies had meant. Counts are those of ``envs.record.ACCOUNTS``, NaN where a
seat asks no model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from .labels import agent_labels
from .measure import FloatArray, IntArray, Measured, divide, share, total

SHARES = ("seed_honoured", "comprehension")
COUNTS = (
    *("calls", "refused", "failed", "truncated", "tries", "prompt_tokens", "completion_tokens", "latency"),
    *("forecasts", "summaries_lost", "reflections_lost"),
)
"""The accounts that are measures as they are: under their own name, and with ``llm_`` before it."""


@dataclass(frozen=True, eq=False)
class Bounds(Measured):
    """A rate over valid choices, `n` of them, and what it would be with all `n_invalid` others as D or as C."""

    lower: FloatArray = field(kw_only=True)
    upper: FloatArray = field(kw_only=True)
    n_invalid: IntArray = field(kw_only=True)


def coop_bounds(labels: ArrayLike, invalid: ArrayLike) -> Bounds:
    """[Σ valid c / n_all, (Σ valid c + n_invalid) / n_all] of each episode: all invalid choices as D, as C.

    n_all counts the valid choices that have a label and every invalid one, whatever label the policy's move has, and
    also if it has none: the bounds do not depend on the policy, and the width is the invalid share of n_all.

    Args:
        labels: (W, T, N) in [0, 1], NaN where there was no choice.
        invalid: (W, T, N), True where the choice was invalid.

    Returns:
        (W,) in [0, 1], NaN where nobody had a choice; `value` is NaN, too, where no choice was valid.

    >>> labels = np.array([1.0] * 28 + [0.0] * 12 + [1.0] * 10).reshape(1, 50, 1)
    >>> found = coop_bounds(labels, np.arange(50).reshape(1, 50, 1) >= 40)
    >>> found.value.tolist(), found.lower.tolist(), found.upper.tolist()
    ([0.7], [0.56], [0.76])
    """
    return _bounds(labels, invalid, 1, 2)


def coop_bounds_by_seat(labels: ArrayLike, invalid: ArrayLike) -> Bounds:
    """:func:`coop_bounds` of each seat by itself: (W, N)."""
    return _bounds(labels, invalid, 1)


def coop_bounds_pooled(labels: ArrayLike, invalid: ArrayLike) -> Bounds:
    """:func:`coop_bounds` over the choices of all episodes together: single figures."""
    return _bounds(labels, invalid, 0, 1, 2)


def _bounds(labels: ArrayLike, invalid: ArrayLike, *axes: int) -> Bounds:
    unread = np.asarray(invalid, dtype=np.bool_)
    valid = np.where(unread, np.nan, agent_labels(labels))
    cooperative = total(valid, *axes)
    n, n_invalid = (~np.isnan(valid)).sum(axis=axes), unread.sum(axis=axes)
    return Bounds(
        divide(cooperative, n),
        np.asarray(n, dtype=np.int64),
        lower=divide(cooperative, n + n_invalid),
        upper=divide(cooperative + n_invalid, n + n_invalid),
        n_invalid=np.asarray(n_invalid, dtype=np.int64),
    )


def invalid_rate(invalid: ArrayLike, asked: ArrayLike) -> Measured:
    """Share of the decisions ``asked`` for that were ``invalid``: after all that were asked again, or, with the counts
    of first replies, before (`first_try_invalid`). Any shape; NaN where nothing was asked.

    >>> invalid_rate([10, 0], [50, 0]).value.tolist()
    [0.2, nan]
    """
    return share(invalid, np.nan_to_num(asked))


def cost(known: ArrayLike, unknown: ArrayLike, calls: ArrayLike) -> Measured:
    """US dollars of all ``calls``: NaN, never less, as soon as the price of one is unknown.

    ``known`` is the sum over calls of known price, ``unknown`` the number of the others; any shape.

    >>> cost([0.0045, 0.0045], [0, 1], [1, 2]).value.tolist()
    [0.0045, nan]
    """
    value = np.where(np.asarray(unknown) > 0, np.nan, np.asarray(known, dtype=np.float64))
    return Measured(value, np.nan_to_num(calls).astype(np.int64))


def known_cost_share(unknown: ArrayLike, calls: ArrayLike) -> Measured:
    """Share of the ``calls`` whose price is known; NaN without a call.

    >>> known_cost_share([0, 1], [1, 2]).value.tolist()
    [1.0, 0.5]
    """
    counted = np.asarray(calls, dtype=np.float64)
    return share(counted - np.asarray(unknown), np.nan_to_num(counted))


def forecast_brier(squares: ArrayLike, forecasts: ArrayLike) -> Measured:
    """Mean (p − outcome)² of stated forecasts (Brier 1950): ``squares`` is their sum, ``forecasts`` their number.

    0 is perfect, .25 what p = .5 always gets, 1 the worst; NaN without a forecast. Any shape.

    >>> p, outcome = np.array([0.8, 0.6, 0.1]), np.array([1, 0, 0])
    >>> forecast_brier(((p - outcome) ** 2).sum(), 3).value.round(6).item()
    0.136667
    """
    return share(squares, np.nan_to_num(forecasts))


def over_seats(accounts: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The accounts (W, N) of all seats that ask a model, together: (W,).

    Counts and sums are added up, and are NaN where one of those seats has NaN (unknown) or there is none; the share
    `seed_honoured` is weighted by calls, `comprehension` is a mean over the seats that were asked.
    """
    calls = accounts["calls"]
    asks = ~np.isnan(calls)
    means = {"seed_honoured": calls, "comprehension": asks.astype(np.float64)}
    return {
        name: _weighted(values, means[name]) if name in means else _added(values, asks)
        for name, values in accounts.items()
    }


def _added(values: FloatArray, asks: np.ndarray) -> FloatArray:
    unknown = (np.isnan(values) & asks).any(axis=1) | ~asks.any(axis=1)
    return np.where(unknown, np.nan, total(np.where(asks, values, 0.0)))


def _weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    return divide(total(values * weights), total(np.where(known, weights, 0.0)))


def used(accounts: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The measures of an episode by their key in ``DEFINITIONS``, from accounts by seat or :func:`over_seats`."""
    a = accounts
    found = {
        "llm_asked": a["asked"],
        "invalid_rate": invalid_rate(a["invalid"], a["asked"]).value,
        "first_try_invalid": invalid_rate(a["first_try_invalid"], a["asked"]).value,
        "llm_cost": cost(a["cost"], a["cost_unknown"], a["calls"]).value,
        "known_cost_share": known_cost_share(a["cost_unknown"], a["calls"]).value,
        "forecast_brier": forecast_brier(a["brier_sum"], a["forecasts"]).value,
        **{key: a[key] for key in SHARES},
        **{f"llm_{key}": a[key] for key in COUNTS},
    }
    if "asked_in_stages" in a:
        in_game = a["invalid"] - a["invalid_in_stages"], a["asked"] - a["asked_in_stages"]
        found["invalid_rate_in_game"] = invalid_rate(*in_game).value
        found["invalid_rate_in_stages"] = invalid_rate(a["invalid_in_stages"], a["asked_in_stages"]).value
    return found
