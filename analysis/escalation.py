"""Up and down the ladder (METRICS.md §8).

`severity` and `ranks` are (W, T, N): the weight and the class rank 0..5 of each act, NaN for a nation that
has left or did not choose its act, and after the end. Severity weights are a convention: show the ranking of settings
under several.
"""

import numpy as np
from numpy.typing import ArrayLike

from .measure import BoolArray, Duration, FloatArray, Interval, Measured, divide, share, total
from .statistics import wilson

QUIET = 1  # highest rank of a quiet step
_ESCALATED = 3  # rank both of a pair must reach in a spiral


def score_path(severity: ArrayLike) -> Measured:
    """score(t), the mean severity over the nations present.

    Returns:
        value (W, T), NaN after the end; n (W, T) nations present. Flag `nations_left` if some did and others
        stayed.
    """
    acts = np.asarray(severity, dtype=np.float64)
    present = (~np.isnan(acts)).sum(axis=2)
    left = bool(((present > 0) & (present < acts.shape[2])).any())
    return share(np.nansum(acts, axis=2), present, ("nations_left",) * left)


def score(severity: ArrayLike) -> Measured:
    """Mean of score(t) over time: value (W,), n (W,) steps."""
    path = score_path(severity)
    return share(total(path.value), (path.n > 0).sum(axis=1), path.flags)


def peak(ranks: ArrayLike) -> Measured:
    """Highest rank of the episode: value (W,) in 0..5, n (W,) acts."""
    found = np.asarray(ranks, dtype=np.float64)
    n = (~np.isnan(found)).sum(axis=(1, 2))
    highest = np.where(np.isnan(found), -np.inf, found).max(axis=(1, 2), initial=-np.inf)
    return Measured(np.where(n == 0, np.nan, highest), n)


def velocity(severity: ArrayLike) -> Measured:
    """Least-squares slope of score(t) on t: value (W,) per step, n (W,) steps; NaN below 2 steps."""
    path = score_path(severity)
    seen = path.n > 0
    steps = seen.sum(axis=1)
    t = np.arange(seen.shape[1]) - divide((seen * np.arange(seen.shape[1])).sum(axis=1), steps)[:, None]
    covariance = total(np.where(seen, t * path.value, 0.0))
    return Measured(divide(covariance, total(np.where(seen, t**2, 0.0))), steps, path.flags)


def max_rise(severity: ArrayLike) -> Measured:
    """Largest one-step rise of score(t), negative if it only fell: value (W,), n (W,) pairs of steps."""
    path = score_path(severity)
    rises = np.diff(path.value, axis=1)
    n = (~np.isnan(rises)).sum(axis=1)
    largest = np.where(np.isnan(rises), -np.inf, rises).max(axis=1, initial=-np.inf)
    return Measured(np.where(n == 0, np.nan, largest), n, path.flags)


def time_to_deescalate(severity: ArrayLike, ranks: ArrayLike) -> Duration:
    """Steps from the (first) peak of score(t) to the step from which all ranks are ≤ 1 until the end.

    Returns:
        value (W,) ≥ 0, for `kaplan_meier`; `observed` is False where the episode ended before it was quiet:
        censored at the steps seen after the peak. NaN, n = 0, where no rank ever passed 1.
    """
    path = score_path(severity)
    loud = np.any(np.asarray(ranks, dtype=np.float64) > QUIET, axis=2)
    steps = np.arange(1, loud.shape[1] + 1)
    length = ((path.n > 0) * steps).max(axis=1, initial=0)  # in some step before it nobody may have chosen
    summit = np.where(path.n > 0, path.value, -np.inf).argmax(axis=1)
    quiet_from = loud.shape[1] - np.argmax(loud[:, ::-1], axis=1)
    escalated = loud.any(axis=1)
    observed = escalated & (quiet_from < length)
    time = np.maximum(np.where(observed, quiet_from, length - 1) - summit, 0)
    value = np.where(escalated, time, np.nan)
    return Duration(value, escalated.astype(np.int64), path.flags, observed=observed)


def spirals(severity: ArrayLike, ranks: ArrayLike) -> BoolArray:
    """Whether each episode (W,) has a spiral.

    That is a step that ends two or more strict rises of score(t) in a row and at which some pair has both
    ranks ≥ 3.
    """
    rising = np.diff(score_path(severity).value, axis=1) > 0
    pair = (np.asarray(ranks, dtype=np.float64) >= _ESCALATED).sum(axis=2) >= 2
    return (rising[:, :-1] & rising[:, 1:] & pair[:, 2:]).any(axis=1)


def spiral_probability(severity: ArrayLike, ranks: ArrayLike) -> Interval:
    """Share of episodes with a spiral, with Wilson's interval; single values, n episodes."""
    found = spirals(severity, ranks)
    return wilson(found.sum(), found.size)


def concessions_reciprocated(ranks: ArrayLike, window: int = 2) -> Measured:
    """Share of the concessions of i to j that j answers.

    A concession: i's rank falls from t − 1 to t while j's is above 0. It is answered if j's rank is below that of t in
    one of the next `window` steps. Only those count of which the whole window was observed.

    Returns:
        value (W, N, N), i to j, in [0, 1]; n concessions; NaN where there was none, and on the diagonal.
    """
    if window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    r = np.asarray(ranks, dtype=np.float64)
    _, steps, agents = r.shape
    last = max(1, steps - window)  # what begins later is not observed to its end
    fell = (r[:, 1:last] < r[:, : last - 1])[..., None]
    then = r[:, 1:last]
    following = np.array([r[:, 1 + k : last + k] for k in range(1, window + 1)]).reshape(window, *then.shape)
    known = np.where(np.isnan(following).any(axis=0), False, then > 0)
    lower = np.where((following < then).any(axis=0), True, False)
    conceded = fell & known[:, :, None, :] & ~np.eye(agents, dtype=bool)
    answered = conceded & lower[:, :, None, :]
    return share(answered.sum(axis=1), conceded.sum(axis=1))


def signal_divergence(ranks: ArrayLike, signals: ArrayLike) -> Measured:
    """Share of announced acts whose class is not the one announced: value (W,), n (W,) announced acts.

    `signals` (W, T, N) are the announced ranks, NaN where nothing was said.
    """
    gap = _gap(ranks, signals)
    n = (~np.isnan(gap)).sum(axis=(1, 2))
    return share((np.nan_to_num(gap) != 0).sum(axis=(1, 2)), n)


def signal_gap(ranks: ArrayLike, signals: ArrayLike) -> Measured:
    """Signed mean of rank(act) − rank(signal), above 0 where acts are tougher than words: value (W,), n (W,) announced
    acts.
    """
    gap = _gap(ranks, signals)
    return share(np.nansum(gap, axis=(1, 2)), (~np.isnan(gap)).sum(axis=(1, 2)))


def _gap(ranks: ArrayLike, signals: ArrayLike) -> FloatArray:
    return np.asarray(ranks, dtype=np.float64) - np.asarray(signals, dtype=np.float64)
