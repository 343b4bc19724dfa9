"""Zero-determinant strategies: whatever the other does, the two long-run payoffs stay on one line."""

from typing import Annotated, Any, NamedTuple

import numpy as np

from ...envs.game import Floats, Game
from ...envs.settings import Range, refuse
from .binary import MemoryOne
from .payoffs import symmetric

ROUNDING = 1e-12
"""How far from [0, 1] a probability may come out by rounding."""


class ZeroDeterminant(MemoryOne):
    """Enforces slope · (own payoff − baseline) = other's payoff − baseline, in the mean of a long game.

    Press & Dyson 2012, in the form of Hilbe, Nowak & Sigmund 2013 (PNAS 110:6913, eq. 14)::

        p_CC = 1 − φ(1 − s)(R − l)        p_CD = 1 − φ(s(l − S) + T − l)
        p_DC = φ(l − S + s(T − l))        p_DD = φ(1 − s)(l − P)

    Extortion by the factor χ is s = 1/χ with l = P, generosity l = R, equalising s = 0. It begins with C.
    """

    name = "zd"
    games = ("matrix",)

    class Params(NamedTuple):
        """The line, and how strongly it is enforced."""

        phi: Annotated[float, Range(0, above=True), "φ: how strongly it answers"] = 0.2
        slope: Annotated[float, Range(), "s: what the other gains per point of its own, 1/χ"] = 0.1
        baseline: Annotated[float | None, Range(), "l: payoff that both get together; none: P"] = None

    def check(self, game: Game) -> None:
        """Refuses a line that these payoffs do not allow."""
        vector = np.stack(np.broadcast_arrays(*self._vector(game)), axis=-1).reshape(-1, 4)
        wrong = ((vector < -ROUNDING) | (vector > 1 + ROUNDING)).any(axis=1)
        if wrong.any():
            found = ", ".join(f"{p:.4g}" for p in vector[wrong][0])
            raise refuse(
                "seats.zd", self.params._asdict(), f"such that p_CC, p_CD, p_DC, p_DD, here {found}, are probabilities"
            )

    def probabilities(self, game: Game) -> tuple[float | Floats, ...]:
        """By the equations, first C."""
        return (*(np.clip(p, 0, 1) for p in self._vector(game)), 1)

    def _vector(self, game: Any) -> tuple[float | Floats, ...]:
        pay = symmetric(game, self.name)
        phi, slope, line = self.params
        line = pay.punishment if line is None else line
        return (
            1 - phi * (1 - slope) * (pay.reward - line),
            1 - phi * (slope * (line - pay.sucker) + pay.temptation - line),
            phi * (line - pay.sucker + slope * (pay.temptation - line)),
            phi * (1 - slope) * (line - pay.punishment),
        )


STRATEGIES = (ZeroDeterminant,)
