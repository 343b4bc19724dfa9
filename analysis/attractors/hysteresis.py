"""Whether a parameter that comes back brings the state back: the area between two sweeps (METRICS.md §10)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Measured

OUTSIDE = "outside_declared_range"


def hysteresis_area(
    driver: ArrayLike,
    forward: ArrayLike,
    backward: ArrayLike,
    driver_range: tuple[float, float] = (0.0, 1.0),
    state_range: tuple[float, float] = (0.0, 1.0),
) -> Measured:
    """∫ abs(y_forward − y_backward) over the driver, by the trapezoid rule; driver and state scaled to [0, 1].

    Args:
        driver: (V,) values of the parameter, rising; the same grid both ways.
        forward: (…, V) the state at each value as the driver rises.
        backward: (…, V) likewise as it falls again, in the order of `driver`.
        driver_range: lowest and highest value of the driver, declared and never those observed.
        state_range: likewise of the state.

    Returns:
        value (…,) in [0, 1] where nothing leaves the ranges (flag `outside_declared_range` else), NaN where the state
        is undefined at any value; n values of the driver.

    >>> driver, there, back = [0, 0.25, 0.5, 0.75, 1], [1, 0.95, 0.9, 0.2, 0.1], [1, 0.4, 0.2, 0.15, 0.1]
    >>> float(hysteresis_area(driver, there, back).value.round(9))
    0.325
    """
    x = _scaled(driver, driver_range)
    if x.ndim != 1 or len(x) < 2 or not (np.diff(x) > 0).all():
        raise ValueError("driver must be two or more rising values")
    both = np.stack(np.broadcast_arrays(_scaled(forward, state_range), _scaled(backward, state_range)))
    if both.shape[-1] != len(x):
        raise ValueError(f"forward and backward must have a state at each of the {len(x)} values of the driver")
    area = np.asarray(np.trapezoid(np.abs(both[0] - both[1]), x, axis=-1))
    outside = any(bool(((part < 0) | (part > 1)).any()) for part in (x, both))
    return Measured(area, np.full(area.shape, len(x)), (OUTSIDE,) * outside)


def _scaled(values: ArrayLike, between: tuple[float, float]) -> np.ndarray:
    low, high = between
    if not low < high:
        raise ValueError(f"a range must rise, and not go from {low:g} to {high:g}")
    return (np.asarray(values, dtype=np.float64) - low) / (high - low)
