"""A seller and a buyer look for a price, and neither knows what the good is worth to the other.

**Models** trade under private valuations: is there a price that both gain by, will they find it, and will they leave
where there is none?

**Rules.** Seat 0 sells a good that costs it ``cost``, seat 1 buys it to use for ``value``. The seller starts; by turns
each names a price in whole units from 0 to ``budget``, accepts the price of the other, or rejects it, which ends the
talks. After ``max_proposals`` of one's own, and in the last turn, only accept or reject are left. An illegal move is a
lost turn: the standing price remains, and the turn goes to the other.

**Ends.** With an acceptance; with a rejection; when turns (``horizon``) run out; by the draw of ``continuation`` < 1
after a turn. **Payoffs**: price − cost to the seller, value − price to the buyer; 0 without a deal. An agreement may
leave a side worse off than none, and the report counts those that do.

**Observation** (float32): is it my turn, is there a price, is it mine, was a turn lost, how many proposals I and the
other have made, the standing price (−1: none), what the good is worth to me, and to the other with
``common_knowledge``, step and turns if known.

**Action**: k names the price k; then accept, reject, pass (the one legal move of whoever has no turn). **Reward**: 0
until the end.

**Cooperation** of a price: the other's gain in units of its gain at the Nash price, clipped to [0, 1]; NaN for every
other act, and where no price leaves both a gain. Whoever is not told the other's valuation holds each whole number from
0 to ``budget`` for as likely.

**Known answers** (GAMES.md §3.4): 21 rational prices, 40 to 60, 19 of them strictly; the Nash, Kalai–Smorodinsky and
egalitarian price is 50; every rational price is efficient with a joint gain of 20; a seller that asks 55 is labelled
.5, one that asks 60 is labelled 0; without a zone of agreement every deal is irrational for a side.

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
from ..settings import Range, refuse
from .bilateral import Bilateral
from .contexts import Contexts


class Params(NamedTuple):
    """The parameters of GAMES.md §3.4."""

    cost: Annotated[int, Range(0), "what the good costs the seller"] = 40
    value: Annotated[int, Range(0), "what it is worth to the buyer"] = 60
    budget: Annotated[int, Range(1, 500), "the highest price"] = 100
    max_proposals: Annotated[int, Range(1), "prices that each may name"] = 4
    common_knowledge: Annotated[bool, "does each know what the good is worth to the other?"] = False
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Annotated[int, Range(1, 10**9), "max_turns: turns of both"] = 10
    horizon_known: Annotated[bool, "are step and turns part of the observation?"] = True
    continuation: Continuation = 1.0


class BuySell(Bilateral):
    """The game of this page."""

    name = "buy_sell"
    title = "Do a buyer and a seller find the price that both gain by, and leave where there is none?"
    Params = Params
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"arena_40_60": {}, "arena_no_zopa": {"value": 20}}

    def check(self) -> None:
        """Both valuations are prices."""
        q = self.params
        for name in ("cost", "value"):
            if getattr(q, name) > q.budget:
                raise refuse(f"buy_sell.{name}", getattr(q, name), f"at most buy_sell.budget = {q.budget}")

    @property
    def max_proposals(self) -> int:
        """A parameter."""
        return self.params.max_proposals

    @cached_property
    def parts(self) -> Floats:
        """The price."""
        return np.arange(self.params.budget + 1, dtype=np.float64)[:, None]

    @cached_property
    def part_fields(self) -> tuple[Field, ...]:
        """One number."""
        return (Field("price", 0, float(self.params.budget), "the standing price, -1: there is none"),)

    @property
    def told_fields(self) -> tuple[Field, ...]:
        """One's own valuation, and perhaps the other's."""
        top = float(self.params.budget)
        fields = (
            Field("my_valuation", 0, top, "what the good costs me or is worth to me"),
            Field("their_valuation", 0, top, "what it costs the other or is worth to it"),
        )
        return fields if self.params.common_knowledge else fields[:1]

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """(cost, value) of every context: the true one, what the two may take it for, and each with the roles
        exchanged, in which the price counts from the other end.
        """
        q = self.params
        pairs = {(q.cost, q.value)}
        if not q.common_knowledge:
            pairs |= {pair for x in range(q.budget + 1) for pair in ((q.cost, x), (x, q.value))}
        return sorted(pairs | {(q.budget - value, q.budget - cost) for cost, value in pairs})

    @property
    def posed(self) -> range:
        """The true pair."""
        true = self.pairs.index((self.params.cost, self.params.value))
        return range(true, true + 1)

    @cached_property
    def contexts(self) -> Contexts:
        """One for each pair."""
        top, prices, order = self.params.budget, self.parts[:, 0], self.pairs
        valuations = np.array(order, np.float64)
        cost, value = valuations[:, :1], valuations[:, 1:]
        return Contexts(
            utilities=np.stack([prices - cost, value - prices], axis=2),
            feasible=np.ones((len(order), len(prices)), np.bool_),
            disagreement=np.zeros((len(order), 2)),
            whole=np.full(len(order), top),
            told=np.stack([valuations, valuations[:, ::-1]], axis=1)[:, :, : len(self.told_fields)],
            exchanged=np.array([order.index((top - v, top - c)) for c, v in order]),
            mirrored=False,
        )

    def counterpart(self, actions: Floats, i: int, j: int) -> Floats:
        """A price that is as far from the other end."""
        return np.where(actions <= self.params.budget, self.params.budget - actions, actions)

    def spelled(self, move: int) -> dict[str, Any]:
        """``{"price": units}``."""
        return {"price": int(move)}

    def flat(self, proposal: dict[str, Any]) -> int:
        """The price."""
        return int(proposal["price"])

    def proposal_schema(self, context: int) -> dict[str, Any]:
        """A whole price."""
        return object_of({"price": {"type": "integer", "minimum": 0, "maximum": self.params.budget}})

    def in_words(self, context: int, seat: int, move: int) -> str:
        """The price."""
        return f"a price of {move}"

    def situation(self, seat: int) -> list[Wordings]:
        """Who sells what to whom."""
        q = self.params
        top = q.budget
        lines = [
            (
                f"You sell a good to a buyer. Prices are whole numbers from 0 to {top}.",
                f"There is a buyer to whom you sell a good. Its price is a whole number from 0 to {top}.",
                f"You are the seller of a good, and any whole number from 0 to {top} can be its price.",
            ),
            (
                "With a deal you get the price less what it costs you.",
                "If you agree on a price, you get that price less what the good costs you.",
                "A deal pays you the price, from which what the good costs you is taken.",
            ),
        ]
        if seat == 1:
            lines = [
                (
                    f"You buy a good from a seller. Prices are whole numbers from 0 to {top}.",
                    f"There is a seller from whom you buy a good. Its price is a whole number from 0 to {top}.",
                    f"You are the buyer of a good, and any whole number from 0 to {top} can be its price.",
                ),
                (
                    "With a deal you get what it is worth to you less the price.",
                    "If you agree on a price, you get what the good is worth to you less that price.",
                    "A deal pays you what the good is worth to you, from which the price is taken.",
                ),
            ]
        if not q.common_knowledge:
            hidden = (
                "Neither of you knows what the good is worth to the other.",
                "What the good is worth to the other is known to neither of you.",
                "You do not know what the good is worth to the other, nor does the other know what it is worth to you.",
            )
            lines.append(hidden)
        return lines

    def told(self, context: int, seat: int) -> list[str]:
        """One's own valuation, and perhaps the other's."""
        words = (
            ("The good costs you {:g}", "The good is worth {:g} to you"),
            ("it is worth {:g} to the buyer", "it costs the seller {:g}"),
        )
        told = self.contexts.told[context, seat]
        parts = [words[k][seat].format(number) for k, number in enumerate(told)]
        return ["; ".join(parts) + "."]


env, raw_env, parallel_env = entry_points(BuySell)
