"""Power by the noncentral t distribution (Student's t-test of normal differences): the approximation beside
:mod:`.power`, and its known answers.
"""

from collections.abc import Callable

import numpy as np
from scipy import special

MOST = 10**6
"""Seeds beyond which none are recommended."""


def t_power(effect: float, sd: float, n: int, alpha: float = 0.05, paired: bool = True) -> float:
    """Probability that a two-sided t-test finds an effect.

    Args:
        effect: the true difference in means, in raw units.
        sd: of the paired differences; of either side if not paired.
        n: pairs, or worlds of each side; 0 below 2.
        alpha: level of the test.
        paired: are worlds compared pair by pair?

    >>> round(t_power(0.5, 1, 64, paired=False), 6)
    0.80146
    """
    if n < 2:
        return 0.0
    if sd == 0:
        return float(effect != 0)
    freedom = n - 1 if paired else 2 * n - 2
    shift = abs(effect) / sd * (n if paired else n / 2) ** 0.5
    critical = special.stdtrit(freedom, 1 - alpha / 2)
    below = np.nan_to_num(special.nctdtr(freedom, shift, [critical, -critical]))  # NaN where it is too small to tell
    return float(1 - below[0] + below[1])


def t_seeds(effect: float, sd: float, power: float = 0.8, alpha: float = 0.05, paired: bool = True) -> int | None:
    """The fewest seeds (pairs, or worlds of each side) with that `power`; None if ``MOST`` are too few.

    >>> t_seeds(0.5, 1, paired=False), t_seeds(0.5, 1)
    (64, 34)
    """
    return fewest(lambda n: t_power(effect, sd, n, alpha, paired) >= power, 2, MOST)


def t_effect(n: int, sd: float, power: float = 0.8, alpha: float = 0.05, paired: bool = True) -> float:
    """The smallest effect that n seeds find with that `power`; NaN below 2 seeds, 0 where seeds do not differ.

    >>> round(t_effect(64, 1, paired=False), 6)
    0.499069
    """
    if n < 2:
        return np.nan
    if sd == 0:
        return 0.0
    low, high = 0.0, sd
    while t_power(high, sd, n, alpha, paired) < power:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if t_power(middle, sd, n, alpha, paired) >= power else (middle, high)
    return high


def fewest(enough: Callable[[int], bool], low: int, most: int, guess: int = 8) -> int | None:
    """The smallest n from ``low`` on that is ``enough``, taken to stay so from there on; None if ``most`` is not."""
    high = max(low, min(guess, most))
    while not enough(high):
        if high >= most:
            return None
        low, high = high + 1, min(2 * high, most)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high
