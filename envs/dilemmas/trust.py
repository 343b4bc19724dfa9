"""An investor sends money to a trustee, where it grows; what comes back is up to the trustee.

**Models** trust without a contract: whoever goes first must rely on being repaid, and both gain if it can.

**Rules** of a round, which is two steps: the investor sends s of its ``endowment`` e; s arrives times ``multiplier`` m;
the trustee, who sees s, returns r of what arrived. Agent 0 invests; with ``swap_roles`` they exchange roles after each
round. ``integer``: whole units; else hundredths.

**Payoffs**, both paid at the trustee's answer: e − s + r for the investor, ``trustee_endowment`` + m·s − r for the
trustee.

**Ends** after ``horizon`` rounds, or when the continuation draw, made after each round, fails.

**Observation** (float32): is it my turn, am I the investor of this round, what was sent in it (−1: not yet), own last
payoff; then what was sent and returned in the last round, the one before, … (−1: there was none), as many as the game
has, ten at most; step and rounds if known. Both see every move, so that whoever remembers knows all.

**Action**: 0 … M units (M the most that anybody can hold: e or m·e); M+1 passes, the one legal move of whoever has no
turn. What is no legal move counts as 0, and is counted. **Reward**: the payoff, 0 for the step of the investor.

**Cooperation**: the investor's s/e, the trustee's r/(m·s), NaN if nothing arrived. Of the trustee's, 1/m makes the
investor whole; 2/3 equalises payoffs where m = 3 and endowments are equal.

**Known answers** (GAMES.md §1.3): subgame-perfect play by brute force, the gain from trust, when it pays to return; all
are tests.

**Source**: Berg, Dickhaut & McCabe 1995.

**Versions**: v0, first.
"""

from collections import namedtuple
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from numba import njit

from ..acts import Act
from ..faces import entry_points
from ..game import (
    RUNNING,
    Anchors,
    Field,
    Floats,
    Game,
    Kernels,
    Worlds_,
    close_step,
    open_episode,
    other_way_round,
    stay_ended,
    world_dtype,
)
from ..paraphrases import Wordings, worded
from ..settings import Range, SettingError, refuse

NOT_SENT = -1
SENT, RETURNED = 0, 1
ROUNDS_SHOWN = 10
LOOKAHEAD = 10
"""Rounds that a seat plans for where it does not know how many there are."""
HUNDREDTHS = 100
MOST_MOVES = 100_000
TINY = 1e-9
"""What a product may lack of a whole number of units by rounding."""


class Params(NamedTuple):
    """The parameters of GAMES.md §1.3."""

    endowment: Annotated[float, Range(0, above=True), "e: what the investor has in each round"] = 10.0
    trustee_endowment: Annotated[float, Range(0), "what the trustee has in each round"] = 10.0
    multiplier: Annotated[float, Range(0, above=True), "m: what arrives of a unit that is sent"] = 3.0
    swap_roles: Annotated[bool, "do the two exchange roles after each round?"] = False
    integer: Annotated[bool, "whole units; false: hundredths"] = True
    n_agents: Annotated[int, Range(2, 2), "seats"] = 2
    horizon: Annotated[int, Range(1, 10**9), "largest number of rounds"] = 1
    horizon_known: Annotated[bool, "are step and number of rounds part of the observation?"] = True
    continuation: Annotated[float, Range(0, 1), "probability that the episode goes on after a round"] = 1.0


Rules = namedtuple("Rules", (*Params._fields, "scale", "stake", "passing", "rounds_shown"))
"""What the kernels take: moves are whole numbers of 1/scale; the investor has ``stake`` of them; the code of pass."""


@njit(cache=True)
def reset(p: Rules, worlds: Worlds_, again: npt.NDArray[np.bool_]) -> None:
    """Agent 0 invests first."""
    for b in range(len(worlds)):
        if again[b]:
            w = worlds[b]
            open_episode(w)
            w.investor = 0
            w.sent = NOT_SENT
            for k in range(2 * p.rounds_shown):
                w.history[k] = NOT_SENT


@njit(cache=True)
def _mover(w: Any) -> int:
    return w.investor if w.sent == NOT_SENT else 1 - w.investor


@njit(cache=True)
def _most(p: Rules, w: Any) -> int:
    """The largest legal move of the mover: its endowment, or what has arrived."""
    return p.stake if w.sent == NOT_SENT else int(p.multiplier * w.sent + TINY)


@njit(cache=True)
def _sends(p: Rules, w: Any, i: int, units: int) -> None:
    """The first step of a round."""
    w.sent = units
    w.cooperation[i] = units / p.stake
    close_step(w, 2 * p.horizon, p.horizon_known, 1.0)


@njit(cache=True)
def _returns(p: Rules, w: Any, i: int, units: int) -> None:
    """The second step, which pays both and ends the round."""
    arrived = p.multiplier * w.sent
    if arrived > 0.0:
        w.cooperation[i] = min(1.0, units / arrived)
    w.payoff[1 - i] = (p.stake - w.sent + units) / p.scale
    w.payoff[i] = p.trustee_endowment + (arrived - units) / p.scale
    for k in range(2 * p.rounds_shown - 1, 1, -1):
        w.history[k] = w.history[k - 2]
    w.history[SENT], w.history[RETURNED] = w.sent / p.scale, units / p.scale
    w.sent = NOT_SENT
    if p.swap_roles:
        w.investor = i
    close_step(w, 2 * p.horizon, p.horizon_known, p.continuation)


@njit(cache=True)
def step(p: Rules, worlds: Worlds_, actions: Floats, rewards: Floats, ended: npt.NDArray[np.int8]) -> None:
    """The mover's turn."""
    for b in range(len(worlds)):
        w = worlds[b]
        if w.ended != RUNNING:
            stay_ended(w, rewards[b])
            continue
        i, most = _mover(w), _most(p, w)
        w.illegal[1 - i] += actions[b, 1 - i] != p.passing
        for j in range(2):
            w.payoff[j] = 0.0
            w.cooperation[j] = np.nan
        asked = actions[b, i]
        legal_move = 0.0 <= asked <= most and asked == np.floor(asked)
        units = int(asked) if legal_move else 0
        w.illegal[i] += not legal_move
        w.intended[i] = asked
        w.action[i] = units
        if w.sent == NOT_SENT:
            _sends(p, w, i, units)
        else:
            _returns(p, w, i, units)
        for j in range(2):
            rewards[b, j] = w.payoff[j]
        ended[b] = w.ended


@njit(cache=True)
def observe(p: Rules, worlds: Worlds_, out: npt.NDArray[np.float32]) -> None:
    """This round, and those before."""
    for b in range(len(worlds)):
        w = worlds[b]
        for i in range(2):
            out[b, i, 0] = _mover(w) == i and w.ended == RUNNING
            out[b, i, 1] = w.investor == i
            out[b, i, 2] = NOT_SENT if w.sent == NOT_SENT else w.sent / p.scale
            out[b, i, 3] = w.payoff[i]
            for k in range(2 * p.rounds_shown):
                out[b, i, 4 + k] = w.history[k]
            if p.horizon_known:
                out[b, i, 4 + 2 * p.rounds_shown] = w.step
                out[b, i, 5 + 2 * p.rounds_shown] = p.horizon


@njit(cache=True)
def legal(p: Rules, worlds: Worlds_, out: npt.NDArray[np.int8]) -> None:
    """What the mover has; else pass."""
    for b in range(len(worlds)):
        w = worlds[b]
        mover = _mover(w) if w.ended == RUNNING else -1
        for i in range(2):
            moves = _most(p, w) + 1 if mover == i else 0
            for k in range(p.passing):
                out[b, i, k] = 0
            for k in range(moves):
                out[b, i, k] = 1
            out[b, i, p.passing] = mover != i


class Trust(Game):
    """The game of this page."""

    name = "trust"
    family = "dilemmas"
    title = "Will an investor trust, and will it be repaid?"
    Params = Params
    kernels = Kernels(reset, step, observe, legal)
    turn_based = True
    directed = True
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "berg_1995": {"horizon": 1},
        "repeated_trust": {"horizon": 10},
    }

    def check(self) -> None:
        """Money comes in whole units, and not in too many."""
        q = self.params
        if (q.endowment * self.scale) % 1:
            unit = "whole number of units" if q.integer else "number of at most two decimals"
            raise SettingError(f"trust.endowment = {q.endowment:g} is not allowed with integer = {q.integer}: a {unit}")
        if self.most_moves > MOST_MOVES:
            known = f"so that endowment and what arrives of it are at most {MOST_MOVES / self.scale:g}"
            raise refuse("trust.endowment", q.endowment, known)

    @property
    def scale(self) -> int:
        """Moves per unit of money."""
        return 1 if self.params.integer else HUNDREDTHS

    @property
    def most_moves(self) -> float:
        """The largest move of anybody."""
        return self.params.endowment * self.scale * max(1.0, self.params.multiplier)

    def encode(self) -> Any:
        """Adds what follows for the kernels."""
        q = self.params
        shown = min(ROUNDS_SHOWN, q.horizon) if q.horizon_known else ROUNDS_SHOWN
        passing = int(self.most_moves + TINY) + 1
        return Rules(*super().encode(), self.scale, round(q.endowment * self.scale), passing, shown)

    def beliefs(self, seat: int) -> dict[str, Any]:
        """Whoever does not know the number of rounds plans for ``LOOKAHEAD`` from now on."""
        found = super().beliefs(seat)
        return {**found, "horizon": LOOKAHEAD} if "horizon" in found else found

    def acts_seen(self, world: Any, seat: int) -> list[Act]:
        """Whatever was sent or returned."""
        if world["step"] == 0:
            return []
        investor = int(world["investor"])
        if world["sent"] != NOT_SENT:
            return [Act(investor, 1 - investor, "send", float(world["sent"]) / self.scale)]
        trustee = investor if self.params.swap_roles else 1 - investor
        return [Act(trustee, 1 - trustee, "return", float(world["history"][RETURNED]))]

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """All is seen; rounds that lead to no known end need no count."""
        if not self.params.horizon_known:
            worlds["step"] %= 2

    def branches(self) -> list[tuple[float, Any]]:
        """After a round it goes on, or not."""
        p, goes_on = self.p, self.params.continuation
        sure = ((goes_on, 1.0), (1 - goes_on, 0.0))
        return [(weight, p._replace(continuation=on)) for weight, on in sure if weight > 0]

    @property
    def max_steps(self) -> int:
        """Two of each round."""
        return 2 * self.params.horizon

    @property
    def expected_steps(self) -> float:
        """Two of each round."""
        return 2 * super().expected_steps

    @property
    def paying_steps(self) -> float:
        """One of each round."""
        return self.expected_steps / 2

    @cached_property
    def world_dtype(self) -> np.dtype[np.void]:
        """The ``investor`` of this round, the units ``sent`` in it (−1: not yet), and the ``history``: what was sent
        and what returned in the last round, in the one before, … (−1: there was none).
        """
        return world_dtype(2, ("investor", "i8"), ("sent", "i8"), ("history", "f8", (2 * self.p.rounds_shown,)))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        q = self.params
        e, pot = q.endowment, q.multiplier * q.endowment
        past = [
            field
            for k in range(1, self.p.rounds_shown + 1)
            for field in (
                Field(f"sent_{k}", -1, e, f"sent {k} rounds ago, -1: there was no such round"),
                Field(f"returned_{k}", -1, pot, f"returned {k} rounds ago, -1: there was no such round"),
            )
        ]
        return (
            Field("my_turn", 0, 1, "is it my turn?"),
            Field("investor", 0, 1, "am I the investor of this round?"),
            Field("sent", -1, e, "sent in this round, -1: not yet"),
            Field("payoff", 0, max(e, pot, q.trustee_endowment + pot), "own payoff of the last step"),
            *past,
            *(field._replace(high=2.0 * q.horizon) for field in self.life_fields()),
        )

    @cached_property
    def move_space(self) -> spaces.Discrete:
        """Units, then pass."""
        return spaces.Discrete(self.p.passing + 1)

    def mover(self, worlds: Worlds_) -> npt.NDArray[np.int64]:
        """(B,): whose turn it is in a running world."""
        return np.where(worlds["sent"] == NOT_SENT, worlds["investor"], 1 - worlds["investor"])

    def most(self, worlds: Worlds_) -> npt.NDArray[np.int64]:
        """(B,): the largest legal move of the mover."""
        arrived = np.floor(self.params.multiplier * worlds["sent"] + TINY).astype(np.int64)
        return np.where(worlds["sent"] == NOT_SENT, self.p.stake, arrived)

    def movers(self, worlds: Worlds_) -> npt.NDArray[np.bool_]:
        """One at a time."""
        return (worlds["ended"] == RUNNING)[:, None] & (self.mover(worlds)[:, None] == np.arange(2))

    def candidates(self, worlds: Worlds_, seat: int, limit: int = 256) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """All moves, or an even grid of the legal ones; the smallest first: who is indifferent gives nothing."""
        if self.n_moves <= limit:
            return super().candidates(worlds, seat, limit)
        grid = np.round(np.linspace(0.0, 1.0, limit - 1) * self.most(worlds)[:, None])
        moves = np.concatenate([grid, np.full((len(worlds), 1), float(self.p.passing))], axis=1)
        return moves, self.legal_among(worlds, seat, moves)

    def exemplar(self, worlds: Worlds_, seat: int, cooperative: bool) -> Floats:
        """All that there is, or nothing; pass without a turn."""
        amount = self.most(worlds).astype(np.float64) if cooperative else np.zeros(len(worlds))
        return np.where(self.movers(worlds)[:, seat], amount, self.p.passing)

    def exchanged(self, worlds: Worlds_, i: int, j: int) -> Worlds_:
        """The other has my role, and I have its."""
        swapped = other_way_round(worlds)
        swapped["investor"] = 1 - worlds["investor"]
        return swapped

    def anchors(self) -> Anchors:
        """Nothing is sent; everything is sent, if it grows; random play, which sends half."""
        q = self.params
        kept, gained = q.endowment + q.trustee_endowment, (q.multiplier - 1) * q.endowment
        rounds, note = self.paying_steps, "exact; what is returned changes no total"
        return Anchors(rounds * kept, rounds * (kept + max(0.0, gained)), rounds * (kept + gained / 2), note)

    def brief(self, seat: int, paraphrase: int = 0) -> str:
        """The rules in words."""
        q = self.params
        unit = "a whole number of units" if q.integer else "in hundredths of a unit"
        lines = [
            (
                "You and one other are an investor and a trustee.",
                "Of you and one other, one is an investor and one a trustee.",
                "There are two of you, an investor and a trustee.",
            ),
            _told_role(seat, q.swap_roles),
            (
                f"In each round the investor has {q.endowment:g} units and sends any part of them, {unit}.",
                f"Of the {q.endowment:g} units that it has in each round the investor sends any part, {unit}.",
                f"Each round begins with {q.endowment:g} units for the investor, which sends any part of them, {unit}.",
            ),
            (
                f"What it sends arrives at the trustee {q.multiplier:g} times as large, and the trustee returns any"
                " part of what arrived.",
                f"The trustee gets {q.multiplier:g} times what is sent to it, and returns any part of what it got.",
                f"On its way to the trustee this is multiplied by {q.multiplier:g}; of what arrives the trustee returns"
                " any part.",
            ),
            (
                "The investor has what it did not send and what came back; the trustee has"
                f" {q.trustee_endowment:g} units of its own and what it did not return.",
                "What was not sent and what came back is the investor's;"
                f" {q.trustee_endowment:g} units of its own and what was not returned are the trustee's.",
                "A round leaves the investor with what it did not send and what came back, and the trustee with"
                f" {q.trustee_endowment:g} units of its own and what it did not return.",
            ),
        ]
        return "\n".join([*(worded(paraphrase, *line) for line in lines), *self.told_end("round", paraphrase)])

    def view(self, world: Any, seat: int) -> str:
        """The rounds so far, and whose turn it is."""
        p, played = self.p, int(world["step"]) // 2
        lines = [f"Round {min(played + 1, p.horizon)} of {p.horizon}."] if self.params.horizon_known else []
        past = [(ago, s, r) for ago, (s, r) in enumerate(world["history"].reshape(-1, 2), 1) if s != NOT_SENT]
        for ago, sent, returned in reversed(past):
            when = "last round" if ago == 1 else f"{ago} rounds ago"
            own = (world["investor"] == seat) != (self.params.swap_roles and ago % 2 == 1)
            who = "you sent" if own else "the other sent"
            whom = "the other" if own else "you"
            lines.append(f"{when.capitalize()}: {who} {sent:g}, and {whom} returned {returned:g}.")
        if world["payoff"].any():
            lines.append(f"That round left you with {world['payoff'][seat]:g}.")
        if world["ended"] != RUNNING:
            return "\n".join(lines)
        own = world["investor"] == seat
        lines.append(f"You are the {'investor' if own else 'trustee'} of this round.")
        if world["sent"] != NOT_SENT:
            arrived = p.multiplier * world["sent"] / p.scale
            who = "You have" if own else "The other has"
            lines.append(f"{who} sent {world['sent'] / p.scale:g}, of which {arrived:g} arrived.")
        turn = _mover(world) == seat
        return "\n".join([*lines, "It is your turn." if turn else "It is the other's turn."])

    def move_schema(self, world: Any, seat: int) -> dict[str, Any]:
        """An amount, or pass."""
        if world["ended"] != RUNNING or _mover(world) != seat:
            return {"type": "string", "const": "pass"}
        most = _most(self.p, world)
        if self.params.integer:
            return {"type": "integer", "minimum": 0, "maximum": most}
        # no multipleOf: in binary fractions .07 is no multiple of .01
        return {
            "type": "number",
            "minimum": 0,
            "maximum": most / HUNDREDTHS,
            "description": "a number with at most two decimals",
        }

    def meant(self, world: Any, seat: int, answer: Any) -> float:
        """In units of the move; of finer parts than hundredths there is none."""
        if answer == "pass":
            return float(self.p.passing)
        units = round(answer * self.p.scale)
        if abs(units - answer * self.p.scale) > TINY:
            raise ValueError("must be a number with at most two decimals")
        return float(units)

    def answer_of(self, world: Any, seat: int, move: float) -> Any:
        """Money, or pass."""
        if move == self.p.passing:
            return "pass"
        return int(move) if self.params.integer else move / HUNDREDTHS


def _told_role(seat: int, swap_roles: bool) -> Wordings:
    """Who ``seat`` is, and for how long."""
    who, whose = ("You are", "you") if seat == 0 else ("The other is", "the other")
    role = "investor" if seat == 0 else "trustee"
    if not swap_roles:
        return (f"{who} the investor.", f"The investor is {whose}.", f"Your role is that of the {role}.")
    return (
        f"{who} the investor first, and after each round you exchange roles.",
        f"At first the investor is {whose}; roles are exchanged after each round.",
        f"Your first role is that of the {role}, and each round is followed by an exchange of roles.",
    )


env, raw_env, parallel_env = entry_points(Trust)
