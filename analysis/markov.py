"""Exact play of two memory-one strategies in a 2×2 game: a Markov chain of four states (GAMES.md §1.1).

A state is what both did in the last step, ``STATES``: CC, CD, DC, DD, the row player's move first. A strategy is five
probabilities of C: after each of the four states as the player itself sees them (its own move first), and in the first
step: (p_CC, p_CD, p_DC, p_DD, first). With them come the probability ``action_noise`` that a realised move is the other
one, and ``perception_noise`` that a player sees the other's move wrongly (GAMES.md §0.3).

Source: Nowak & Sigmund 1990, 1993 (the chain and its long run); Press & Dyson 2012.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .measure import FloatArray

STATES = ("CC", "CD", "DC", "DD")
FIRST = len(STATES)
"""Where a strategy's five probabilities say how it begins."""
_ROW_COOPERATES, _COLUMN_COOPERATES = [0, 1], [0, 2]
_MIRRORED = [0, 2, 1, 3]
"""The states as the column player sees them."""
_DOUBLINGS = 64
"""A chain that has made 2⁶⁴ steps has forgotten whatever a float can forget."""


class Worth(NamedTuple):
    """Of an average step: ``payoff`` and ``cooperation`` (probability of a realised C), each (2,): row, column."""

    payoff: FloatArray
    cooperation: FloatArray


class Chain(NamedTuple):
    """How two strategies play: ``start`` (4,), the probabilities of the states after the first step, and ``moves``
    (4, 4), from the row's state to the column's."""

    start: FloatArray
    moves: FloatArray

    def long_run(self) -> FloatArray:
        """(4,): the share of steps in each state in the long run, from this start.

        Under noise that is the one stationary distribution. Without, several parts of the chain may never be left, and
        the start decides.
        """
        # a chain that stays where it is half of the time has the same long run, and no cycles to average over
        reached = (np.eye(FIRST) + self.moves) / 2
        for _ in range(_DOUBLINGS):
            reached = reached @ reached
            reached /= reached.sum(axis=1, keepdims=True)
        return self.start @ reached

    def visits(self, horizon: int, continuation: float = 1.0) -> FloatArray:
        """(4,): the expected number of steps in each state of an episode of at most ``horizon`` steps that goes on with
        probability ``continuation`` after each: Σ_t δ^t start·moves^t over t = 0 … horizon − 1.

        Divided by its sum, the expected length, this is also the distribution under a discount factor δ.
        """
        # [[A, I], [0, I]] to the power T holds I + A + … + A^(T−1), also where I − A has no inverse
        block = np.block([[continuation * self.moves, np.eye(FIRST)], [np.zeros((FIRST, FIRST)), np.eye(FIRST)]])
        return self.start @ np.linalg.matrix_power(block, horizon)[:FIRST, FIRST:]

    def steps_to(self, state: str, origin: str) -> float:
        """The expected number of steps from ``origin`` to the first ``state``; 0 from that state itself,
        infinite if it may never come.

        >>> wsls = (1, 0, 0, 1, 1)
        >>> chain(wsls, wsls).steps_to("CC", origin="DD")
        1.0
        """
        target, begun = STATES.index(state), STATES.index(origin)
        onward = self.moves.copy()
        onward[target] = 0  # what comes after does not count
        reaches = np.linalg.matrix_power(np.eye(FIRST) + onward, FIRST) > 0
        if not reaches[reaches[begun], target].all():
            return float("inf")
        through = reaches[begun] & (np.arange(FIRST) != target)
        waiting = np.eye(int(through.sum())) - onward[np.ix_(through, through)]
        steps = np.zeros(FIRST)
        steps[through] = np.linalg.solve(waiting, np.ones(int(through.sum())))
        return float(steps[begun])


def chain(
    row: Sequence[float], column: Sequence[float], action_noise: float = 0.0, perception_noise: float = 0.0
) -> Chain:
    """The chain of two strategies.

    Args:
        row: (p_CC, p_CD, p_DC, p_DD, first) of the row player, in [0, 1].
        column: likewise of the column player, its own move first.
        action_noise: ε in [0, 1].
        perception_noise: ν in [0, 1].

    >>> tft, alld = (1, 0, 1, 0, 1), (0, 0, 0, 0, 0)
    >>> found = chain(tft, alld, action_noise=0.05)
    >>> worth(found.long_run(), [[[3, 3], [0, 5]], [[5, 0], [1, 1]]]).payoff.round(5).tolist()
    [1.10025, 1.32525]
    """
    p = _realised(row, action_noise, perception_noise)
    q = _realised(column, action_noise, perception_noise)
    q = np.append(q[_MIRRORED], q[FIRST])
    joint = np.stack([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)], axis=1)
    return Chain(joint[FIRST], joint[:FIRST])


def worth(weights: Sequence[float] | FloatArray, table: Sequence[object] | FloatArray) -> Worth:
    """What an average step is worth under ``weights`` (4,) of the states, whose sum need not be 1: visits will do.

    Args:
        weights: shares of steps, or numbers of steps, in each state; ≥ 0.
        table: (2, 2, 2) payoffs [row's move][column's move][player], 0 = C.
    """
    steps = np.asarray(weights, dtype=np.float64)
    shares = steps / steps.sum()
    payoff = shares @ np.asarray(table, dtype=np.float64).reshape(FIRST, 2)
    return Worth(payoff, np.array([shares[_ROW_COOPERATES].sum(), shares[_COLUMN_COOPERATES].sum()]))


def _realised(strategy: Sequence[float], action_noise: float, perception_noise: float) -> FloatArray:
    """(5,): the probability of a realised C after each true state, and in the first step."""
    p = np.asarray(strategy, dtype=np.float64)
    misread = np.append(p[[1, 0, 3, 2]], p[FIRST])  # the other's last move taken for the other one
    wanted = (1 - perception_noise) * p + perception_noise * misread
    return wanted * (1 - action_noise) + (1 - wanted) * action_noise
