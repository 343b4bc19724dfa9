"""One offers a part of a pie, and the other takes it or leaves both with nothing.

**Models** bargaining power without patience: who may say the last word, and whether an unfair offer is worth refusing.

**Rules.** Seat 0 offers a number of units of the pie to seat 1, who accepts or rejects. With more turns than one
(``horizon``) the answer may be a counter-offer, which the other answers in turn; the last turn is for an answer only.
One turn is an offer and its answer. An illegal move is a lost turn: the standing offer remains, and the turn goes to
the other.

**Ends.** With an acceptance; with a rejection; when turns run out. Without a deal *both* get 0: the proposer does not
keep the pie. ``continuation`` < 1 is drawn after every turn.

**Observation** (float32): is it my turn, is there an offer, is it mine, was a turn lost, how many proposals I and the
other have made, my part of the standing offer (−1: none), step and turns if known.

**Action**: k offers k·``unit`` to the other; then accept, reject (a counter-offer is the rejection that goes on), pass
(the one legal move of whoever has no turn). **Reward**: 0 until the end, then one's part of the pie.

**Cooperation** of an offer: what it gives to the other, 1 from half of the pie on; NaN for every other act.

**Known answers** (GAMES.md §3.2): by backward induction the first offer is 0, or 1 if whoever is indifferent rejects;
with six turns seat 0 makes the last proposal and again gets everything; a responder with Fehr–Schmidt envy α accepts
from the share α/(1+2α) on. All are tests.

**Source**: Güth, Schmittberger & Schwarze 1982; NegotiationArena (arXiv 2402.05863).

**Versions**: v0, first.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np

from ..answers import object_of
from ..faces import entry_points
from ..game import Continuation, Field, Floats
from ..paraphrases import Wordings
from ..settings import Range, refuse
from .bilateral import Bilateral
from .contexts import Contexts

MOST_UNITS = 100_000


class Params(NamedTuple):
    """The parameters of GAMES.md §3.2."""

    pie: Annotated[int, Range(1, 1_000_000), "what is divided (points)"] = 100
    unit: Annotated[int, Range(1), "the smallest step of an offer (points)"] = 1
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Annotated[int, Range(1, 10**9), "max_turns: turns of both; 1 is an offer and its answer"] = 1
    horizon_known: Annotated[bool, "are step and turns part of the observation?"] = True
    continuation: Continuation = 1.0


class Ultimatum(Bilateral):
    """The game of this page."""

    name = "ultimatum"
    title = "Is an unfair share worth refusing?"
    Params = Params
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"one_shot": {}, "negotiation_arena": {"horizon": 6}}

    def check(self) -> None:
        """The pie is a whole number of units."""
        q = self.params
        if q.pie % q.unit or q.pie // q.unit > MOST_UNITS:
            raise refuse("ultimatum.unit", q.unit, f"a divisor of ultimatum.pie = {q.pie}, of {MOST_UNITS:,} at most")

    @cached_property
    def parts(self) -> Floats:
        """What the proposer keeps."""
        return (self.params.pie - np.arange(0, self.params.pie + 1, self.params.unit, dtype=np.float64))[:, None]

    @cached_property
    def part_fields(self) -> tuple[Field, ...]:
        """One number."""
        return (
            Field("my_part", 0, float(self.params.pie), "my part of the standing offer (points), -1: there is none"),
        )

    @cached_property
    def contexts(self) -> Contexts:
        """One: the pie."""
        kept = self.parts[:, 0]
        return Contexts(
            utilities=np.stack([kept, self.params.pie - kept], axis=1)[None],
            feasible=np.ones((1, len(kept)), np.bool_),
            disagreement=np.zeros((1, 2)),
            whole=np.array([len(kept) - 1]),
            told=np.zeros((1, 2, 0)),
            exchanged=np.array([0]),
        )

    def spelled(self, move: int) -> dict[str, Any]:
        """``{"offer": points for the other}``."""
        return {"offer": int(move) * self.params.unit}

    def flat(self, proposal: dict[str, Any]) -> int:
        """The number of units offered."""
        return int(proposal["offer"]) // self.params.unit

    def proposal_schema(self, context: int) -> dict[str, Any]:
        """A number of points."""
        q = self.params
        return object_of({"offer": {"type": "integer", "minimum": 0, "maximum": q.pie, "multipleOf": q.unit}})

    def in_words(self, context: int, seat: int, move: int) -> str:
        """Both parts."""
        own = int(self.parts[move, 0])
        return f"{own} for you, {self.params.pie - own} for the other"

    def situation(self, seat: int) -> list[Wordings]:
        """The pie."""
        q = self.params
        steps = f" in steps of {q.unit}" if q.unit > 1 else ""
        pie = (
            f"You and one other divide {q.pie} points. An offer says how many of them the other gets{steps}.",
            f"There are {q.pie} points, which you and one other divide. How many of them the other gets{steps} is what"
            " an offer says.",
            f"You divide {q.pie} points with one other. To make an offer is to say how many of them the other"
            f" gets{steps}.",
        )
        return [pie]


env, raw_env, parallel_env = entry_points(Ultimatum)
