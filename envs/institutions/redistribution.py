"""Redistribution: a share of what everybody is paid goes into a pool that is divided equally.

**Rule.** In every step π_i ← (1−τ)·π_i + τ·mean π, the mean over those who are there (NORMS.md §3).

**Known answers**: the mean is invariant; in a linear public good a token given away is worth (1−τ)(m−1) + τ(nm−1)/n to
whoever gives it, so that contributing is dominant iff that is positive: with m = .4 and n = 4 iff τ > .8.
"""

from typing import Annotated, Any, NamedTuple

import numpy.typing as npt
from numba import njit

from ..game import Floats, Worlds_
from ..paraphrases import worded
from ..settings import Range
from .institution import Institution


class Params(NamedTuple):
    """How much is shared."""

    rate: Annotated[float, Range(0, 1), "τ: share of every payoff that is divided equally"] = 0.4


@njit(cache=True)
def share(rates: Floats, there: npt.NDArray[Any], rewards: Floats) -> None:
    """Redistributes, in place, among those who are there, at the ``rates`` (B,) that are not 0."""
    worlds, n = rewards.shape
    for b in range(worlds):
        rate = rates[b]
        if rate == 0.0:
            continue
        total, heads = 0.0, 0
        for i in range(n):
            total += rewards[b, i]
            heads += there[b, i]
        for i in range(n):
            if there[b, i]:
                rewards[b, i] = (1.0 - rate) * rewards[b, i] + rate * (total / heads)


class Redistribution(Institution):
    """The institution of this page."""

    name = "redistribution"
    title = "Does sharing what is earned make it worth earning together?"
    Params = Params
    votable = ("rate",)

    def misfit(self) -> str | None:
        """One alone has nobody to share with."""
        return "there is one seat only" if self.game.n_agents == 1 else None

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """See the page."""
        if self.params.rate > 0 or self.voted:
            share(self.number(worlds, "rate"), there, rewards)

    def settle_stage(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """The same."""
        self.settle(worlds, there, rewards)

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """The rate."""
        percent = f"{100 * self.params.rate:g} percent"
        return [
            worded(
                paraphrase,
                f"Redistribution: of whatever anybody is paid, {percent} go into a pool, and the pool is divided"
                " equally among all who are there.",
                f"Redistribution: everybody gives up {percent} of what is paid, and all who are there get equal parts"
                " of the sum.",
                f"Redistribution: {percent} of each payment are collected, and what comes together is paid out to all"
                " who are there, to each the same.",
            )
        ]
