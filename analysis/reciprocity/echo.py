"""How one planted error echoes: two runs that differ in a single act (METRICS.md §2.4).

Both runs share all other chance: without that the difference is noise. Labels are (W, T, N), of the run as it was
(``base``) and of the one in which ``seat`` defected at ``step`` (from 1). Only worlds count in which all cooperated at
that step and the seat then did not; in the others there was no cooperative spell to disturb, or no act to flip.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..labels import agent_labels, cooperated, defected
from ..measure import BoolArray, Duration, FloatArray, Interval, Measured, divide, total
from ..statistics import bootstrap_ci

RUN = 3
"""Steps of mutual cooperation in a row after which an echo is over."""


def in_spell(base: ArrayLike, planted: ArrayLike, step: int, seat: int = 0) -> BoolArray:
    """(W,): whether the error hit a cooperative spell."""
    was, became = (agent_labels(labels)[:, step - 1 : step] for labels in (base, planted))
    if not was.shape[1] or not became.shape[1]:
        return np.zeros(len(was), bool)
    calm = ~defected(was[:, 0]).any(axis=1) & cooperated(was[:, 0, seat])
    return calm & defected(became[:, 0, seat])


def irf(
    base: ArrayLike, planted: ArrayLike, step: int, seat: int = 0, longest: int = 20, draws: int = 1000
) -> Interval:
    """What the error changed k steps later: mean over worlds of c(t₀ + k) with it less c(t₀ + k) without.

    Returns:
        value, ``low``, ``high`` (95 %, bootstrap over worlds), n worlds: (2, K + 1), first the one who erred, then the
        mean of its partners; k = 0 … ``longest``, of which 0 is the error itself and no part of the echo. NaN beyond
        the end.
    """
    change = _change(base, planted, step, seat)[:, : longest + 1]
    change = np.pad(change, ((0, 0), (0, longest + 1 - change.shape[1]), (0, 0)), constant_values=np.nan)
    others = np.delete(change, seat, axis=2)
    known = ~np.isnan(others)
    mean = divide(np.where(known, others, 0.0).sum(axis=2), known.sum(axis=2))
    found = [[bootstrap_ci(one, draws) for one in side.T] for side in (change[:, :, seat], mean)]
    value, low, high = (np.array([[getattr(one, key) for one in side] for side in found]) for key in _INTERVAL)
    n = np.array([[int(one.n) for one in side] for side in found])
    return Interval(value, n, ("n<5",) * bool(n[0, 0] < 5), low=low, high=high)


_INTERVAL = ("value", "low", "high")


def echo_length(base: ArrayLike, planted: ArrayLike, step: int, seat: int = 0) -> Duration:
    """Steps after the error before the first of 3 steps of mutual cooperation in a row; censored if there are none.

    Returns:
        value (W,), the steps that were seen where ``observed`` is False, NaN where no spell was hit; n steps seen.

    >>> base, planted = np.ones((1, 6, 2)), [[[0, 1], [1, 0], [0, 1], [1, 1], [1, 1], [1, 1]]]
    >>> echo_length(base, planted, 1).value.item(), echo_mass(base, planted, 1).value.item()
    (2.0, 2.0)
    """
    hit = in_spell(base, planted, step, seat)
    after = agent_labels(planted)[:, step:]
    acted = ~np.isnan(after)
    there = np.any(acted, axis=2)
    calm = there & ~np.any(defected(after), axis=2)
    last = max(calm.shape[1] - RUN + 1, 0)
    runs = np.logical_and.reduce([calm[:, k : k + last] for k in range(RUN)])
    seen = np.max(there * np.arange(1, after.shape[1] + 1), axis=1, initial=0)
    observed = np.any(runs, axis=1) & hit
    length = np.where(observed, np.argmax(runs, axis=1) if last else 0, seen).astype(np.float64)
    return Duration(np.where(hit, length, np.nan), seen, observed=observed)


def echo_mass(base: ArrayLike, planted: ArrayLike, step: int, seat: int = 0) -> Measured:
    """Extra defections that the error caused: Σ over k ≥ 1 and agents of c without it less c with it.

    Returns:
        value (W,), NaN where no spell was hit; n steps after the error. An echo that never ends grows with the horizon.
    """
    hit = in_spell(base, planted, step, seat)
    change = _change(base, planted, step, seat)[:, 1:]
    extra = np.where(hit, total(-change, 1, 2), np.nan)
    return Measured(extra, (~np.isnan(change)).any(axis=2).sum(axis=1))


def _change(base: ArrayLike, planted: ArrayLike, step: int, seat: int) -> FloatArray:
    """(W, steps from the error on, N), NaN in worlds where no spell was hit."""
    was, became = agent_labels(base), agent_labels(planted)
    both = min(was.shape[1], became.shape[1])
    change = became[:, step - 1 : both] - was[:, step - 1 : both]
    return np.where(in_spell(was, became, step, seat)[:, None, None], change, np.nan)
