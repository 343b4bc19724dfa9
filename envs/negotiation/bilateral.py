"""Two parties bargain by turns over a table of deals: what `ultimatum`, `division`, `buy_sell` and `exchange` share.

A game says which **contexts** there are: in each, what every deal is worth to both, what both have without one, and
what each party is told. A deal is one flat index. All else is here:

**Turns.** Seat 0 opens. Whoever has the turn accepts the standing offer of the other, rejects it, which ends the talks,
or proposes a deal, which is then the standing offer. In the last turn, and after ``max_proposals`` of one's own, only
an answer is left; who then faces no offer of the other can only reject. There is an answer to the first offer at
least: ``horizon`` 1 is an offer and its answer. An illegal move is a lost turn: the standing offer remains and the turn
goes to the other.

**End.** Agreement pays what the deal is worth and ends the episode at once; rejection and the end of the turns pay the
disagreement payoffs d. All is paid at the end.

**What is private.** A context that a party is told apart from no other is known to it; among those that look alike to
it each is as likely as the other. It thinks in draws from these.
"""

from abc import abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ..acts import Act
from ..answers import any_of
from ..chance import CONTEXT, uniforms
from ..game import (
    COMMON_OUTCOMES,
    NEVER,
    RUNNING,
    Anchors,
    Field,
    Floats,
    Game,
    Kernels,
    Worlds_,
    other_way_round,
    told_continuation,
    world_dtype,
)
from ..paraphrases import Wordings, worded
from .contexts import Bools, Contexts, Ints
from .turns import (
    ACCEPT,
    BOTH,
    NO_OFFER,
    PASS,
    REJECT,
    Rules,
    legal,
    observe,
    reconsider,
    reset,
    step,
)

ANSWERS = ("accept", "reject", "pass")
"""The words for ``ACCEPT``, ``REJECT`` and ``PASS``."""
FEWEST_TURNS = 2  # an offer and its answer
MOST_UNSURE = 36
"""Deals that are considered at most where many contexts are imagined: as many as a division has."""


class Bilateral(Game):
    """A negotiation of two over a table of deals; a game adds its contexts, its terms and its words."""

    family = "negotiation"
    kernels = Kernels(reset, step, observe, legal)
    outcomes = (*COMMON_OUTCOMES, "deal", "rejection")
    turn_based = True
    pays_at_end = True
    directed = True
    signals = ("standing", "offered_by")

    # -- what a game adds ---------------------------------------------------------------------------------------------

    @cached_property
    @abstractmethod
    def contexts(self) -> Contexts:
        """The problems that it may pose, or that a party may think it poses."""

    @property
    def posed(self) -> range:
        """The contexts of which an episode poses one, each as likely; others are only thought of."""
        return range(1)

    @cached_property
    @abstractmethod
    def parts(self) -> Floats:
        """(K, F): the terms of deal k as seat 0 proposes it, seen by seat 0; by seat 1 the same if it is mirrored."""

    @cached_property
    @abstractmethod
    def part_fields(self) -> tuple[Field, ...]:
        """What the terms are; −1 while nothing has been offered."""

    @property
    def told_fields(self) -> tuple[Field, ...]:
        """What a party is told of its context."""
        return ()

    @property
    def max_proposals(self) -> int:
        """How many proposals each may make."""
        return NEVER

    @abstractmethod
    def spelled(self, move: int) -> dict[str, Any]:
        """A proposal by its flat index, in names."""

    @abstractmethod
    def flat(self, proposal: dict[str, Any]) -> int:
        """The flat index of a proposal: the inverse of :meth:`spelled`."""

    @abstractmethod
    def proposal_schema(self, context: int) -> dict[str, Any]:
        """The JSON schema of a proposal."""

    @abstractmethod
    def in_words(self, context: int, seat: int, move: int) -> str:
        """What a deal that ``seat`` calls ``move`` means for it."""

    @abstractmethod
    def situation(self, seat: int) -> list[Wordings]:
        """The lines of a brief about what there is to agree on."""

    def told(self, context: int, seat: int) -> list[str]:
        """The lines of a view about what ``seat`` is told of its context."""
        return []

    # -- what is on the table ------------------------------------------------------------------------------------------

    def encode(self) -> Any:
        """The tables, and what labels are measured by."""
        c = self.contexts
        return Rules(
            horizon=self.max_steps,
            horizon_known=self.params.horizon_known,
            continuation=self.params.continuation,
            max_proposals=self.max_proposals,
            mirrored=c.mirrored,
            opener=0 if self.turn_based else BOTH,
            first=self.posed.start,
            drawn=len(self.posed),
            utilities=c.utilities,
            feasible=c.feasible.view(np.int8),
            disagreement=c.disagreement,
            whole=c.whole,
            told=c.told,
            nash=c.nash,
            parts=self.parts,
        )

    @property
    def max_steps(self) -> int:
        """At least an offer and its answer."""
        return max(FEWEST_TURNS, self.params.horizon) if self.turn_based else 1

    @property
    def n_deals(self) -> int:
        """K, the number of flat indices."""
        return self.contexts.feasible.shape[1]

    def bargaining_sets(self, worlds: Worlds_) -> tuple[Ints, list[Floats]]:
        """``which`` (W,) problem each world posed, and of every problem the utilities (K, 2) of its deals."""
        c = self.contexts
        posed, which = np.unique(worlds["context"], return_inverse=True)
        return which.ravel(), [c.utilities[k][c.feasible[k]] for k in posed]

    def disagreement_payoffs(self, worlds: Worlds_) -> Floats:
        """(W, 2): what each party has without a deal."""
        return self.contexts.disagreement[worlds["context"]]

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """Which ``context``, the ``standing`` deal (as seat 0 calls it), who offered it, whose turn it is, how many
        proposals each has made, and whether the last turn was lost.
        """
        return world_dtype(
            2,
            ("context", "i8"),
            ("standing", "i8"),
            ("offered_by", "i8"),
            ("mover", "i8"),
            ("proposals", "i8", (2,)),
            ("lost_turn", "?"),
        )

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        turns = float(self.max_steps)
        return (
            Field("my_turn", 0, 1, "is it my turn?"),
            Field("offer", 0, 1, "has an offer been made?"),
            Field("my_offer", 0, 1, "is the standing offer mine?"),
            Field("lost_turn", 0, 1, "was the last turn lost?"),
            Field("my_proposals", 0, turns, "proposals that I have made"),
            Field("their_proposals", 0, turns, "proposals that the other has made"),
            *(field._replace(low=-1.0) for field in self.part_fields),
            *self.told_fields,
            *(field._replace(high=turns) for field in self.life_fields()),
        )

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """Deals, then accept, reject, pass."""
        return spaces.Discrete(self.n_deals + PASS + 1)

    def movers(self, worlds: Worlds_) -> Bools:
        """One at a time, or both at once."""
        mover = worlds["mover"][:, None]
        return (worlds["ended"] == RUNNING)[:, None] & ((mover == np.arange(2)) | (mover == BOTH))

    # -- what a seat may believe ---------------------------------------------------------------------------------------

    @property
    def stochastic(self) -> bool:
        """What a seat is not told it imagines by chance."""
        return self.contexts.hides

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """What the last mover did, and what its proposal means for ``seat``; where both named a deal at once, the own
        one.
        """
        if world["step"] == 0:
            return []
        mover = seat if world["mover"] == BOTH else 1 - int(world["mover"])
        move, context = int(world["action"][mover]), int(world["context"])
        if move >= self.n_deals:
            word = {ACCEPT: "accept", REJECT: "reject"}.get(move - self.n_deals, "lose the turn")
            return [Act(mover, 1 - mover, word)]
        deal_of = self.contexts.deal_of
        own_name = deal_of(context, seat, deal_of(context, mover, move))
        return [Act(mover, 1 - mover, "propose", terms=self.in_words(context, seat, own_name))]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """A context that is like the true one to ``seat``, and the last step as it looks in it. Nothing else is left to
        chance, so that worlds that are equal then are so with their keys.
        """
        if not self.contexts.hides:
            return
        draws = np.asarray(uniforms(worlds["key"], 0, CONTEXT, 1))
        worlds["context"] = self.contexts.alike[seat].draw(worlds["context"], draws)
        worlds["key"] = 0
        reconsider(self.p, worlds)

    def branches(self) -> list[tuple[float, Any]]:
        """Talks go on, or end with the continuation draw."""
        goes_on = self.params.continuation
        sure = ((goes_on, 1.0), (1 - goes_on, 0.0))
        return [(weight, self.p._replace(continuation=on)) for weight, on in sure if weight > 0]

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, Bools]:
        """Accepting first, so that whoever is indifferent accepts, and rejecting last; between them the deals that
        leave ``seat`` what it has without one.

        Norms weigh payoffs, so that where there are more deals than ``limit`` one stands for all that pay the same: the
        efficient ones, and an even grid of the rest. Where contexts are imagined, what is efficient is not known: there
        are at most :data:`MOST_UNSURE`, an even grid.
        """
        room = limit - PASS - 1
        proposals, count = self.contexts.considered(seat, min(room, MOST_UNSURE) if self.contexts.hides else room)
        context = worlds["context"]
        listed = proposals[context]
        answers = [np.full((len(worlds), 1), self.n_deals + answer) for answer in (ACCEPT, PASS, REJECT)]
        moves = np.concatenate([*answers[:2], listed, answers[2]], axis=1).astype(np.float64)
        counts = np.ones(moves.shape, np.bool_)
        counts[:, 2:-1] = np.arange(listed.shape[1]) < count[context][:, None]
        moves[~counts] = self.n_deals + PASS
        return moves, counts & self.legal_among(worlds, seat, moves)

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """The other has my turn, and I face what it faced: its offer, its part in the context, its count."""
        swapped = other_way_round(worlds, "proposals")
        offered = worlds["standing"] != NO_OFFER
        swapped["context"] = self.contexts.exchanged[worlds["context"]]
        swapped["standing"] = np.where(offered, self.contexts.whole[worlds["context"]] - worlds["standing"], NO_OFFER)
        swapped["offered_by"] = np.where(offered, 1 - worlds["offered_by"], -1)
        swapped["mover"] = np.where(worlds["mover"] == BOTH, BOTH, 1 - worlds["mover"])
        return swapped

    # -- what cooperation is -------------------------------------------------------------------------------------------

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """A proposal that leaves the other its Nash utility, or no gain; reject where none is left, pass without
        a turn.
        """
        proposal = self.contexts.exemplars[int(cooperative)][worlds["context"], seat]
        may = (worlds["step"] + 1 < self.p.horizon) & (worlds["proposals"][:, seat] < self.max_proposals)
        move = np.where(may | (worlds["mover"] == BOTH), proposal, self.n_deals + REJECT)
        return np.where(self.movers(worlds)[:, seat], move, self.n_deals + PASS).astype(np.float64)

    def anchors(self) -> Anchors:
        """Disagreement; the utilitarian maximum, or disagreement where that is more; random play. All are exact."""
        c = self.contexts
        posed = slice(self.posed.start, self.posed.stop)
        without = c.disagreement[posed].sum(axis=1)
        totals, feasible = c.utilities[posed].sum(axis=2), c.feasible[posed]
        best = np.where(feasible, totals, -np.inf).max(axis=1)
        count = feasible.sum(axis=1)
        agrees = self._random_agreement(count)
        random = agrees * np.where(feasible, totals, 0).sum(axis=1) / count + (1 - agrees) * without
        best = np.maximum(best, without)
        return Anchors(float(without.mean()), float(best.mean()), float(random.mean()), "exact")

    def _random_agreement(self, count: npt.NDArray[np.int64]) -> Floats:
        """How likely uniform random play strikes a deal, whose moves are ``count`` deals beside the answers."""
        if not self.turn_based:
            return 1 / count
        goes_on = np.full(len(count), self.params.continuation)
        agreed = np.zeros(len(count))
        for turn in range(1, self.max_steps):  # the first is an offer; from then on one of the other's stands
            can = turn + 1 < self.max_steps and turn // 2 < self.max_proposals
            options = 2 + count * can
            agreed += goes_on / options
            goes_on = goes_on * self.params.continuation * count * can / options
            if not goes_on.any():
                break
        return agreed

    # -- the text face -------------------------------------------------------------------------------------------------

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        lines = [*self.situation(seat), *(self._told_turns(seat) if self.turn_based else ())]
        told = [worded(paraphrase, *line) for line in lines]
        if self.turn_based:
            told += told_continuation(self.params.continuation, "turn", paraphrase, "the talks go on")
        without = f"{self.contexts.disagreement[self.posed.start, seat]:g}"
        disagreement = (
            f"Without an agreement you get {without}.",
            f"You get {without} if there is no agreement.",
            f"Should you not agree, {without} is what you get.",
        )
        return "\n".join([*told, worded(paraphrase, *disagreement)])

    def _told_turns(self, seat: int) -> list[Wordings]:
        """Who begins, what one can answer, and how often."""
        whose = "yours" if seat == 0 else "the other's"
        lines = [
            (
                f"{'You make' if seat == 0 else 'The other makes'} the first offer; then you take turns.",
                f"The first offer is {whose}; after it you take turns.",
                f"You take turns, and the first offer is made by {'you' if seat == 0 else 'the other'}.",
            ),
            (
                "Whoever has an offer of the other accepts it, rejects it, which ends the talks, or makes another one.",
                "There are three answers to an offer of the other: one accepts it, rejects it, which ends the talks, or"
                " makes another one.",
                "Whoever gets an offer from the other either accepts it, or makes another one, or rejects it, and then"
                " the talks have ended.",
            ),
        ]
        if self.max_proposals < NEVER:
            most = (
                f"Each may make {self.max_proposals} proposals; then only an answer is left.",
                f"After {self.max_proposals} proposals of one's own only an answer is left.",
                f"There are {self.max_proposals} proposals for each, and whoever has made them can only answer.",
            )
            lines.append(most)
        if self.params.horizon_known:
            turns = (
                f"There are {self.max_steps} turns, yours and the other's; the last is for an answer only.",
                f"Your turns and the other's are {self.max_steps} in all, of which the last is for an answer only.",
                f"The talks have {self.max_steps} turns, yours and the other's, and in the last there can only be an"
                " answer.",
            )
            lines.append(turns)
        return lines

    def view(self, world: Any, seat: int) -> str:
        """Whose turn it is, what stands, and what the seat is told."""
        context, standing = int(world["context"]), int(world["standing"])
        lines = self.told(context, seat)
        if self.params.horizon_known:
            lines.append(f"Turn {min(world['step'] + 1, self.max_steps)} of {self.max_steps}.")
        if standing == NO_OFFER:
            lines.append("No offer has been made." if self.turn_based else "Both name at the same time what they keep.")
        else:
            whose = {seat: "Your offer stands", 1 - seat: "The other's offer stands"}
            terms = self.in_words(context, seat, self.contexts.deal_of(context, seat, standing))
            lines.append(f"{whose.get(int(world['offered_by']), 'Both named')}: {terms}.")
        own, other = (int(world["proposals"][i]) for i in (seat, 1 - seat))
        lines.append(f"Proposals so far: {own} by you, {other} by the other.")
        if world["lost_turn"]:
            lines.append("The last turn was lost.")
        if world["ended"] != RUNNING:
            return "\n".join([*lines, "The talks are over."])
        mine = world["mover"] in (seat, BOTH)
        return "\n".join([*lines, "It is your turn." if mine else "It is the other's turn."])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """The acts that are legal now."""
        mask = np.zeros((1, 2, self.n_moves), np.int8)
        legal(self.p, np.array([world]), mask)
        words = [word for k, word in enumerate(ANSWERS) if mask[0, seat, self.n_deals + k]]
        if mask[0, seat, : self.n_deals].any():
            return any_of(words, self.proposal_schema(int(world["context"])))
        return any_of(words)

    def meant(self, world: Any, seat: int, answer: Any) -> float:
        """A proposal, or what follows the last one."""
        return float(self.n_deals + ANSWERS.index(answer) if isinstance(answer, str) else self.flat(answer))

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """A proposal in names, or a word."""
        return self.spelled(int(move)) if move < self.n_deals else ANSWERS[int(move) - self.n_deals]
