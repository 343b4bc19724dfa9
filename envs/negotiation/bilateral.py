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
from collections import namedtuple
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..chance import CONTEXT, uniform, uniforms
from ..game import (
    COMMON_OUTCOMES,
    NEVER,
    RUNNING,
    TERMINATED,
    Anchors,
    Field,
    Floats,
    Game,
    Kernels,
    Worlds_,
    clip01,
    close_step,
    open_episode,
    other_way_round,
    stay_ended,
    world_dtype,
)
from .contexts import Bools, Contexts, Ints

DEAL, REJECTED, MISMATCHED = (len(COMMON_OUTCOMES) + k for k in range(3))
ACCEPT, REJECT, PASS, PROPOSE = range(4)  # moves beyond the last deal, and what all others are
NO_OFFER = -1
BOTH = 2
"""The mover where both name a deal at once."""
FEWEST_TURNS = 2  # an offer and its answer
MOST_UNSURE = 36
"""Deals that are considered at most where many contexts are imagined: as many as a division has."""
OWN_COLUMNS = 6
"""Observed numbers before the terms of the standing offer."""


_ARRAYS = ("utilities", "feasible", "disagreement", "whole", "told", "nash", "parts")


class Rules(
    namedtuple(
        "_Rules",
        ("horizon", "horizon_known", "continuation", "max_proposals", "mirrored", "opener", "first", "drawn", *_ARRAYS),
    )
):
    """What the kernels take. Tables are compared by identity, so that rules can be the key of what is remembered."""

    __slots__ = ()

    def _key(self) -> tuple[Any, ...]:
        return tuple(id(part) if isinstance(part, np.ndarray) else part for part in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self._key() == other._key()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())


# -- rules -------------------------------------------------------------------------------------------------------------


@njit(cache=True)
def reset(p: Rules, worlds: Worlds_, again: Bools) -> None:
    """A context is drawn; nothing is on the table."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.context = p.first
            if p.drawn > 1:
                w.context += int(p.drawn * uniform(w.key, 0, CONTEXT, 0))
            w.standing = NO_OFFER
            w.offered_by = -1
            w.mover = p.opener
            w.lost_turn = False
            for i in range(2):
                w.proposals[i] = 0


# The tables are looked up in the kernels themselves: to hand an array on costs more than all that is done with it here.


@njit(cache=True)
def _has_turn(w: Any, i: int) -> bool:
    return w.ended == RUNNING and (w.mover == i or w.mover == BOTH)


@njit(cache=True)
def _can_accept(w: Any, i: int) -> bool:
    return w.standing != NO_OFFER and w.offered_by != i


@njit(cache=True)
def _can_propose(w: Any, i: int, horizon: int, most: int) -> bool:
    return w.mover == BOTH or (w.step + 1 < horizon and w.proposals[i] < most)


@njit(cache=True)
def _turned(i: int, move: int, whole: int, mirrored: bool) -> int:
    """The deal that seat i calls ``move``, and the other way round."""
    return whole - move if mirrored and i == 1 else move


@njit(cache=True)
def _label(given: float, without: float, nash: float) -> float:
    """How much of its Nash gain a proposal leaves to the other."""
    gain = nash - without
    return clip01((given - without) / gain) if gain > 0.0 else np.nan


@njit(cache=True)
def _whole_number(asked: float) -> int:
    """The move, −1 where it is none."""
    return int(asked) if asked == np.floor(asked) and abs(asked) < NEVER else -1


@njit(cache=True)
def _kind(w: Any, i: int, move: int, deals: int, may_propose: bool) -> int:
    """What the mover's act is, PASS if it is a lost turn."""
    if 0 <= move < deals:
        return PROPOSE if may_propose else PASS
    if move == deals + ACCEPT and _can_accept(w, i):
        return ACCEPT
    if move == deals + REJECT and (_can_accept(w, i) or not may_propose):
        return REJECT
    return PASS


@njit(cache=True)
def _open_step(w: Any, first: float, second: float, skip: int) -> None:
    """Notes what both ask for; whoever has no turn can only pass."""
    w.lost_turn = False
    for i in range(2):
        asked = first if i == 0 else second
        w.payoff[i] = 0.0
        w.cooperation[i] = np.nan
        w.intended[i] = asked
        w.action[i] = asked
        if w.mover != i and w.mover != BOTH:
            w.action[i] = skip
            w.illegal[i] += asked != skip


@njit(cache=True)
def _propose(w: Any, i: int, deal: int, label: float) -> None:
    w.standing = deal
    w.offered_by = i
    w.proposals[i] += 1
    w.cooperation[i] = label


@njit(cache=True)
def _lose_turn(w: Any, i: int, skip: int) -> None:
    w.illegal[i] += 1
    w.action[i] = skip
    w.lost_turn = True


@njit(cache=True)
def _settle(w: Any, first: float, second: float, outcome: int) -> None:
    w.payoff[0] = first
    w.payoff[1] = second
    w.ended = TERMINATED
    w.outcome = outcome


@njit(cache=True)
def step(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """The mover's turn, or both name a deal at once."""
    if p.opener == BOTH:
        _name_together(p, worlds, actions, rewards, ended)
    else:
        _take_turns(p, worlds, actions, rewards, ended)


@njit(cache=True)
def _take_turns(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    utilities, feasible, disagreement, nash, whole = p.utilities, p.feasible, p.disagreement, p.nash, p.whole
    deals = feasible.shape[1]
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        _open_step(w, actions[b, 0], actions[b, 1], deals + PASS)
        c, i, j = w.context, w.mover, 1 - w.mover
        move = _whole_number(actions[b, i])
        kind = _kind(w, i, move, deals, _can_propose(w, i, p.horizon, p.max_proposals))
        if kind == ACCEPT:
            _settle(w, utilities[c, w.standing, 0], utilities[c, w.standing, 1], DEAL)
        elif kind == PROPOSE and feasible[c, move]:
            deal = _turned(i, move, whole[c], p.mirrored)
            _propose(w, i, deal, _label(utilities[c, deal, j], disagreement[c, j], nash[c, j]))
        elif kind != REJECT:
            _lose_turn(w, i, deals + PASS)
        w.mover = j
        close_step(w, p.horizon, p.horizon_known, p.continuation)
        if kind == REJECT:
            _settle(w, disagreement[c, 0], disagreement[c, 1], REJECTED)
        elif w.ended != RUNNING and w.outcome != DEAL:
            w.payoff[0], w.payoff[1] = disagreement[c, 0], disagreement[c, 1]
        rewards[b, 0], rewards[b, 1] = w.payoff[0], w.payoff[1]
        ended[b] = w.ended


@njit(cache=True)
def _name_together(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """What both keep is a deal if it adds up."""
    utilities, feasible, disagreement, nash, whole = p.utilities, p.feasible, p.disagreement, p.nash, p.whole
    deals = feasible.shape[1]
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        _open_step(w, actions[b, 0], actions[b, 1], deals + PASS)
        c, before = w.context, w.standing
        for i in range(2):
            before, j, move = w.standing, 1 - i, _whole_number(actions[b, i])
            if 0 <= move < deals and feasible[c, move]:
                deal = _turned(i, move, whole[c], p.mirrored)
                _propose(w, i, deal, _label(utilities[c, deal, j], disagreement[c, j], nash[c, j]))
            else:
                _lose_turn(w, i, deals + PASS)
        w.offered_by = BOTH
        if before == w.standing and not w.lost_turn:
            _settle(w, utilities[c, before, 0], utilities[c, before, 1], DEAL)
        else:
            w.standing = NO_OFFER
            _settle(w, disagreement[c, 0], disagreement[c, 1], MISMATCHED)
        w.step += 1
        rewards[b, 0], rewards[b, 1] = w.payoff[0], w.payoff[1]
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Rules, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """The table as each side sees it."""
    parts, told, whole = p.parts, p.told, p.whole
    for b in range(len(worlds)):
        w = worlds[b]
        c = w.context
        for i in range(2):
            offer = w.standing != NO_OFFER
            out[b, i, 0] = _has_turn(w, i)
            out[b, i, 1] = offer
            out[b, i, 2] = w.offered_by == i
            out[b, i, 3] = w.lost_turn
            out[b, i, 4] = w.proposals[i]
            out[b, i, 5] = w.proposals[1 - i]
            k = OWN_COLUMNS
            seen = _turned(i, w.standing, whole[c], p.mirrored) if offer else 0
            for part in range(parts.shape[1]):
                out[b, i, k] = parts[seen, part] if offer else -1.0
                k += 1
            for fact in range(told.shape[2]):
                out[b, i, k] = told[c, i, fact]
                k += 1
            if p.horizon_known:
                out[b, i, k] = w.step
                out[b, i, k + 1] = p.horizon


@njit(cache=True)
def legal(p: Rules, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """Deals while one may propose; accept where an offer of the other stands; reject it, or the talks when no offer is
    left to make; else pass.
    """
    feasible = p.feasible
    deals = feasible.shape[1]
    for b in range(len(worlds)):
        w = worlds[b]
        c = w.context
        for i in range(2):
            turn = _has_turn(w, i)
            propose = turn and _can_propose(w, i, p.horizon, p.max_proposals)
            accept = turn and _can_accept(w, i)
            for k in range(deals):
                out[b, i, k] = feasible[c, k] if propose else 0
            out[b, i, deals + ACCEPT] = accept
            out[b, i, deals + REJECT] = turn and (accept or not propose)
            out[b, i, deals + PASS] = not turn


@njit(cache=True)
def reconsider(p: Rules, worlds: Worlds_) -> None:
    """Says of the last step, in place, what follows from its acts in the contexts that the worlds have now."""
    for b in range(len(worlds)):
        w = worlds[b]
        c = w.context
        for i in range(2):
            j = 1 - i
            w.cooperation[i] = np.nan
            if 0 <= w.action[i] < p.feasible.shape[1]:
                deal = _turned(i, int(w.action[i]), p.whole[c], p.mirrored)
                w.cooperation[i] = _label(p.utilities[c, deal, j], p.disagreement[c, j], p.nash[c, j])
            if w.outcome == DEAL:
                w.payoff[i] = p.utilities[c, w.standing, i]


# -- the game ----------------------------------------------------------------------------------------------------------


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
    def situation(self, seat: int) -> list[str]:
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

    def brief(self, seat: int) -> str:
        """The rules in words."""
        lines = self.situation(seat)
        if self.turn_based:
            lines += [
                f"{'You make' if seat == 0 else 'The other makes'} the first offer; then you take turns.",
                "Whoever has an offer of the other accepts it, rejects it, which ends the talks, or makes another one.",
            ]
            if self.max_proposals < NEVER:
                lines.append(f"Each may make {self.max_proposals} proposals; then only an answer is left.")
            if self.params.horizon_known:
                lines.append(
                    f"There are {self.max_steps} turns, yours and the other's; the last is for an answer only."
                )
            if self.params.continuation < 1:
                lines.append(f"After each turn the talks go on with probability {self.params.continuation:g}.")
        without = self.contexts.disagreement[self.posed.start, seat]
        return "\n".join([*lines, f"Without an agreement you get {without:g}."])

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
        words = ((ACCEPT, "accept"), (REJECT, "reject"), (PASS, "pass"))
        acts: list[dict[str, Any]] = [{"const": word} for k, word in words if mask[0, seat, self.n_deals + k]]
        if mask[0, seat, : self.n_deals].any():
            acts.append(self.proposal_schema(int(world["context"])))
        return {"anyOf": acts}
