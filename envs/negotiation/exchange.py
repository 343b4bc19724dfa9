"""Two hold much of one good and little of another, and trade.

**Models** exchange between complementary endowments: each needs what the other has too much of.

**Rules.** Two goods, X and Y. The holdings at the start are ``first_holdings`` and ``second_holdings``; by turns each
proposes a trade, accepts the trade of the other, or rejects it, which ends the talks. After ``max_proposals`` of one's
own, and in the last turn, only accept or reject are left. A trade leaves nobody with less than nothing, and what there
is in all stays the same. An illegal move is a lost turn: the standing trade remains, and the turn goes to the other.

**Ends.** With an acceptance; with a rejection; when turns (``horizon``) run out; by the draw of ``continuation`` < 1
after a turn. **Payoffs** are utilities of the holdings at the end, those of the start without a deal: ``leontief``
min(X, Y), ``cobb_douglas`` √(XY), ``linear`` X + Y, ``target`` 1 iff X ≥ 15 and Y ≥ 15.

**Observation** (float32): is it my turn, is there a trade, is it mine, was a turn lost, how many proposals I and the
other have made, what I would have of X and Y after the standing trade (−1: none), what I have at the start, step and
turns if known.

**Action**: the holdings x, y that the proposer would have, as x·(all Y + 1) + y; then accept, reject, pass (the one
legal move of whoever has no turn). **Reward**: 0 until the end.

**Cooperation** of a trade: the other's gain in units of its gain at the Nash solution, clipped to [0, 1]; NaN for every
other act, and where nobody can gain.

**Known answers** (GAMES.md §3.5): over the 961 holdings that can be reached leontief has 441 rational deals, 361 better
for both, Nash 15/15; Cobb–Douglas 203, 201, 15/15; linear is zero-sum; target has one deal by which both succeed. All
are tests, as is that nothing is lost.

**Source**: NegotiationArena (arXiv 2402.05863).

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
from ..settings import Choice, Range
from .bilateral import Bilateral
from .contexts import Contexts

TARGET = 15
"""Units of each good that the utility ``target`` asks for."""
Holdings = tuple[int, int]


class Params(NamedTuple):
    """The parameters of GAMES.md §3.5."""

    first_holdings: Annotated[Holdings, Range(0, 100), "X and Y that seat 0 starts with (units)"] = (25, 5)
    second_holdings: Annotated[Holdings, Range(0, 100), "X and Y that seat 1 starts with (units)"] = (5, 25)
    utility: Annotated[
        str, Choice("leontief", "cobb_douglas", "linear", "target"), "what holdings are worth to whoever has them"
    ] = "leontief"
    max_proposals: Annotated[int, Range(1), "trades that each may propose"] = 2
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Annotated[int, Range(1, 10**9), "max_turns: turns of both"] = 6
    horizon_known: Annotated[bool, "are step and turns part of the observation?"] = True
    continuation: Continuation = 1.0


def worth(utility: str, x: Floats, y: Floats) -> Floats:
    """What holdings of ``x`` and ``y`` are worth."""
    if utility == "leontief":
        return np.minimum(x, y)
    if utility == "cobb_douglas":
        return np.sqrt(x * y)
    if utility == "linear":
        return x + y
    return ((x >= TARGET) & (y >= TARGET)).astype(np.float64)


class Exchange(Bilateral):
    """The game of this page."""

    name = "exchange"
    title = "Do two who need what the other has find the trade that helps both?"
    Params = Params
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"negotiation_arena": {}}

    @property
    def max_proposals(self) -> int:
        """A parameter."""
        return self.params.max_proposals

    @cached_property
    def total(self) -> Holdings:
        """All X and all Y."""
        first, second = self.params.first_holdings, self.params.second_holdings
        return first[0] + second[0], first[1] + second[1]

    @cached_property
    def parts(self) -> Floats:
        """X and Y of whoever proposes."""
        x, y = self.total
        return np.stack(np.divmod(np.arange((x + 1) * (y + 1)), y + 1), axis=1).astype(np.float64)

    @cached_property
    def part_fields(self) -> tuple[Field, ...]:
        """Two numbers."""
        return tuple(
            Field(f"my_{good}", 0, float(top), f"{good} that I would have after the standing trade, -1: there is none")
            for good, top in zip("XY", self.total, strict=True)
        )

    @property
    def told_fields(self) -> tuple[Field, ...]:
        """Two more."""
        return tuple(
            Field(f"start_{good}", 0, float(top), f"{good} that I have at the start")
            for good, top in zip("XY", self.total, strict=True)
        )

    @cached_property
    def contexts(self) -> Contexts:
        """The holdings at the start, and the same with the roles exchanged."""
        q = self.params
        x, y = self.parts.T
        starts = [(q.first_holdings, q.second_holdings)]
        starts += [starts[0][::-1]] * (q.first_holdings != q.second_holdings)
        told = np.array(starts, np.float64)
        mine, theirs = worth(q.utility, x, y), worth(q.utility, self.total[0] - x, self.total[1] - y)
        return Contexts(
            utilities=np.repeat(np.stack([mine, theirs], axis=1)[None], len(starts), axis=0),
            feasible=np.ones((len(starts), len(x)), np.bool_),
            disagreement=worth(q.utility, told[:, :, 0], told[:, :, 1]),
            whole=np.full(len(starts), len(x) - 1),
            told=told,
            exchanged=np.arange(len(starts))[::-1].copy(),
        )

    def spelled(self, move: int) -> dict[str, Any]:
        """``{"have": {"X": units, "Y": units}}``: what the proposer would have."""
        x, y = self.parts[move].astype(int).tolist()
        return {"have": {"X": x, "Y": y}}

    def flat(self, proposal: dict[str, Any]) -> int:
        """x·(all Y + 1) + y."""
        have = proposal["have"]
        return int(have["X"]) * (self.total[1] + 1) + int(have["Y"])

    def proposal_schema(self, context: int) -> dict[str, Any]:
        """Holdings of the proposer."""
        goods = {
            good: {"type": "integer", "minimum": 0, "maximum": top} for good, top in zip("XY", self.total, strict=True)
        }
        return object_of({"have": object_of(goods)})

    def in_words(self, context: int, seat: int, move: int) -> str:
        """The holdings after it, and what changes hands."""
        after, start = self.parts[move], self.contexts.told[context, seat]
        changes = [
            f"{'get' if now > before else 'give'} {abs(now - before):g} {good}"
            for good, now, before in zip("XY", after, start, strict=True)
            if now != before
        ]
        return f"you would have {after[0]:g} X and {after[1]:g} Y (you {' and '.join(changes) or 'trade nothing'})"

    def situation(self, seat: int) -> list[Wordings]:
        """Who has what, and what it is worth."""
        q = self.params
        own, other = (f"{x} X and {y} Y" for x, y in (q.first_holdings, q.second_holdings)[:: 1 if seat == 0 else -1])
        value = {
            "leontief": "the smaller of your X and your Y",
            "cobb_douglas": "the square root of your X times your Y",
            "linear": "your X plus your Y",
            "target": f"1 if you have at least {TARGET} X and {TARGET} Y, else 0",
        }[q.utility]
        return [
            (
                f"You have {own}, the other has {other}.",
                f"There are {own} that are yours and {other} that are the other's.",
                f"The other has {other}, and you have {own}.",
            ),
            (
                "You may trade them. A proposal says what the one who makes it would have; the rest is for the other.",
                "These can be traded. Whoever makes a proposal says what it would have, and leaves the rest to the"
                " other.",
                "You may trade them by proposals. What a proposal says is what its maker would have; the other would"
                " have the rest.",
            ),
            (
                f"In the end you get {value}; for the other it is the same with what it has.",
                f"What you get in the end is {value}; the other gets the same, reckoned from what it has.",
                f"The end pays you {value}; it pays the other by the same rule for what it has.",
            ),
        ]


env, raw_env, parallel_env = entry_points(Exchange)
