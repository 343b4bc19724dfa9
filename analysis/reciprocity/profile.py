"""Who is answered how late: the panel by lag and kind (METRICS.md §2.1, §2.2)."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Interval
from .panel import panel
from .rows import OWN, TERMS

KINDS = TERMS[:OWN]


@dataclass(frozen=True, eq=False)
class LagPanel(Interval):
    """Coefficients (lags, kinds) of the panel at each of ``lags`` (lags,), a column for each of ``KINDS``."""

    lags: FloatArray = field(kw_only=True)


def panel_profile(labels: ArrayLike, longest: int = 5, **options: str | None) -> LagPanel:
    """The panel's direct, generalised and indirect terms at lag 0 … ``longest``, each lag by itself.

    Lag 0 is same-step association, which is not reciprocity: figures grey it. Lags that leave no rows are NaN.

    Args:
        labels: (W, T, N) or (W, T, N, N).
        longest: lag.
        options: of ``panel``.
    """
    found = [panel(labels, lag, **options) for lag in range(longest + 1)]  # type: ignore[arg-type]
    value, low, high, n = (
        np.stack([getattr(one, name)[:OWN] for one in found]) for name in ("value", "low", "high", "n")
    )
    flags = tuple(dict.fromkeys(flag for one in found for flag in one.flags))
    return LagPanel(value, n, flags, low=low, high=high, lags=np.arange(longest + 1.0))
