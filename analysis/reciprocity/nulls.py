"""Shuffles that leave everything as it was but who met whom (METRICS.md §2.2)."""

from collections.abc import Iterator

import numpy as np

from ..measure import FloatArray, IntArray

TIE = 1e-9
"""A draw of the null this close to the figure counts as reaching it."""
BLOCK = 512
"""Worlds shuffled among each other at once, at most: bounds the table of all pairs of worlds."""
LEAST_SHIFT = 5
"""Steps by which a history is turned at least, either way."""


def exchanges(worlds: int, draws: int, rng: np.random.Generator) -> Iterator[tuple[IntArray, IntArray]]:
    """Worlds exchange partner histories, within random blocks if there are more than 512.

    Yields:
        For each block its worlds (b,), and (draws, b): the place within the block whose history each of them gets.
    """
    order = rng.permutation(worlds)
    for block in np.array_split(order, worlds // BLOCK + 1):
        yield block, rng.permuted(np.tile(np.arange(len(block)), (draws, 1)), axis=1)


def circular(steps: int) -> IntArray:
    """(shifts, steps): the place of each step in a history that is turned in a circle, by every number of steps that
    moves it at least 5 either way; no rows if it is too short.
    """
    shifts = np.arange(LEAST_SHIFT, steps - LEAST_SHIFT + 1)
    return (np.arange(steps) - shifts[:, None]) % max(steps, 1)


def sampled_p(value: float, null: FloatArray) -> float:
    """(1 + #{null ≥ value − 1e-9})/(1 + draws)."""
    return float((1 + (null >= value - TIE).sum()) / (1 + len(null)))
