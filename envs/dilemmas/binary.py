"""What all games of cooperate-or-defect share: the two moves, their noise, their payoffs and the theory of one step."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import ACTION_NOISE, PERCEPTION_NOISE, uniform
from ..game import Field, Floats
from ..paraphrases import Wordings

COOPERATE, DEFECT = 0, 1
UNSEEN = -1
MOVE_FIELDS = tuple(
    Field(f"{who}_{move}", 0, 1, f"{whose} last move: {move}")
    for who, whose in (("own", "own"), ("partner", "the partner's"))
    for move in ("none", "cooperated", "defected")
)
"""The own last move and the one that was seen of the partner, each one-hot."""


@njit(cache=True)
def binary_move(w: Any, i: int, asked: float) -> int:
    """The intended move, the nearest of the two; one that is neither is counted as illegal."""
    w.intended[i] = asked
    if asked == 0.0:
        return 0
    if asked == 1.0:
        return 1
    w.illegal[i] += 1
    return 0 if asked < 0.5 else 1  # NaN is no number below .5: it defects, and is counted


@njit(cache=True)
def realised(w: Any, i: int, move: int, noise: float) -> int:
    """The move after action noise (GAMES.md §0.3)."""
    if noise > 0.0 and uniform(w.key, w.step, ACTION_NOISE, i) < noise:
        return 1 - move
    return move


@njit(cache=True)
def perceived(w: Any, observer: int, move: int, noise: float) -> int:
    """What ``observer`` sees of a realised move under perception noise."""
    if noise > 0.0 and uniform(w.key, w.step, PERCEPTION_NOISE, observer) < noise:
        return 1 - move
    return move


@njit(cache=True)
def show_moves(w: Any, i: int, o: npt.NDArray[np.float32]) -> None:
    """Writes ``MOVE_FIELDS``: the first numbers that i observes."""
    for k in range(len(MOVE_FIELDS)):  # a slice costs as much again as all the rest
        o[k] = 0.0
    o[0 if np.isnan(w.action[i]) else 1 + int(w.action[i])] = 1.0
    o[4 + w.seen[i]] = 1.0


def told_noise(q: Any, whose: str) -> list[Wordings]:
    """The lines of a brief about both kinds of noise; ``whose`` choices one sees, such as "the other's"."""
    lines = []
    if q.action_noise:
        turned = (
            f"A choice turns into the other one with probability {q.action_noise:g}.",
            f"With probability {q.action_noise:g} the other choice comes about in place of the one made.",
            f"There is a probability of {q.action_noise:g} that a choice becomes the other one.",
        )
        lines.append(turned)
    if q.perception_noise:
        mistaken = (
            f"You see {whose} choice wrongly with probability {q.perception_noise:g}.",
            f"With probability {q.perception_noise:g} what you see of {whose} choice is wrong.",
            f"There is a probability of {q.perception_noise:g} that {whose} choice is shown to you wrongly.",
        )
        lines.append(mistaken)
    return lines


class Equilibrium(NamedTuple):
    """A Nash equilibrium of a 2×2 game: each side's probability of D and expected payoff."""

    row: float
    column: float
    payoffs: tuple[float, float]


def noisy(table: Floats, noise: float) -> Floats:
    """The 2×2×2 table of expected payoffs of intended moves under action noise."""
    slip = np.array([[1 - noise, noise], [noise, 1 - noise]])
    return np.einsum("ri,cj,ijk->rck", slip, slip, table)


def equilibria(table: Floats) -> list[Equilibrium]:
    """All Nash equilibria of a 2×2 game in pure strategies, and the fully mixed one where it exists.

    >>> [e.row for e in equilibria(np.array([[[3, 3], [0, 5]], [[5, 0], [1, 1]]], float))]
    [1.0]
    """
    found = [
        Equilibrium(float(r), float(c), (float(table[r, c, 0]), float(table[r, c, 1])))
        for r in (0, 1)
        for c in (0, 1)
        if table[r, c, 0] >= table[1 - r, c, 0] and table[r, c, 1] >= table[r, 1 - c, 1]
    ]
    row, column = _indifference(table[:, :, 1]), _indifference(table[:, :, 0].T)
    if 0 < row < 1 and 0 < column < 1:
        weights = np.outer([1 - row, row], [1 - column, column])
        payoffs = (float((weights * table[:, :, 0]).sum()), float((weights * table[:, :, 1]).sum()))
        found.append(Equilibrium(row, column, payoffs))
    return found


def _indifference(payoffs: Floats) -> float:
    """The probability of D of one side (rows) that makes the other indifferent between its moves (columns); NaN if
    none.
    """
    slope = payoffs[0, 0] - payoffs[0, 1] - payoffs[1, 0] + payoffs[1, 1]
    return float((payoffs[0, 0] - payoffs[0, 1]) / slope) if slope else float("nan")


def pair_anchors(table: Floats) -> tuple[float, float, float]:
    """A pair's payoff per step in its worst symmetric equilibrium (worst of all if the game is not symmetric), at the
    optimum, and at random.
    """
    symmetric = np.allclose(table[:, :, 0], table[:, :, 1].T)
    fitting = [e for e in equilibria(table) if not symmetric or np.isclose(e.row, e.column)]
    joint = table.sum(axis=2)
    return min(sum(e.payoffs) for e in fitting), float(joint.max()), float(joint.mean())


def stage_class(t: float, r: float, p: float, s: float) -> str:
    """The kind of dilemma (GAMES.md §1.1) by the order of temptation, reward, punishment and sucker's payoff.

    >>> stage_class(5, 3, 1, 0), stage_class(3, 4, 2, 0), stage_class(2, 1, -1, 0)
    ("prisoner's dilemma", 'stag hunt', 'chicken')
    """
    if t > r > p > s:
        return "prisoner's dilemma"
    if r > t >= p > s:
        return "stag hunt"
    if t > r > s > p:
        return "chicken"
    return "other"
