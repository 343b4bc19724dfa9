"""Contracts: before the step one proposes transfers that depend on the acts to come, and all others accept or refuse.

**Rule.** Every ``duration`` steps two rounds are played before the game's step. In the first the ``proposer`` names a
level, 0 … ``levels``; in the second all others who are there accept it or not. It is in force for the next ``duration``
steps iff all of them have accepted and the level is not 0; else it is void, and nobody is bound by anything.

Under a contract of level k whoever acts with a cooperation label c below ``standard`` pays θ·(standard − c)/standard,
θ = ``most``·k/``levels``, and what it pays is divided equally among all others who are there. So all payments together
are 0, and none depends on what its receivers did. Whoever had no choice, or is alone, pays nothing; whoever comes
while a contract is in force is bound by it, too. An act is judged wrongly with probability ``error``: a breach is then
taken for none, any other act for a whole breach. Each who is there pays ``cost`` for every step under a contract, which
is lost to all.

``proposer`` *rotating*: those who are there, in seat order, one after the other; *drawn*: one of them by chance;
*first*: always the first of them. Proposals and who made them are public, where seats have names; of payments each
knows its own.

Logged for each step and seat: the level in force (``level``) and the ``transfer`` received (negative: paid).

**Canonical numbers**: none are published for all games. Without ``most`` the largest θ is the optimum's payoff per head
and paying step.

**Known answers**: transfers sum to 0 in every step. In a prisoner's dilemma T, R, P, S of two a contract makes
cooperation dominant iff θ > max(T − R, P − S): against a cooperator it costs the defector θ, against a defector, who
pays as much, it brings the cooperator θ. In a linear public good a token withheld costs θ/e, whoever else withholds:
contributing is dominant iff θ > (1 − m)·e.

**Source**: Christoffersen, Haupt & Hadfield-Menell 2023 ("Get It in Writing: Formal Contracts Mitigate Social Dilemmas
in Multi-Agent RL"), whose contracts are one-parameter families of zero-sum transfers that all must accept; the family
here is the one above, for any game with a cooperation label.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ..chance import DETECTION, SPEAKER, uniform, uniforms
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Choice, Range
from .institution import optimum_per_step
from .stage import Bools, Stage

LANE = 1 << 16
"""Keeps the chance of contracts apart from that of other institutions."""
PROPOSE, ACCEPT = range(2)
NOBODY = -1


class Params(NamedTuple):
    """What can be agreed, by whom, and for how long."""

    levels: Annotated[int, Range(1, 100), "levels of a contract beside 0, none"] = 4
    most: Annotated[
        float | None, Range(0, 1e6), "largest θ (payoff); none: the optimum's payoff per head and paying step"
    ] = None
    standard: Annotated[float, Range(0, 1, above=True), "an act with a smaller label has to pay"] = 1.0
    duration: Annotated[int, Range(1, 10**6), "steps from one proposal to the next"] = 1
    proposer: Annotated[str, Choice("rotating", "drawn", "first"), "who proposes"] = "rotating"
    error: Annotated[float, Range(0, 1), "ε: probability that an act is judged wrongly"] = 0.0
    cost: Annotated[float, Range(0, 1e6), "of a step under a contract, to each seat (payoff)"] = 0.0


class _Numbers(NamedTuple):
    """What the compiled rule reads."""

    unit: float
    """θ of a level."""
    standard: float
    error: float
    cost: float


@njit(cache=True)
def _owed(q: Any, label: float, draw: float) -> float:
    """The share of θ that an act of this label has to pay, which ``draw`` < ε turns into its contrary."""
    if np.isnan(label):
        return 0.0
    short = max(0.0, 1.0 - label / q.standard)
    if draw < q.error:
        return 0.0 if short > 0.0 else 1.0
    return short


@njit(cache=True)
def transfer(
    q: Any,
    there: npt.NDArray[Any],
    whole: Bools,
    keys: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.int64],
    labels: Floats,
    agreed: npt.NDArray[Any],
    levels: Floats,
    transfers: Floats,
    rewards: Floats,
) -> None:
    """Moves what is owed under the levels ``agreed`` (B,), in place, where a ``whole`` (B,) step of the game is over.

    All other arrays are (B, N), ``keys`` and ``steps`` (B,). Notes the ``levels`` in force and the ``transfers``.
    """
    for b in range(len(rewards)):
        heads = 0
        for i in range(rewards.shape[1]):
            heads += there[b, i]
        if heads == 0:
            continue
        binds = whole[b] and agreed[b] > 0 and heads > 1
        total = 0.0
        for i in range(rewards.shape[1]):
            levels[b, i] = agreed[b] if there[b, i] else 0
            transfers[b, i] = 0.0
            if there[b, i] and binds:
                draw = uniform(keys[b], steps[b], DETECTION, LANE + i) if q.error > 0.0 else 1.0
                transfers[b, i] = q.unit * agreed[b] * _owed(q, labels[b, i], draw)
                total += transfers[b, i]
        for i in range(rewards.shape[1]):
            if there[b, i] and binds:
                paid = transfers[b, i]
                transfers[b, i] = (total - paid) / (heads - 1) - paid
                rewards[b, i] += transfers[b, i] - q.cost


class Contract(Stage):
    """The institution of this page."""

    name = "contract"
    title = "Do agents bind themselves by contracts that only all together can make?"
    Params = Params
    logged: ClassVar[Mapping[str, str]] = {
        "contract_level": "level of the contract in force",
        "contract_transfer": "payoff that a seat receives by it, less what it pays",
    }
    before = True

    def misfit(self) -> str | None:
        """There must be somebody to agree with, and steps that pay; from here on ``most`` is a number."""
        if self.game.n_agents == 1:
            return "there is one seat only"
        if self.game.pays_at_end:
            return "it pays at the end only, and transfers are made in each step"
        if self.params.most is None:
            unit = optimum_per_step(self.game)
            if not 0 < unit < np.inf:
                return "its optimum is not known, or not above 0, so that contract.most must be given"
            self.params = self.params._replace(most=unit)
        return None

    @property
    def moves(self) -> int:
        """A level; in the second round 1 to accept."""
        return self.params.levels + 1

    @property
    def rounds(self) -> int:
        """A proposal, and what all others say to it."""
        return 2

    @property
    def unit(self) -> float:
        """θ of level 1."""
        return float(self.params.most) / self.params.levels

    @property
    def world_fields(self) -> tuple[tuple[Any, ...], ...]:
        """Who proposes what; the level agreed, and the step at which that ends; then the level of the last step, and
        what it transferred.
        """
        n = self.game.n_agents
        now = (("contract_proposer", "i2"), ("contract_proposed", "i2"), ("contract_agreed", "i2"))
        now += (("contract_until", "i8"),)
        return (*now, ("contract_level", "f8", (n,)), ("contract_transfer", "f8", (n,)))

    @property
    def stochastic(self) -> bool:
        """Judgement by chance, or who proposes next."""
        return 0 < self.params.error < 1 or self.params.proposer == "drawn"

    def opens(self, worlds: Worlds_) -> Bools:
        """Before every ``duration``-th step."""
        return self.game.completed(worlds) & (worlds["step"] % self.params.duration == 0)

    def reset(self, worlds: Worlds_, again: npt.NDArray[Any]) -> None:
        """Nobody is bound."""
        worlds["contract_proposer"][again] = NOBODY
        for name in ("proposed", "agreed", "until", "level", "transfer"):
            worlds[f"contract_{name}"][again] = 0

    def open(self, worlds: Worlds_, here: Bools) -> None:
        """The last contract is over, and somebody may propose another one."""
        there = self.game.present(worlds)
        heads = np.maximum(1, there.sum(axis=1))
        steps = worlds["step"]
        if self.params.proposer == "drawn":
            turn = (uniforms(worlds["key"], steps, SPEAKER, LANE) * heads).astype(np.int64)
        else:
            turn = steps // self.params.duration % heads if self.params.proposer == "rotating" else np.zeros_like(steps)
        chosen = (there & (np.cumsum(there, axis=1) == turn[:, None] + 1)).argmax(axis=1)
        worlds["contract_proposer"][here] = chosen[here]
        worlds["contract_proposed"][here] = 0
        worlds["contract_agreed"][here] = 0

    def legal(self, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        """All levels for who proposes; then yes or no for all others, if there is something to accept."""
        n = self.game.n_agents
        mine = worlds["contract_proposer"][:, None] == np.arange(n)
        proposing = worlds["stage_round"][:, None] == PROPOSE
        asked = ~mine & ~proposing & (worlds["contract_proposed"][:, None] > 0) & self.game.present(worlds)
        out[:] = (mine & proposing)[:, :, None]
        out[:, :, 1] |= asked
        out[:, :, 0] = 1

    def play(self, worlds: Worlds_, here: Bools, moves: Floats, rewards: Floats) -> None:
        """Takes the proposal, or what the others say to it."""
        proposer = worlds["contract_proposer"].astype(np.int64)
        proposing = here & (worlds["stage_round"] == PROPOSE)
        named = np.take_along_axis(moves, proposer[:, None], axis=1)[:, 0]
        worlds["contract_proposed"][proposing] = named[proposing]
        answering = here & ~proposing
        others = self.game.present(worlds) & (proposer[:, None] != np.arange(self.game.n_agents))
        agreed = others.any(axis=1) & ((moves == 1) | ~others).all(axis=1)
        worlds["contract_agreed"][answering] = np.where(agreed, worlds["contract_proposed"], 0)[answering]
        worlds["contract_until"][answering] = worlds["step"][answering] + self.params.duration

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """See the page."""
        q = self.params
        transfer(
            _Numbers(self.unit, q.standard, q.error, q.cost), there, self.game.completed(worlds), worlds["key"],
            worlds["step"], worlds["cooperation"], worlds["contract_agreed"], worlds["contract_level"],
            worlds["contract_transfer"], rewards,
        )  # fmt: skip

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> tuple[Field, ...]:
        """See :meth:`observe`."""
        q = self.params
        return (
            Field("contract_mine", 0, 1, "is it I who proposes, or did so last?"),
            Field("contract_proposed", 0, q.levels, "level that was proposed last"),
            Field("contract_agreed", 0, q.levels, "level of the contract in force"),
            Field("contract_left", 0, q.duration, "steps for which it is still in force"),
            Field("contract_transfer", -q.most, q.most, "what the contract brought me in the last step"),
        )

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The proposal, what is in force, and the own transfer."""
        out[:, :, column] = worlds["contract_proposer"][:, None] == np.arange(self.game.n_agents)
        out[:, :, column + 1] = worlds["contract_proposed"][:, None]
        out[:, :, column + 2] = np.where(self._left(worlds) > 0, worlds["contract_agreed"], 0)[:, None]
        out[:, :, column + 3] = self._left(worlds)[:, None]
        out[:, :, column + 4] = np.clip(worlds["contract_transfer"], -self.params.most, self.params.most)

    def _left(self, worlds: Worlds_) -> npt.NDArray[np.int64]:
        """(B,): steps to come under the contract in force."""
        return np.where(worlds["contract_agreed"] > 0, worlds["contract_until"] - worlds["step"], 0)

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """What others paid or were paid is not known."""
        worlds["contract_transfer"][:, np.arange(self.game.n_agents) != seat] = 0.0

    # -- in words ----------------------------------------------------------------------------------------------------

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """Who proposes, what a contract says, and what it costs."""
        q = self.params
        theta, standard, steps = f"{self.unit:g}", f"{q.standard:g}", _count(q.duration)
        first, second, third = _WHO[q.proposer]
        lines = [
            (
                f"Contracts: before the first step {first} may propose a contract of a level from 1 to {q.levels}. If"
                f" all others accept it, it is in force for {steps}; if anyone refuses, there is none. Then it is"
                " proposed anew.",
                f"Contracts: {second} can offer, at first before any step, a contract whose level is one of 1 to"
                f" {q.levels}. It binds everybody for {steps} once all others agree, and nobody if one of them does"
                " not. After that time comes the next offer.",
                f"Contracts: a contract for {steps}, of a level that is 1 to {q.levels}, can be suggested by {third}"
                " at the beginning and whenever that time is over. Only with the consent of all others does it come"
                " into force.",
            ),
            (
                f"Under a contract, an act whose cooperation is below {standard} has to pay {theta} times the level of"
                " the contract, times the share by which it falls short.",
                f"For cooperation that does not reach {standard} a contract asks {theta} times its level, in proportion"
                " to what is missing.",
                f"Whoever cooperates by less than {standard} pays a share of {theta} times the level of the contract:"
                " the share of cooperation that it lacks.",
            ),
            (
                "What one pays is divided equally among all others who are there.",
                "All others who are there receive equal parts of what somebody pays.",
                "Each payment goes to all others who are there, to each the same.",
            ),
        ]
        if q.error:
            wrong = (
                f"With probability {q.error:g} an act is judged wrongly: one that falls short pays nothing, any other"
                " as if it lacked all cooperation.",
                f"Judgement errs with probability {q.error:g}, and then whoever falls short pays nothing and whoever"
                " does not pays as for no cooperation at all.",
                f"There is a chance of {q.error:g} that an act is taken for its contrary, what falls short for what"
                " does not, and what does not for no cooperation.",
            )
            lines.append(wrong)
        if q.cost:
            cost = (
                f"A contract in force costs each of you {q.cost:g} per step.",
                f"For each step under a contract everybody loses {q.cost:g}.",
                f"In every step under a contract {q.cost:g} is taken from every one of you.",
            )
            lines.append(cost)
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """The contract in force, and what the last step brought under it."""
        lines, moved = [], world["contract_transfer"][seat]
        if moved:
            lines.append(f"By the contract the last step {'brought you' if moved > 0 else 'cost you'} {abs(moved):g}.")
        if left := self._left(np.array([world]))[0]:
            lines.append(f"A contract of level {world['contract_agreed']} is in force for {_count(left)} more.")
        return lines

    def told(self, world: Any, seat: int) -> list[str]:
        """The proposal."""
        mine, level = world["contract_proposer"] == seat, world["contract_proposed"]
        who = "one of the others" if self.game.anonymous else f"agent {world['contract_proposer']}"
        if world["stage_round"] == PROPOSE:
            if mine:
                return [f"You may propose a contract now: of which level, 1 to {self.params.levels}, or 0 for none?"]
            return [f"Now {who} may propose a contract."]
        if not level:
            return ["No contract is proposed."]
        if self.schema(world, seat)["maximum"] == 0:
            return [f"The others now accept or refuse the contract of level {level}."]
        return [f"A contract of level {level} is proposed by {who}: do you accept it (1) or refuse it (0)?"]

    def schema(self, world: Any, seat: int) -> dict[str, Any]:
        """A level, or yes or no."""
        masks = np.zeros((1, self.game.n_agents, self.moves), np.int8)
        self.legal(np.array([world]), masks)
        return {"type": "integer", "minimum": 0, "maximum": int(masks[0, seat].sum()) - 1}


_WHO = {
    "rotating": ("each in turn", "everybody in turn", "one of you after the other"),
    "drawn": ("one drawn by lot", "somebody who is drawn by lot", "whoever the lot falls on"),
    "first": ("always the same one", "one and the same agent", "the same one of you each time"),
}
"""Who proposes, in three wordings."""


def _count(steps: int) -> str:
    return f"{steps} step" if steps == 1 else f"{steps} steps"
