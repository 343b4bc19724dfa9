"""Peer reward: after the step each may spend on a gift to the others whom it saw act.

**Rule.** As :mod:`punishment <.punishment>`, with a gift in place of the fine: a point costs its giver ``fee`` and
brings its target ``effect``; it misses at the same kind of ``error``.

**Canonical numbers** (NORMS.md §3): 1 : 1, so that a gift moves payoff and makes none.

**Known answers**: at 1 : 1 and without error the total payoff of all is what it was; nobody who cares for its own
payoff alone rewards in a one-shot game.

**Source**: Rand, Dreber, Ellingsen, Fudenberg & Nowak 2009 (Science 325:1272); Gürerk, Irlenbusch & Rockenbach 2006
(Science 312:108).
"""

from typing import Annotated, NamedTuple

from ..settings import Choice, Range
from .peers import Peers, told_columns


class Params(NamedTuple):
    """What a point costs, and what it brings."""

    most: Annotated[int, Range(1, 100), "points that one may spend on one other in a step"] = 10
    fee: Annotated[float, Range(0, 1e6), "what a point costs whoever spends it (payoff)"] = 1.0
    effect: Annotated[float, Range(0, 1e6), "what a point brings its target (payoff)"] = 1.0
    error: Annotated[float, Range(0, 1), "ε: probability that points reach another than intended"] = 0.0
    by: Annotated[str, Choice("all", "actors"), "who may: all, or only those who had a choice in the step"] = "all"
    from_step: Annotated[int, Range(0, 10**9), "steps of the game before the first stage"] = 0


class Reward(Peers):
    """The institution of this page."""

    name = "reward"
    title = "Can gifts do what fines do?"
    Params = Params
    logged = told_columns("reward", "reward")
    sign, verb, lane = 1.0, "reward", 1 << 16

    def told_effect(self) -> tuple[str, str, str]:
        """It gives."""
        gain = f"{self.params.effect:g}"
        return (f"It brings the other {gain}.", f"The other gains {gain} by it.", f"A point gives the other {gain}.")
