"""Mediator: before the game's step each may hand its act over to a rule that all know.

**Rule.** Before each step of the game there is a stage in which each seat, all at the same time, plays itself (0) or
delegates (1). Then the game's step is played, and the mediator acts for all who delegated: by the game's exemplar of
cooperation or by that of its opposite (:meth:`~..game.Game.exemplar`; where that is not legal, the first act that is).
Under ``conditional`` it cooperates if all who have a choice delegated, else it does not; under ``majority`` if more
than half of them did; under ``cooperative`` always. What a delegator sends in the game's step is ignored; where moves
are discrete the mediator's is its only legal one. Each delegation costs ``fee``, paid in that step; with probability
``error``, for each delegator by itself, the mediator plays the other exemplar.

**Seen**: who of the others delegated, in seat order after one's own (1, 0; −1: had no choice, or there was no stage
yet), and whether one did so oneself. Where the game hides who did what they come in rising order.

Logged for each step and seat: whether it ``delegated`` (1, 0; NaN: had no choice), and the ``act`` that the mediator
played for it (NaN: none).

**Known answers**: in a one-shot prisoner's dilemma T, R, P, S = 5, 3, 1, 0 under ``conditional`` delegating is weakly
dominant: all who delegate get R, and whoever stays out and defects gets P against a delegator, who loses nothing by it.
Under ``cooperative`` staying out and defecting gets T. The deliberator cannot see the first: it expects others to do
nothing in a stage, and so thinks that it would delegate alone.

**Source**: Monderer & Tennenholtz 2009 (Artificial Intelligence 173:180), strong mediated equilibrium; Ivanov, Zisman &
Chernyshev 2023 (arXiv 2306.08419), mediators in multi-agent reinforcement learning. The rules are stated by exemplars
here, so that they make sense in every game.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ..chance import MEDIATION, uniforms
from ..game import Field, Floats, Worlds_
from ..paraphrases import worded
from ..settings import Choice, Range
from .coming import Coming, choosers, exemplars, legal_moves
from .stage import NOTHING, Bools

DELEGATE = 1
NO_CHOICE = -1.0
YES_NO = ("no", "yes")
RULES = {
    "conditional": (
        "If everybody does so, it cooperates for all; else it does not cooperate for those who do.",
        "It cooperates in the place of all if nobody stays out; if somebody does, it does not cooperate.",
        "Where all leave their acts to it, it makes the cooperative act for each, and otherwise the uncooperative one.",
    ),
    "cooperative": (
        "It always cooperates.",
        "For each, it makes the cooperative act in every case.",
        "What it does for somebody is to cooperate, whatever the others choose.",
    ),
    "majority": (
        "It cooperates if more than half of you do so; else it does not.",
        "Where most of you leave their acts to it, it cooperates, and otherwise it does not.",
        "The cooperative act is what it makes if a majority asks it to act, and if not the uncooperative one.",
    ),
}
"""What is told of each rule."""


class Params(NamedTuple):
    """What the mediator does, and what it costs."""

    rule: Annotated[str, Choice("conditional", "cooperative", "majority"), "when it cooperates"] = "conditional"
    fee: Annotated[float, Range(0, 1e6), "of a delegation, to whoever delegates (payoff)"] = 0.0
    error: Annotated[float, Range(0, 1), "probability that it plays the other exemplar for a seat"] = 0.0


class Mediator(Coming):
    """The institution of this page."""

    name = "mediator"
    title = "Will all hand their acts to a rule that cooperates only if all do?"
    Params = Params
    narrows = True
    logged: ClassVar[Mapping[str, str]] = {
        "mediator_delegated": "share of seats that delegate",
        "mediator_act": "act that the mediator makes for a seat",
    }

    def misfit(self) -> str | None:
        """There must be somebody to cooperate with, and steps in which a fee can be paid."""
        if self.game.n_agents == 1:
            return "there is one seat only"
        if self.game.pays_at_end and self.params.fee:
            return "it pays at the end only, and delegations are paid for in each step: mediator.fee must be 0"
        return None

    @property
    def moves(self) -> int:
        """To play oneself, or to delegate."""
        return 2

    @property
    def stochastic(self) -> bool:
        """It can err."""
        return self.params.error > 0

    def legal(self, worlds: Worlds_, out: npt.NDArray[Any]) -> None:
        """Whoever has a choice can leave it to the mediator."""
        out[:, :, NOTHING] = 1
        out[:, :, DELEGATE] = choosers(self.game, worlds)

    def play(self, worlds: Worlds_, here: Bools, moves: Floats, rewards: Floats) -> None:
        """Who delegated is known, and what the mediator will do for them is settled."""
        self.reset(worlds, here)
        np.copyto(worlds["mediator_delegated"], moves, where=here[:, None] & choosers(self.game, worlds))
        np.copyto(worlds["mediator_act"], self._mediated(worlds), where=here[:, None])

    def _mediated(self, worlds: Worlds_) -> Floats:
        """(B, N): what it plays for those who delegated, NaN for others."""
        delegated = worlds["mediator_delegated"] == DELEGATE
        if not delegated.any():
            return np.full(delegated.shape, np.nan)
        cooperates = self._cooperates(worlds)[:, None] ^ self._errs(worlds)
        acts = np.where(cooperates, self._possible(worlds, True), self._possible(worlds, False))
        return np.where(delegated, acts, np.nan)

    def _cooperates(self, worlds: Worlds_) -> Bools:
        """(B,): by its rule."""
        stay, delegate = ((worlds["mediator_delegated"] == move).sum(axis=1) for move in (NOTHING, DELEGATE))
        if self.params.rule == "conditional":
            return stay == 0
        return delegate > stay if self.params.rule == "majority" else np.ones(len(worlds), np.bool_)

    def _errs(self, worlds: Worlds_) -> Bools:
        """(B, N): for whom it plays the other exemplar."""
        if self.params.error == 0:
            return np.zeros((len(worlds), self.game.n_agents), np.bool_)
        seats = np.arange(self.game.n_agents)
        draws = np.asarray(uniforms(worlds["key"][:, None], worlds["step"][:, None], MEDIATION, seats))
        return draws < self.params.error

    def _possible(self, worlds: Worlds_, cooperative: bool) -> Floats:
        """(B, N): an exemplar, or the first legal move where it is not legal."""
        acts = exemplars(self.game, worlds, cooperative)
        if not self.game.n_moves:
            return acts
        masks = legal_moves(self.game, self._others, worlds)
        fine = np.take_along_axis(masks, acts.astype(np.int64)[:, :, None], axis=2)[:, :, 0] == 1
        return np.where(fine, acts, masks.argmax(axis=2))

    # -- in the game's step ------------------------------------------------------------------------------------------

    def _acts(self, worlds: Worlds_) -> Floats:
        """(B, N): what it plays for whom in the game's step; NaN elsewhere, and in stages."""
        return np.where((worlds["stage"] == 0)[:, None], worlds["mediator_act"], np.nan)

    def narrow(self, worlds: Worlds_, legal: npt.NDArray[Any]) -> None:
        """A delegator has one move."""
        acts = self._acts(worlds)
        bound = ~np.isnan(acts)
        if bound.any():
            np.copyto(legal, np.arange(self.game.n_moves) == acts[:, :, None], where=bound[:, :, None])

    def overrules(self, worlds: Worlds_) -> Bools:
        """The delegators."""
        return ~np.isnan(self._acts(worlds))

    def amend(self, worlds: Worlds_, playing: npt.NDArray[Any], acts: Floats) -> None:
        """The mediator acts."""
        own = self._acts(worlds)
        np.copyto(acts, own, where=playing[:, None] & ~np.isnan(own))

    def settle(self, worlds: Worlds_, there: npt.NDArray[Any], rewards: Floats) -> None:
        """The fee; whoever has gone delegates nothing."""
        gone = np.asarray(there.any(axis=1))[:, None] & (there == 0)
        if gone.any():
            for name in self.logged:
                worlds[name][gone] = np.nan
        if self.params.fee:
            rewards -= self.params.fee * (worlds["mediator_delegated"] == DELEGATE)

    # -- what is seen ------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> tuple[Field, ...]:
        """See the page."""
        whose = "{k}. of the others in rising order" if self.game.anonymous else "{k}. seat after mine"
        n = self.game.n_agents
        others = (
            Field(f"delegated_{k}", NO_CHOICE, 1, f"did the {whose.format(k=k)} delegate? -1: no choice")
            for k in range(1, n)
        )
        return (*others, Field("own_delegated", NO_CHOICE, 1, "did I delegate? -1: no choice"))

    def observe(self, worlds: Worlds_, out: npt.NDArray[Any], column: int) -> None:
        """The others', then the own."""
        n, delegated = self.game.n_agents, worlds["mediator_delegated"]
        known = np.where(np.isnan(delegated), NO_CHOICE, delegated)
        others = known[:, self._after_own]
        out[:, :, column : column + n - 1] = np.sort(others, axis=2) if self.game.anonymous else others
        out[:, :, column + n - 1] = known

    def perceive(self, worlds: Worlds_, seat: int) -> None:
        """For others it is expected to play by its rule and its error; where the game names nobody, for any of them."""
        others = self._after_own[seat]
        if self.game.anonymous:
            worlds["mediator_delegated"][:, others] = np.sort(worlds["mediator_delegated"][:, others], axis=1)
        expected = np.where((worlds["stage"] == 0)[:, None], self._mediated(worlds), np.nan)
        worlds["mediator_act"][:, others] = expected[:, others]

    # -- in words ----------------------------------------------------------------------------------------------------

    def brief(self, seat: int, paraphrase: int = 0) -> list[str]:
        """Its rule, its price and its error."""
        q = self.params
        lines = [
            (
                "Mediator: before each step everybody may hand its act over to a mediator, all at the same time. Then"
                " it acts for you, and what you do yourself does not count.",
                "Mediator: a mediator acts in your place, whatever you do, if you ask it to before the step. All decide"
                " about this at once.",
                "Mediator: all of you choose at once, before every step, whether to act yourselves or to leave the act"
                " to a mediator, who is then not to be overruled.",
            ),
            RULES[q.rule],
        ]
        if q.fee:
            price = (
                f"To hand one's act over costs {q.fee:g}.",
                f"The mediator takes {q.fee:g} from each for whom it acts.",
                f"Whoever leaves its act to the mediator pays {q.fee:g}.",
            )
            lines.append(price)
        if q.error:
            mistaken = (
                f"With probability {q.error:g} it does the opposite.",
                f"There is a chance of {q.error:g} that it does the opposite for somebody.",
                f"It mistakes the one for the other with probability {q.error:g}.",
            )
            lines.append(mistaken)
        return [worded(paraphrase, *wordings) for wordings in lines]

    def view(self, world: Any, seat: int) -> list[str]:
        """Who delegated last."""
        delegated = world["mediator_delegated"]
        if np.isnan(delegated).all():
            return []
        order = self._after_own[seat]
        own, *told = ("had no choice" if np.isnan(delegated[j]) else YES_NO[int(delegated[j])] for j in (seat, *order))
        if self.game.anonymous:
            others = ", ".join(sorted(told))
        else:
            others = "; ".join(f"agent {j}: {word}" for j, word in zip(order, told, strict=True))
        return [f"Act last left to the mediator: by you: {own}; by the others: {others}."]

    def told(self, world: Any, seat: int) -> list[str]:
        """To delegate, or not."""
        if not self._may(world, seat):
            return ["You have no act in this step that you could leave to the mediator."]
        return ["Now choose: 0 to act yourself in this step, 1 to leave your act to the mediator."]

    def schema(self, world: Any, seat: int) -> dict[str, Any]:
        """0 or 1."""
        return {"type": "integer", "minimum": 0, "maximum": int(self._may(world, seat))}

    def _may(self, world: Any, seat: int) -> bool:
        return bool(choosers(self.game, np.array([world]))[0, seat])
