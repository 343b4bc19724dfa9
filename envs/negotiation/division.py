"""Two divide a few items that are worth different things to each: deal or no deal.

**Models** integrative bargaining under private valuations: what one wants may be worth little to the other, if only
they find out.

**Rules.** Three types of items with counts q (5 to 7 items in all). Every item of type k is worth v_ik to seat i, and
all items together are worth 10 to each. Every type is worth something to somebody, and one at least to both. The
context (q, v_0, v_1) is drawn for each episode from all 5,793, or given by ``context``. By turns, seat 0 first, each
proposes what it would keep (the rest is for the other), accepts, or rejects, which is walking away. The last turn is
for an answer only. An illegal move is a lost turn: the standing proposal remains, and the turn goes to the other. With
``protocol`` simultaneous both name at once what they keep, and have a deal if that is a division; a phase of talk
before it would be messages, which need an institution.

**Ends.** With an acceptance; with a rejection; when turns (``horizon``) run out; by the draw of ``continuation`` < 1
after a turn. **Payoffs**: the value of one's items; 0 for both without a deal.

**Observation** (float32): is it my turn, is there a proposal, is it mine, was a turn lost, how many proposals I and the
other have made, what I would get of each type (−1: no proposal), q, my values, the other's with ``common_knowledge``,
step and turns if known.

**Action**: to keep (a, b, c) is (6a + b)·6 + c, whatever q is: what exceeds q is masked; then accept, reject, pass (the
one legal move of whoever has no turn). **Reward**: 0 until the end.

**Cooperation** of a proposal: what it leaves to the other in units of the other's Nash utility, clipped to [0, 1]; NaN
for every other act. Whoever is not told the other's values holds every context that it may be in for as likely.

**Known answers** (GAMES.md §3.3): the 20 deals of (1, 4, 1) and their solutions; means over all contexts of the best
joint value, 15.063698, of the joint value at Nash, 15.008804, of the share of efficient divisions, .226489, and of the
largest minimum, 6.561367; a random division is worth 10 to both together in every context. All are tests.

**Source**: Lewis et al. 2017 (arXiv 1706.05125); the contexts are enumerated, the corpus is not shipped.

**Versions**: v0, first.
"""

import itertools
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ..answers import object_of
from ..faces import entry_points
from ..game import Continuation, Field, Floats
from ..paraphrases import Wordings
from ..settings import Choice, Range
from .bilateral import Bilateral
from .contexts import Contexts

TYPES = 3
MOST, TOP = 5, 10
"""Items of a type, and the value of one, at most."""
ITEMS = (5, 6, 7)
WORTH = 10
"""What all items together are worth to each."""
BASE = MOST + 1
CONTEXTS = 5793


class Params(NamedTuple):
    """The parameters of GAMES.md §3.3."""

    protocol: Annotated[
        str, Choice("alternating", "simultaneous"), "proposals by turns, or both name the division at once"
    ] = "alternating"
    context: Annotated[
        int | None, Range(0, CONTEXTS - 1), "number of the one context that is played; none: drawn for every episode"
    ] = None
    common_knowledge: Annotated[bool, "does each know what the items are worth to the other?"] = False
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Annotated[int, Range(1, 10**9), "max_turns: turns of both"] = 10
    horizon_known: Annotated[bool, "are step and turns part of the observation?"] = True
    continuation: Continuation = 1.0


@cache
def all_contexts() -> npt.NDArray[np.int64]:
    """(5793, 3, 3): counts, values of seat 0 and values of seat 1 of every context, in lexicographic order."""
    found = []
    for q in itertools.product(range(1, MOST + 1), repeat=TYPES):
        if sum(q) in ITEMS:
            values = [v for v in itertools.product(range(TOP + 1), repeat=TYPES) if np.dot(q, v) == WORTH]
            found += [(q, one, other) for one in values for other in values if _matters(one, other)]
    return np.array(found)


def _matters(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Is every type worth something to somebody, and one of them to both?"""
    pairs = list(zip(one, other, strict=True))
    return all(a or b for a, b in pairs) and any(a and b for a, b in pairs)


@cache
def kept() -> Floats:
    """(216, 3): what the proposer keeps by each flat index."""
    return np.array(list(itertools.product(range(BASE), repeat=TYPES)), np.float64)


@cache
def tables(common_knowledge: bool) -> Contexts:
    """All contexts; one table for all games."""
    q, mine, theirs = (all_contexts()[:, k].astype(np.float64) for k in range(TYPES))
    left = q[:, None, :] - kept()[None]
    feasible = np.asarray((left >= 0).all(axis=2))
    utilities = np.stack([mine @ kept().T, (left * theirs[:, None, :]).sum(axis=2)], axis=2)
    rows = {row.tobytes(): k for k, row in enumerate(all_contexts())}
    told = np.stack([np.concatenate(parts, axis=1) for parts in ((q, mine, theirs), (q, theirs, mine))], axis=1)
    return Contexts(
        utilities=np.where(feasible[:, :, None], utilities, 0.0),
        feasible=feasible,
        disagreement=np.zeros((len(q), 2)),
        whole=(q @ (BASE**2, BASE, 1)).astype(np.int64),
        told=np.ascontiguousarray(told if common_knowledge else told[:, :, : 2 * TYPES]),
        exchanged=np.array([rows[np.ascontiguousarray(row[[0, 2, 1]]).tobytes()] for row in all_contexts()]),
    )


class Division(Bilateral):
    """The game of this page."""

    name = "division"
    title = "Do two who want different things find out, and divide well?"
    Params = Params
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"deal_or_no_deal": {}}
    outcomes = (*Bilateral.outcomes, "mismatch")

    def check(self) -> None:
        """Who moves when is a parameter."""
        self.turn_based = self.params.protocol == "alternating"

    @cached_property
    def contexts(self) -> Contexts:
        """All."""
        return tables(self.params.common_knowledge)

    @property
    def posed(self) -> range:
        """All, or the one that is given."""
        given = self.params.context
        return range(CONTEXTS) if given is None else range(given, given + 1)

    @cached_property
    def parts(self) -> Floats:
        """What the proposer keeps."""
        return kept()

    @cached_property
    def part_fields(self) -> tuple[Field, ...]:
        """A count per type."""
        return tuple(
            Field(f"my_{kind}", 0, MOST, f"items of type {kind} that I would get, -1: no proposal")
            for kind in range(TYPES)
        )

    @property
    def told_fields(self) -> tuple[Field, ...]:
        """Counts and values."""
        fields = [Field(f"count_{kind}", 0, MOST, f"items of type {kind} that there are") for kind in range(TYPES)]
        for whose in ("my", "their")[: 2 if self.params.common_knowledge else 1]:
            to = "me" if whose == "my" else "the other"
            fields += [
                Field(f"{whose}_value_{k}", 0, TOP, f"what an item of type {k} is worth to {to}") for k in range(TYPES)
            ]
        return tuple(fields)

    def spelled(self, move: int) -> dict[str, Any]:
        """``{"keep": [a, b, c]}``."""
        return {"keep": kept()[move].astype(int).tolist()}

    def flat(self, proposal: dict[str, Any]) -> int:
        """(6a + b)·6 + c."""
        a, b, c = proposal["keep"]
        return (BASE * int(a) + int(b)) * BASE + int(c)

    def proposal_schema(self, context: int) -> dict[str, Any]:
        """A count per type, of those that there are."""
        counts = [{"type": "integer", "minimum": 0, "maximum": count} for count in all_contexts()[context, 0].tolist()]
        keep = {"type": "array", "prefixItems": counts, "minItems": TYPES, "maxItems": TYPES}
        return object_of({"keep": keep})

    def in_words(self, context: int, seat: int, move: int) -> str:
        """Both parts."""
        own = kept()[move].astype(int)
        rest = all_contexts()[context, 0] - own
        return f"{_listed(own)} for you, {_listed(rest)} for the other"

    def situation(self, seat: int) -> list[Wordings]:
        """What there is to divide."""
        lines = [
            (
                f"You and one other divide items of {TYPES} types. All of them together are worth {WORTH} to each of"
                " you.",
                f"There are items of {TYPES} types, which you and one other divide. To each of you it is worth {WORTH}"
                " to have all of them.",
                f"You divide items of {TYPES} types with one other. Each of you would value all of them together at"
                f" {WORTH}.",
            ),
            (
                "A proposal says how many of each type the one who makes it keeps; the rest is for the other.",
                "Whoever makes a proposal says how many of each type it keeps, and leaves the rest to the other.",
                "What a proposal says is how many of each type its maker keeps; the other gets the rest.",
            )
            if self.turn_based
            else (
                "Both name at the same time what they keep; it is a deal if that is exactly all there is.",
                "What they keep is named by both at the same time, and if that is exactly all there is, it is a deal.",
                "There is a deal if what both keep, which they name at the same time, is exactly all there is.",
            ),
        ]
        if not self.params.common_knowledge:
            hidden = (
                "Neither of you knows what an item is worth to the other.",
                "What an item is worth to the other is known to neither of you.",
                "You do not know what an item is worth to the other, nor does the other know what it is worth to you.",
            )
            lines.append(hidden)
        return lines

    def told(self, context: int, seat: int) -> list[str]:
        """Counts and values."""
        q, *values = all_contexts()[context]
        own, other = values[:: 1 if seat == 0 else -1]
        lines = [f"There are {_listed(q)} items of type 0, 1 and 2. One is worth {_listed(own)} to you."]
        return lines + [f"To the other one is worth {_listed(other)}."] * self.params.common_knowledge


def _listed(numbers: npt.NDArray[np.int64]) -> str:
    """In words: the first, the second and the third."""
    *most, last = numbers.tolist()
    return f"{', '.join(map(str, most))} and {last}"


env, raw_env, parallel_env = entry_points(Division)
