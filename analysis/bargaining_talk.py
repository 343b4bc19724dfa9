"""What was said on the way to a deal: offers and claims (METRICS.md §7)."""

import numpy as np
from numpy.typing import ArrayLike

from .measure import FloatArray, Measured, divide, share

_SAME = 1e-9


def turns(offers: ArrayLike) -> Measured:
    """Offers that were made, by all parties.

    Args:
        offers: (W, T) or (W, T, N), NaN where there was none.

    Returns:
        value (W,), n (W,) one episode each.
    """
    made = ~np.isnan(np.asarray(offers, dtype=np.float64))
    value = made.reshape(len(made), -1).sum(axis=1).astype(np.float64)
    return Measured(value, np.ones(len(made), np.int64))


def first_offer_share(offers: ArrayLike, pie: ArrayLike) -> Measured:
    """What the first offer leaves to those whom it is made, as a share of the pie.

    Args:
        offers: (W, T), in time order, what each offer leaves to the others; NaN where there was none.
        pie: what there is to divide, a number or (W,); its share is NaN where that is 0.

    Returns:
        value (W,), NaN where nobody offered anything; n (W,) 1 if somebody did.

    >>> first_offer_share([[np.nan, 40, 50]], 100).value.tolist()
    [0.4]
    """
    left = np.asarray(offers, dtype=np.float64)
    made = ~np.isnan(left)
    first = np.take_along_axis(left, made.argmax(axis=1)[:, None], axis=1)[:, 0] if left.shape[1] else left.sum(axis=1)
    whole = np.asarray(pie, dtype=np.float64)
    any_made = made.any(axis=1)
    return Measured(
        np.where(any_made, divide(first, np.where(whole == 0, np.nan, whole)), np.nan), any_made.astype(int)
    )


def honesty(claims: ArrayLike, truths: ArrayLike, span: ArrayLike) -> Measured:
    """1 − mean |claim − truth|/range over the claims that can be checked.

    Args:
        claims: (W, …), NaN where nothing was claimed.
        truths: likewise, NaN where a claim cannot be checked.
        span: the range of what could be claimed, a number above 0 or an array that fits the claims.

    Returns:
        value (W,) ≤ 1, in [0, 1] where claims lie in the range; n (W,) claims; NaN without any.

    >>> claims, truths = [[52, 60, 15]], [[40, 60, 30]]
    >>> float(honesty(claims, truths, 100).value[0]), round(float(exact_share(claims, truths).value[0]), 6)
    (0.91, 0.333333)
    """
    if not (np.asarray(span) > 0).all():
        raise ValueError(f"span must be positive, got {np.min(span):g}")
    gap = _gaps(claims, truths, span)
    n = (~np.isnan(gap)).sum(axis=1)
    return Measured(1 - divide(np.nansum(gap, axis=1), n), n)


def exact_share(claims: ArrayLike, truths: ArrayLike) -> Measured:
    """Share of the claims that can be checked which are exactly true; arguments and n as in `honesty`."""
    gap = _gaps(claims, truths, 1.0)
    return share((gap <= _SAME).sum(axis=1), (~np.isnan(gap)).sum(axis=1))


def _gaps(claims: ArrayLike, truths: ArrayLike, span: ArrayLike) -> FloatArray:
    """(W, claims): distances from the truth in units of the range."""
    said, true = np.asarray(claims, dtype=np.float64), np.asarray(truths, dtype=np.float64)
    return (np.abs(said - true) / np.asarray(span, dtype=np.float64)).reshape(len(said), -1)
